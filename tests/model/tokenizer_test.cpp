#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/model/weights.h"

namespace equi::model {
namespace {

TokenizerConfig small_config() {
  TokenizerConfig c;
  c.image_height = 32;
  c.encoder_channels = c.decoder_channels = 32;
  c.channel_multipliers = {1, 2, 2};
  c.halves_width = {true, false};
  c.level_attention = {false, false, true};
  c.blocks_per_level = 1;
  c.z_channels = 8;
  c.token_width = 12;
  return c;
}

Tokenizer random_tokenizer(const TokenizerConfig& config) {
  Tokenizer tokenizer(config);
  randomize_weights(*tokenizer, torch::kFloat32, 1);
  tokenizer->eval();
  return tokenizer;
}

TEST(Tokenizer, OneTokenForEachColumnOfThePicture) {
  const auto config = small_config();
  EXPECT_EQ(config.column_pixels(), 2) << "one of the two resamplings halves the width";
  const torch::NoGradGuard no_grad;
  const auto tokenizer = random_tokenizer(config);
  const auto tokens = tokenizer->encode(torch::randn({2, 3, 32, 14}));
  EXPECT_EQ(tokens.sizes(), torch::IntArrayRef({2, 7, 12}));
  EXPECT_EQ(tokenizer->decode(tokens).sizes(), torch::IntArrayRef({2, 3, 32, 14}));
}

TEST(Tokenizer, EncoderAndDecoderMayHaveDifferentWidths) {
  auto config = small_config();
  config.decoder_channels = 64;
  const torch::NoGradGuard no_grad;
  const auto tokenizer = random_tokenizer(config);
  EXPECT_EQ(tokenizer->decode(torch::randn({1, 4, 12})).sizes(), torch::IntArrayRef({1, 3, 32, 8}));
}

TEST(Tokenizer, RefusesPicturesThatDoNotFit) {
  const auto tokenizer = random_tokenizer(small_config());
  EXPECT_THROW(tokenizer->encode(torch::randn({1, 3, 31, 14})), Error) << "height";
  EXPECT_THROW(tokenizer->encode(torch::randn({1, 3, 32, 13})), Error) << "no whole columns";
  EXPECT_THROW(tokenizer->encode(torch::randn({1, 1, 32, 14})), Error) << "channels";
  EXPECT_THROW(tokenizer->encode(torch::randn({1, 3, 32, 2})), Error) << "one column has no neighbour";
  EXPECT_THROW(tokenizer->decode(torch::randn({1, 1, 12})), Error);
}

TEST(Tokenizer, ResamplingIsInverted) {
  const auto x = torch::randn({2, 3, 8, 12});
  for (const Stride stride : {Stride{2, 2}, Stride{2, 1}}) {
    EXPECT_TRUE(torch::equal(pixel_shuffle(pixel_unshuffle(x, stride), stride), x));
  }
}

TEST(Tokenizer, ParameterNamesAreTheAuthors) {
  const auto config = small_config();
  const Tokenizer tokenizer(config);
  const auto parameters = tokenizer->named_parameters();
  const auto specs = weight_specs(config);
  EXPECT_EQ(parameters.size(), specs.size());
  for (const auto& spec : specs) {
    const auto* found = parameters.find(spec.name);
    ASSERT_NE(found, nullptr) << spec.name;
    EXPECT_EQ(found->sizes(), torch::IntArrayRef(spec.shape)) << spec.name;
  }
}

TEST(Tokenizer, TheCountOfParametersOfThePublishedModel) {
  std::int64_t count = 0;
  const Tokenizer tokenizer{TokenizerConfig()};  // the published sizes; nothing is allocated
  for (const auto& parameter : tokenizer->parameters()) count += parameter.numel();
  EXPECT_NEAR(static_cast<double>(count) / 1e6, 214.0, 1.0);
}

}  // namespace
}  // namespace equi::model
