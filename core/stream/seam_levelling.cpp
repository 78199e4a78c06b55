#include "core/stream/seam_levelling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/stream/seam.h"

namespace equi::stream {
namespace {

constexpr double kSlowRows = 4;          // standard deviation of what counts as slow from row to row
constexpr std::int64_t kQuickReach = 6;  // pixels, of what does not
constexpr int kAttempts = 6;             // rounding to whole levels can miss the energy by a little
constexpr double kStricter = 0.85;       // from one attempt to the next

// [H, 3], smoothed from row to row.
torch::Tensor slow_part(const torch::Tensor& step) {
  const std::int64_t radius = std::min<std::int64_t>(std::lround(3 * kSlowRows), step.size(0) - 1);
  if (radius < 1) return step;
  const auto at = torch::arange(-radius, radius + 1, step.options());
  const auto bell = torch::exp(at.square() / (-2 * kSlowRows * kSlowRows));
  const auto rows = torch::replication_pad1d(step.t().unsqueeze(1), {radius, radius});  // [3, 1, H + 2 r]
  return torch::conv1d(rows, (bell / bell.sum()).view({1, 1, -1})).squeeze(1).t();
}

// 1 beside the border, falling to 0 after `reach` pixels: [reach].
torch::Tensor falling(std::int64_t reach, std::int64_t ends, const torch::TensorOptions& options) {
  const auto x = torch::arange(reach, options) / static_cast<double>(ends);
  return (0.5 + 0.5 * torch::cos(x.clamp_max(1.0) * std::numbers::pi));
}

// What is added to the pixels of a side when the whole step is handed to it: [H, reach, 3], the one beside
// the border first.
torch::Tensor spread(const torch::Tensor& slow, const torch::Tensor& quick, std::int64_t reach) {
  const auto options = slow.options();
  const auto far = falling(reach, reach, options),
             near = falling(reach, std::min(reach, kQuickReach), options);
  return slow.unsqueeze(1) * far.view({1, -1, 1}) + quick.unsqueeze(1) * near.view({1, -1, 1});
}

}  // namespace

torch::Tensor level_seam(const torch::Tensor& picture, std::int64_t border, double energy,
                         std::int64_t reach_left, std::int64_t reach_right) {
  const std::int64_t width = picture.size(1);
  if (border < 1 || border >= width || energy < 0 || reach_left < 0 || reach_right < 0 ||
      reach_left + reach_right == 0) {
    throw Error(ErrorKind::bad_input, "seam",
                fmt::format("border {} in a picture {} wide, energy {}, reach {} and {}", border, width,
                            energy, reach_left, reach_right));
  }
  const auto energy_at = [&](const torch::Tensor& p) {
    return gradient_energy(p.narrow(1, border - 1, 2))[0].item<double>();
  };
  const double before = energy_at(picture);
  if (before <= energy) return picture;
  const std::int64_t left = std::min(reach_left, border), right = std::min(reach_right, width - border);
  const double left_share = left == 0 ? 0.0 : right == 0 ? 1.0 : 0.5;
  const auto exact = picture.to(torch::kFloat64);
  const auto step = exact.select(1, border) - exact.select(1, border - 1);
  const auto slow = slow_part(step), quick = step - slow;
  double kept = std::sqrt(energy / before);  // of the step
  for (int attempt = 0; attempt <= kAttempts; ++attempt, kept *= kStricter) {
    if (attempt == kAttempts) kept = 0;
    auto levelled = exact.clone();
    if (left > 0) {
      levelled.narrow(1, border - left, left)
          .add_(spread(slow, quick, left).flip({1}), (1 - kept) * left_share);
    }
    if (right > 0) {
      levelled.narrow(1, border, right).sub_(spread(slow, quick, right), (1 - kept) * (1 - left_share));
    }
    auto rounded = levelled.round().clamp(0, 255).to(torch::kUInt8);
    if (energy_at(rounded) <= energy || attempt == kAttempts) return rounded;
  }
  return picture;
}

}  // namespace equi::stream
