#include "core/batch/queue.h"

#include <functional>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/batch/manifest.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

using ::testing::HasSubstr;

class QueueTest : public ::testing::Test {
 protected:
  QueueTest() : plan_(small_plan(folder_.path() / "out")) {}
  std::unique_ptr<Queue> open(const Shard& shard = {}) { return Queue::open(plan_, some_facts(), shard); }
  static ItemState state(const Queue& queue, std::int64_t item) { return queue.row(item).state; }
  static std::vector<std::int64_t> order(const Queue& queue) {
    std::vector<std::int64_t> numbers;
    for (const auto& row : queue.rows()) numbers.push_back(row.number);
    return numbers;
  }
  static ItemRow made(std::int64_t item) {
    ItemRow row;
    row.number = item;
    row.bytes = 123;
    row.seconds = 1.5;
    row.sha256 = "abc";
    return row;
  }

  // A program that is killed while it makes these.
  void crash(const std::vector<std::int64_t>& items, const std::function<void(Queue&)>& before = {}) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        const auto queue = open();
        if (before) before(*queue);
        queue->start(items);
        kill(getpid(), SIGKILL);
      } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
      }
      _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it was to be killed while they run";
  }

  testing::TempFolder folder_;
  Plan plan_;
};

TEST_F(QueueTest, RemembersEverythingOverARestart) {
  {
    const auto queue = open();
    queue->start({0, 1});
    queue->finish(made(0), {1, 2, 3});
    queue->fail(1, "the disk is full");
    queue->cancel(2);
    queue->move(5, 0);
  }
  const auto queue = open();
  EXPECT_FALSE(queue->crashed());
  EXPECT_FALSE(queue->paused());
  EXPECT_EQ(state(*queue, 0), ItemState::done);
  EXPECT_EQ(queue->row(0).bytes, 123U);
  EXPECT_DOUBLE_EQ(queue->row(0).seconds, 1.5);
  EXPECT_EQ(queue->thumbnail(0), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(state(*queue, 1), ItemState::failed);
  EXPECT_EQ(queue->row(1).reason, "the disk is full");
  EXPECT_EQ(state(*queue, 2), ItemState::cancelled);
  EXPECT_EQ(order(*queue), (std::vector<std::int64_t>{5, 0, 1, 2, 3, 4}));
  const auto counts = queue->counts();
  EXPECT_EQ(counts.waiting, 3);
  EXPECT_EQ(counts.all(), 6);
}

TEST_F(QueueTest, AfterACrashItComesBackPausedWithTheRunningItemsWaiting) {
  crash({0, 1});
  const auto queue = open();
  EXPECT_TRUE(queue->crashed());
  EXPECT_TRUE(queue->paused());
  EXPECT_THAT(queue->pause_reason(), HasSubstr("the program ended"));
  EXPECT_EQ(state(*queue, 0), ItemState::waiting);
  EXPECT_EQ(queue->row(0).crashes, 1);
  EXPECT_EQ(queue->row(2).crashes, 0);
  queue->resume();
  EXPECT_FALSE(queue->paused());
}

TEST_F(QueueTest, AnItemThatRanAtTwoCrashesIsSetAside) {
  crash({0, 1});
  crash({1, 2}, [&](Queue& queue) {
    queue.resume();
    queue.start({0});
    queue.finish(made(0), {});
  });
  const auto queue = open();
  EXPECT_EQ(state(*queue, 0), ItemState::done);
  EXPECT_EQ(state(*queue, 1), ItemState::set_aside);
  EXPECT_THAT(queue->row(1).reason, HasSubstr("ended 2 times"));
  EXPECT_EQ(state(*queue, 2), ItemState::waiting) << "its first crash";
  EXPECT_EQ(queue->next_group(), 0) << "item 2 is in the first group";
  EXPECT_EQ(queue->retry_failed(), 1);
  EXPECT_EQ(state(*queue, 1), ItemState::waiting);
  EXPECT_EQ(queue->row(1).crashes, 0) << "it gets two new chances";
}

TEST_F(QueueTest, AStopIsNoCrash) {
  {
    const auto queue = open();
    queue->start({0, 1});
    queue->give_back({0, 1});
  }
  const auto queue = open();
  EXPECT_FALSE(queue->crashed());
  EXPECT_EQ(queue->row(0).crashes, 0);
  EXPECT_EQ(queue->counts().waiting, 6);
}

// A full disk, say: the items cannot be given back.
TEST_F(QueueTest, AProgramThatEndsProperlyHasNotCrashedWhateverItCouldWrite) {
  for (int i = 0; i <= Queue::kMaxCrashes; ++i) {
    const auto queue = open();
    EXPECT_FALSE(queue->crashed());
    EXPECT_FALSE(queue->paused());
    EXPECT_EQ(queue->counts().waiting, 6);
    EXPECT_EQ(queue->row(0).crashes, 0);
    queue->start({0, 1});
  }
  crash({0});
  auto other = plan_;
  other.seeds = {77};
  EXPECT_THAT(message_of([&] { Queue::open(other, some_facts()); }), HasSubstr("another plan"));
  EXPECT_TRUE(open()->crashed()) << "who may not have it changes nothing";
  EXPECT_FALSE(open()->crashed()) << "once";
}

TEST_F(QueueTest, CanBeLookedAtWhileItIsInUse) {
  EXPECT_FALSE(Queue::in_use(plan_.folder)) << "there is none";
  EXPECT_FALSE(std::filesystem::exists(plan_.folder));
  {
    const auto queue = open();
    queue->start({0, 1});
    EXPECT_TRUE(Queue::in_use(plan_.folder));
    EXPECT_THAT(message_of([&] { open(); }), HasSubstr("another program"));
    const auto seen = Queue::look(plan_, some_facts());
    EXPECT_EQ(seen->counts().running, 2);
    queue->finish(made(0), {});
    EXPECT_EQ(state(*seen, 0), ItemState::done);
    auto other = plan_;
    other.seeds = {77};
    EXPECT_THAT(message_of([&] { Queue::look(other, some_facts()); }), HasSubstr("a batch of another plan"));
  }
  EXPECT_FALSE(Queue::in_use(plan_.folder));
  EXPECT_EQ(open()->counts().done, 1);
}

TEST_F(QueueTest, AWatchTellsOfAPauseAndOfTheEndOfItsItem) {
  const auto queue = open();
  EXPECT_TRUE(queue->watch(0).stop_requested()) << "it does not run";
  queue->start({0, 1, 2});
  const auto first = queue->watch(0);
  queue->cancel(1);
  EXPECT_FALSE(first.stop_requested()) << "that was another one";
  queue->cancel(0);
  EXPECT_TRUE(first.stop_requested());
  const auto second = queue->watch(2);
  EXPECT_FALSE(second.stop_requested());
  queue->pause("by the user");
  EXPECT_TRUE(second.stop_requested());
  EXPECT_TRUE(queue->watch(2).stop_requested()) << "it is still paused";
  queue->resume();
  EXPECT_FALSE(queue->watch(2).stop_requested());
}

TEST_F(QueueTest, OnlyWhatWaitsOrRunsCanBeCancelledAndOnlyWhatEndedRetried) {
  const auto queue = open();
  queue->start({0, 1});
  queue->finish(made(0), {});
  EXPECT_FALSE(queue->cancel(0)) << "it is done";
  EXPECT_FALSE(queue->retry(0));
  EXPECT_TRUE(queue->cancel(1)) << "it runs";
  EXPECT_TRUE(queue->retry(1));
  EXPECT_EQ(state(*queue, 1), ItemState::waiting);
  EXPECT_FALSE(queue->cancel(99));
  EXPECT_THROW(queue->row(99), Error);
}

TEST_F(QueueTest, RetriedItemsKeepTheirPlaces) {
  const auto queue = open();
  queue->start({0, 1, 2, 3});
  queue->fail(1, "x");
  queue->fail(3, "y");
  queue->give_back({0, 2});
  EXPECT_EQ(queue->retry_failed(), 2);
  EXPECT_EQ(order(*queue), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

TEST_F(QueueTest, MovingPutsAnItemBeforeAnother) {
  const auto queue = open();
  queue->move(4, 1);
  EXPECT_EQ(order(*queue), (std::vector<std::int64_t>{0, 4, 1, 2, 3, 5}));
  queue->move(0, 3);
  EXPECT_EQ(order(*queue), (std::vector<std::int64_t>{4, 1, 0, 2, 3, 5}));
  queue->move(4, 100);
  EXPECT_EQ(order(*queue), (std::vector<std::int64_t>{1, 0, 2, 3, 5, 4}));
  queue->move(5, 0);
  EXPECT_EQ(queue->next_group(), 1) << "item 5 comes next, with its group";
}

TEST_F(QueueTest, AnotherPlanModelOrBatchSizeInTheSameFolderIsRefused) {
  open();
  const auto refusal = [&] { return message_of([&] { open(); }); };
  auto other = some_facts();
  other.generator_sha256[0] = 'c';
  EXPECT_THAT(message_of([&] { Queue::open(plan_, other); }), HasSubstr("a batch of another model"));
  plan_.seeds.push_back(4);
  EXPECT_THAT(refusal(), HasSubstr("a batch of another plan"));
  plan_.seeds.pop_back();
  EXPECT_EQ(refusal(), "");
  plan_.batch = 2;
  EXPECT_THAT(refusal(), HasSubstr("another plan"));
  EXPECT_EQ(Queue::find(plan_.folder)->batch, 4) << "so that it can be gone on with";
  EXPECT_FALSE(Queue::find(folder_.path()).has_value());
}

TEST_F(QueueTest, OneProgramAtATime) {
  const auto queue = open();
  EXPECT_THAT(message_of([&] { open(); }), HasSubstr("another program is making this batch"));
}

TEST_F(QueueTest, ADamagedFileIsSaid) {
  open();
  std::ofstream(Queue::file(plan_.folder), std::ios::binary) << std::string(5000, 'x');
  EXPECT_THROW(open(), Error);
}

TEST_F(QueueTest, ItemsThatThePlanDoesNotHaveAreSaid) {
  const auto damaged = [&](const std::string& change) {
    plan_.folder = folder_.path() / std::to_string(std::hash<std::string>{}(change));
    open();
    canvas::Database(Queue::file(plan_.folder), canvas::Database::Mode::open).execute(change);
    return message_of([&] { open(); });
  };
  for (const std::string change :
       {"UPDATE items SET number = 6 WHERE number = 5", "UPDATE items SET number = -1 WHERE number = 0",
        "UPDATE items SET number = 9223372036854775807 WHERE number = 2",
        "DELETE FROM items WHERE number = 3", "INSERT INTO items(number, position, state) VALUES(77, 77, 0)",
        "UPDATE meta SET value = 'x' WHERE key = 'plan'"}) {
    const auto message = damaged(change);
    EXPECT_THAT(message, HasSubstr("is damaged")) << change;
    EXPECT_THAT(message, HasSubstr(".equicanvas-batch.sqlite")) << change;
  }
}

TEST_F(QueueTest, APictureOfWhichNobodyKnowsHowItWasMadeIsSaid) {
  const auto queue = open();
  for (const std::string made_with : {"", "x", "[1]", "{\"device\": 7}"}) {
    auto row = made(0);
    row.made_with = made_with;
    queue->finish(row, {});
    EXPECT_THAT(message_of([&] { manifest_entry(*queue, queue->row(0)); }),
                HasSubstr(".equicanvas-batch.sqlite: is damaged"))
        << made_with;
  }
}

TEST_F(QueueTest, TheSameBatchIsKnownWhereverItAndItsModelAre) {
  open()->cancel(1);
  const auto known = [&] { return state(*open(), 1) == ItemState::cancelled; };
  const auto folder = plan_.folder;
  plan_.folder = folder / "";
  EXPECT_TRUE(known());
  plan_.folder = folder / ".." / folder.filename();
  EXPECT_TRUE(known());
  plan_.folder = std::filesystem::relative(folder);
  EXPECT_TRUE(known());
  plan_.folder = folder_ / "moved";
  std::filesystem::rename(folder, plan_.folder);
  plan_.model = "elsewhere";
  EXPECT_TRUE(known());
  EXPECT_EQ(Queue::find(plan_.folder)->folder.string(), plan_.folder.string()) << "not where it was made";
}

TEST_F(QueueTest, AFolderMayHaveANameThatIsNoUtf8) {
  plan_.folder = folder_.path() / "out-\xff\xfe";
  open()->cancel(1);
  EXPECT_EQ(state(*open(), 1), ItemState::cancelled);
  EXPECT_EQ(Queue::find(plan_.folder)->folder.string(), plan_.folder.string());
}

TEST_F(QueueTest, ShardsDivideTheGroups) {
  plan_.batch = 2;
  std::vector<std::int64_t> all;
  for (const std::int64_t i : {1, 2}) {
    const auto queue = open({i, 2});
    for (const auto& row : queue->rows()) all.push_back(row.number);
  }
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5})) << "each item in one of them";
}

TEST(ShardText, IsReadAndChecked) {
  EXPECT_EQ(parse_shard("2/8"), (Shard{2, 8}));
  EXPECT_EQ(parse_shard("1/1"), (Shard{1, 1}));
  for (const auto* text : {"0/8", "9/8", "1/0", "-1/8", "1", "1/", "/8", "a/b", "1/8x", "", "1/999999"}) {
    EXPECT_THROW(parse_shard(text), Error) << text;
  }
}

}  // namespace
}  // namespace equi::batch
