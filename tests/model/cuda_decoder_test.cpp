#include "core/model/cuda_decoder.h"

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cuda/plain_picture.h"
#include "core/model/weights.h"
#include "tests/cuda/emulation/emulation.h"

namespace equi::model {
namespace {

double relative_error(const torch::Tensor& ours, const torch::Tensor& wanted) {
  const auto reference = wanted.cpu().to(torch::kFloat64);
  return ((ours.cpu().to(torch::kFloat64) - reference).norm() / reference.norm()).item<double>();
}

// Channels in one, two and three eights, groups of several widths, attention within, a level that keeps the
// width.
TokenizerConfig config_with(bool attention) {
  TokenizerConfig c;
  c.image_height = 64;
  c.encoder_channels = 8;
  c.decoder_channels = 8;
  c.channel_multipliers = {1, 1, 2, 2, 3, 3};
  c.level_attention = {false, false, attention, false, false, attention};
  c.halves_width = {true, true, false, true, true};
  c.blocks_per_level = 1;
  c.z_channels = 16;
  c.token_width = 10;
  c.norm_groups = 4;
  return c;
}

Tokenizer random_tokenizer(const TokenizerConfig& config, const torch::TensorOptions& options) {
  const torch::NoGradGuard no_grad;
  Tokenizer tokenizer(config);
  randomize_weights(*tokenizer, options, 5);
  torch::manual_seed(4);
  for (auto& p : tokenizer->parameters()) {
    p.requires_grad_(false);
    p.add_(torch::randn(p.sizes()).to(p.options()), 0.05);
  }
  tokenizer->eval();
  return tokenizer;
}

// The same weights in float32 on the CPU.
Tokenizer wide_copy(const Tokenizer& from) {
  const torch::NoGradGuard no_grad;
  auto wide = random_tokenizer(from->config, torch::kFloat32);
  auto to = wide->parameters();
  const auto weights = from->parameters();
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(weights[i]);
  return wide;
}

// Against the picture that float32 gives: about as near as the modules in bfloat16 come.
void expect_the_tokenizers_pictures(const Tokenizer& narrow, const CudaDecoder& decoder) {
  const auto wide = wide_copy(narrow);
  const auto& c = narrow->config;
  for (const auto& [windows, columns] :
       {std::pair{1, 2}, {1, 16}, {3, 5}}) {  // 2 to 1024 places of attention
    SCOPED_TRACE(::testing::Message() << windows << " windows of " << columns << " columns");
    const auto tokens = torch::randn({windows, columns, c.token_width}).to(torch::kBFloat16);
    const auto wanted = wide->decode(tokens.to(torch::kFloat32));
    const auto there = tokens.to(narrow->post_quant_layer->weight.device());
    const double plain = relative_error(narrow->decode(there), wanted);
    const auto made = decoder.decode(there);
    ASSERT_EQ(made.sizes(), wanted.sizes());
    EXPECT_EQ(made.scalar_type(), torch::kFloat32);
    EXPECT_LE(relative_error(made, wanted), 1.5 * plain) << "the modules' own error: " << plain;
    EXPECT_LE(plain, 5e-2);
    EXPECT_TRUE(torch::equal(decoder.decode(there), made));
  }
}

int plain_kernels(const EquiPictureOp* ops, std::int64_t count, int /*overlap*/, void* /*stream*/) {
  cuda::run_plain({ops, static_cast<std::size_t>(count)});
  return 0;
}

int emulated_kernels(const EquiPictureOp* ops, std::int64_t count, int overlap, void* stream) {
  emulation::set_order(emulation::Order::shuffled);
  const int code = equi_cuda_run_picture_ops(ops, count, overlap, stream);
  const int after = emulation::synchronize();
  return code != 0 ? code : after;
}

TEST(CudaDecoder, GivesTheTokenizersPictureByPlainLoops) {
  for (const bool attention : {false, true}) {
    const auto tokenizer = random_tokenizer(config_with(attention), torch::kBFloat16);
    const auto decoder = CudaDecoder::with(tokenizer, plain_kernels);
    ASSERT_NE(decoder, nullptr);
    expect_the_tokenizers_pictures(tokenizer, *decoder);
  }
}

TEST(CudaDecoder, GivesTheTokenizersPictureByEmulatedKernels) {
  const auto tokenizer = random_tokenizer(config_with(true), torch::kBFloat16);
  const auto decoder = CudaDecoder::with(tokenizer, emulated_kernels);
  ASSERT_NE(decoder, nullptr);
  expect_the_tokenizers_pictures(tokenizer, *decoder);
}

TEST(CudaDecoder, OnAGpuGivesTheTokenizersPicture) {
  if (!cuda_status().kernels_loaded || !cuda_kernels_fit(0))
    GTEST_SKIP() << "our CUDA kernels cannot be used: " << cuda_status().reason;
  for (const bool attention : {false, true}) {
    const auto tokenizer = random_tokenizer(
        config_with(attention), torch::TensorOptions().device(torch::kCUDA).dtype(torch::kBFloat16));
    const auto decoder = CudaDecoder::of(tokenizer);
    ASSERT_NE(decoder, nullptr);
    EXPECT_EQ(CudaDecoder::of(tokenizer), decoder);
    expect_the_tokenizers_pictures(tokenizer, *decoder);
  }
}

TEST(CudaDecoder, SaysWhenKernelsFail) {
  const auto tokenizer = random_tokenizer(config_with(false), torch::kBFloat16);
  const auto decoder =
      CudaDecoder::with(tokenizer, [](const EquiPictureOp*, std::int64_t, int, void*) { return 1; });
  EXPECT_THROW(decoder->decode(torch::randn({1, 2, 10}).to(torch::kBFloat16)), Error);
}

TEST(CudaDecoder, RefusesWhatItCannotDo) {
  const auto tokenizer = random_tokenizer(config_with(false), torch::kBFloat16);
  EXPECT_EQ(CudaDecoder::of(tokenizer), nullptr) << "not on a GPU";
  EXPECT_EQ(CudaDecoder::with(random_tokenizer(config_with(false), torch::kFloat32), plain_kernels), nullptr);
  auto odd = config_with(false);
  odd.decoder_channels = 12;
  EXPECT_EQ(CudaDecoder::with(random_tokenizer(odd, torch::kBFloat16), plain_kernels), nullptr);
  const auto decoder = CudaDecoder::with(tokenizer, plain_kernels);
  EXPECT_THROW(decoder->decode(torch::randn({1, 1, 10}).to(torch::kBFloat16)), Error);
}

}  // namespace
}  // namespace equi::model
