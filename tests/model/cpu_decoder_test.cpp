#include "core/model/cpu_decoder.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/cpu/isa.h"
#include "core/model/weights.h"

namespace equi::model {
namespace {

double relative_error(const torch::Tensor& ours, const torch::Tensor& wanted) {
  const auto reference = wanted.to(torch::kFloat64);
  return ((ours.to(torch::kFloat64) - reference).norm() / reference.norm()).item<double>();
}

// Rest channels in every vector size, one and two blocks, attention within, a level that keeps the width.
TokenizerConfig odd_config() {
  TokenizerConfig c;
  c.image_height = 64;
  c.encoder_channels = 8;
  c.decoder_channels = 20;
  c.channel_multipliers = {1, 1, 2, 2, 3, 3};
  c.level_attention = {false, false, true, false, false, true};
  c.halves_width = {true, true, false, true, true};
  c.blocks_per_level = 1;
  c.z_channels = 6;
  c.token_width = 10;
  c.norm_groups = 4;
  return c;
}

Tokenizer random_tokenizer(const TokenizerConfig& config, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  Tokenizer tokenizer(config);
  randomize_weights(*tokenizer, type, 5);
  torch::manual_seed(4);
  for (auto& p : tokenizer->parameters()) {
    p.requires_grad_(false);
    p.add_(torch::randn_like(p), 0.05);
  }
  tokenizer->eval();
  return tokenizer;
}

TEST(CpuDecoder, GivesTheTokenizersPictureInFloat32) {
  const auto tokenizer = random_tokenizer(odd_config(), torch::kFloat32);
  const auto decoder = CpuDecoder::of(tokenizer);
  ASSERT_NE(decoder, nullptr);
  for (const auto& shape : {std::vector<std::int64_t>{1, 2, 10}, {1, 16, 10}, {3, 5, 10}}) {
    const auto tokens = torch::randn(shape);
    const auto wanted = tokenizer->decode(tokens);
    const auto made = decoder->decode(tokens);
    ASSERT_EQ(made.sizes(), wanted.sizes());
    EXPECT_LE(relative_error(made, wanted), 1e-5);
  }
}

TEST(CpuDecoder, GivesTheTokenizersPictureInBfloat16) {
  if (!cpu::has_bfloat16_products()) GTEST_SKIP() << "no products of bfloat16 on this processor";
  const auto narrow = random_tokenizer(odd_config(), torch::kBFloat16);
  auto wide = random_tokenizer(odd_config(), torch::kFloat32);
  {
    const torch::NoGradGuard no_grad;
    auto to = wide->parameters();
    const auto from = narrow->parameters();
    for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
  }
  const auto decoder = CpuDecoder::of(narrow);
  ASSERT_NE(decoder, nullptr);
  const auto tokens = torch::randn({2, 9, 10}).to(torch::kBFloat16);
  const auto wanted = wide->decode(tokens.to(torch::kFloat32));
  const double plain = relative_error(narrow->decode(tokens), wanted);
  EXPECT_LE(relative_error(decoder->decode(tokens), wanted), 1.2 * plain)
      << "the modules' own error: " << plain;
  EXPECT_LE(plain, 5e-2);
}

TEST(CpuDecoder, AgreesWithItselfOnAnyNumberOfThreads) {
  const auto tokenizer = random_tokenizer(odd_config(), torch::kFloat32);
  const auto decoder = CpuDecoder::of(tokenizer);
  const auto tokens = torch::randn({1, 16, 10});
  const int before = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto alone = decoder->decode(tokens);
  torch::set_num_threads(2);
  const auto together = decoder->decode(tokens);
  torch::set_num_threads(before);
  EXPECT_LE(relative_error(together, alone), 1e-6);
  torch::set_num_threads(before);
  EXPECT_TRUE(torch::equal(decoder->decode(tokens), decoder->decode(tokens)));
}

TEST(CpuDecoder, IsSharedWhileSomebodyHoldsIt) {
  const auto tokenizer = random_tokenizer(odd_config(), torch::kFloat32);
  auto first = CpuDecoder::of(tokenizer);
  EXPECT_EQ(CpuDecoder::of(tokenizer), first);
  const auto other = random_tokenizer(odd_config(), torch::kFloat32);
  EXPECT_NE(CpuDecoder::of(other), first);
  const auto tokens = torch::randn({1, 3, 10});
  const auto before = first->decode(tokens);
  {
    const torch::NoGradGuard no_grad;
    for (auto& p : tokenizer->parameters()) p.mul_(1.5);
  }
  first.reset();
  EXPECT_GT(relative_error(CpuDecoder::of(tokenizer)->decode(tokens), before), 0.1) << "weights of now";
}

TEST(CpuDecoder, RefusesWhatTheReflectionCannotDo) {
  const auto tokenizer = random_tokenizer(odd_config(), torch::kFloat32);
  EXPECT_THROW(CpuDecoder::of(tokenizer)->decode(torch::randn({1, 1, 10})), Error);
  const auto half = random_tokenizer(odd_config(), torch::kFloat16);
  EXPECT_EQ(CpuDecoder::of(half), nullptr);
}

}  // namespace
}  // namespace equi::model
