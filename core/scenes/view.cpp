#include "core/scenes/view.h"

#include <algorithm>
#include <cmath>

namespace equi::scenes {

View::View(std::int64_t picture_height, std::int64_t from_x, std::int64_t columns,
           const torch::TensorOptions& device)
    : height(picture_height), first_x(from_x), width(columns), rows(picture_height), options(device) {
  const auto doubles = options.dtype(torch::kFloat64);
  x = torch::arange(width, doubles).add_(double(first_x) + 0.5).div_(double(height));
  y = torch::arange(height, doubles).add_(0.5).div_(double(height)).to(torch::kFloat32).unsqueeze(1);
}

View View::band(double top, double bottom) const {
  const auto last_row = first_row + rows - 1;
  const auto clamp_row = [&](double at) {
    return std::clamp(std::int64_t(std::floor(std::clamp(at, -1.0, 2.0) * double(height))), first_row,
                      last_row);
  };
  const auto from = clamp_row(top - pixel()), to = clamp_row(bottom + pixel());
  View part = *this;
  part.first_row = from;
  part.rows = std::max<std::int64_t>(to - from + 1, 1);
  part.y = y.narrow(0, from - first_row, part.rows);
  return part;
}

torch::Tensor View::coverage(const torch::Tensor& distance) const {
  return (distance * double(height) + 0.5).clamp_(0.0, 1.0);
}

}  // namespace equi::scenes
