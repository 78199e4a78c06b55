#include "core/stream/seam.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::stream {

namespace {
constexpr double kPeak = 255.0;
}

torch::Tensor gradient_energy(const torch::Tensor& picture) {
  const auto p = picture.to(torch::kFloat64);
  const auto difference = p.narrow(1, 1, p.size(1) - 1) - p.narrow(1, 0, p.size(1) - 1);
  return difference.square().mean(torch::IntArrayRef{0, 2});
}

double seam_ratio(const torch::Tensor& picture, const std::vector<std::int64_t>& borders,
                  std::int64_t reach) {
  const std::int64_t width = picture.size(1);
  const auto energy = gradient_energy(picture);
  auto near = torch::zeros({width - 1}, torch::kBool);
  for (const auto x : borders) {
    if (x < 1 || x >= width) {
      throw Error(ErrorKind::bad_input, "seam", fmt::format("border {} in a picture {} wide", x, width));
    }
    const std::int64_t first = std::max<std::int64_t>(0, x - 1 - reach),
                       last = std::min(width - 2, x - 1 + reach);
    near.narrow(0, first, last - first + 1).fill_(true);
  }
  const auto inside = energy.masked_select(near.logical_not()), at = energy.masked_select(near);
  if (inside.numel() == 0 || at.numel() == 0) {
    throw Error(ErrorKind::bad_input, "seam", "no pixels near or away from the borders");
  }
  return at.mean().item<double>() / inside.mean().item<double>();
}

double psnr(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) throw Error(ErrorKind::bad_input, "psnr", "the pictures differ in size");
  const double error = (a.to(torch::kFloat64) - b.to(torch::kFloat64)).square().mean().item<double>();
  return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(kPeak * kPeak / error);
}

int largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) throw Error(ErrorKind::bad_input, "difference", "the pictures differ in size");
  return (a.to(torch::kInt32) - b.to(torch::kInt32)).abs().max().item<int>();
}

}  // namespace equi::stream
