#include "core/scenes/paint.h"

#include <algorithm>
#include <cmath>

#include "core/scenes/noise.h"

namespace equi::scenes {
namespace {

constexpr double kShoulder = 0.75;  // linear light above this is compressed

double to_linear(std::uint32_t byte) {
  const double s = double(byte & 0xFF) / 255.0;
  return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}

}  // namespace

Color hex(std::uint32_t srgb) {
  return {to_linear(srgb >> 16), to_linear(srgb >> 8), to_linear(srgb)};
}

Color mix(const Color& a, const Color& b, double t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

Color operator*(const Color& a, double scale) {
  return {a.r * scale, a.g * scale, a.b * scale};
}

Color operator*(const Color& a, const Color& b) {
  return {a.r * b.r, a.g * b.g, a.b * b.b};
}

Color operator+(const Color& a, const Color& b) {
  return {a.r + b.r, a.g + b.g, a.b + b.b};
}

Palette choose(Dice& dice, const std::vector<Palette>& designs) {
  const double at = dice.uniform(0.0, double(designs.size()) - 1.0);
  const auto first = std::min(std::size_t(at), designs.size() - 2);
  // Most worlds lie near a design, some between two.
  const double t = std::clamp((at - double(first) - 0.5) * 1.6 + 0.5, 0.0, 1.0);
  const double exposure = dice.uniform(0.92, 1.06), warmth = dice.uniform(-0.05, 0.05);
  const Color cast{exposure * (1.0 + warmth), exposure, exposure * (1.0 - warmth)};
  Palette palette;
  for (std::size_t i = 0; i < designs[first].size(); ++i) {
    palette.push_back(mix(designs[first][i], designs[first + 1][i], t) * cast);
  }
  return palette;
}

torch::Tensor pigment(const View& view, const Color& color) {
  return torch::tensor({float(color.r), float(color.g), float(color.b)}, view.options.dtype(torch::kFloat32))
      .view({3, 1, 1});
}

torch::Tensor blend(const View& view, const Color& a, const Color& b, const torch::Tensor& t) {
  const auto from = pigment(view, a);
  return torch::addcmul(from, pigment(view, b) - from, t.unsqueeze(0));
}

torch::Tensor gradient(const View& view, const std::vector<std::pair<double, Color>>& stops) {
  auto color = pigment(view, stops.front().second).expand({3, view.rows, 1});
  for (std::size_t i = 1; i < stops.size(); ++i) {
    const auto t = smoothstep(stops[i - 1].first, stops[i].first, view.y);
    color = torch::lerp(color, pigment(view, stops[i].second), t);
  }
  return color;
}

Canvas::Canvas(const View& whole)
    : view(whole), light(torch::zeros({3, whole.rows, whole.width}, whole.options.dtype(torch::kFloat32))) {}

Canvas Canvas::band(double top, double bottom) const {
  const View part = view.band(top, bottom);
  return {part, light.narrow(1, part.first_row - view.first_row, part.rows)};
}

void Canvas::over(const torch::Tensor& color, const torch::Tensor& alpha) {
  light.lerp_(color, alpha);
}

void Canvas::over(const Color& color, const torch::Tensor& alpha) {
  over(pigment(view, color), alpha);
}

void Canvas::add(const Color& color, const torch::Tensor& amount) {
  light.addcmul_(pigment(view, color), amount.unsqueeze(0));
}

torch::Tensor develop(const Canvas& canvas, std::int64_t oversampling) {
  auto light = canvas.light;
  if (oversampling > 1) light = torch::avg_pool2d(light.unsqueeze(0), oversampling).squeeze(0);
  const auto above = (light - kShoulder).clamp_min_(0.0);
  const auto folded = torch::expm1(above.mul_(-1.0 / (1.0 - kShoulder))).mul_(-(1.0 - kShoulder));
  const auto linear = light.clamp(0.0, kShoulder).add_(folded);
  const auto curve = linear.clamp_min(0.0031308).pow_(1.0 / 2.4).mul_(1.055).sub_(0.055);
  const auto srgb = torch::where(linear <= 0.0031308, linear * 12.92, curve);
  return srgb.mul_(2.0).sub_(1.0).clamp_(-1.0, 1.0);
}

}  // namespace equi::scenes
