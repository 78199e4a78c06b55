// A batch on a device's worker, beside other work.
#include "core/batch/service.h"

#include <condition_variable>

#include <gtest/gtest.h>

#include "core/batch/manifest.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : plan_(small_plan(folder_.path() / "out")) {}

  std::unique_ptr<BatchService> service() {
    return std::make_unique<BatchService>(worker_, golden_engine(),
                                          Queue::open(plan_, facts_of(*golden_engine())),
                                          BatchService::Callbacks{{},
                                                                  [this](const RunnerProgress& p) {
                                                                    const std::scoped_lock lock(mutex_);
                                                                    columns_ = p.done;
                                                                    changed_.notify_all();
                                                                  },
                                                                  [this](const std::optional<Error>& error) {
                                                                    const std::scoped_lock lock(mutex_);
                                                                    EXPECT_FALSE(error) << error->what();
                                                                    ++ended_;
                                                                    changed_.notify_all();
                                                                  }});
  }
  void wait_for(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), condition));
  }

  testing::TempFolder folder_;
  Plan plan_;
  std::shared_ptr<jobs::JobQueue> worker_ = std::make_shared<jobs::JobQueue>("device");
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t columns_ = 0;
  int ended_ = 0;
};

TEST_F(ServiceTest, WorksAQueueOffAndSaysSo) {
  const auto batch = service();
  batch->start();
  wait_for([this] { return ended_ == 1; });
  EXPECT_FALSE(batch->running());
  EXPECT_EQ(batch->queue()->counts().done, 6);
  EXPECT_EQ(read_manifest(plan_.folder / "manifest.jsonl").size(), 6U);
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

}  // namespace
}  // namespace equi::batch
