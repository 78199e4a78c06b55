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

// What algorithm.md says of both, word for word: move pixels into channels or back, and add the mean over, or
// the repetition of, what is moved.
torch::Tensor plain_unshuffle(const torch::Tensor& x, Stride s) {
  const auto b = x.size(0), c = x.size(1), h = x.size(2) / s.vertical, w = x.size(3) / s.horizontal;
  return x.reshape({b, c, h, s.vertical, w, s.horizontal})
      .permute({0, 1, 3, 5, 2, 4})
      .reshape({b, c * s.area(), h, w});
}

torch::Tensor plain_shuffle(const torch::Tensor& x, Stride s) {
  const auto b = x.size(0), c = x.size(1) / s.area(), h = x.size(2), w = x.size(3);
  return x.reshape({b, c, s.vertical, s.horizontal, h, w})
      .permute({0, 1, 4, 2, 5, 3})
      .reshape({b, c, h * s.vertical, w * s.horizontal});
}

torch::Tensor plain_down(const DownsampleImpl& down, const torch::Tensor& x) {
  const auto s = down.stride;
  const auto mean = plain_unshuffle(x, s).unflatten(1, {x.size(1), s.area()}).mean(2);
  return plain_unshuffle(down.conv->conv->forward(x), s) + mean;
}

torch::Tensor plain_up(const UpsampleImpl& up, const torch::Tensor& x) {
  return plain_shuffle(up.conv->conv->forward(x) + x.repeat_interleave(up.stride.area(), 1), up.stride);
}

TEST(Tokenizer, ResamplingIsItsDefinitionWithAndWithoutGradientsInAnyMemoryOrder) {
  for (const Stride stride : {Stride{2, 2}, Stride{2, 1}}) {
    Downsample down(8, stride);
    Upsample up(8, stride);
    randomize_weights(*down, torch::kFloat32, 3);
    randomize_weights(*up, torch::kFloat32, 4);
    for (const auto order : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
      const auto x = torch::randn({2, 8, 8, 12}).contiguous(order);
      const auto check = [&](const auto& made, const auto& wanted, torch::nn::Module& module) {
        const auto at = x.clone().requires_grad_(true), plain_at = x.clone().requires_grad_(true);
        const auto y = made(at), plain_y = wanted(plain_at);
        EXPECT_TRUE(torch::allclose(y, plain_y, 1e-5, 1e-6));
        if (stride.vertical == stride.horizontal) {
          EXPECT_EQ(y.suggest_memory_format(), order) << "else the next convolution has to turn it round";
        }
        const auto by = torch::randn_like(plain_y);
        auto inputs = module.parameters(), plain_inputs = inputs;
        inputs.push_back(at);
        plain_inputs.push_back(plain_at);
        const auto gradients = torch::autograd::grad({y}, inputs, {by});
        const auto plain_gradients = torch::autograd::grad({plain_y}, plain_inputs, {by});
        for (std::size_t i = 0; i < gradients.size(); ++i) {
          EXPECT_TRUE(torch::allclose(gradients[i], plain_gradients[i], 1e-4, 1e-5)) << i;
        }
        const torch::NoGradGuard no_grad;
        EXPECT_TRUE(torch::allclose(made(x), plain_y, 1e-5, 1e-6));
      };
      for (auto* module :
           {static_cast<torch::nn::Module*>(down.get()), static_cast<torch::nn::Module*>(up.get())}) {
        for (auto& parameter : module->parameters()) parameter.requires_grad_(true);
      }
      check([&](const auto& at) { return down->forward(at); },
            [&](const auto& at) { return plain_down(*down, at); }, *down);
      check([&](const auto& at) { return up->forward(at); },
            [&](const auto& at) { return plain_up(*up, at); }, *up);
    }
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
