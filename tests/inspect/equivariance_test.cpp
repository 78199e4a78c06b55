#include "core/inspect/equivariance.h"

#include "core/base/error.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

using model::Conv1d, model::Conv2d, model::Downsample, model::GroupNorm, model::Upsample;

// A tokenizer of the model's own layers without anything that looks at the whole width: two resamplings
// (columns of 4 pixels), convolutions, and one GroupNorm where `normalised`.
struct SmallTokenizerImpl : torch::nn::Module {
  static constexpr std::int64_t kChannels = 8, kHeight = 16, kWidth = 6, kFeatures = kChannels * kHeight / 4;

  explicit SmallTokenizerImpl(bool with_norm) : normalised(with_norm) {
    conv_in = register_module("conv_in", Conv2d(3, kChannels, 3));
    down_1 = register_module("down_1", Downsample(kChannels, model::Stride{2, 2}));
    down_2 = register_module("down_2", Downsample(kChannels, model::Stride{2, 2}));
    norm = register_module("norm", GroupNorm(4, kChannels));
    to_token = register_module("to_token", Conv1d(kFeatures, kWidth));
    from_token = register_module("from_token", Conv1d(kWidth, kFeatures));
    up_1 = register_module("up_1", Upsample(kChannels, model::Stride{2, 2}));
    up_2 = register_module("up_2", Upsample(kChannels, model::Stride{2, 2}));
    conv_out = register_module("conv_out", Conv2d(kChannels, 3, 3));
    model::randomize_weights(*this, torch::kFloat32, 11);
  }

  torch::Tensor encode(const torch::Tensor& picture) const {
    auto h = model::swish(down_1->forward(conv_in->forward(picture)));
    h = down_2->forward(normalised ? norm->forward(h) : h);
    return to_token->forward(h.permute({0, 3, 1, 2}).flatten(2).transpose(1, 2)).transpose(1, 2);
  }
  torch::Tensor decode(const torch::Tensor& tokens) const {
    auto h = from_token->forward(tokens.transpose(1, 2)).transpose(1, 2);  // [1, T, features]
    h = model::swish(up_1->forward(h.unflatten(2, {kChannels, -1}).permute({0, 2, 3, 1})));
    return conv_out->forward(up_2->forward(normalised ? norm->forward(h) : h));
  }

  bool normalised;
  Conv2d conv_in{nullptr}, conv_out{nullptr};
  Downsample down_1{nullptr}, down_2{nullptr};
  Upsample up_1{nullptr}, up_2{nullptr};
  GroupNorm norm{nullptr};
  Conv1d to_token{nullptr}, from_token{nullptr};
};
TORCH_MODULE(SmallTokenizer);

Codec codec_of_small(bool normalised) {
  const SmallTokenizer tokenizer(normalised);
  return {[=](const torch::Tensor& picture) { return tokenizer->encode(picture); },
          [=](const torch::Tensor& tokens) { return tokenizer->decode(tokens); }, 4};
}

torch::Tensor photo(std::int64_t height, std::int64_t width) {
  torch::manual_seed(4);
  const auto noise = torch::rand({1, 3, height, width}) * 2 - 1;
  return torch::avg_pool2d(noise, {3, 5}, {1, 1}, {1, 2})[0];
}

TEST(Equivariance, IsZeroForPurelyLocalLayers) {
  EquivarianceSettings settings;
  settings.border = 6;  // an edge is felt 2 columns far by the encoder and 3 more by the decoder
  settings.window = 24;
  const auto result = check_equivariance(codec_of_small(false), photo(16, 240), settings);
  EXPECT_EQ(result.windows, 2);
  const auto whole = result.whole_columns();
  EXPECT_LT(whole.encode, 1e-6);
  EXPECT_LT(whole.decode, 1e-6);
  EXPECT_LT(whole.round_trip, 1e-6);
  EXPECT_GT(result.parts_of_columns().encode, 1e-2) << "only shifts by whole columns commute";
}

TEST(Equivariance, IsPositiveWithGlobalNormalisation) {
  const auto whole = check_equivariance(codec_of_small(true), photo(16, 120), {}).whole_columns();
  EXPECT_GT(whole.encode, 1e-4);
  EXPECT_GT(whole.decode, 1e-4);
  EXPECT_GT(whole.round_trip, 1e-4);
}

TEST(Equivariance, OfTheModelsOwnTokenizer) {
  const auto& config = golden_model().manifest.tokenizer;
  const auto result =
      check_equivariance(codec_of(golden_model().tokenizer), photo(config.image_height, 100), {});
  ASSERT_EQ(result.shifts.size(), default_shifts(config.column_pixels()).size());
  for (const auto& each : result.shifts) {
    EXPECT_GT(each.encode, 0) << each.shift;
    EXPECT_LT(each.encode, 2) << each.shift;
    EXPECT_GT(each.round_trip, 0) << each.shift;
  }
}

TEST(Equivariance, LocalLayersShowAtTheBorderOnly) {
  EquivarianceSettings settings;
  settings.border = 0;
  EXPECT_GT(check_equivariance(codec_of_small(false), photo(16, 120), settings).whole_columns().encode, 1e-3)
      << "the reflected edge is seen when it is not left out";
}

TEST(Equivariance, NarrowPicturesGetANarrowerWindow) {
  EXPECT_EQ(check_equivariance(codec_of_small(false), photo(16, 4 * 16), {}).window, 12);
  try {
    check_equivariance(codec_of_small(false), photo(16, 12 * 4), {});
    FAIL() << "measured on nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_NE(error.message().find("12 columns"), std::string::npos) << error.message();
  }
  EquivarianceSettings settings;
  settings.shifts = {1, 4};
  EXPECT_EQ(check_equivariance(codec_of_small(false), photo(16, 12 * 4), settings).window, 11);
}

TEST(Equivariance, RefusesShiftsOutOfRange) {
  for (const int shift : {0, -4, 5000}) {
    EquivarianceSettings settings;
    settings.shifts = {shift};
    EXPECT_THROW(check_equivariance(codec_of_small(false), photo(16, 120), settings), Error) << shift;
  }
}

TEST(Equivariance, DefaultShiftsCoverQuarters) {
  EXPECT_EQ(default_shifts(16), (std::vector<int>{4, 8, 12, 16, 20, 24, 28, 32, 48, 64}));
  EXPECT_EQ(default_shifts(2), (std::vector<int>{1, 2, 3, 4, 6, 8}));
}

TEST(Equivariance, PicturesAreAveragedByTheirWindows) {
  Equivariance a, b;
  a.windows = 1;
  a.shifts = {{16, 0.1, 0.2, 0.3}};
  b.windows = 3;
  b.shifts = {{16, 0.5, 0.2, 0.7}};
  const auto mean = average({a, b});
  EXPECT_EQ(mean.windows, 4);
  EXPECT_NEAR(mean.shifts[0].encode, 0.4, 1e-12);
  EXPECT_NEAR(mean.shifts[0].round_trip, 0.6, 1e-12);
  EXPECT_THROW(average({}), Error);
  b.shifts.push_back({17});
  EXPECT_THROW(average({a, b}), Error);
  b.shifts = {{17, 0.5, 0.2, 0.7}};
  EXPECT_THROW(average({a, b}), Error) << "as many, but others";
}

}  // namespace
}  // namespace equi::inspect
