// A batch on a device's worker, beside other work.
#include "core/batch/service.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/batch/manifest.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : plan_(small_plan(folder_.path() / "out")) {}

  // Two pictures of two blocks each, in a format whose file is there from the first block on.
  void plan_wide_pictures() {
    plan_.scenes = {"0"};
    plan_.seeds = {1, 2};
    plan_.widths = {300};
    plan_.batch = 2;
    plan_.format.format = media::Format::tiff;
  }
  std::unique_ptr<BatchService> service() {
    BatchService::Callbacks calls;
    calls.progress = [this](const RunnerProgress& p) { progress(p); };
    calls.ended = [this](const std::optional<Error>& error) {
      const std::scoped_lock lock(mutex_);
      EXPECT_FALSE(error) << error->what();
      ++ended_;
      changed_.notify_all();
    };
    return std::make_unique<BatchService>(worker_, golden_engine(),
                                          Queue::open(plan_, facts_of(*golden_engine())), std::move(calls));
  }
  void progress(const RunnerProgress& p) {
    std::function<void()> then;
    {
      const std::scoped_lock lock(mutex_);
      columns_ = p.done;
      if (p.done == p.total) then = std::exchange(all_columns_made_, {});
      changed_.notify_all();
    }
    if (then) then();
  }
  void wait_for(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), condition));
  }
  void submit(jobs::Priority priority, const std::function<void()>& work) {
    worker_->submit({.name = "other", .priority = priority, .run = [work](const jobs::Context&) { work(); }});
  }
  // Has `call` called on the worker when the first block of the first picture has been read and the second
  // one is asked for: in a job behind the first read.
  void between_blocks(const std::function<void()>& call) {
    all_columns_made_ = [this, call] {
      submit(jobs::Priority::normal, [this, call] {
        if (!somebody_waits()) return;
        submit(jobs::Priority::background, [this, call] {
          if (somebody_waits()) call();
        });
      });
    };
  }
  // For a job on the worker, which is kept busy by it: until another thread asks the worker for something.
  bool somebody_waits() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (worker_->waiting() == 0) {
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "no block of a picture is asked for";
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  using Pictures = std::map<std::string, std::string>;
  Pictures pictures(const std::filesystem::path& folder) const {
    return hashes(folder, media::ending(plan_.format.format));
  }
  Pictures pictures() const { return pictures(plan_.folder); }
  // What the same plan gives on the command line.
  Pictures undisturbed() const {
    auto plan = plan_;
    plan.folder = folder_.path() / "undisturbed";
    Runner(golden_engine(), Queue::open(plan, facts_of(*golden_engine()))).run();
    return pictures(plan.folder);
  }

  testing::TempFolder folder_;
  Plan plan_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t columns_ = 0;
  int ended_ = 0;
  std::function<void()> all_columns_made_;  // called once, on the worker, after a group's last column
  std::shared_ptr<jobs::JobQueue> worker_ = std::make_shared<jobs::JobQueue>("device");  // ends first
};

TEST_F(ServiceTest, WorksAQueueOffAndSaysSo) {
  const auto batch = service();
  batch->start();
  wait_for([this] { return ended_ == 1; });
  EXPECT_FALSE(batch->running());
  EXPECT_EQ(batch->queue()->counts().done, 6);
  EXPECT_EQ(read_manifest(plan_.folder / "manifest.jsonl").size(), 6U);
  EXPECT_EQ(pictures(), undisturbed());
}

TEST_F(ServiceTest, SeamlessPicturesAreTheSameAsOnTheCommandLineToo) {
  plan_.seamless = true;
  plan_.seeds = {1};
  const auto batch = service();
  batch->start();
  wait_for([this] { return ended_ == 1; });
  EXPECT_EQ(batch->queue()->counts().done, 2);
  EXPECT_EQ(pictures(), undisturbed());
}

TEST_F(ServiceTest, OtherJobsOfTheWorkerGetTheirTurn) {
  plan_.widths = {300};
  const auto batch = service();
  batch->start();
  wait_for([this] { return columns_ > 0; });
  jobs::JobSpec spec;
  spec.name = "preview";
  spec.run = [](const jobs::Context&) {};
  const auto job = worker_->submit(std::move(spec));
  ASSERT_TRUE(job.wait_for(10));
  EXPECT_TRUE(batch->running()) << "the batch goes on after it";
  EXPECT_EQ(batch->queue()->counts().done, 0);
}

TEST_F(ServiceTest, PausesAndGoesOnWithWhatIsHalfMade) {
  plan_.widths = {200};
  const auto batch = service();
  batch->start();
  wait_for([this] { return columns_ > 40; });
  batch->pause();
  wait_for([this] { return ended_ == 1; });
  const auto before = columns_;
  EXPECT_EQ(batch->queue()->counts().running, 4);
  batch->start();
  wait_for([this, before] { return columns_ > before || ended_ > 1; });
  wait_for([this] { return ended_ == 2; });
  EXPECT_EQ(batch->queue()->counts().done, 6);
}

TEST_F(ServiceTest, LettingGoOfItIsNoCrash) {
  plan_.widths = {300};
  {
    const auto batch = service();
    batch->start();
    wait_for([this] { return columns_ > 0; });
  }
  const auto queue = Queue::open(plan_, facts_of(*golden_engine()));
  EXPECT_FALSE(queue->crashed());
  EXPECT_EQ(queue->counts().waiting, 6);
}

TEST_F(ServiceTest, OtherJobsGetTheWorkerBetweenTheBlocksOfAPicture) {
  plan_wide_pictures();
  QueueCounts seen;
  const auto batch = service();
  between_blocks([&] {
    submit(jobs::Priority::visible, [&] {
      const std::scoped_lock lock(mutex_);
      seen = batch->queue()->counts();
    });
  });
  batch->start();
  wait_for([&] { return ended_ == 1; });
  EXPECT_EQ(seen.running, 2) << "the first picture was being written";
  EXPECT_EQ(batch->queue()->counts().done, 2);
  EXPECT_EQ(pictures(), undisturbed());
}

TEST_F(ServiceTest, APictureThatAPauseInterruptsIsWrittenAnew) {
  plan_wide_pictures();
  const auto batch = service();
  between_blocks([&] { batch->pause(); });
  batch->start();
  wait_for([this] { return ended_ == 1; });
  EXPECT_EQ(pictures(), Pictures()) << "nothing half written either";
  EXPECT_EQ(batch->queue()->counts().running, 2) << "the columns are kept";
  columns_ = 0;
  batch->start();
  wait_for([this] { return ended_ == 2; });
  EXPECT_EQ(columns_, 0) << "none was made again";
  EXPECT_EQ(batch->queue()->counts().done, 2);
  EXPECT_EQ(pictures(), undisturbed());
}

TEST_F(ServiceTest, APictureThatIsCancelledWhileItIsWrittenLeavesNoFile) {
  plan_wide_pictures();
  const auto batch = service();
  between_blocks([&] { EXPECT_TRUE(batch->queue()->cancel(0)); });
  batch->start();
  wait_for([this] { return ended_ == 1; });
  EXPECT_EQ(batch->queue()->row(0).state, ItemState::cancelled);
  EXPECT_EQ(batch->queue()->row(1).state, ItemState::done);
  auto others = undisturbed();
  EXPECT_EQ(others.erase(batch->queue()->items().front().file), 1U);
  EXPECT_EQ(pictures(), others);
}

// Not even for the worker, when that is busy with something else.
TEST_F(ServiceTest, LettingGoOfItWhileAPictureIsWrittenWaitsForNothing) {
  plan_wide_pictures();
  std::promise<void> writing, gone;
  bool let_go_in_time = false;
  {
    const auto batch = service();
    between_blocks([&] {
      writing.set_value();
      let_go_in_time = gone.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready;
    });
    batch->start();
    EXPECT_TRUE(writing.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  }
  gone.set_value();
  worker_->wait_idle();
  EXPECT_TRUE(let_go_in_time);
  EXPECT_EQ(pictures(), Pictures());
  const auto queue = Queue::open(plan_, facts_of(*golden_engine()));
  EXPECT_FALSE(queue->crashed());
  EXPECT_FALSE(queue->paused());
  EXPECT_EQ(queue->counts().waiting, 2);
}

}  // namespace
}  // namespace equi::batch
