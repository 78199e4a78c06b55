#include "core/sampling/guided_step.h"

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"

namespace equi::sampling {
namespace {

TEST(GuidedStep, IsTheEulerStepOfTheGuidedVelocity) {
  const auto z = torch::tensor({{1.0F, 2.0F}});
  const auto v = torch::tensor({{3.0F, -1.0F}, {1.0F, 1.0F}});
  const auto expected = torch::tensor({{1.0F - 0.1F * 5.0F, 2.0F - 0.1F * -3.0F}});
  EXPECT_TRUE(torch::allclose(guided_step(z, v, 2.0, -0.1), expected));
  EXPECT_TRUE(torch::equal(z, torch::tensor({{1.0F, 2.0F}}))) << "the input is kept";
}

TEST(GuidedStep, TheKernelAgreesWithThePlainPath) {
  if (!cuda_status().kernels_loaded)
    GTEST_SKIP() << "our CUDA kernels are not loaded: " << cuda_status().reason;
  for (const std::int64_t rows : {1, 3, 1000}) {
    const auto z = torch::randn({rows, 257}), v = torch::randn({2 * rows, 257});
    const auto ours = guided_step(z.cuda(), v.cuda(), 7.0, -0.01).cpu();
    const auto plain = guided_step(z, v, 7.0, -0.01);
    EXPECT_LE(((ours - plain).norm() / plain.norm()).item<double>(), 1e-6) << rows;
  }
}

}  // namespace
}  // namespace equi::sampling
