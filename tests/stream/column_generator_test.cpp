#include "core/stream/column_generator.h"

#include <ATen/record_function.h>

#include "core/base/error.h"
#include "core/sampling/reference_sampler.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

std::vector<Scene> recorded_scenes() {
  std::vector<Scene> scenes;
  const auto labels = recorded("labels");
  for (std::int64_t i = 0; i < labels.size(0); ++i) scenes.push_back({labels[i].item<std::int64_t>()});
  return scenes;
}

// A recorded row made anew: prefix columns taken in, the others generated from the recorded noise.
torch::Tensor remake(const std::string& stem, const GenerationSettings& settings, bool both_branches,
                     const torch::Tensor& prefix = {}) {
  const auto noise = recorded(stem + "_noise");
  const auto scenes = recorded_scenes();
  ColumnGenerator generator(golden_model().generator, settings, noise.size(1), both_branches);
  std::vector<torch::Tensor> columns;
  for (std::int64_t i = 0; prefix.defined() && i < prefix.size(1); ++i) {
    generator.accept(prefix.select(1, i), scenes);
    columns.push_back(prefix.select(1, i));
  }
  for (std::int64_t i = 0; i < noise.size(0); ++i) columns.push_back(generator.next(noise[i], scenes));
  return torch::stack(columns, 1);
}

int golden_steps() {
  return golden_model().manifest.generator.sampling_steps;
}

TEST(ColumnGenerator, EqualsTheRecordedRowWithoutGuidance) {
  const auto tokens = remake("sample_cfg1", reference_settings(1.0, 8, golden_steps()), false);
  EXPECT_LE(relative_error(tokens, recorded("sample_cfg1_tokens")), 1e-4);
}

TEST(ColumnGenerator, EqualsTheRecordedRowWithLinearGuidance) {
  const auto tokens = remake("sample_cfg3_linear", reference_settings(3.0, 20, golden_steps()), true);
  EXPECT_LE(relative_error(tokens, recorded("sample_cfg3_linear_tokens")), 1e-4);
}

TEST(ColumnGenerator, EqualsTheRecordedRowWithConstantGuidance) {
  auto settings = reference_settings(7.0, 20, golden_steps());
  settings.guidance.schedule = sampling::Guidance::Schedule::constant;
  const auto tokens = remake("sample_cfg7_constant", settings, true);
  EXPECT_LE(relative_error(tokens, recorded("sample_cfg7_constant_tokens")), 1e-4);
}

TEST(ColumnGenerator, EqualsTheRecordedContinuation) {
  const auto settings = reference_settings(3.0, 20, golden_steps());
  const auto tokens = remake("continue", settings, true, recorded("continue_prefix"));
  EXPECT_LE(relative_error(tokens, recorded("continue_tokens")), 1e-4);
}

// The yardstick: the whole transformer over all columns for every column.
TEST(ColumnGenerator, EqualsTheFullRecomputeFor300Columns) {
  constexpr std::int64_t kColumns = 300;
  constexpr int kSteps = 8;
  const auto& model = golden_model();
  const auto noise = torch::randn({kColumns, 1, model.manifest.generator.token_width});
  const torch::InferenceMode inference;
  const auto expected =
      sampling::sample_reference(model.generator, model.generator->class_embedding(torch::tensor({2})), noise,
                                 {}, {kColumns, 3.0, true, kSteps});
  ColumnGenerator generator(model.generator, reference_settings(3.0, kColumns, kSteps));
  const Scene scene{2};
  std::vector<torch::Tensor> columns;
  for (std::int64_t k = 0; k < kColumns; ++k) columns.push_back(generator.next(noise[k], {&scene, 1}));
  const auto tokens = torch::stack(columns, 1);
  EXPECT_LE(relative_error(tokens, expected), 1e-4);
  EXPECT_LE(relative_error(tokens.narrow(1, 280, 20), expected.narrow(1, 280, 20)), 1e-4) << "the end";
}

TEST(ColumnGenerator, EqualsTheFullForwardWithAnUnlimitedWindow) {
  auto config = golden_model().manifest.generator;
  config.cond_length = 0;
  model::Generator unlimited(config);
  model::randomize_weights(*unlimited, torch::kFloat32, 4);
  unlimited->eval();
  const auto noise = torch::randn({90, 1, config.token_width});
  const torch::InferenceMode inference;
  const auto expected = sampling::sample_reference(unlimited, unlimited->class_embedding(torch::tensor({1})),
                                                   noise, {}, {90, 2.0, true, 2});
  ColumnGenerator generator(unlimited, reference_settings(2.0, 90, 2));
  const Scene scene{1};
  std::vector<torch::Tensor> columns;
  for (std::int64_t k = 0; k < 90; ++k) columns.push_back(generator.next(noise[k], {&scene, 1}));
  EXPECT_LE(relative_error(torch::stack(columns, 1), expected), 1e-4);
}

TEST(ColumnGenerator, TenAndTenAreTwentyToTheBit) {
  ColumnGenerator once(golden_model().generator, quick_settings());
  const auto twenty = make_columns(once, 20);
  ColumnGenerator twice(golden_model().generator, quick_settings());
  const auto first = make_columns(twice, 10);
  const auto bookmark = twice.state();
  twice.start();
  make_columns(twice, 3, {4});  // something else in between
  twice.restore(bookmark);
  EXPECT_TRUE(torch::equal(torch::cat({first, make_columns(twice, 10)}), twenty));
}

TEST(ColumnGenerator, ContinuationsInABatchEqualSingleOnes) {
  constexpr std::int64_t kBatch = 3, kColumns = 12;
  const auto noise = torch::randn({kColumns, kBatch, golden_model().manifest.generator.token_width});
  const std::vector<Scene> scenes = {{0}, {3}, {1, 4, 0.25}};
  ColumnGenerator batch(golden_model().generator, quick_settings(), kBatch);
  std::vector<torch::Tensor> together;
  for (std::int64_t k = 0; k < kColumns; ++k) together.push_back(batch.next(noise[k], scenes));
  for (std::int64_t b = 0; b < kBatch; ++b) {
    ColumnGenerator single(golden_model().generator, quick_settings());
    for (std::int64_t k = 0; k < kColumns; ++k) {
      const auto token = single.next(noise[k].narrow(0, b, 1), {&scenes[static_cast<std::size_t>(b)], 1});
      EXPECT_LE(relative_error(token[0], together[static_cast<std::size_t>(k)][b]), 1e-5) << b << ", " << k;
    }
  }
}

TEST(ColumnGenerator, StationaryColumnsAreTheSameFunctionOfTheirWindow) {
  // The same tokens and noise at two places far apart give the same bits.
  const auto& config = golden_model().manifest.generator;
  const auto window = torch::randn({1, replay_columns(config), config.token_width});
  const auto noise = torch::randn({1, config.token_width});
  const std::vector<Scene> scenes(static_cast<std::size_t>(window.size(1)), Scene{1});
  const auto next_after = [&](std::int64_t first) {
    ColumnGenerator generator(golden_model().generator, quick_settings());
    replay(generator, window[0], 0, first, scenes);
    return generator.next(noise, {scenes.data(), 1});
  };
  const auto early = next_after(40);
  EXPECT_TRUE(torch::equal(next_after(1000), early));
  EXPECT_TRUE(torch::equal(next_after(30000000), early));
}

TEST(ColumnGenerator, ReferenceColumnsSeeTheirAbsolutePosition) {
  const auto& config = golden_model().manifest.generator;
  const auto window = torch::randn({1, replay_columns(config), config.token_width});
  const auto noise = torch::randn({1, config.token_width});
  const std::vector<Scene> scenes(static_cast<std::size_t>(window.size(1)), Scene{1});
  auto settings = quick_settings();
  settings.positions = PositionMode::reference;
  const auto next_after = [&](std::int64_t first) {
    ColumnGenerator generator(golden_model().generator, settings);
    replay(generator, window[0], 0, first, scenes);
    return generator.next(noise, {scenes.data(), 1});
  };
  EXPECT_GT(relative_error(next_after(1000), next_after(40)), 1e-3);
}

TEST(ColumnGenerator, StationaryAndReferenceAgreeUpToTheHoldPosition) {
  auto reference = quick_settings();
  reference.positions = PositionMode::reference;
  ColumnGenerator a(golden_model().generator, quick_settings()), b(golden_model().generator, reference);
  const auto tokens = make_columns(a, 30), absolute = make_columns(b, 30);
  EXPECT_TRUE(torch::equal(tokens.narrow(0, 0, 17), absolute.narrow(0, 0, 17)))
      << "column 16 is made from position 15, the hold position";
  EXPECT_FALSE(torch::equal(tokens[17], absolute[17]));
}

// What one column costs, counted: calls of operators and numbers read by them.
struct Work {
  std::int64_t operators = 0, numbers = 0;
  bool operator==(const Work&) const = default;
};
Work g_work;

Work work_of_next_column(ColumnGenerator& generator) {
  g_work = {};
  const auto count = [](const at::RecordFunction& fn) -> std::unique_ptr<at::ObserverContext> {
    ++g_work.operators;
    for (const auto& input : fn.inputs()) {
      if (input.isTensor() && input.toTensor().defined()) g_work.numbers += input.toTensor().numel();
    }
    return nullptr;
  };
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(count).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  make_columns(generator, 1);
  at::removeCallback(handle);
  return g_work;
}

TEST(ColumnGenerator, AColumnCostsTheSameEverywhere) {
  for (const auto backend : {model::Backend::tensors, model::Backend::automatic}) {
    ColumnGenerator generator(golden_model().generator, quick_settings(), 1, true, backend);
    make_columns(generator, 32);
    const auto bytes = generator.state().bytes();
    const auto early = work_of_next_column(generator);
    EXPECT_GT(early.operators, backend == model::Backend::tensors ? 50 : 0);
    make_columns(generator, 600);
    EXPECT_EQ(generator.state().bytes(), bytes);
    const auto late = work_of_next_column(generator);
    EXPECT_EQ(late.operators, early.operators);
    EXPECT_EQ(late.numbers, early.numbers);
  }
}

TEST(ColumnGenerator, AStopLeavesTheColumnToBeAskedForAgain) {
  ColumnGenerator undisturbed(golden_model().generator, quick_settings());
  const auto expected = make_columns(undisturbed, 6);
  ColumnGenerator generator(golden_model().generator, quick_settings());
  make_columns(generator, 5);
  std::stop_source source;
  source.request_stop();
  const Scene other{3};
  const auto noise = torch::randn({1, golden_model().manifest.generator.token_width});
  EXPECT_THROW(generator.next(noise, {&other, 1}, source.get_token()), Error);
  EXPECT_EQ(generator.column(), 5);
  EXPECT_TRUE(torch::equal(make_columns(generator, 1)[0], expected[5]));
}

TEST(ColumnGenerator, NamesTheColumnWhoseNumbersAreNotFinite) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  generator.start(100);
  make_columns(generator, 3);
  const Scene scene;
  auto noise = torch::zeros({1, golden_model().manifest.generator.token_width});
  noise[0][3] = std::numeric_limits<float>::infinity();
  try {
    generator.next(noise, {&scene, 1});
    FAIL() << "an infinite token was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "column 103");
  }
  EXPECT_EQ(generator.column(), 103) << "the columns before it are kept";
  EXPECT_THROW(generator.accept(noise, {&scene, 1}), Error);
}

TEST(ColumnGenerator, SettingsMayChangeOnTheWay) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  make_columns(generator, 4);
  const auto bookmark = generator.state();
  const auto plain = make_columns(generator, 1);
  auto other = quick_settings();
  other.solver = {sampling::Method::adams2, {sampling::TimeGrid::Kind::cosine}, 6};
  generator.restore(bookmark);
  generator.set_settings(other);
  EXPECT_GT(relative_error(make_columns(generator, 1), plain), 1e-4);
  generator.restore(bookmark);
  generator.set_settings(quick_settings());
  EXPECT_TRUE(torch::equal(make_columns(generator, 1), plain));
}

TEST(ColumnGenerator, AModelThatWasTrainedWithoutAShiftHasALastPosition) {
  auto config = golden_model().manifest.generator;
  for (const int shift : {0, 1, 16}) {
    config.shift_num = shift;
    GenerationSettings settings;
    settings.hold_position = last_position(config);
    EXPECT_NO_THROW(validate(settings, config)) << shift;
    settings.hold_position += 1;
    EXPECT_THROW(validate(settings, config), Error) << shift;
  }
}

TEST(ColumnGenerator, RefusesWhatDoesNotFit) {
  const auto& generator = golden_model().generator;
  EXPECT_THROW(ColumnGenerator(generator, quick_settings(), 0), Error);
  EXPECT_THROW(ColumnGenerator(generator, quick_settings(), 1, false), Error)
      << "guidance needs both branches";
  auto settings = quick_settings();
  settings.hold_position = 30.0;
  EXPECT_THROW(ColumnGenerator(generator, settings), Error) << "beyond what the model was trained on";
  settings.hold_position = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ColumnGenerator(generator, settings), Error);
  ColumnGenerator two(generator, quick_settings(), 2);
  const std::vector<Scene> three(3), unknown = {{0}, {5}};
  const auto noise = torch::zeros({2, golden_model().manifest.generator.token_width});
  EXPECT_THROW(two.next(noise, three), Error);
  EXPECT_THROW(two.next(noise, unknown), Error) << "classes are 0 to 4";
  EXPECT_THROW(two.next(noise.narrow(0, 0, 1), {three.data(), 1}), Error);
  EXPECT_THROW(two.accept(noise.narrow(1, 0, 3), {three.data(), 1}), Error);
}

}  // namespace
}  // namespace equi::stream
