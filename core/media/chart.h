#pragma once

#include <string>
#include <vector>

#include "core/media/image.h"

namespace equi::media {

// Curves over one axis, drawn without a window system.
struct Chart {
  struct Curve {
    std::string label;         // in the legend; empty: not there
    std::vector<double> x, y;  // of one length; not finite values are gaps
    bool filled = false;       // the area down to 0
    bool points = false;       // a dot at each value
  };
  struct Band {  // a shaded interval of the x axis
    double first = 0, last = 0;
    std::string label;
  };
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  std::vector<Band> bands;
  std::vector<double> marks;      // thin vertical lines
  int width = 960, height = 480;  // pixels, at least 200 x 120
};

// ASCII text only. Throws Error(bad_input) when there is nothing to draw or it is too small.
Image draw_chart(const Chart& chart);

// Pictures of one width below each other; narrower ones are centred on white. Throws Error(bad_input) for
// none.
Image stack(const std::vector<Image>& pictures, int gap = 8);

// Two pictures of one height side by side; `left` may have no pixels. Throws Error(bad_input) otherwise.
Image beside(const Image& left, const Image& right, int gap = 8);

}  // namespace equi::media
