// Muon: what it makes of a gradient, which weights it moves, and that a run with it can be resumed.
#include "core/train/muon.h"

#include <gtest/gtest.h>

#include "core/train/metrics_log.h"
#include "core/train/optimizer.h"

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
      optimizer.apply({error * loudness.unsqueeze(1)}, 0.2 * (1.0 - static_cast<double>(step) / 300), step);
    }
    return (module.weight.detach() - wanted).narrow(0, 0, 8).abs().mean().item<double>();
  };
  EXPECT_LT(quiet_error(kMuonMomentum), 0.1);
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
