#include "core/sampling/solver.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/sampling/solver_weights.h"

namespace equi::sampling {
namespace {

constexpr int kMaxEvaluations = 10000;
using Step = SolverPlan::Step;

constexpr std::pair<Method, const char*> kNames[] = {
    {Method::euler, "euler"},           {Method::heun, "heun"},
    {Method::midpoint, "midpoint"},     {Method::adams2, "adams2"},
    {Method::adams3, "adams3"},         {Method::corrected2, "corrected2"},
    {Method::corrected3, "corrected3"}, {Method::clean2, "clean2"},
    {Method::clean3, "clean3"},         {Method::dpm2, "dpm2"},
};

bool two_stage(Method method) {
  return method == Method::heun || method == Method::midpoint;
}

void check(const SolverSettings& s) {
  const bool in_range = s.evaluations >= 1 && s.evaluations <= kMaxEvaluations;
  if (in_range && (!two_stage(s.method) || s.evaluations % 2 == 0)) return;
  throw Error(ErrorKind::bad_input, "solver",
              fmt::format("{} cannot do {} evaluations", name(s.method), s.evaluations),
              two_stage(s.method) ? "an even number from 2 to 10000" : "1 to 10000");
}

// Both stages of every interval. The second starts from the first one's point, so it takes back what the
// first one added.
SolverPlan two_stage_plan(const SolverSettings& s) {
  SolverPlan plan;
  const auto t = s.grid.times(s.evaluations / 2);
  for (std::size_t i = 0; i + 1 < t.size(); ++i) {
    const double h = t[i + 1] - t[i];
    const bool heun = s.method == Method::heun;
    plan.times.insert(plan.times.end(), {t[i], heun ? t[i + 1] : t[i] + h / 2});
    plan.steps.push_back({1.0, {heun ? h : h / 2}});
    plan.steps.push_back(heun ? Step{1.0, {h / 2, -h / 2}} : Step{1.0, {h, -h / 2}});
  }
  return plan;
}

// The last `order` times up to number i (fewer at the start), newest first.
std::vector<double> nodes_up_to(const std::vector<double>& t, std::size_t i, int order) {
  std::vector<double> nodes;
  for (int back = 0; back < order && static_cast<std::size_t>(back) <= i; ++back) {
    nodes.push_back(t[i - static_cast<std::size_t>(back)]);
  }
  return nodes;
}

void add(Step& step, const std::vector<double>& weights, double sign, std::size_t shift) {
  for (std::size_t j = 0; j < weights.size(); ++j) step.weights[j + shift] += sign * weights[j];
}

// Adams-Bashforth over [t_i, t_{i+1}]; when `corrected`, the last interval is first done anew with the
// velocity that is known by now (Adams-Moulton) in place of its prediction.
SolverPlan adams_plan(const SolverSettings& s, int order, bool corrected) {
  SolverPlan plan;
  const auto t = s.grid.times(s.evaluations);
  for (std::size_t i = 0; i + 1 < t.size(); ++i) {
    Step step;
    add(step, velocity_weights(nodes_up_to(t, i, order), t[i], t[i + 1]), 1.0, 0);
    if (corrected && i > 0) {
      add(step, velocity_weights(nodes_up_to(t, i, order + 1), t[i - 1], t[i]), 1.0, 0);
      add(step, velocity_weights(nodes_up_to(t, i - 1, order), t[i - 1], t[i]), -1.0, 1);
    }
    plan.times.push_back(t[i]);
    plan.steps.push_back(step);
  }
  return plan;
}

SolverPlan clean_plan(const SolverSettings& s, int order, bool dpm) {
  SolverPlan plan;
  plan.clean = true;
  const auto t = s.grid.times(s.evaluations);
  for (std::size_t i = 0; i + 1 < t.size(); ++i) {
    const auto nodes = nodes_up_to(t, i, order);
    Step step{t[i + 1] / t[i], {}};
    add(step, dpm ? dpm_weights(nodes, t[i], t[i + 1]) : clean_weights(nodes, t[i], t[i + 1]), 1.0, 0);
    plan.times.push_back(t[i]);
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace

std::string name(Method method) {
  return std::ranges::find(kNames, method, [](const auto& pair) { return pair.first; })->second;
}

Method parse_method(const std::string& text) {
  for (const auto& [method, known] : kNames) {
    if (text == known) return method;
  }
  throw Error(ErrorKind::bad_input, "solver", fmt::format("'{}' is unknown", printable(text)),
              "euler, heun, midpoint, adams2, adams3, corrected2, corrected3, clean2, clean3 or dpm2");
}

const std::vector<Method>& all_methods() {
  static const std::vector<Method> methods = [] {
    std::vector<Method> all;
    for (const auto& [method, text] : kNames) all.push_back(method);
    return all;
  }();
  return methods;
}

SolverPlan make_plan(const SolverSettings& s) {
  check(s);
  switch (s.method) {
    case Method::euler:
      return adams_plan(s, 1, false);
    case Method::heun:
    case Method::midpoint:
      return two_stage_plan(s);
    case Method::adams2:
      return adams_plan(s, 2, false);
    case Method::adams3:
      return adams_plan(s, 3, false);
    case Method::corrected2:
      return adams_plan(s, 2, true);
    case Method::corrected3:
      return adams_plan(s, 3, true);
    case Method::clean2:
      return clean_plan(s, 2, false);
    case Method::clean3:
      return clean_plan(s, 3, false);
    case Method::dpm2:
      break;
  }
  return clean_plan(s, 2, true);
}

torch::Tensor integrate_by_sweeps(const SolverPlan& plan, const torch::Tensor& z, const Velocity& velocity,
                                  std::int64_t sweeps) {
  std::vector<torch::Tensor> points, known(plan.times.size(), velocity(z, 0));
  torch::Tensor end;
  for (std::int64_t n = 0; n <= sweeps; ++n) {
    points.clear();
    end = integrate(plan, z, [&](const torch::Tensor& point, std::int64_t index) {
      points.push_back(point);
      return known[static_cast<std::size_t>(index)];
    });
    for (std::size_t i = 1; n < sweeps && i < known.size(); ++i) {
      known[i] = velocity(points[i], static_cast<std::int64_t>(i));
    }
  }
  return end;
}

torch::Tensor integrate(const SolverPlan& plan, torch::Tensor z, const Velocity& velocity) {
  std::array<torch::Tensor, SolverPlan::kHistory> history;  // newest first
  for (std::size_t i = 0; i < plan.times.size(); ++i) {
    std::ranges::rotate(history, history.end() - 1);
    history[0] = velocity(z, static_cast<std::int64_t>(i));
    if (plan.clean) history[0] = z - plan.times[i] * history[0];
    const auto& step = plan.steps[i];
    auto next = step.keep == 1.0 ? z.clone() : z * step.keep;
    for (std::size_t j = 0; j < history.size(); ++j) {
      if (step.weights[j] != 0.0) next.add_(history[j], step.weights[j]);
    }
    z = next;
  }
  return z;
}

}  // namespace equi::sampling
