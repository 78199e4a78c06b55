// Two processes over Gloo take the same steps as one with the doubled batch, and fail together.
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/train/communicator.h"
#include "tests/support/temp_folder.h"

namespace equi::train {
namespace {

class Processes : public ::testing::Test {
 protected:
  // Runs the smoke tokenizer for a few steps; `variables` precede the command.
  int train(const std::string& variables, const std::string& run, int batch,
            const std::string& more = "--device cpu") {
    const std::string command =
        variables + " " + EQUI_CLI +
        " train tokenizer --scenes --preset smoke --worlds 1 --steps 5 --samples-every 0"
        " --held-out-every 0 --json --schedule constant --workers 1 " +
        more + " --batch " + std::to_string(batch) + " --cache " + (folder_ / "pictures").string() +
        " --run " + (folder_ / run).string() + " >" + (folder_ / (run + ".out")).string() + " 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::vector<double> losses(const std::string& run) {
    std::ifstream in(folder_ / run / "metrics.jsonl");
    std::vector<double> all;
    for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line)["loss"]);
    return all;
  }
  // Two processes, which must both fail with exit code 2 and say this.
  void expect_both_fail(const std::string& port, const std::string& what) {
    const std::string shared = "WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=" + port + " ";
    int second = -1;
    {
      const std::jthread other([&] { second = train(shared + "RANK=1", "two-b", 2); });
      EXPECT_EQ(train(shared + "RANK=0", "two", 2), 2);
    }
    EXPECT_EQ(second, 2);
    for (const std::string run : {"two", "two-b"}) {
      std::ifstream in(folder_ / (run + ".out"));
      const std::string said(std::istreambuf_iterator<char>(in), {});
      EXPECT_NE(said.find(what), std::string::npos) << run << ": " << said;
    }
  }
  testing::TempFolder folder_;
};

TEST_F(Processes, TwoTakeTheStepsOfOneWithTheDoubledBatch) {
  ASSERT_EQ(train("", "one", 4), 0);
  const std::string shared = "WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29741 ";
  int second = -1;
  {
    const std::jthread other([&] { second = train(shared + "RANK=1", "two-b", 2); });
    EXPECT_EQ(train(shared + "RANK=0", "two", 2), 0);
  }
  EXPECT_EQ(second, 0);
  const auto one = losses("one"), two = losses("two");
  ASSERT_FALSE(one.empty());
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], two[i], 1e-4);
}

TEST_F(Processes, AreAllToldWhyTheFirstCouldNotPrepare) {
  std::ofstream(folder_ / "pictures") << "no folder";
  expect_both_fail("29745", "pictures: cannot be created");
}

TEST_F(Processes, RefuseRunFoldersThatAreNotOne) {
  ASSERT_EQ(train("", "two", 2), 0);
  expect_both_fail("29747", "the processes of the run found different checkpoints");
}

TEST_F(Processes, TwoGpusTakeTheStepsOfOne) {
  if (cuda_status().devices.size() < 2) GTEST_SKIP() << "needs two GPUs";
  ASSERT_EQ(train("", "one", 4, "--device cuda:0"), 0);
  const std::string shared = "WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29743 ";
  int second = -1;
  {
    const std::jthread other([&] { second = train(shared + "RANK=1", "two-b", 2, "--device cuda:1"); });
    EXPECT_EQ(train(shared + "RANK=0", "two", 2, "--device cuda:0"), 0);
  }
  EXPECT_EQ(second, 0);
  const auto one = losses("one"), two = losses("two");
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], two[i], 1e-4);
}

TEST(JoinProcesses, NamesTheVariableThatIsWrong) {
  setenv("WORLD_SIZE", "2", 1);
  setenv("RANK", "5", 1);
  try {
    join_processes();
    FAIL() << "joined";
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), "RANK");
  }
  unsetenv("RANK");
  EXPECT_THROW(join_processes(), Error);
  unsetenv("WORLD_SIZE");
  EXPECT_EQ(join_processes()->size(), 1);
}

}  // namespace
}  // namespace equi::train
