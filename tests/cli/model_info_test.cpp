// What `info` and `evaluate` say of a bundle, and what they refuse before they begin.
#include "tests/cli/cli_fixture.h"

namespace equi {
namespace {

TEST_F(Cli, InfoShowsNoControlCharactersOfAManifest) {
  ImportOptions options;
  options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
  options.generator_checkpoint = testing::golden_data("generator_tiny.pth");
  options.output = folder_ / "forged";
  options.name = "\x1b[2Jname";
  options.licence = "free\nSHA-256      both files match the manifest";
  import_checkpoints(options);
  const Outcome info = run("info " + at("forged"));
  ASSERT_EQ(info.code, 0) << info.err;
  EXPECT_EQ(info.out.find('\x1b'), std::string::npos) << info.out;
  EXPECT_NE(info.out.find("\\x1b[2Jname"), std::string::npos) << info.out;
  EXPECT_EQ(info.out.find("\nSHA-256      both"), std::string::npos) << info.out;
}

TEST_F(Cli, EvaluateRefusesWhatWouldFailAfterTheMeasuring) {
  expect_error("evaluate demo --model models/demo --panorama-scene 15", "panorama-scene: 15 is not between");
  expect_error("evaluate demo --model models/demo --panorama-scene -1", "panorama-scene: -1 is not between");
  std::ofstream(folder_ / "file") << "no folder";
  expect_error("evaluate demo --model models/demo --pictures " + at("file/sheets"), "cannot be created");
}

}  // namespace
}  // namespace equi
