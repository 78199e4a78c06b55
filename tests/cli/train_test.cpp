// Values that `train` refuses before it makes anything.
#include "tests/cli/cli_fixture.h"

namespace equi {
namespace {

TEST_F(Cli, TrainNamesTheOptionWhoseValueItRefuses) {
  for (const std::string option :
       {"--steps -5", "--steps 0", "--rate nan", "--rate -1", "--rate inf", "--batch -3", "--batch 0",
        "--warmup -2", "--workers -1", "--checkpoint-every nan", "--checkpoint-every -1",
        "--samples-every nan", "--held-out-every -1", "--worlds -1", "--world-width 0"}) {
    const Outcome refused = run("train tokenizer --preset smoke --scenes --run " + at("run") + " " + option);
    EXPECT_EQ(refused.code, 2) << option;
    EXPECT_NE(refused.err.find(option.substr(0, option.find(' '))), std::string::npos)
        << option << " -> " << refused.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "run")) << option;
  }
}

TEST_F(Cli, TrainBundleRefusesWhatNoBundleCanSay) {
  for (const std::string guidance : {"-5", "nan", "101"}) {
    expect_error("train bundle --tokenizer models/demo --generator models/demo --guidance " + guidance +
                     " -o " + at("bundle"),
                 "guidance_scale is");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "bundle")) << guidance;
  }
}

}  // namespace
}  // namespace equi
