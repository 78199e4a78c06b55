#include "core/sampling/flow_evaluator.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/model/generator.h"
#include "core/model/weights.h"

namespace equi::sampling {
namespace {

model::Generator random_generator() {
  GeneratorConfig c;
  c.token_width = 12;
  c.width = 32;
  c.heads = 2;
  c.blocks = 1;
  c.mlp_width = 64;
  c.class_count = 3;
  c.flow_width = 48;
  c.flow_depth = 3;
  model::Generator generator(c);
  model::randomize_weights(*generator, torch::kFloat32, 5);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  for (auto& p : generator->diffloss->parameters())
    p.add_(torch::randn_like(p), 0.1);  // norms and biases too
  generator->eval();
  return generator;
}

// Both ways to compute it: the kernels of core/cpu and libtorch's operators.
class FlowEvaluatorTest : public ::testing::TestWithParam<model::Backend> {
 protected:
  torch::InferenceMode inference_;
  model::Generator generator_ = random_generator();
  model::FlowNet net_ = generator_->diffloss->net;

  torch::Tensor plain(const torch::Tensor& z, double t, const torch::Tensor& conditions) const {
    return net_->forward(z, torch::full({z.size(0)}, t), conditions);
  }
};

double relative_error(const torch::Tensor& ours, const torch::Tensor& expected) {
  return ((ours - expected).norm() / expected.norm()).item<double>();
}

TEST_P(FlowEvaluatorTest, EqualsTheNetworkAtEveryTime) {
  const auto plan = make_plan({Method::euler, {TimeGrid::Kind::cosine}, 9});
  FlowEvaluator evaluator(net_, plan, GetParam());
  for (const std::int64_t rows : {1, 2, 5}) {
    const auto conditions = torch::randn({rows, 32}), z = torch::randn({rows, 12});
    evaluator.set_conditions(conditions);
    for (std::int64_t i = 0; i < 9; ++i) {
      const auto expected = plain(z, plan.times[static_cast<std::size_t>(i)], conditions);
      EXPECT_LE(relative_error(evaluator.velocity(z, i, 1.0), expected), 1e-5) << rows << " rows, time " << i;
    }
  }
}

TEST_P(FlowEvaluatorTest, GuidesBothBranchesOnOneSample) {
  const auto plan = make_plan({Method::euler, {}, 4});
  FlowEvaluator evaluator(net_, plan, GetParam());
  const auto conditions = torch::randn({6, 32}), z = torch::randn({3, 12});
  evaluator.set_conditions(conditions);
  for (const double scale : {0.0, 1.0, 7.0}) {
    const auto both = plain(torch::cat({z, z}), plan.times[2], conditions);
    EXPECT_LE(relative_error(evaluator.velocity(z, 2, scale), model::guide(both, scale)), 1e-5) << scale;
  }
}

TEST_P(FlowEvaluatorTest, GroupsOfStepsDoNotChangeTheResult) {
  // 40 rows: 6 steps in a group of at most 256 modulation rows; 16 steps need three groups.
  const auto plan = make_plan({Method::euler, {}, 16});
  FlowEvaluator evaluator(net_, plan, GetParam());
  const auto conditions = torch::randn({40, 32}), z = torch::randn({40, 12});
  evaluator.set_conditions(conditions);
  for (const std::int64_t i : {0, 5, 6, 15, 3}) {
    const auto expected = plain(z, plan.times[static_cast<std::size_t>(i)], conditions);
    EXPECT_LE(relative_error(evaluator.velocity(z, i, 1.0), expected), 1e-5) << i;
  }
}

TEST_P(FlowEvaluatorTest, NewConditionsReplaceTheOldOnes) {
  const auto plan = make_plan({Method::euler, {}, 2});
  FlowEvaluator evaluator(net_, plan, GetParam());
  const auto z = torch::randn({1, 12}), first = torch::randn({1, 32}), second = torch::randn({1, 32});
  evaluator.set_conditions(first);
  evaluator.velocity(z, 0, 1.0);
  evaluator.set_conditions(second);
  EXPECT_LE(relative_error(evaluator.velocity(z, 0, 1.0), plain(z, 1.0, second)), 1e-5);
}

TEST_P(FlowEvaluatorTest, SamplesLikeThePlainEulerLoop) {
  const int n = 20;
  FlowEvaluator evaluator(net_, make_plan({Method::euler, {}, n}), GetParam());
  const auto conditions = torch::randn({4, 32}), noise = torch::randn({2, 12});
  evaluator.set_conditions(conditions);
  auto z = noise.clone();
  for (int i = n; i >= 1; --i) {
    const auto v = plain(torch::cat({z, z}), static_cast<double>(i) / n, conditions);
    z = z - model::guide(v, 3.0) / n;
  }
  EXPECT_LE(relative_error(evaluator.sample(noise, 3.0), z), 1e-5);
}

TEST_P(FlowEvaluatorTest, LeavesTheNoiseAlone) {
  FlowEvaluator evaluator(net_, make_plan({Method::adams2, {}, 5}), GetParam());
  const auto noise = torch::randn({1, 12}), copy = noise.clone();
  evaluator.set_conditions(torch::randn({2, 32}));
  evaluator.sample(noise, 2.0);
  EXPECT_TRUE(torch::equal(noise, copy));
}

TEST_P(FlowEvaluatorTest, StopsBeforeTheNextEvaluation) {
  FlowEvaluator evaluator(net_, make_plan({Method::euler, {}, 5}), GetParam());
  evaluator.set_conditions(torch::randn({1, 32}));
  std::stop_source source;
  source.request_stop();
  try {
    evaluator.sample(torch::randn({1, 12}), 1.0, source.get_token());
    FAIL() << "went on after the stop";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
}

TEST_P(FlowEvaluatorTest, ForgetsRowsOfAnotherBatch) {
  FlowEvaluator evaluator(net_, make_plan({Method::euler, {}, 3}), GetParam());
  for (const std::int64_t rows : {6, 1, 3}) {
    const auto conditions = torch::randn({rows, 32}), z = torch::randn({rows, 12});
    evaluator.set_conditions(conditions);
    EXPECT_LE(relative_error(evaluator.velocity(z, 1, 1.0), plain(z, 2.0 / 3.0, conditions)), 1e-5) << rows;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, FlowEvaluatorTest,
                         ::testing::Values(model::Backend::automatic, model::Backend::tensors),
                         [](const auto& which) {
                           return which.param == model::Backend::automatic ? "automatic" : "tensors";
                         });

// Every solver's recipe is carried out alike by the plain loop over tensors and by the loop over memory.
TEST(FlowEvaluatorBackends, AgreeOnEverySolver) {
  const auto generator = random_generator();
  const auto conditions = torch::randn({4, 32}), noise = torch::randn({2, 12});
  for (const auto method : all_methods()) {
    const auto plan = make_plan({method, {TimeGrid::Kind::cosine}, 8});
    const auto token = [&](model::Backend backend) {
      FlowEvaluator evaluator(generator->diffloss->net, plan, backend);
      evaluator.set_conditions(conditions);
      return evaluator.sample(noise, 3.0);
    };
    EXPECT_LE(relative_error(token(model::Backend::automatic), token(model::Backend::tensors)), 2e-5)
        << name(method);
  }
}

TEST(FlowEvaluatorBackends, Bfloat16StaysNearFloat32) {
  auto generator = random_generator();
  const auto conditions = torch::randn({4, 32}), noise = torch::randn({2, 12});
  const auto plan = make_plan({Method::euler, {}, 20});
  const auto token = [&](model::Backend backend) {
    FlowEvaluator evaluator(generator->diffloss->net, plan, backend);
    evaluator.set_conditions(conditions);
    return evaluator.sample(noise, 3.0);
  };
  const auto exact = token(model::Backend::tensors);
  generator->to(torch::kBFloat16);
  const double kernels = relative_error(token(model::Backend::automatic), exact);
  EXPECT_LE(kernels, 2e-2);
  EXPECT_LE(kernels, relative_error(token(model::Backend::tensors), exact) * 1.5)
      << "sums and activations in float32 cannot be worse than rounding after every operator";
}

}  // namespace
}  // namespace equi::sampling
