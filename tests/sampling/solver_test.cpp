#include "core/sampling/solver.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::sampling {
namespace {

// A flow with a known solution: x(t) = clean token, chosen; z(t) = t noise + (1 - t) x0 + bend sin(pi t).
struct KnownFlow {
  double noise = 1.25, token = -0.5, bend = 0.4, pull = 2.0;
  double path(double t) const { return t * noise + (1 - t) * token + bend * std::sin(M_PI * t); }
  double slope(double t) const { return noise - token + bend * M_PI * std::cos(M_PI * t); }
  // Away from the path the velocity leads back to it, so that errors of the sample matter too.
  double velocity(double z, double t) const { return slope(t) + pull * (z - path(t)); }
};

double solve(const KnownFlow& flow, const SolverSettings& settings) {
  const auto plan = make_plan(settings);
  const auto z0 = torch::full({1}, flow.path(1.0), torch::kFloat64);
  const auto z = integrate(plan, z0, [&](const torch::Tensor& z_i, std::int64_t i) {
    const double t = plan.times[static_cast<std::size_t>(i)];
    return torch::full({1}, flow.velocity(z_i.item<double>(), t), torch::kFloat64);
  });
  return z.item<double>();
}

double error(Method method, int evaluations, TimeGrid grid = {}) {
  const KnownFlow flow;
  return std::abs(solve(flow, {method, grid, evaluations}) - flow.token);
}

// The order seen between two fine step counts.
double observed_order(Method method, TimeGrid grid = {}) {
  return std::log2(error(method, 128, grid) / error(method, 256, grid));
}

TEST(Solver, EulerIsTheAuthorsLoop) {
  const KnownFlow flow;
  const int n = 100;
  double z = flow.path(1.0);
  for (int i = n; i >= 1; --i) z -= flow.velocity(z, static_cast<double>(i) / n) / n;
  EXPECT_NEAR(solve(flow, {Method::euler, {}, n}), z, 1e-12);
}

TEST(Solver, EveryMethodHasItsOrder) {
  const std::pair<Method, double> orders[] = {
      {Method::euler, 1},  {Method::heun, 2},       {Method::midpoint, 2},   {Method::adams2, 2},
      {Method::adams3, 3}, {Method::corrected2, 2}, {Method::corrected3, 3}, {Method::clean2, 2}};
  for (const auto& [method, order] : orders) EXPECT_GT(observed_order(method), order - 0.3) << name(method);
}

TEST(Solver, OrdersHoldOnEveryGrid) {
  for (const auto kind : {TimeGrid::Kind::quadratic, TimeGrid::Kind::cosine, TimeGrid::Kind::shifted}) {
    const TimeGrid grid{kind, 2.0};
    EXPECT_GT(observed_order(Method::adams2, grid), 1.7) << name(grid);
    EXPECT_GT(observed_order(Method::adams3, grid), 2.6) << name(grid);
    EXPECT_GT(observed_order(Method::corrected2, grid), 1.7) << name(grid);
  }
}

TEST(Solver, EveryMethodConverges) {
  for (const auto method : all_methods()) EXPECT_LT(error(method, 400), 0.02) << name(method);
}

TEST(Solver, EveryMethodIsExactOnAStraightPath) {
  const KnownFlow straight{1.25, -0.5, 0.0, 0.0};
  for (const auto method : all_methods()) {
    for (const auto kind : {TimeGrid::Kind::uniform, TimeGrid::Kind::quadratic, TimeGrid::Kind::cosine,
                            TimeGrid::Kind::shifted}) {
      const SolverSettings settings{method, {kind, 3.0}, 8};
      EXPECT_NEAR(solve(straight, settings), -0.5, 1e-12) << name(method) << " on " << name(settings.grid);
    }
  }
}

TEST(Solver, EvaluatesAsOftenAsAskedAndInsideTheTrainedTimes) {
  for (const auto method : all_methods()) {
    for (const int evaluations : {2, 10, 24}) {
      const auto plan = make_plan({method, {TimeGrid::Kind::cosine}, evaluations});
      ASSERT_EQ(plan.times.size(), static_cast<std::size_t>(evaluations)) << name(method);
      ASSERT_EQ(plan.steps.size(), plan.times.size());
      EXPECT_EQ(plan.times.front(), 1.0);
      for (std::size_t i = 1; i < plan.times.size(); ++i) EXPECT_LE(plan.times[i], plan.times[i - 1]);
      if (method != Method::heun) {
        EXPECT_GT(plan.times.back(), 0.0) << name(method);
      }
    }
  }
}

TEST(Solver, SweepsEndWhereTheStepsDo) {
  const KnownFlow flow;
  const auto z0 = torch::full({1}, flow.path(1.0), torch::kFloat64);
  for (const auto method : all_methods()) {
    const auto plan = make_plan({method, {}, 32});
    std::int64_t asked = 0;
    const Velocity velocity = [&](const torch::Tensor& z, std::int64_t i) {
      ++asked;
      return torch::full({1}, flow.velocity(z.item<double>(), plan.times[static_cast<std::size_t>(i)]),
                         torch::kFloat64);
    };
    const double wanted = integrate(plan, z0, velocity).item<double>();
    const auto off = [&](std::int64_t sweeps) {
      return std::abs(integrate_by_sweeps(plan, z0, velocity, sweeps).item<double>() - wanted);
    };
    EXPECT_GT(off(0), 1e-2) << name(method);
    EXPECT_LT(off(6), off(3) / 4) << name(method);
    EXPECT_LT(off(12), 1e-5) << name(method);
    EXPECT_LT(off(32), 1e-12) << name(method);
    asked = 0;
    off(5);
    EXPECT_EQ(asked, 1 + 5 * 31) << name(method);
  }
}

TEST(Solver, OneEvaluationIsOneEulerStep) {
  const KnownFlow flow;
  const double expected = flow.path(1.0) - flow.velocity(flow.path(1.0), 1.0);
  for (const auto method :
       {Method::euler, Method::adams3, Method::corrected2, Method::clean2, Method::dpm2}) {
    EXPECT_NEAR(solve(flow, {method, {}, 1}), expected, 1e-12) << name(method);
  }
}

TEST(Solver, RefusesCountsItCannotDo) {
  EXPECT_THROW(make_plan({Method::euler, {}, 0}), Error);
  EXPECT_THROW(make_plan({Method::euler, {}, -5}), Error);
  EXPECT_THROW(make_plan({Method::adams2, {}, 10001}), Error);
  EXPECT_THROW(make_plan({Method::heun, {}, 7}), Error) << "two evaluations an interval";
}

TEST(Solver, NamesGoBothWays) {
  for (const auto method : all_methods()) EXPECT_EQ(parse_method(name(method)), method);
  EXPECT_THROW(parse_method("rk45"), Error);
}

TEST(TimeGrid, FallsStrictlyFromOneToZero) {
  for (const auto& text : {"uniform", "quadratic", "cosine", "shifted:0.3", "shifted:4"}) {
    for (const int intervals : {1, 7, 1000}) {
      const auto t = parse_time_grid(text).times(intervals);
      ASSERT_EQ(t.size(), static_cast<std::size_t>(intervals + 1));
      EXPECT_EQ(t.front(), 1.0) << text;
      EXPECT_EQ(t.back(), 0.0) << text;
      for (std::size_t i = 1; i < t.size(); ++i) EXPECT_LT(t[i], t[i - 1]) << text;
    }
  }
}

TEST(TimeGrid, NamesGoBothWays) {
  for (const auto& text : {"uniform", "quadratic", "cosine", "shifted:0.25"}) {
    EXPECT_EQ(name(parse_time_grid(text)), text);
  }
  for (const auto& text :
       {"", "shifted", "shifted:", "shifted:0", "shifted:x", "shifted:2x", "shifted:nan"}) {
    EXPECT_THROW(parse_time_grid(text), Error) << text;
  }
}

}  // namespace
}  // namespace equi::sampling
