// `equicanvas-cli batch` as a user starts it: what it refuses, before anything is made.
#include <algorithm>
#include <fstream>

#include "tests/cli/cli_fixture.h"

namespace equi {
namespace {

class BatchCommand : public Cli {
 protected:
  // Two pictures; the batch size is chosen by memory when `batch` is 0.
  std::string plan(int batch) {
    std::ofstream(folder_ / "plan.json") << nlohmann::json{{"model", testing::golden_bundle().string()},
                                                           {"folder", "out"},
                                                           {"scenes", {"0"}},
                                                           {"seeds", {1, 2}},
                                                           {"widths", {4}},
                                                           {"steps", {2}},
                                                           {"batch", batch}};
    return "batch " + at("plan.json") + " ";
  }
  bool begun() const { return std::filesystem::exists(folder_ / "out"); }
};

TEST_F(BatchCommand, APlanWithAByteOrderMarkIsRead) {
  std::ofstream(folder_ / "bom.json", std::ios::binary) << "\xEF\xBB\xBF{\n\"modle\": 1}";
  expect_error("batch " + at("bom.json") + " --dry-run", "bom.json line 2: modle: there is no such field");
}

TEST_F(BatchCommand, AShardNeedsABatchSizeThatAllShardsHave) {
  expect_error(plan(0) + "--shard 1/2", "--batch 16");
  expect_error(plan(0) + "--shard 1/2 --dry-run", "--batch 16");
  EXPECT_FALSE(begun());
  EXPECT_EQ(run(plan(0) + "--shard 1/2 --batch 1").code, 0);
  EXPECT_EQ(run(plan(0) + "--shard 1/2 --status").code, 0) << "its queue knows the size";
  expect_error(plan(0) + "--gather", "1 of 2 pictures are missing (1)");
  EXPECT_EQ(run(plan(1) + "--shard 2/2").code, 0);
  EXPECT_EQ(run(plan(0) + "--gather").code, 0);
}

TEST_F(BatchCommand, APictureIsMadeAgainInItsFormatOnly) {
  EXPECT_EQ(run(plan(2) + "--again -1 -o " + at("again.png")).code, 2);
  EXPECT_FALSE(begun()) << "it is not taken as if it were not given";
  ASSERT_EQ(run(plan(2)).code, 0);
  expect_error(plan(2) + "--again 1 -o " + at("again.jpg"), "does not end in .png");
  expect_error(plan(2) + "--again 1 -o " + at("again"), "does not end in .png");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "again.jpg"));
  EXPECT_EQ(run(plan(2) + "--again 1 -o " + at("again.PNG")).code, 0);
}

TEST_F(BatchCommand, ItemsThatAreNotThereCannotBeChanged) {
  expect_error(plan(2) + "--cancel 999", "there is no item 999");
  expect_error(plan(2) + "--cancel 0 --retry 999", "there is no item 999");
  const auto status = run(plan(2) + "--status --json");
  ASSERT_EQ(status.code, 0) << status.err;
  EXPECT_EQ(nlohmann::json::parse(status.out).at("counts").at("waiting"), 2) << "nothing was changed";
  EXPECT_EQ(run(plan(2) + "--cancel 0 --json").code, 0);
}

TEST_F(BatchCommand, AFolderThatIsNoUtf8IsWrittenTo) {
  const std::string folder = " --folder \"" + at("out-\xff") + "\" ";
  const auto first = run(plan(2) + folder);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(run(plan(2) + folder + "--status --json").code, 0);
}

}  // namespace
}  // namespace equi
