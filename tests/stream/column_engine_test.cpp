// The list of operations of a column, carried out by the plain loops and by our kernels under emulation,
// against the usual path. On a GPU the same lists run as kernels: see ColumnEngineOnAGpu.
#include "core/stream/column_engine.h"

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cuda/plain_ops.h"
#include "tests/stream/emulated_executor.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

GeneratorConfig small_config() {
  GeneratorConfig c;
  c.token_width = 16;
  c.width = 64;
  c.heads = 4;
  c.blocks = 3;
  c.mlp_width = 160;
  c.class_count = 4;
  c.condition_tokens = 5;
  c.flow_width = 48;
  c.flow_depth = 2;
  return c;
}

// A random generator whose weights are bfloat16 numbers, in both types.
struct Pair {
  model::Generator narrow{nullptr}, wide{nullptr};
};

// `stiffness` multiplies the velocity.
Pair make_generators(double stiffness) {
  Pair made;
  made.narrow = model::Generator(small_config());
  model::randomize_weights(*made.narrow, torch::kFloat32, 8);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  for (auto& p : made.narrow->parameters()) p.add_(torch::randn_like(p), 0.05);
  made.narrow->diffloss->net->final_layer->linear->weight.mul_(stiffness);
  made.narrow->to(torch::kBFloat16);
  made.narrow->eval();
  made.wide = model::Generator(small_config());
  model::randomize_weights(*made.wide, torch::kFloat32, 8);
  const auto from = made.narrow->parameters();
  auto to = made.wide->parameters();
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
  made.wide->eval();
  return made;
}

const Pair& generators() {
  static const Pair pair = make_generators(1.0);
  return pair;
}

sampling::SolverPlan plan_of(const GenerationSettings& settings) {
  return sampling::make_plan(settings.solver);
}

GenerationSettings settings_with(sampling::Method method, int evaluations) {
  GenerationSettings settings;
  settings.guidance.scale = 3.0;
  settings.solver = {method, {}, evaluations};
  return settings;
}

// A row of columns by an engine, as ColumnGenerator uses it: [columns, B, E].
torch::Tensor make_row(ColumnEngine& engine, const GenerationSettings& settings, const torch::Tensor& noise,
                       const std::vector<Scene>& scenes, bool both_branches) {
  const auto batch = noise.size(1);
  ContextStream context(generators().narrow, batch, both_branches, model::Backend::tensors);
  auto state = context.start(0);
  std::vector<torch::Tensor> tokens;
  for (std::int64_t k = 0; k < noise.size(0); ++k) {
    const auto position = state.columns == 0 ? 0.0 : ContextStream::cross_position(state, settings);
    auto made = engine.next(state, context.conditions(scenes), position, settings.guidance.at(k), noise[k]);
    state = made.state;
    state.pending = made.token;
    ++state.columns;
    tokens.push_back(made.token);
  }
  return torch::stack(tokens);
}

torch::Tensor expected_row(const GenerationSettings& settings, const torch::Tensor& noise,
                           const std::vector<Scene>& scenes, bool both_branches) {
  ColumnGenerator generator(generators().wide, settings, noise.size(1), both_branches,
                            model::Backend::tensors);
  std::vector<torch::Tensor> tokens;
  for (std::int64_t k = 0; k < noise.size(0); ++k) tokens.push_back(generator.next(noise[k], scenes));
  return torch::stack(tokens);
}

// Who carries the list out.
class ColumnEngineBy : public ::testing::TestWithParam<const char*> {
 protected:
  static std::unique_ptr<OpExecutor> executor() {
    if (GetParam() == std::string("PlainLoops")) return plain_executor();
    return std::make_unique<EmulatedExecutor>();
  }
};
INSTANTIATE_TEST_SUITE_P(All, ColumnEngineBy, ::testing::Values("PlainLoops", "EmulatedKernels"),
                         [](const auto& by) { return std::string(by.param); });

constexpr double kBound = 2e-2;  // windows, modulations and the operands of large products are bfloat16

TEST_P(ColumnEngineBy, MakesTheSameRowAsTheTensorPath) {
  // Past the first column, the growing window and the full one, with either branch of the widths.
  for (const auto method :
       {sampling::Method::euler, sampling::Method::corrected2, sampling::Method::clean2}) {
    const auto settings = settings_with(method, 6);
    ColumnEngine engine(generators().narrow, plan_of(settings), 1, true, executor());
    const auto noise = torch::randn({9, 1, 16});
    const std::vector<Scene> scenes = {{2}};
    EXPECT_LE(relative_error(make_row(engine, settings, noise, scenes, true),
                             expected_row(settings, noise, scenes, true)),
              kBound)
        << sampling::name(method);
  }
}

TEST_P(ColumnEngineBy, MakesManyRowsOnTensorCores) {
  // 6 continuations are 12 rows: more than the matrix-vector products take.
  const auto settings = settings_with(sampling::Method::adams2, 4);
  ColumnEngine engine(generators().narrow, plan_of(settings), 6, true, executor());
  const auto noise = torch::randn({6, 6, 16});
  const std::vector<Scene> scenes = {{0}, {1}, {2}, {3}, {0, 1, 0.5}, {Scene::kNone}};
  EXPECT_LE(relative_error(make_row(engine, settings, noise, scenes, true),
                           expected_row(settings, noise, scenes, true)),
            kBound);
}

TEST_P(ColumnEngineBy, DoesWithoutTheUnconditionalBranch) {
  auto settings = settings_with(sampling::Method::euler, 5);
  settings.guidance.scale = 1.0;
  ColumnEngine engine(generators().narrow, plan_of(settings), 2, false, executor());
  const auto noise = torch::randn({6, 2, 16});
  const std::vector<Scene> scenes = {{1}, {3}};
  EXPECT_LE(relative_error(make_row(engine, settings, noise, scenes, false),
                           expected_row(settings, noise, scenes, false)),
            kBound);
}

TEST_P(ColumnEngineBy, SweepsOverAllStepsEndWhereTheStepsDo) {
  for (const auto method : {sampling::Method::euler, sampling::Method::midpoint, sampling::Method::clean3}) {
    for (const bool both : {true, false}) {
      auto settings = settings_with(method, 60);
      if (!both) settings.guidance.scale = 1.0;
      ColumnEngine engine(generators().narrow, plan_of(settings), 1, both, executor());
      const auto noise = torch::randn({3, 1, 16});
      const std::vector<Scene> scenes = {{2}};
      EXPECT_LE(relative_error(make_row(engine, settings, noise, scenes, both),
                               expected_row(settings, noise, scenes, both)),
                kBound)
          << sampling::name(method) << both;
    }
  }
}

// How often a list was run again.
class CountingExecutor final : public OpExecutor {
 public:
  explicit CountingExecutor(std::map<int, int>& counts) : counts_(&counts) {}
  void run(const std::vector<EquiOp>& ops) override { inner_->run(ops); }
  void run_again(int key, const std::vector<EquiOp>& ops) override {
    ++(*counts_)[key];
    inner_->run_again(key, ops);
  }

 private:
  std::unique_ptr<OpExecutor> inner_ = plain_executor();
  std::map<int, int>* counts_;
};

TEST(ColumnEngine, SweepsUntilTheTokenStays) {
  // A velocity that changes quickly along the path: seven sweeps are not enough, and the token is the steps'.
  const auto settings = settings_with(sampling::Method::euler, 60);
  torch::manual_seed(5);
  const auto noise = torch::randn({1, 16});
  const std::vector<Scene> scenes = {{2}};
  for (const double stiffness : {1.0, 60.0}) {
    const auto pair = make_generators(stiffness);
    std::map<int, int> runs;
    ColumnEngine engine(pair.narrow, plan_of(settings), 1, true, std::make_unique<CountingExecutor>(runs));
    ContextStream context(pair.narrow, 1, true, model::Backend::tensors);
    const auto made =
        engine.next(context.start(0), context.conditions(scenes), 0.0, settings.guidance.at(0), noise).token;
    ColumnGenerator steps(pair.wide, settings, 1, true, model::Backend::tensors);
    EXPECT_LE(relative_error(made, steps.next(noise, scenes)), kBound) << stiffness;
    int lists = 0;  // the flow, then a sweep at a time
    for (const auto& [key, count] : runs) lists += count;
    EXPECT_EQ(lists > 1, stiffness > 1) << lists;
  }
}

TEST_P(ColumnEngineBy, GroupsOfStepsDoNotChangeTheRow) {
  // 300 steps of 2 rows are more modulations than are held at a time: they are done one by one.
  const auto settings = settings_with(sampling::Method::euler, 300);
  ColumnEngine engine(generators().narrow, plan_of(settings), 1, true, executor());
  const auto noise = torch::randn({2, 1, 16});
  const std::vector<Scene> scenes = {{1}};
  EXPECT_LE(relative_error(make_row(engine, settings, noise, scenes, true),
                           expected_row(settings, noise, scenes, true)),
            kBound);
}

TEST_P(ColumnEngineBy, AStateIsAValue) {
  // Going back to a bookmark gives the same bits; a state from elsewhere (not packed) is as good as its own.
  const auto settings = settings_with(sampling::Method::euler, 3);
  ColumnEngine engine(generators().narrow, plan_of(settings), 1, true, executor());
  ContextStream context(generators().narrow, 1, true, model::Backend::tensors);
  const std::vector<Scene> scenes = {{1}}, others = {{3}};
  auto state = context.start(0);
  const auto noise = torch::randn({8, 1, 16});
  const auto step = [&](const GeneratorState& from, std::int64_t k, const std::vector<Scene>& of) {
    const double position = from.columns == 0 ? 0.0 : ContextStream::cross_position(from, settings);
    auto made = engine.next(from, context.conditions(of), position, 2.0, noise[k]);
    made.state.pending = made.token;
    ++made.state.columns;
    return made.state;
  };
  for (std::int64_t k = 0; k < 6; ++k) state = step(state, k, scenes);
  const auto expected = step(state, 6, scenes).pending;
  const auto elsewhere = step(step(state, 7, others), 5, others);
  EXPECT_FALSE(torch::equal(elsewhere.pending, expected));
  EXPECT_TRUE(torch::equal(step(state, 6, scenes).pending, expected));
  auto loose = state;
  for (auto* each : {&loose.keys, &loose.values}) {
    for (auto& t : *each) t = t.clone();
  }
  EXPECT_TRUE(torch::equal(step(loose, 6, scenes).pending, expected));
}

TEST_P(ColumnEngineBy, AcceptingAColumnLeavesTheStateThatMakingItLeaves) {
  const auto settings = settings_with(sampling::Method::euler, 3);
  ColumnEngine engine(generators().narrow, plan_of(settings), 1, true, executor());
  ContextStream context(generators().narrow, 1, true, model::Backend::tensors);
  const std::vector<Scene> scenes = {{2}};
  auto state = context.start(0);
  for (std::int64_t k = 0; k < 6; ++k) {
    const double position = k == 0 ? 0.0 : ContextStream::cross_position(state, settings);
    const auto& scene = context.conditions(scenes);
    const auto accepted = k == 0 ? state : engine.advance(state, scene, position);
    auto made = engine.next(state, scene, position, 2.0, torch::randn({1, 16}));
    for (std::size_t i = 0; i < made.state.keys.size(); ++i) {
      EXPECT_TRUE(torch::equal(accepted.keys[i], made.state.keys[i])) << k;
      EXPECT_TRUE(torch::equal(accepted.values[i], made.state.values[i])) << k;
    }
    state = made.state;
    state.pending = made.token;
    ++state.columns;
  }
}

TEST(ColumnEngine, TakesOnlyWhatItsKernelsCanDo) {
  EXPECT_TRUE(ColumnProgram::fits(generators().narrow));
  EXPECT_FALSE(ColumnProgram::fits(generators().wide)) << "float32";
  auto config = small_config();
  config.cond_length = 0;
  model::Generator unlimited(config);
  model::randomize_weights(*unlimited, torch::kBFloat16, 1);
  EXPECT_FALSE(ColumnProgram::fits(unlimited));
  config = small_config();
  config.flow_width = 40;
  model::Generator odd(config);
  model::randomize_weights(*odd, torch::kBFloat16, 1);
  EXPECT_FALSE(ColumnProgram::fits(odd));
}

// The same lists as kernels in graphs (each kernel by itself: tests/cuda).
TEST(ColumnEngineOnAGpu, MakesTheSameRowAsTheTensorPath) {
  if (!cuda_status().kernels_loaded)
    GTEST_SKIP() << "our CUDA kernels are not loaded: " << cuda_status().reason;
  const Device gpu{Device::Kind::cuda, 0};
  for (const auto& [batch, method, evaluations] : {std::tuple{1, sampling::Method::corrected2, 6},
                                                   {6, sampling::Method::corrected2, 6},
                                                   {1, sampling::Method::euler, 60}}) {  // by sweeps
    const auto settings = settings_with(method, evaluations);
    model::Generator narrow(small_config());
    model::randomize_weights(*narrow, torch::kBFloat16, 8);
    narrow->to(model::to_torch(gpu));
    narrow->eval();
    const std::vector<Scene> scenes(static_cast<std::size_t>(batch), Scene{2});
    const auto noise = torch::randn({9, batch, 16});
    const auto row = [&, count = batch](model::Backend backend) {
      ColumnGenerator generator(narrow, settings, count, true, backend);
      std::vector<torch::Tensor> tokens;
      for (std::int64_t k = 0; k < noise.size(0); ++k)
        tokens.push_back(generator.next(noise[k], scenes).cpu());
      return torch::stack(tokens);
    };
    EXPECT_LE(relative_error(row(model::Backend::automatic), row(model::Backend::tensors)), kBound)
        << batch << " " << evaluations;
  }
}

}  // namespace
}  // namespace equi::stream
