#include "app/cli/solver_plot.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace equi::cli {
namespace {

constexpr double kWidth = 760, kHeight = 480, kLeft = 70, kRight = 130, kTop = 20, kBottom = 50;
constexpr const char* kColours[] = {"#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3",
                                    "#937860", "#da8bc3", "#8c8c8c", "#ccb974", "#64b5cd"};
constexpr double kTicks[] = {6, 8, 10, 12, 16, 20, 25, 32, 50, 100};

using Curve = std::map<int, double>;  // evaluations -> error

// Maps both axes' logarithms to the picture.
struct Axes {
  double min_x = 1e300, max_x = 0, min_y = 1e300, max_y = 0;
  void include(double x, double y) {
    min_x = std::min(min_x, x);
    max_x = std::max(max_x, x);
    min_y = std::min(min_y, y);
    max_y = std::max(max_y, y);
  }
  void round_to_decades() {
    min_y = std::pow(10.0, std::floor(std::log10(min_y)));
    max_y = std::pow(10.0, std::ceil(std::log10(max_y)));
  }
  double x(double value) const {
    return kLeft + std::log(value / min_x) / std::log(max_x / min_x) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    return kTop + std::log(max_y / value) / std::log(max_y / min_y) * (kHeight - kTop - kBottom);
  }
};

std::string grid_lines(const Axes& axes) {
  std::string svg;
  for (const double tick : kTicks) {
    if (tick < axes.min_x || tick > axes.max_x) continue;
    svg += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' stroke='#ddd'/>\n", axes.x(tick),
                       kTop, kHeight - kBottom);
    svg += fmt::format("<text x='{:.1f}' y='{}' text-anchor='middle'>{}</text>\n", axes.x(tick),
                       kHeight - kBottom + 18, tick);
  }
  const auto decades = std::lround(std::log10(axes.max_y / axes.min_y));
  for (int i = 0; i <= decades; ++i) {
    const double decade = axes.min_y * std::pow(10.0, i);
    svg += fmt::format("<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='#ddd'/>\n", kLeft,
                       kWidth - kRight, axes.y(decade));
    svg += fmt::format("<text x='{}' y='{:.1f}' text-anchor='end'>{:.0e}</text>\n", kLeft - 8,
                       axes.y(decade) + 4, decade);
  }
  return svg;
}

std::string curve_path(const Axes& axes, const std::string& label, const Curve& curve, const char* colour,
                       int line) {
  std::string points;
  for (const auto& [evaluations, error] : curve) {
    points += fmt::format("{:.1f},{:.1f} ", axes.x(evaluations), axes.y(error));
  }
  return fmt::format("<polyline points='{}' fill='none' stroke='{}' stroke-width='2'/>\n", points, colour) +
         fmt::format("<text x='{}' y='{}' fill='{}'>{}</text>\n", kWidth - kRight + 12, kTop + 14 + 18 * line,
                     colour, label);
}

}  // namespace

std::string plot_solver_errors(const std::vector<SolverError>& errors) {
  std::map<std::string, Curve> curves;
  Axes axes;
  for (const auto& e : errors) {
    if (!(e.error > 0) || !std::isfinite(e.error)) continue;
    auto& curve = curves[sampling::name(e.settings.method)];
    const auto [at, fresh] = curve.try_emplace(e.settings.evaluations, e.error);
    if (!fresh) at->second = std::min(at->second, e.error);
  }
  for (const auto& [label, curve] : curves) {
    for (const auto& [evaluations, error] : curve) axes.include(evaluations, error);
  }
  axes.round_to_decades();
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' "
      "font-family='sans-serif' font-size='12'>\n<rect width='100%' height='100%' fill='white'/>\n",
      kWidth, kHeight);
  svg += grid_lines(axes);
  int line = 0;
  for (const auto& [label, curve] : curves) {
    svg +=
        curve_path(axes, label, curve, kColours[static_cast<std::size_t>(line) % std::size(kColours)], line);
    ++line;
  }
  svg += fmt::format("<text x='{}' y='{}' text-anchor='middle'>velocity evaluations a column</text>\n",
                     (kLeft + kWidth - kRight) / 2, kHeight - 10);
  return svg + "</svg>\n";
}

}  // namespace equi::cli
