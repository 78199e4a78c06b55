// Whole batches on the tiny model: pictures, states, and what happens when something goes wrong.
#include "core/batch/runner.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "core/batch/manifest.h"
#include "core/media/image.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

using ::testing::HasSubstr;

class RunnerTest : public ::testing::Test {
 protected:
  RunnerTest() : plan_(small_plan(folder_.path() / "out")) {}

  std::shared_ptr<Queue> open(const Shard& shard = {}) {
    return Queue::open(plan_, facts_of(*golden_engine()), shard);
  }
  void run_all(const Shard& shard = {}) { Runner(golden_engine(), open(shard)).run(); }
  // What the same plan gives undisturbed.
  std::map<std::string, std::string> undisturbed() {
    auto plan = plan_;
    plan.folder = folder_.path() / "undisturbed";
    Runner(golden_engine(), Queue::open(plan, facts_of(*golden_engine()))).run();
    return hashes(plan.folder);
  }
  std::map<std::string, std::string> made() const { return hashes(plan_.folder); }

  testing::TempFolder folder_;
  Plan plan_;
};

TEST_F(RunnerTest, MakesEveryPicture) {
  run_all();
  EXPECT_EQ(made().size(), 6U);
  const auto picture = media::read_image(plan_.folder / "class_0-1.png");
  EXPECT_EQ(picture.width, 6 * golden_engine()->column_pixels());
  EXPECT_EQ(picture.height, golden_engine()->picture_height());
  EXPECT_TRUE(std::filesystem::exists(plan_.folder / "manifest.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(plan_.folder / "contact-sheet.jpg"));
}

TEST_F(RunnerTest, DoneItemsAreNotMadeAgain) {
  run_all();
  const auto before = std::filesystem::last_write_time(plan_.folder / "class_0-1.png");
  run_all();
  EXPECT_EQ(std::filesystem::last_write_time(plan_.folder / "class_0-1.png"), before);
}

// The picture of an item does not depend on what else its run makes.
TEST_F(RunnerTest, TwoShardsMakeTheSameFilesAsOneRun) {
  plan_.batch = 2;
  const auto whole = undisturbed();
  run_all({1, 2});
  EXPECT_EQ(made().size(), 4U);
  run_all({2, 2});
  EXPECT_EQ(made(), whole);
  EXPECT_EQ(gather(plan_.folder), 6);
  EXPECT_EQ(read_manifest(plan_.folder / "manifest.jsonl").size(), 6U);
  EXPECT_TRUE(std::filesystem::exists(plan_.folder / "contact-sheet.jpg"));
}

// Shards of different batch sizes divide the items differently.
TEST_F(RunnerTest, PartsOfDifferentBatchSizesAreNotGathered) {
  plan_.batch = 2;
  run_all({1, 2});
  plan_.batch = 3;
  run_all({2, 2});
  const auto message = message_of([&] { gather(plan_.folder); });
  EXPECT_THAT(message, HasSubstr("different batch sizes (2, 3)"));
  EXPECT_THAT(message, HasSubstr("1 of 6 pictures are missing (2)"));
  EXPECT_THAT(message, HasSubstr("2 are there more than once (4, 5)"));
  EXPECT_FALSE(std::filesystem::exists(plan_.folder / "manifest.jsonl"));
  for (const std::int64_t i : {1, 2}) std::filesystem::remove(Queue::file(plan_.folder, {i, 2}));
  EXPECT_THAT(message_of([&] { gather(plan_.folder); }), HasSubstr("1 of 6 pictures are missing (2)"))
      << "without the queues too";
}

TEST_F(RunnerTest, MissingShardsAreNamed) {
  plan_.batch = 2;
  run_all({1, 3});
  EXPECT_THAT(message_of([&] { gather(plan_.folder); }), HasSubstr("no manifest of shard 2, 3 of 3"));
  EXPECT_THAT(message_of([&] { gather(plan_.folder, 6); }),
              HasSubstr("4 of 6 pictures are missing (2, 3, 4, 5)"));
  run_all({2, 3});
  run_all({3, 3});
  EXPECT_THAT(message_of([&] { gather(plan_.folder, 5); }), HasSubstr("6 pictures, the plan makes 5"));
  EXPECT_EQ(gather(plan_.folder, 6), 6);
  run_all({1, 2});
  EXPECT_THAT(message_of([&] { gather(plan_.folder, 6); }), HasSubstr("in 2 and of one in 3"));
}

TEST_F(RunnerTest, WhatFailedIsMissingWhenThePartsAreGatheredButNotWhatWasCancelled) {
  plan_.batch = 2;
  run_all({1, 2});
  {
    const auto queue = open({2, 2});
    queue->fail(2, "the disk is full");
    Runner(golden_engine(), queue).run();
  }
  EXPECT_THAT(message_of([&] { gather(plan_.folder); }), HasSubstr("1 of 6 pictures are missing (2)"));
  {
    const auto queue = open({2, 2});
    queue->retry_failed();
    queue->cancel(2);
    queue->resume();
    Runner(golden_engine(), queue).run();
  }
  EXPECT_EQ(gather(plan_.folder), 5);
}

TEST_F(RunnerTest, AStopAndARestartMakeTheSameFiles) {
  const auto whole = undisturbed();
  std::stop_source stop;
  int pictures = 0;
  const auto queue = open();
  Runner runner(golden_engine(), queue,
                {[&](std::int64_t item) {
                   if (queue->row(item).state == ItemState::done && ++pictures == 2) {
                     stop.request_stop();
                   }
                 },
                 {}});
  while (runner.step(stop.get_token())) {
  }
  EXPECT_EQ(made().size(), 2U);
  EXPECT_EQ(queue->counts().waiting, 4) << "nothing is left running";
  runner.run();
  EXPECT_EQ(made(), whole);
}

TEST_F(RunnerTest, APauseKeepsWhatIsHalfMade) {
  const auto queue = open();
  std::int64_t columns = 0;
  Runner runner(golden_engine(), queue, {{}, [&](const RunnerProgress& p) { columns = p.done; }});
  while (columns < 8 && runner.step()) {
  }
  queue->pause("by the user");
  EXPECT_FALSE(runner.step());
  EXPECT_EQ(queue->counts().running, 4);
  queue->resume();
  EXPECT_TRUE(runner.step());
  EXPECT_EQ(columns, 12) << "four panoramas go on with their third column";
}

TEST_F(RunnerTest, APauseIsHeardBetweenTwoBlocksOfAPictureWhichIsThenWrittenAnew) {
  plan_.scenes = {"0"};
  plan_.seeds = {1, 2};
  plan_.widths = {300};  // two blocks
  plan_.batch = 2;
  const auto whole = undisturbed();
  const auto queue = open();
  int blocks = 0;
  Runner runner(golden_engine(), queue, {}, [&](const std::function<void()>& work, const std::stop_token&) {
    work();
    if (++blocks == 1) queue->pause("by the user");
  });
  while (runner.step()) {
  }
  EXPECT_EQ(blocks, 1);
  EXPECT_TRUE(made().empty());
  EXPECT_EQ(queue->counts().running, 2) << "the columns are kept";
  EXPECT_TRUE(runner.writes_next());
  queue->resume();
  runner.run();
  EXPECT_EQ(blocks, 1 + 2 * 2);
  EXPECT_EQ(made(), whole);
}

TEST_F(RunnerTest, ACancelledItemIsDroppedAndTheOthersStayTheSame) {
  auto whole = undisturbed();
  const auto queue = open();
  Runner runner(golden_engine(), queue, {{}, [&](const RunnerProgress& p) {
                                           if (p.done == 2 * 4) queue->cancel(1);
                                         }});
  queue->cancel(4);
  runner.run();
  whole.erase("class_0-2.png");
  whole.erase("class_1-2.png");
  EXPECT_EQ(made(), whole);
  EXPECT_EQ(queue->counts().cancelled, 2);
}

TEST_F(RunnerTest, ARetriedItemIsTheSamePicture) {
  const auto whole = undisturbed();
  const auto queue = open();
  queue->cancel(2);
  Runner runner(golden_engine(), queue);
  runner.run();
  queue->retry(2);
  runner.run();
  EXPECT_EQ(made(), whole);
}

TEST_F(RunnerTest, MovedItemsComeFirst) {
  const auto queue = open();
  queue->move(5, 0);
  std::vector<std::int64_t> order;
  Runner runner(golden_engine(), queue,
                {[&](std::int64_t item) {
                   if (queue->row(item).state == ItemState::done) order.push_back(item);
                 },
                 {}});
  runner.run();
  EXPECT_EQ(order, (std::vector<std::int64_t>{4, 5, 0, 1, 2, 3})) << "with the group that it belongs to";
}

// A file-size limit of the process stands in for the full disk; the queue's own file is small enough.
TEST_F(RunnerTest, AFullDiskFailsTheItemAndPausesTheRest) {
  plan_.format.format = media::Format::tiff;
  plan_.format.compression = media::TiffCompression::none;
  std::signal(SIGXFSZ, SIG_IGN);
  const auto queue = open();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 150000;  // a tile has 196,608 bytes
  setrlimit(RLIMIT_FSIZE, &small);
  Runner runner(golden_engine(), queue);
  while (runner.step()) {
  }
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(queue->paused());
  EXPECT_THAT(queue->pause_reason(), HasSubstr("cannot be written"));
  EXPECT_EQ(queue->counts().failed, 1);
  EXPECT_EQ(queue->counts().waiting, 5);
  EXPECT_THAT(queue->row(0).reason, HasSubstr("cannot be written"));
  queue->resume();
  EXPECT_EQ(queue->retry_failed(), 1);
  runner.run();
  EXPECT_EQ(queue->counts().done, 6);
}

TEST_F(RunnerTest, MemoryThatIsFullPausesTheRestInsteadOfFailingItOneByOne) {
  const auto queue = open();
  bool full = true;
  Runner runner(golden_engine(), queue, {{}, [&](const RunnerProgress&) {
                                           if (std::exchange(full, false)) throw std::bad_alloc();
                                         }});
  while (runner.step()) {
  }
  EXPECT_TRUE(queue->paused());
  EXPECT_THAT(queue->pause_reason(), HasSubstr("memory is full"));
  EXPECT_EQ(queue->counts().failed, 4);
  EXPECT_EQ(queue->counts().waiting, 2);
  queue->resume();
  EXPECT_EQ(queue->retry_failed(), 4);
  runner.run();
  EXPECT_EQ(queue->counts().done, 6);
}

// The queue's own file vanishes along; once the folder is back the items wait there.
TEST_F(RunnerTest, AFolderThatVanishesIsSaidAndNothingIsLost) {
  const auto elsewhere = folder_.path() / "moved";
  {
    Runner runner(golden_engine(), open(), {{}, [&](const RunnerProgress& p) {
                                              std::error_code ignored;
                                              if (p.done == p.total)
                                                std::filesystem::rename(plan_.folder, elsewhere, ignored);
                                            }});
    const auto message = message_of([&] {
      while (runner.step()) {
      }
    });
    EXPECT_THAT(message, HasSubstr("cannot be"));
  }
  std::filesystem::rename(elsewhere, plan_.folder);
  const auto queue = open();
  EXPECT_FALSE(queue->crashed());
  EXPECT_EQ(queue->counts().waiting, 6);
}

// A disk that was taken off and put back while the program goes on.
TEST_F(RunnerTest, OnceTheFolderIsBackTheSameRunnerMakesTheRest) {
  const auto elsewhere = folder_.path() / "moved";
  bool gone = false;
  const std::shared_ptr<Queue> queue = open();
  Runner runner(golden_engine(), queue, {{}, [&](const RunnerProgress& p) {
                                           std::error_code ignored;
                                           if (p.done == p.total && !std::exchange(gone, true))
                                             std::filesystem::rename(plan_.folder, elsewhere, ignored);
                                         }});
  const auto all = [&] {
    while (runner.step()) {
    }
  };
  EXPECT_THAT(message_of(all), HasSubstr("cannot be"));
  std::filesystem::rename(elsewhere, plan_.folder);
  all();
  queue->retry_failed();
  queue->resume();
  all();
  EXPECT_EQ(queue->counts().done, 6);
  EXPECT_EQ(queue->counts().running, 0);
}

TEST_F(RunnerTest, SettingsThatTheModelCannotDoFailTheItemsWithTheReason) {
  plan_.solver = "heun";
  plan_.steps = {3};
  const auto queue = open();
  Runner(golden_engine(), queue).run();
  EXPECT_EQ(queue->counts().failed, 6);
  EXPECT_THAT(queue->row(0).reason, HasSubstr("heun cannot do 3 evaluations"));
  EXPECT_FALSE(queue->paused());
}

TEST_F(RunnerTest, SeveralAtOnceAreTheSamePicturesUpToRounding) {
  run_all();
  auto plan = plan_;
  plan.folder = folder_.path() / "single";
  plan.batch = 1;
  Runner(golden_engine(), Queue::open(plan, facts_of(*golden_engine()))).run();
  for (const auto& [file, hash] : hashes(plan.folder)) {
    EXPECT_GT(media::psnr(media::read_image(plan.folder / file), media::read_image(plan_.folder / file)), 50)
        << file;
  }
}

TEST_F(RunnerTest, SeamlessPicturesAreWiderByTheBridge) {
  plan_.seamless = true;
  plan_.seeds = {1};
  run_all();
  const auto picture = media::read_image(plan_.folder / "class_0-1.png");
  EXPECT_EQ(picture.width, (6 + 16) * golden_engine()->column_pixels());
}

}  // namespace
}  // namespace equi::batch
