// Muon: what it makes of a gradient, which weights it moves, and that a run with it can be resumed.
#include "core/train/muon.h"

#include <gtest/gtest.h>

#include "core/train/metrics_log.h"
#include "core/train/optimizer.h"
#include "core/train/updater.h"

namespace equi::train {
namespace {

struct OneMatrix : torch::nn::Module {
  explicit OneMatrix(const torch::Tensor& start) : weight(register_parameter("weight", start.clone())) {}
  torch::Tensor weight;
};

TEST(Muon, MakesAllSingularValuesAlike) {
  torch::manual_seed(5);
  for (const auto& shape : {std::vector<std::int64_t>{24, 40}, {40, 24}, {16, 8, 3, 3}}) {
    // Singular values that span two orders of magnitude.
    auto update = torch::randn(shape);
    update.select(0, 0).mul_(30.0);
    const auto step = muon_step(update);
    EXPECT_EQ(step.sizes(), update.sizes());
    const auto matrix = step.reshape({step.size(0), -1});
    const double scale = 0.2 * std::sqrt(static_cast<double>(std::max(matrix.size(0), matrix.size(1))));
    const auto values = torch::linalg_svdvals(matrix) / scale;
    EXPECT_GT(values.min().item<double>(), 0.3);
    EXPECT_LT(values.max().item<double>(), 1.4);
  }
}

TEST(Muon, IsBlindToTheGradientsScaleAndStandsStillAtZero) {
  const auto update = torch::randn({20, 30});
  EXPECT_TRUE(torch::allclose(muon_step(update), muon_step(update * 1024.0), 0.05, 0.05));
  EXPECT_EQ(muon_step(torch::zeros({20, 30})).abs().max().item<double>(), 0.0);
}

TEST(Muon, MovesMatricesOfHiddenLayersAlone) {
  EXPECT_TRUE(moved_by_muon("decoder.mid.block_1.conv1.weight", torch::zeros({128, 128, 3, 3})));
  EXPECT_TRUE(moved_by_muon("encoder_blocks.0.mlp.fc1.weight", torch::zeros({1024, 256})));
  EXPECT_FALSE(moved_by_muon("decoder.conv_out.weight", torch::zeros({3, 16, 3, 3})));
  EXPECT_FALSE(moved_by_muon("encoder_blocks.0.mlp.fc1.bias", torch::zeros({1024})));
  EXPECT_FALSE(moved_by_muon("class_emb.weight", torch::zeros({1000, 256})));
  EXPECT_FALSE(moved_by_muon("fake_latent", torch::zeros({16, 256})));
  EXPECT_FALSE(moved_by_muon("encoder_pos_embed_learned", torch::zeros({16, 16, 256})));
}

// A direction whose gradient is a twentieth of another's is learnt in the same time.
TEST(Muon, LearnsDirectionsOfSmallGradientToo) {
  torch::manual_seed(7);
  const auto wanted = torch::randn({16, 16});
  auto loudness = torch::ones({16});
  loudness.narrow(0, 0, 8).fill_(0.05);
  const auto quiet_error = [&](double muon) {
    OneMatrix module(torch::zeros({16, 16}));
    Parameters parameters(module, Precision::float32, false);
    AdamW::Settings settings;
    settings.muon = muon;
    AdamW optimizer(parameters, settings);
    for (std::int64_t step = 0; step < 300; ++step) {
      const auto error = module.weight.detach() - wanted;
      optimizer.apply(0, error * loudness.unsqueeze(1), 0.2 * (1.0 - static_cast<double>(step) / 300), step);
    }
    return (module.weight.detach() - wanted).narrow(0, 0, 8).abs().mean().item<double>();
  };
  EXPECT_LT(quiet_error(kMuonMomentum), 0.1);
}

// A matrix for Muon, one that is too narrow for it, and a vector, with gradients that depend on a number.
struct ThreeWeights : torch::nn::Module {
  ThreeWeights() {
    torch::manual_seed(11);
    register_parameter("matrix", torch::randn({32, 48}));
    register_parameter("narrow", torch::randn({64, 8}));
    register_parameter("bias", torch::randn({64}));
  }
  void set_gradients(std::int64_t step, double replica) {
    for (auto& parameter : parameters()) {
      const auto phase = torch::arange(parameter.numel(), torch::kFloat32).view(parameter.sizes());
      parameter.mutable_grad() = (phase * 0.37 + static_cast<double>(step) + replica).sin();
    }
  }
};

std::vector<torch::Tensor> weights_after_updates(std::int64_t workers) {
  WorkerPool pool(workers);
  std::vector<std::shared_ptr<ThreeWeights>> replicas = {std::make_shared<ThreeWeights>(),
                                                         std::make_shared<ThreeWeights>()};
  Updater::Settings settings;
  settings.adam.muon = kMuonMomentum;
  settings.adam.weight_decay = 0.02;
  settings.clip = 1.0;
  Updater updater({replicas[0], replicas[1]}, settings, std::make_shared<Communicator>(), pool,
                  [](const std::string& name, const torch::Tensor&) { return name == "matrix"; });
  for (std::int64_t step = 0; step < 3; ++step) {
    updater.clear_gradients();
    replicas[0]->set_gradients(step, 0.0);
    replicas[1]->set_gradients(step, 0.5);
    EXPECT_GT(updater.apply(0.01, step), settings.clip);
  }
  std::vector<torch::Tensor> all;
  for (const auto& named : updater.state("it")) all.push_back(named.tensor.clone());
  return all;
}

TEST(Updater, ComesToTheSameWeightsWithAnyNumberOfWorkers) {
  const auto one = weights_after_updates(1);
  ASSERT_EQ(one.size(), 12U);  // masters, averages, first and second moments of three weights
  EXPECT_FALSE(torch::equal(one[0], ThreeWeights().parameters()[0]));
  EXPECT_FALSE(torch::equal(one[2], ThreeWeights().parameters()[2]));
  for (const std::int64_t workers : {2, 3, 5}) {
    const auto more = weights_after_updates(workers);
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(torch::equal(one[i], more[i])) << "tensor " << i << ", " << workers << " workers";
    }
  }
}

TEST(MetricsMean, AveragesEachNameOverTheMomentsThatHaveIt) {
  MetricsMean mean;
  mean.add({{"loss", 1.0}});
  mean.add({{"loss", 3.0}, {"adversarial", 5.0}});
  mean.add({{"adversarial", 7.0}, {"loss", 5.0}});
  const auto means = mean.take();
  ASSERT_EQ(means.size(), 2U);
  EXPECT_EQ(means[0], (std::pair<std::string, double>("loss", 3.0)));
  EXPECT_EQ(means[1], (std::pair<std::string, double>("adversarial", 6.0)));
  EXPECT_TRUE(mean.take().empty());
}

}  // namespace
}  // namespace equi::train
