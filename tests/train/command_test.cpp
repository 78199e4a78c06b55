// `train` as a user starts it: what it refuses before it makes anything, and what it makes anew.
#include "core/train/run.h"
#include "core/train/state_file.h"
#include "tests/cli/cli_fixture.h"
#include "tests/train/picture_fixture.h"

namespace equi::train {
namespace {

class TrainCommand : public Cli {
 protected:
  // A run of the smoke preset on the built-in scenes that takes one step.
  Outcome train(const std::string& what, const std::string& folder, const std::string& more = "") {
    return run(std::string("train ") + what +
               " --preset smoke --scenes --worlds 1 --steps 1 --samples-every 0 --held-out-every 0 --json"
               " --schedule constant --workers 1 --cache " +
               at("pictures") + " --run " + at(folder) + " " + more);
  }
  // One of a generator on the latents of the tokenizer's run.
  Outcome train_generator(const std::string& more = "") {
    return train("generator", "generator",
                 std::string("--latents 16 --tokenizer ") + at("tokenizer") + " " + more);
  }
  std::string bundle_with(const std::string& cache) const {
    return std::string("train bundle --tokenizer ") + at("tokenizer") + " --generator " + at("generator") +
           " -o " + at("bundle") + " --cache " + at(cache);
  }
  bool made(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
};

TEST_F(TrainCommand, NamesTheOptionWhoseValueItRefuses) {
  for (const std::string option :
       {"tokenizer --noise nan", "tokenizer --gan-weight nan",
        "generator --tokenizer absent --context-noise nan", "generator --tokenizer absent --resample nan"}) {
    const auto refused = run(std::string("train ") + option + " --scenes --run " + at("run"));
    EXPECT_EQ(refused.code, 2) << option;
    EXPECT_NE(refused.err.find("nan is not a number from"), std::string::npos) << option << refused.err;
    EXPECT_FALSE(made("run")) << option;
  }
}

TEST_F(TrainCommand, OfAClassifierHasNoOptionsThatItDoesNotUse) {
  for (const std::string option :
       {"--device cpu", "--precision float32", "--preset smoke", "--optimizer muon"}) {
    const auto refused = run(std::string("train classifier --scenes ") + option + " --run " + at("run"));
    EXPECT_EQ(refused.code, 2) << option;
    EXPECT_NE(refused.err.find(option.substr(0, option.find(' '))), std::string::npos)
        << option << " -> " << refused.err;
    EXPECT_FALSE(made("run")) << option;
  }
}

TEST_F(TrainCommand, OfAClassifierLooksWhereItWillWriteBeforeItTrains) {
  expect_error(std::string("train classifier --scenes --worlds 1 --world-width 64 --steps 1 --run ") +
                   at("run") + " -o " + at("absent/classifier.safetensors"),
               "cannot be written");
  EXPECT_FALSE(made("run"));
}

TEST_F(TrainCommand, RefusesPicturesThatAreNotThereBeforeItMakesARun) {
  expect_error(std::string("train tokenizer --preset smoke --data ") + at("absent") + " --run " + at("run"),
               "absent: is no folder");
  EXPECT_FALSE(made("run"));
}

TEST_F(TrainCommand, KeepsOutOfAnothersRunBeforeItMakesPictures) {
  Communicator alone;
  const auto lock = lock_run(folder_ / "tokenizer", alone);
  const auto refused = train("tokenizer", "tokenizer");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("another program is training there"), std::string::npos) << refused.err;
  EXPECT_FALSE(made("pictures"));
}

TEST_F(TrainCommand, EncodesAnewForATokenizerThatWasTrainedAnew) {
  const auto origin = [&] { return read_facts(folder_ / "generator/latents.safetensors").at("origin"); };
  ASSERT_EQ(train("tokenizer", "tokenizer").code, 0);
  ASSERT_EQ(train_generator().code, 0);
  const auto first = origin();
  ASSERT_EQ(train_generator("--anew").code, 0);
  EXPECT_EQ(origin(), first);
  ASSERT_EQ(train("tokenizer", "tokenizer", "--anew --seed 2").code, 0);
  ASSERT_EQ(train_generator("--anew").code, 0);
  EXPECT_NE(origin(), first);
}

TEST_F(TrainCommand, OfABundleNamesThePicturesThatHaveOtherClasses) {
  ASSERT_EQ(train("tokenizer", "tokenizer").code, 0);
  ASSERT_EQ(train_generator().code, 0);
  testing::striped_cache(folder_ / "stripes", 2);
  expect_error(bundle_with("stripes"), "stripes: holds pictures of 2 classes, the generator knows 15");
  EXPECT_FALSE(made("bundle"));
  EXPECT_EQ(run(bundle_with("pictures")).code, 0);
}

}  // namespace
}  // namespace equi::train
