#include "core/media/chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"

namespace equi::media {
namespace {

constexpr int kFine = 3;  // drawn this much larger, then shrunk: smooth lines and letters
constexpr int kLeft = 76, kRight = 24, kTop = 66, kBottom = 58;  // pixels around the curves
constexpr int kMargin = 10;                                      // pixels beside the title
constexpr int kLetter = 12;                                      // height of a capital, about, pixels
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kFontUnit = 22.0;  // height of this font's capitals at scale 1
const cv::Scalar kInk(60, 60, 60), kGrid(228, 228, 228), kShade(245, 240, 226), kMark(205, 205, 205);
const std::array<cv::Scalar, 6> kColours = {cv::Scalar(176, 114, 76),  cv::Scalar(82, 132, 221),
                                            cv::Scalar(104, 168, 85),  cv::Scalar(82, 78, 196),
                                            cv::Scalar(178, 114, 129), cv::Scalar(96, 120, 147)};  // BGR

// 1, 2 or 5 times a power of ten, so that at most `most` steps fit the range.
double nice_step(double range, int most) {
  const double rough = range / most, power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power * 1.0001) return factor * power;
  }
  return 10 * power;
}

// The number of the first step at or above a value.
int first_step(double value, double step) {
  return static_cast<int>(std::ceil(value / step));
}

std::string number(double value, double step) {
  if (std::abs(value) < step * 1e-6) return "0";
  return fmt::format("{:g}", std::round(value / step * 1e3) * step / 1e3);
}

struct Range {
  double first = INFINITY, last = -INFINITY;
  void include(double value) {
    if (!std::isfinite(value)) return;
    first = std::min(first, value);
    last = std::max(last, value);
  }
};

class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart), canvas_(chart.height * kFine, chart.width * kFine, CV_8UC3, cv::Scalar::all(255)) {
    y_.include(0);
    for (const auto& curve : chart.curves) {
      for (const double x : curve.x) x_.include(x);
      for (const double y : curve.y) y_.include(y);
    }
    if (!(x_.last > x_.first)) x_ = {x_.first - 0.5, x_.first + 0.5};
    if (!(y_.last > y_.first)) y_.last = y_.first + 1;
    y_.last += 0.04 * (y_.last - y_.first);
  }

  Image draw() {
    for (const auto& band : chart_.bands) shade(band);
    grid();
    for (const double mark : chart_.marks) line({mark, y_.first}, {mark, y_.last}, kMark, 1);
    for (std::size_t i = 0; i < chart_.curves.size(); ++i) curve(chart_.curves[i], colour(i));
    legend();
    for (const auto& band : chart_.bands) name(band);
    text(chart_.title, kMargin, 18, 0, kLetter + 2);
    text(chart_.x_label, (kLeft + chart_.width - kRight) / 2.0, chart_.height - 16, 0.5, kLetter);
    text(chart_.y_label, kMargin, kTop - 22, 0, kLetter);
    return shrink();
  }

 private:
  static const cv::Scalar& colour(std::size_t i) { return kColours[i % kColours.size()]; }

  cv::Point at(double x, double y) const {
    const double px = kLeft + (x - x_.first) / (x_.last - x_.first) * (chart_.width - kLeft - kRight);
    const double py = kTop + (y_.last - y) / (y_.last - y_.first) * (chart_.height - kTop - kBottom);
    return {static_cast<int>(std::lround(px * kFine)), static_cast<int>(std::lround(py * kFine))};
  }

  void line(std::pair<double, double> a, std::pair<double, double> b, const cv::Scalar& colour, int width) {
    cv::line(canvas_, at(a.first, a.second), at(b.first, b.second), colour, width * kFine, cv::LINE_AA);
  }

  // `align` 0: x is the left end, 0.5: the middle, 1: the right end; y is the middle of the letters. Words
  // that are wider than the picture are set smaller.
  void text(const std::string& words, double x, double y, double align, int height) {
    if (words.empty()) return;
    double scale = height * kFine / kFontUnit * 0.75;
    int below = 0;
    const int thickness = kFine - 1;
    cv::Size size = cv::getTextSize(words, kFont, scale, thickness, &below);
    const int room = (chart_.width - 2 * kMargin) * kFine;
    if (size.width > room) {
      scale *= static_cast<double>(room) / size.width;
      size = cv::getTextSize(words, kFont, scale, thickness, &below);
    }
    const cv::Point origin(static_cast<int>(x * kFine - align * size.width),
                           static_cast<int>(y * kFine + size.height / 2.0));
    cv::putText(canvas_, words, origin, kFont, scale, kInk, thickness, cv::LINE_AA);
  }

  void shade(const Chart::Band& band) {
    const auto a = at(std::clamp(band.first, x_.first, x_.last), y_.last);
    const auto b = at(std::clamp(band.last, x_.first, x_.last), y_.first);
    cv::rectangle(canvas_, a, b, kShade, cv::FILLED);
  }

  // Above the band, over the curves' frame, where no line crosses it.
  void name(const Chart::Band& band) {
    const auto a = at(std::clamp(band.first, x_.first, x_.last), y_.last);
    const auto b = at(std::clamp(band.last, x_.first, x_.last), y_.last);
    text(band.label, (a.x + b.x) / 2.0 / kFine, kTop - 9.0, 0.5, kLetter - 1);
  }

  void grid() {
    const double step_x = nice_step(x_.last - x_.first, 12), step_y = nice_step(y_.last - y_.first, 6);
    for (int i = first_step(x_.first, step_x); i * step_x <= x_.last + 1e-9 * step_x; ++i) {
      const double x = i * step_x;
      line({x, y_.first}, {x, y_.last}, kGrid, 1);
      text(number(x, step_x), double(at(x, 0).x) / kFine, chart_.height - kBottom + 14, 0.5, kLetter);
    }
    for (int i = first_step(y_.first, step_y); i * step_y <= y_.last; ++i) {
      const double y = i * step_y;
      line({x_.first, y}, {x_.last, y}, kGrid, 1);
      text(number(y, step_y), kLeft - 8, double(at(0, y).y) / kFine, 1, kLetter);
    }
    line({x_.first, y_.first}, {x_.last, y_.first}, kInk, 1);
  }

  void curve(const Chart::Curve& curve, const cv::Scalar& colour) {
    std::vector<cv::Point> run;
    const auto end_run = [&] {
      if (curve.filled && run.size() > 1) fill(run, colour);
      cv::polylines(canvas_, run, false, colour, 2 * kFine, cv::LINE_AA);
      run.clear();
    };
    for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
      if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) {
        end_run();
        continue;
      }
      run.push_back(at(curve.x[i], curve.y[i]));
      if (curve.points) cv::circle(canvas_, run.back(), 4 * kFine, colour, cv::FILLED, cv::LINE_AA);
    }
    end_run();
  }

  void fill(std::vector<cv::Point> area, const cv::Scalar& colour) {
    const int floor = at(0, std::max(0.0, y_.first)).y;
    area.insert(area.begin(), {area.front().x, floor});
    area.emplace_back(area.back().x, floor);
    cv::Mat painted = canvas_.clone();
    cv::fillPoly(painted, area, colour, cv::LINE_AA);
    cv::addWeighted(painted, 0.25, canvas_, 0.75, 0, canvas_);
  }

  void legend() {
    double y = kTop + 14;
    for (std::size_t i = 0; i < chart_.curves.size(); ++i) {
      const auto& label = chart_.curves[i].label;
      if (label.empty()) continue;
      const double right = chart_.width - kRight - 14;
      text(label, right - 30, y, 1, kLetter);
      const auto from = cv::Point(static_cast<int>((right - 22) * kFine), static_cast<int>(y * kFine));
      cv::line(canvas_, from, from + cv::Point(22 * kFine, 0), colour(i), 3 * kFine, cv::LINE_AA);
      y += 20;
    }
  }

  Image shrink() const {
    Image image{chart_.width, chart_.height, {}};
    image.pixels.resize(std::size_t(image.width) * std::size_t(image.height) * 3);
    cv::Mat small, rgb(image.height, image.width, CV_8UC3, image.pixels.data());
    cv::resize(canvas_, small, {image.width, image.height}, 0, 0, cv::INTER_AREA);
    cv::cvtColor(small, rgb, cv::COLOR_BGR2RGB);
    return image;
  }

  const Chart& chart_;
  cv::Mat canvas_;
  Range x_, y_;
};

}  // namespace

Image draw_chart(const Chart& chart) {
  const bool empty =
      std::ranges::all_of(chart.curves, [](const auto& c) { return c.x.empty() || c.y.empty(); });
  if (empty || chart.width < 200 || chart.height < 120) {
    throw Error(ErrorKind::bad_input, "chart", "nothing to draw, or no room for it");
  }
  return Drawing(chart).draw();
}

Image stack(const std::vector<Image>& pictures, int gap) {
  if (pictures.empty()) throw Error(ErrorKind::bad_input, "pictures", "none to stack");
  Image result;
  for (const auto& each : pictures) {
    result.width = std::max(result.width, each.width);
    result.height += each.height + (result.height == 0 ? 0 : gap);
  }
  result.pixels.assign(std::size_t(result.width) * std::size_t(result.height) * 3, 255);
  int top = 0;
  for (const auto& each : pictures) {
    const auto left = std::size_t((result.width - each.width) / 2) * 3;
    for (int y = 0; y < each.height; ++y) {
      std::copy_n(each.row(y), std::size_t(each.width) * 3, result.row(top + y) + left);
    }
    top += each.height + gap;
  }
  return result;
}

Image beside(const Image& left, const Image& right, int gap) {
  if (left.width == 0) return right;
  if (left.height != right.height) throw Error(ErrorKind::bad_input, "pictures", "they differ in height");
  Image result{left.width + gap + right.width, left.height, {}};
  result.pixels.assign(std::size_t(result.width) * std::size_t(result.height) * 3, 255);
  for (int y = 0; y < result.height; ++y) {
    std::copy_n(left.row(y), std::size_t(left.width) * 3, result.row(y));
    std::copy_n(right.row(y), std::size_t(right.width) * 3,
                result.row(y) + std::size_t(left.width + gap) * 3);
  }
  return result;
}

}  // namespace equi::media
