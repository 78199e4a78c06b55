#include <gtest/gtest.h>

#include "core/model/rope.h"
#include "core/model/weights.h"

namespace equi::model {
namespace {

GeneratorConfig small_config() {
  GeneratorConfig c;
  c.token_width = 6;
  c.width = 32;
  c.heads = 2;
  c.blocks = 2;
  c.mlp_width = 64;
  c.class_count = 3;
  c.condition_tokens = 4;
  c.flow_width = 24;
  c.flow_depth = 2;
  return c;
}

Generator random_generator(const GeneratorConfig& config) {
  Generator generator(config);
  randomize_weights(*generator, torch::kFloat32, 3);
  generator->eval();
  return generator;
}

torch::Tensor conditions(const Generator& generator, const torch::Tensor& tokens, std::int64_t label,
                         double shift = 0) {
  const torch::NoGradGuard no_grad;
  return generator->forward(tokens, generator->class_embedding(torch::tensor({label})), shift);
}

TEST(Generator, AConditionSeesOnlyEarlierColumns) {
  const auto generator = random_generator(small_config());
  const auto tokens = torch::randn({1, 9, 6});
  auto changed = tokens.clone();
  changed.select(1, 5).add_(1.0);
  const auto a = conditions(generator, tokens, 1), b = conditions(generator, changed, 1);
  EXPECT_TRUE(torch::allclose(a.narrow(1, 0, 6), b.narrow(1, 0, 6), 0, 1e-6)) << "columns 0..5 come before";
  EXPECT_FALSE(torch::allclose(a.select(1, 6), b.select(1, 6), 0, 1e-3)) << "column 6 comes after";
}

TEST(Generator, TheWindowBoundsWhatAColumnSees) {
  const auto mask = window_mask(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) {
    for (std::int64_t j = 0; j < 6; ++j) {
      EXPECT_EQ(mask[i][j].item<bool>(), j <= i && j >= i - 2) << i << ", " << j;
    }
  }
  EXPECT_TRUE(torch::equal(window_mask(6, 0), torch::ones({6, 6}, torch::kBool).tril()));
}

TEST(Generator, TheClassMatters) {
  const auto generator = random_generator(small_config());
  const auto tokens = torch::randn({1, 4, 6});
  EXPECT_FALSE(torch::allclose(conditions(generator, tokens, 0), conditions(generator, tokens, 2), 0, 1e-4));
}

TEST(Generator, ParameterNamesAreTheAuthors) {
  const auto config = small_config();
  const Generator generator(config);
  const auto parameters = generator->named_parameters();
  const auto specs = weight_specs(config);
  EXPECT_EQ(parameters.size(), specs.size());
  for (const auto& spec : specs) {
    const auto* found = parameters.find(spec.name);
    ASSERT_NE(found, nullptr) << spec.name;
    EXPECT_EQ(found->sizes(), torch::IntArrayRef(spec.shape)) << spec.name;
  }
}

TEST(Generator, TheCountOfParametersOfThePublishedLargeModel) {
  GeneratorConfig published;  // the published sizes; nothing is allocated
  std::int64_t count = 0;
  const Generator generator(published);
  for (const auto& parameter : generator->parameters()) count += parameter.numel();
  EXPECT_NEAR(static_cast<double>(count) / 1e6, 643.5, 1.0);
}

TEST(Rope, AnglesStayExactAtColumnThirtyMillion) {
  const double column = 30e6;
  const auto table = rope_table(positions_from(column, 1), 64);
  for (std::int64_t pair = 0; pair < 32; ++pair) {
    const double angle = column * std::pow(10000.0, -static_cast<double>(pair) / 32.0);
    EXPECT_NEAR(table[0][pair][0].item<double>(), std::cos(angle), 1e-5) << pair;
    EXPECT_NEAR(table[0][pair][1].item<double>(), std::sin(angle), 1e-5) << pair;
  }
}

TEST(Rope, ScoresDependOnDistanceAlone) {
  const auto q = torch::randn({1, 1, 1, 16}), k = torch::randn({1, 1, 1, 16});
  const auto score = [&](double at_q, double at_k) {
    const auto rotated_q = apply_rope(q, rope_table(positions_from(at_q, 1), 16));
    const auto rotated_k = apply_rope(k, rope_table(positions_from(at_k, 1), 16));
    return (rotated_q * rotated_k).sum().item<double>();
  };
  EXPECT_NEAR(score(7, 5), score(1000007, 1000005), 1e-4);
  EXPECT_GT(std::abs(score(7, 5) - score(7, 4)), 1e-4);
}

TEST(FlowHead, GuidanceExtrapolatesFromTheUnconditionalVelocity) {
  const auto v = torch::tensor({{1.0F, 2.0F}, {0.5F, 1.0F}});  // conditional, unconditional
  EXPECT_TRUE(torch::allclose(guide(v, 1.0), v.narrow(0, 0, 1)));
  EXPECT_TRUE(torch::allclose(guide(v, 3.0), torch::tensor({{2.0F, 4.0F}})));
}

TEST(FlowHead, TimeFeaturesAreCosinesThenSines) {
  const auto features = time_features(torch::tensor({0.0F, 1.0F}), 8);
  EXPECT_TRUE(torch::equal(features[0], torch::tensor({1.F, 1.F, 1.F, 1.F, 0.F, 0.F, 0.F, 0.F})));
  EXPECT_NEAR(features[1][0].item<double>(), std::cos(1.0), 1e-6);
  EXPECT_NEAR(features[1][4].item<double>(), std::sin(1.0), 1e-6);
}

}  // namespace
}  // namespace equi::model
