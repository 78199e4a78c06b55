// The smoke presets as the command line runs them: losses fall, a resumed run takes the identical next step.
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/train/bundle_writer.h"
#include "core/train/presets.h"
#include "core/train/start_point.h"
#include "core/train/state_file.h"
#include "tests/support/temp_folder.h"
#include "tests/train/picture_fixture.h"

namespace equi::train {
namespace {

// The scenes of the smoke presets, rendered once.
const PictureCache& scenes() {
  static const testing::TempFolder folder;
  static const PictureCache cache = scene_pictures(folder / "pictures", tokenizer_preset("smoke").scenes, 2);
  return cache;
}

struct Outcome {
  std::vector<double> losses;  // of the reports
  std::map<std::string, torch::Tensor> state;
};

Outcome run(Trainer& trainer, RunOptions options, const std::filesystem::path& folder, std::int64_t steps) {
  options.folder = folder;
  options.steps = steps;
  options.rate.cosine = false;  // a cosine depends on the steps of the whole run
  options.samples_every = 0;
  options.held_out_every = 0;
  options.report_every = 5;
  Communicator alone;
  Outcome outcome;
  run_training(trainer, options, alone,
               [&](const RunProgress& p) { outcome.losses.push_back(p.metrics[0].second); });
  for (const auto& named : trainer.state()) outcome.state[named.name] = named.tensor.detach().clone();
  return outcome;
}

void expect_equal(const Outcome& a, const Outcome& b) {
  ASSERT_EQ(a.state.size(), b.state.size());
  for (const auto& [name, tensor] : a.state) EXPECT_TRUE(torch::equal(tensor, b.state.at(name))) << name;
}

TokenizerTrainer smoke_tokenizer(std::int64_t gan_start = -1, double muon = 0.0) {
  auto training = tokenizer_preset("smoke").training;
  training.workers = 2;
  training.adversary.start = gan_start;
  training.adversary.channels = 8;
  training.adversary.warmup = 2;
  training.update.adam.muon = muon;
  return {scenes(), training, std::make_shared<Communicator>()};
}

struct Disturbed {
  double context_noise = 0.0, resample = 0.0, posterior_std = 0.0;
  bool dropout = true;
};

GeneratorTrainer smoke_generator(const std::filesystem::path& folder, Disturbed how = {}) {
  auto preset = generator_preset("smoke");
  preset.training.context_noise = how.context_noise;
  preset.training.resample = how.resample;
  if (!how.dropout) {
    preset.training.config.attention_dropout = preset.training.config.projection_dropout = 0.0;
  }
  const auto learnt = load_tokenizer(checkpoint_path(folder / "tokenizer"));
  auto config = learnt->config;
  config.posterior_std = how.posterior_std;
  model::Tokenizer tokenizer(config);
  auto own = tokenizer->parameters();
  for (std::size_t i = 0; i < own.size(); ++i) own[i].set_data(learnt->parameters()[i]);
  auto latents =
      encode_latents(folder / "latents.safetensors", tokenizer, scenes(), preset.latents, "test", 2);
  preset.training.config.class_count = static_cast<int>(scenes().class_count());
  preset.training.config.token_width = tokenizer->config.token_width;
  return {std::move(latents), tokenizer, preset.training, std::make_shared<Communicator>()};
}

class Smoke : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { torch::set_num_threads(1); }
  testing::TempFolder folder_;
};

TEST_F(Smoke, TokenizerLowersItsLossAndResumesToTheIdenticalStep) {
  const auto options = tokenizer_preset("smoke").run;
  auto whole = smoke_tokenizer(), first = smoke_tokenizer(), second = smoke_tokenizer();
  const auto straight = run(whole, options, folder_ / "whole", 40);
  EXPECT_LT(straight.losses.back(), 0.7 * straight.losses.front());
  run(first, options, folder_ / "cut", 30);
  expect_equal(straight, run(second, options, folder_ / "cut", 40));
}

TEST_F(Smoke, TokenizerWithAnAdversaryResumesToo) {
  const auto options = tokenizer_preset("smoke").run;
  auto whole = smoke_tokenizer(2), first = smoke_tokenizer(2), second = smoke_tokenizer(2);
  const auto straight = run(whole, options, folder_ / "whole", 8);
  run(first, options, folder_ / "cut", 6);
  expect_equal(straight, run(second, options, folder_ / "cut", 8));
}

TEST_F(Smoke, TheAdversaryLearnsAloneBeforeItsOpinionCounts) {
  auto trainer = smoke_tokenizer(1);
  for (std::int64_t step = 0; step < 8; ++step) {
    double weight = -1.0, learnt = 0.0;
    for (const auto& [name, value] : trainer.step(step, 1e-3)) {
      if (name == "adversarial_weight") weight = value;
      if (name == "discriminator") learnt = value;
    }
    EXPECT_EQ(learnt > 0.0, step >= 1) << step;
    EXPECT_EQ(weight > 0.0, step >= 3) << step;
  }
}

TEST_F(Smoke, TokenizerWithMuonLowersItsLossAndResumesToo) {
  const auto options = tokenizer_preset("smoke").run;
  auto whole = smoke_tokenizer(-1, kMuonMomentum), first = smoke_tokenizer(-1, kMuonMomentum),
       second = smoke_tokenizer(-1, kMuonMomentum);
  const auto straight = run(whole, options, folder_ / "whole", 30);
  EXPECT_LT(straight.losses.back(), 0.7 * straight.losses.front());
  run(first, options, folder_ / "cut", 20);
  expect_equal(straight, run(second, options, folder_ / "cut", 30));
}

TEST_F(Smoke, SecondStageMovesTheDecoderAlone) {
  const auto options = tokenizer_preset("smoke").run;
  auto training = tokenizer_preset("smoke").training;
  auto first = smoke_tokenizer();
  run(first, options, folder_ / "one", 3);
  training.decoder_only = true;
  TokenizerTrainer second(scenes(), training, std::make_shared<Communicator>());
  second.start_from(tokenizer_of(folder_ / "one"));
  const auto before = second.average()->encoder->conv_out->weight.clone();
  const auto decoder = second.average()->decoder->conv_out->weight.clone();
  run(second, options, folder_ / "two", 3);
  EXPECT_TRUE(torch::equal(second.average()->encoder->conv_out->weight, before));
  EXPECT_FALSE(torch::equal(second.average()->decoder->conv_out->weight, decoder));
}

// What the first stage left in the optimizer does not move it either.
TEST_F(Smoke, SecondStageInTheFirstOnesFolderMovesTheDecoderAlone) {
  const auto options = tokenizer_preset("smoke").run;
  auto training = tokenizer_preset("smoke").training;
  auto first = smoke_tokenizer();
  const auto before = run(first, options, folder_ / "run", 3);
  training.decoder_only = true;
  TokenizerTrainer second(scenes(), training, std::make_shared<Communicator>());
  const auto after = run(second, options, folder_ / "run", 6);
  for (const auto& [name, tensor] : before.state) {
    const bool encodes = name.find(".encoder.") != std::string::npos ||  // weights, averages and moments
                         name.find(".quant_layer.") != std::string::npos;
    if (encodes) {
      EXPECT_TRUE(torch::equal(tensor, after.state.at(name))) << name;
    }
  }
  for (const char* what : {"model", "average", "first"}) {
    const auto name = std::string("tokenizer.") + what + ".decoder.conv_out.weight";
    EXPECT_FALSE(torch::equal(before.state.at(name), after.state.at(name))) << name;
  }
}

TEST_F(Smoke, CheckpointsSayTheirOptimizer) {
  EXPECT_EQ(smoke_tokenizer().facts().at("optimizer"), "adamw");
  EXPECT_EQ(smoke_tokenizer(-1, kMuonMomentum).facts().at("optimizer"), "muon");
}

// A finished model is a start, too, and for other classes.
void expect_starts_from(const std::filesystem::path& bundle) {
  const auto given = generator_of(bundle);
  auto generator = smoke_generator(bundle.parent_path());
  generator.start_from(given);
  for (const auto& item : given->named_parameters()) {
    EXPECT_TRUE(torch::equal(generator.average()->named_parameters()[item.key()], item.value()))
        << item.key();
  }
  auto other = given->config;
  other.class_count += 1;
  model::Generator wider(other);
  model::randomize_weights(*wider, torch::kFloat32, 1);
  auto again = smoke_generator(bundle.parent_path());
  const auto classes = again.average()->class_emb->weight.clone();
  again.start_from(wider);
  EXPECT_TRUE(torch::equal(again.average()->class_emb->weight, classes)) << "they are other classes";
  EXPECT_TRUE(torch::equal(again.average()->named_parameters()["diffloss.net.cond_embed.weight"],
                           wider->named_parameters()["diffloss.net.cond_embed.weight"]));
  auto tokenizer = smoke_tokenizer();
  const auto theirs = tokenizer_of(bundle);
  tokenizer.start_from(theirs);
  EXPECT_TRUE(
      torch::equal(tokenizer.average()->decoder->conv_out->weight, theirs->decoder->conv_out->weight));
  auto config = theirs->config;
  config.z_channels *= 2;
  EXPECT_THROW(tokenizer.start_from(model::Tokenizer(config)), Error);
}

TEST_F(Smoke, GeneratorLowersItsLossResumesAndMakesABundle) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 10);
  const auto options = generator_preset("smoke").run;
  auto whole = smoke_generator(folder_.path()), first = smoke_generator(folder_.path()),
       second = smoke_generator(folder_.path());
  const auto straight = run(whole, options, folder_ / "whole", 40);
  EXPECT_LT(straight.losses.back(), 0.9 * straight.losses.front());
  run(first, options, folder_ / "cut", 25);
  expect_equal(straight, run(second, options, folder_ / "cut", 40));

  Manifest manifest;
  manifest.name = "Smoke";
  manifest.class_names = scenes().index().class_names;
  manifest.vae_norm = std::stod(whole.facts().at("vae_norm"));
  manifest.guidance_scale = 2.5;
  manifest.dtype = "bfloat16";
  write_bundle(folder_ / "bundle", manifest, load_tokenizer(checkpoint_path(folder_ / "tokenizer")),
               load_generator(checkpoint_path(folder_ / "cut")));
  const auto bundle = Bundle::open(folder_ / "bundle", true);
  EXPECT_EQ(bundle.manifest().class_names, manifest.class_names);
  EXPECT_EQ(bundle.manifest().guidance_scale, 2.5);
  expect_starts_from(folder_ / "bundle");
  whole.write_samples(folder_ / "samples.png");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "samples.png"));
}

// What disturbs the rows changes what is learned, the same way each time; the held-out columns stay as they
// are.
class Disturbance : public Smoke, public ::testing::WithParamInterface<Disturbed> {};

TEST_P(Disturbance, ChangesWhatIsLearnedTheSameWayEachTime) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 2);
  auto plain = smoke_generator(folder_.path()), whole = smoke_generator(folder_.path(), GetParam()),
       first = smoke_generator(folder_.path(), GetParam()),
       second = smoke_generator(folder_.path(), GetParam());
  EXPECT_EQ(plain.held_out(), whole.held_out());
  const auto options = generator_preset("smoke").run;
  const auto of_plain = run(plain, options, folder_ / "plain", 3);
  const auto of_whole = run(whole, options, folder_ / "whole", 3);
  EXPECT_NE(of_whole.losses.front(), of_plain.losses.front());
  EXPECT_NEAR(of_whole.losses.front() / of_plain.losses.front(), 1.0, 0.5);
  run(first, options, folder_ / "cut", 2);
  expect_equal(of_whole, run(second, options, folder_ / "cut", 3));
}

INSTANTIATE_TEST_SUITE_P(Each, Disturbance,
                         ::testing::Values(Disturbed{.context_noise = 2.0}, Disturbed{.resample = 0.8},
                                           Disturbed{.posterior_std = 2.0}));

// From a flow time of almost 0 a column is remade as it was, from a late one as another.
TEST_F(Smoke, AColumnIsRemadeFromWhatIsLeftOfIt) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 2);
  auto learnt = smoke_generator(folder_.path());
  run(learnt, generator_preset("smoke").run, folder_ / "learnt", 30);
  const auto loss = [&](double resample) {
    auto trainer = smoke_generator(folder_.path(), {.resample = resample, .dropout = false});
    trainer.start_from(learnt.average());
    return trainer.step(0, 1e-3).front().second;
  };
  const double changed = std::abs(loss(1.0) - loss(0.0));
  EXPECT_GT(changed, 0.0);
  EXPECT_LT(std::abs(loss(1e-4) - loss(0.0)), 0.05 * changed);
}

TEST_F(Smoke, LatentsHaveUnitDeviationInGeneratorSpace) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 2);
  const auto latents = encode_latents(folder_ / "latents.safetensors", tokenizer.average(), scenes(),
                                      generator_preset("smoke").latents, "test", 2);
  EXPECT_NEAR(latents.tokens.std().item<double>(), 1.0, 1e-4);
  EXPECT_GT(latents.vae_norm, 0.0);
}

// The sitting that encodes sees the same numbers as one that finds them.
TEST_F(Smoke, LatentsAreTheSameMadeAndFound) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 2);
  const auto encoded = [&] {
    return encode_latents(folder_ / "latents.safetensors", tokenizer.average(), scenes(),
                          generator_preset("smoke").latents, "test", 2);
  };
  const auto made = encoded();
  const auto found = encoded();
  EXPECT_EQ(made.vae_norm, found.vae_norm);
  EXPECT_TRUE(torch::equal(made.tokens, found.tokens));
  EXPECT_TRUE(torch::equal(made.labels, found.labels));
  EXPECT_TRUE(torch::equal(made.held_out_tokens, found.held_out_tokens));
}

TEST_F(Smoke, ARunThatEncodedItsLatentsGoesOnAsItWouldHave) {
  auto tokenizer = smoke_tokenizer();
  run(tokenizer, tokenizer_preset("smoke").run, folder_ / "tokenizer", 2);
  const Disturbed noisy{.posterior_std = 2.0};
  auto whole = smoke_generator(folder_.path(), noisy), first = smoke_generator(folder_.path(), noisy),
       second = smoke_generator(folder_.path(), noisy);
  EXPECT_EQ(std::stod(whole.facts().at("vae_norm")), std::stod(second.facts().at("vae_norm")));
  const auto options = generator_preset("smoke").run;
  const auto straight = run(whole, options, folder_ / "whole", 4);
  run(first, options, folder_ / "cut", 2);
  expect_equal(straight, run(second, options, folder_ / "cut", 4));
}

// The latents of one are nothing to the other, though they lie in one folder and took as many steps.
TEST_F(Smoke, ATokenizerTrainedAnewIsAnother) {
  auto options = tokenizer_preset("smoke").run;
  options.resume = false;
  const auto hash = [&](std::uint64_t seed) {
    auto training = tokenizer_preset("smoke").training;
    training.seed = seed;
    TokenizerTrainer trainer(scenes(), training, std::make_shared<Communicator>());
    run(trainer, options, folder_ / "tokenizer", 1);
    return tokenizer_hash(folder_ / "tokenizer");
  };
  EXPECT_NE(hash(1), hash(2));
}

TEST(TokenizerTrainer, RefusesADatasetThatIsTooSmallForTheBatch) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 1);
  auto training = tokenizer_preset("smoke").training;
  training.batch = 4;
  EXPECT_THROW(TokenizerTrainer(cache, training, std::make_shared<Communicator>()), Error);
}

TEST(TokenizerTrainer, RefusesPicturesOfAnotherHeight) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 8);
  auto training = tokenizer_preset("smoke").training;
  training.config.image_height = 64;
  EXPECT_THROW(TokenizerTrainer(cache, training, std::make_shared<Communicator>()), Error);
}

}  // namespace
}  // namespace equi::train
