// A bundle takes another's place whole or not at all, and beside what else the folder holds.
#include "core/train/bundle_writer.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/train/presets.h"
#include "tests/support/temp_folder.h"

namespace equi::train {
namespace {

class BundleWriter : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { torch::set_num_threads(1); }
  BundleWriter() {
    manifest_.name = "First";
    manifest_.class_names = {"a", "b"};
    manifest_.dtype = "float32";
  }
  static model::Tokenizer tokenizer(std::uint64_t seed) {
    model::Tokenizer made(tokenizer_preset("smoke").training.config);
    model::randomize_weights(*made, torch::kFloat32, seed);
    return made;
  }
  static model::Generator generator(std::uint64_t seed) {
    auto config = generator_preset("smoke").training.config;
    config.class_count = 2;
    config.token_width = tokenizer_preset("smoke").training.config.token_width;
    model::Generator made(config);
    model::randomize_weights(*made, torch::kFloat32, seed);
    return made;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(bundle_)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  testing::TempFolder folder_;
  std::filesystem::path bundle_ = folder_ / "bundle";
  Manifest manifest_;
};

const std::vector<std::string> kWithLicence = {"LICENCE", "generator.safetensors", "manifest.json",
                                               "tokenizer.safetensors"};

TEST_F(BundleWriter, ReplacesABundleAndKeepsOtherFiles) {
  write_bundle(bundle_, manifest_, tokenizer(1), generator(1));
  const auto before = Bundle::open(bundle_, true).manifest();
  std::ofstream(bundle_ / "LICENCE") << "free";
  manifest_.name = "Second";
  write_bundle(bundle_, manifest_, tokenizer(2), generator(2));
  const auto after = Bundle::open(bundle_, true).manifest();
  EXPECT_EQ(after.name, "Second");
  EXPECT_NE(after.tokenizer_sha256, before.tokenizer_sha256);
  EXPECT_NE(after.generator_sha256, before.generator_sha256);
  EXPECT_EQ(files(), kWithLicence);
}

TEST_F(BundleWriter, LeavesTheBundleAsItWasWhenItFailsInTheMiddle) {
  write_bundle(bundle_, manifest_, tokenizer(1), generator(1));
  std::ofstream(bundle_ / "LICENCE") << "free";
  const auto before = manifest_to_json(Bundle::open(bundle_, true).manifest());
  auto broken = generator(2);
  broken->register_parameter("without_values", torch::zeros({4}, torch::kMeta));
  manifest_.name = "Second";
  EXPECT_ANY_THROW(write_bundle(bundle_, manifest_, tokenizer(2), broken));
  EXPECT_EQ(manifest_to_json(Bundle::open(bundle_, true).manifest()), before);
  EXPECT_EQ(files(), kWithLicence);
}

TEST_F(BundleWriter, LeavesNoFolderWhenItFails) {
  auto broken = generator(2);
  broken->register_parameter("without_values", torch::zeros({4}, torch::kMeta));
  EXPECT_ANY_THROW(write_bundle(bundle_, manifest_, tokenizer(2), broken));
  EXPECT_FALSE(std::filesystem::exists(bundle_));
}

TEST_F(BundleWriter, RefusesWhatNoBundleCanSayBeforeItWrites) {
  manifest_.guidance_scale = -5.0;
  try {
    write_bundle(bundle_, manifest_, tokenizer(1), generator(1));
    ADD_FAILURE() << "written";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_NE(std::string(e.what()).find("guidance_scale is -5"), std::string::npos) << e.what();
  }
  EXPECT_FALSE(std::filesystem::exists(bundle_));
}

}  // namespace
}  // namespace equi::train
