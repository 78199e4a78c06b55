// The fused GroupNorm and swish of training against libtorch's own two functions in float64.
#include "core/model/norm_swish.h"

#include <gtest/gtest.h>

#include "core/model/weights.h"

namespace equi::model {
namespace {

// bfloat16 keeps 8 bits: values within 2^-8 of their size, sums of many a little more.
constexpr double kValues = 5e-3, kSums = 1e-2;

double relative_error(const torch::Tensor& ours, const torch::Tensor& expected) {
  const auto wanted = expected.detach().to(torch::kFloat64);
  return ((ours.detach().to(torch::kFloat64) - wanted).norm() / wanted.norm()).item<double>();
}

struct Sides {
  torch::Tensor y, dx, dweight, dbias;
};

Sides both_ways(torch::ScalarType type, std::int64_t groups, const torch::Tensor& x,
                const torch::Tensor& weight, const torch::Tensor& bias, const torch::Tensor& dy) {
  GroupNorm norm(groups, x.size(1));
  norm->weight.set_data(weight.to(type));
  norm->bias.set_data(bias.to(type));
  norm->weight.requires_grad_(true);
  norm->bias.requires_grad_(true);
  const auto input = x.to(type).detach().requires_grad_(true);
  const auto y = norm_swish(norm, input);
  y.backward(dy.to(type));
  return {y, input.grad(), norm->weight.grad(), norm->bias.grad()};
}

TEST(NormSwish, ValuesAndGradientsAreThoseOfThePlainFunctions) {
  torch::manual_seed(3);
  for (const auto& [groups, channels, height, width] :
       {std::array<std::int64_t, 4>{2, 16, 9, 7}, {1, 8, 4, 33}, {32, 64, 5, 5}, {2, 128, 8, 16}}) {
    // What both sides see are numbers that bfloat16 holds exactly; a mean far from 0 shows a cancellation.
    const auto exact = [](const torch::Tensor& t) { return t.to(torch::kBFloat16).to(torch::kFloat64); };
    const auto x = exact(torch::randn({3, channels, height, width}) * 2 + 1.5);
    const auto weight = exact(torch::randn({channels})), bias = exact(torch::randn({channels}));
    const auto dy = exact(torch::randn({3, channels, height, width}));
    const auto ours = both_ways(torch::kBFloat16, groups, x, weight, bias, dy);
    const auto plain = both_ways(torch::kFloat64, groups, x, weight, bias, dy);
    const auto what = testing::Message() << groups << " groups of " << channels << " channels";
    EXPECT_LT(relative_error(ours.y, plain.y), kValues) << what;
    EXPECT_LT(relative_error(ours.dx, plain.dx), kSums) << what;
    EXPECT_LT(relative_error(ours.dweight, plain.dweight), kSums) << what;
    EXPECT_LT(relative_error(ours.dbias, plain.dbias), kSums) << what;
  }
}

TEST(NormSwish, IsThePlainFunctionWithoutGradients) {
  torch::manual_seed(4);
  GroupNorm norm(2, 8);
  norm->weight.set_data(torch::randn({8}).to(torch::kBFloat16));
  norm->bias.set_data(torch::randn({8}).to(torch::kBFloat16));
  const auto x = torch::randn({1, 8, 6, 5}).to(torch::kBFloat16);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(norm_swish(norm, x), swish(norm->forward(x))));
}

}  // namespace
}  // namespace equi::model
