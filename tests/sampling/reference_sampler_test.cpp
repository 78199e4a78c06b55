#include "core/sampling/reference_sampler.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/model/weights.h"

namespace equi::sampling {
namespace {

model::Generator small_generator() {
  GeneratorConfig c;
  c.token_width = 4;
  c.width = 16;
  c.heads = 2;
  c.blocks = 2;
  c.mlp_width = 32;
  c.class_count = 2;
  c.condition_tokens = 3;
  c.flow_width = 12;
  c.flow_depth = 1;
  model::Generator generator(c);
  model::randomize_weights(*generator, torch::kFloat32, 9);
  generator->eval();
  return generator;
}

class ReferenceSampler : public ::testing::Test {
 protected:
  torch::Tensor sample(const ReferenceSettings& settings, const torch::Tensor& prefix = {},
                       const std::stop_token& stop = {}) {
    const auto given = prefix.defined() ? prefix.size(1) : 0;
    return sample_reference(generator_, embedding_, noise_.narrow(0, given, settings.columns - given), prefix,
                            settings, {}, stop);
  }
  model::Generator generator_ = small_generator();
  torch::Tensor embedding_ = generator_->class_embedding(torch::tensor({0, 1})).detach();
  torch::Tensor noise_ = torch::randn({8, 2, 4});
};

TEST_F(ReferenceSampler, EarlierColumnsDoNotDependOnTheLengthWithConstantGuidance) {
  const auto whole = sample({8, 3.0, false, 5});
  EXPECT_TRUE(torch::allclose(sample({5, 3.0, false, 5}), whole.narrow(1, 0, 5), 0, 1e-5));
}

TEST_F(ReferenceSampler, APrefixIsKeptAndContinued) {
  const auto whole = sample({8, 3.0, true, 5});
  const auto continued = sample({8, 3.0, true, 5}, whole.narrow(1, 0, 3));
  EXPECT_TRUE(torch::equal(continued.narrow(1, 0, 3), whole.narrow(1, 0, 3)));
  EXPECT_TRUE(torch::allclose(continued, whole, 0, 1e-5));
}

TEST_F(ReferenceSampler, RefusesNoiseOfAnotherShape) {
  const ReferenceSettings settings{8, 1.0, true, 5};
  EXPECT_THROW(sample_reference(generator_, embedding_, torch::randn({7, 2, 4}), {}, settings), Error);
  EXPECT_THROW(sample_reference(generator_, embedding_, torch::randn({8, 1, 4}), {}, settings), Error);
  EXPECT_THROW(sample_reference(generator_, embedding_, torch::randn({8, 2, 5}), {}, settings), Error);
}

TEST_F(ReferenceSampler, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  try {
    sample({8, 1.0, true, 5}, {}, source.get_token());
    FAIL() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
}

TEST_F(ReferenceSampler, NamesTheColumnWhoseTokenIsNotFinite) {
  noise_[4].fill_(std::numeric_limits<float>::quiet_NaN());
  try {
    sample({8, 1.0, true, 5});
    FAIL() << "NaN was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "column 4");
  }
}

}  // namespace
}  // namespace equi::sampling
