#include "core/jobs/job_queue.h"

#include <atomic>
#include <future>
#include <random>

#include <gtest/gtest.h>

namespace equi::jobs {
namespace {

constexpr double kPatience = 20.0;  // seconds after which a test gives up waiting

// Holds the worker until it is opened, so that what is submitted meanwhile has to queue.
struct Gate {
  std::promise<void> opened;
  JobSpec job() {
    return {"gate", Priority::preview, "",
            [future = opened.get_future().share()](const Context&) { future.wait(); }};
  }
};

TEST(JobQueue, RunsByPriorityThenInOrder) {
  JobQueue queue("test");
  Gate gate;
  queue.submit(gate.job());
  std::vector<std::string> order;
  const auto add = [&](const std::string& name, Priority priority) {
    queue.submit({name, priority, "", [&order, name](const Context&) { order.push_back(name); }});
  };
  add("a", Priority::normal);
  add("b", Priority::background);
  add("c", Priority::visible);
  add("d", Priority::normal);
  add("e", Priority::visible);
  gate.opened.set_value();
  queue.wait_idle();
  EXPECT_EQ(order, (std::vector<std::string>{"c", "e", "a", "d", "b"}));
}

TEST(JobQueue, DeliversErrorsAsValues) {
  JobQueue queue("test");
  std::optional<Error> heard;
  const auto job =
      queue.submit({"fails", Priority::normal, "",
                    [](const Context&) { throw Error(ErrorKind::numeric, "column 7", "is not finite"); },
                    [&](const std::optional<Error>& error) { heard = error; }});
  job.wait();
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->where(), "column 7");
  EXPECT_EQ(job.error()->kind(), ErrorKind::numeric);
  const auto other =
      queue.submit({"throws", Priority::normal, "", [](const Context&) { throw std::runtime_error("odd"); }});
  other.wait();
  EXPECT_EQ(other.error()->kind(), ErrorKind::internal);
  const auto good = queue.submit({"good", Priority::normal, "", [](const Context&) {}});
  good.wait();
  EXPECT_FALSE(good.error()) << "a failed job does not hurt the next one";
}

TEST(JobQueue, CancelsARunningJobBetweenItsSteps) {
  JobQueue queue("test");
  std::promise<void> started;
  const auto job = queue.submit({"long", Priority::normal, "", [&](const Context& context) {
                                   started.set_value();
                                   for (;;) context.check();
                                 }});
  started.get_future().wait();
  job.cancel();
  ASSERT_TRUE(job.wait_for(kPatience));
  EXPECT_EQ(job.error()->kind(), ErrorKind::cancelled);
}

TEST(JobQueue, ACancelledJobThatWaitsNeverRunsButHearsOfItsEnd) {
  JobQueue queue("test");
  Gate gate;
  queue.submit(gate.job());
  bool ran = false;
  int ends = 0;
  const auto job = queue.submit({"waits", Priority::normal, "", [&](const Context&) { ran = true; },
                                 [&](const std::optional<Error>&) { ++ends; }});
  job.cancel();
  gate.opened.set_value();
  job.wait();
  EXPECT_FALSE(ran);
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(job.error()->kind(), ErrorKind::cancelled);
}

TEST(JobQueue, ANewPreviewCancelsItsPredecessors) {
  JobQueue queue("test");
  Gate gate;
  queue.submit(gate.job());
  std::vector<int> shown;
  std::vector<Job> jobs;
  for (int i = 0; i < 10; ++i) {
    jobs.push_back(queue.submit(
        {"preview", Priority::preview, "slider", [&shown, i](const Context&) { shown.push_back(i); }}));
  }
  gate.opened.set_value();
  queue.wait_idle();
  EXPECT_EQ(shown, std::vector<int>{9}) << "dragging a slider never queues up";
}

TEST(JobQueue, APreviewOfADragLetsTheRunningOneEnd) {
  JobQueue queue("test");
  std::promise<void> started, opened;
  std::vector<int> shown;
  const auto preview = [&](int i, std::function<void()> first) {
    JobSpec spec;
    spec.priority = Priority::preview;
    spec.replaces = "slider";
    spec.spares_running = true;
    spec.run = [&shown, i, first = std::move(first)](const Context& context) {
      if (first) first();
      context.check();
      shown.push_back(i);
    };
    queue.submit(std::move(spec));
  };
  preview(0, [&] {
    started.set_value();
    opened.get_future().wait();
  });
  started.get_future().wait();
  for (int i = 1; i < 10; ++i) preview(i, {});
  opened.set_value();
  queue.wait_idle();
  EXPECT_EQ(shown, (std::vector<int>{0, 9})) << "those that waited are replaced";
}

TEST(JobQueue, ADragLetsWhatIsVisibleTakeTurns) {
  JobQueue queue("test");
  std::vector<std::string> order;
  std::promise<void> opened;
  queue.submit({"gate", Priority::preview, "",
                [future = opened.get_future().share()](const Context&) { future.wait(); }});
  std::function<void(int)> drag = [&](int left) {  // one of them is always waiting
    JobSpec spec;
    spec.priority = Priority::preview;
    spec.replaces = "slider";
    spec.spares_running = true;
    spec.run = [&, left](const Context&) {
      order.emplace_back("drag");
      if (left > 1) drag(left - 1);
    };
    queue.submit(std::move(spec));
  };
  drag(4);
  for (int i = 0; i < 2; ++i)
    queue.submit({"tile", Priority::visible, "", [&](const Context&) { order.emplace_back("tile"); }});
  queue.submit({"growth", Priority::normal, "", [&](const Context&) { order.emplace_back("growth"); }});
  opened.set_value();
  queue.wait_idle();
  EXPECT_EQ(order, (std::vector<std::string>{"drag", "tile", "drag", "tile", "drag", "drag", "growth"}));
}

TEST(JobQueue, GoingAwayEndsEveryJobOnce) {
  std::atomic<int> ends = 0;
  {
    JobQueue queue("test");
    std::promise<void> started;
    queue.submit({"running", Priority::normal, "",
                  [&](const Context& context) {
                    started.set_value();
                    for (;;) context.check();
                  },
                  [&](const std::optional<Error>&) { ++ends; }});
    started.get_future().wait();
    for (int i = 0; i < 5; ++i) {
      queue.submit({"waiting", Priority::normal, "", [](const Context&) {},
                    [&](const std::optional<Error>& error) { ends += error ? 1 : 100; }});
    }
  }
  EXPECT_EQ(ends, 6);
}

TEST(JobQueue, SurvivesManyThreadsThatSubmitAndCancel) {
  std::atomic<int> ends = 0;
  constexpr int kThreads = 4, kJobs = 500;
  {
    JobQueue queue("test");
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937 random(static_cast<unsigned>(t));
        for (int i = 0; i < kJobs; ++i) {
          const auto job = queue.submit({"job", random() % 2 == 0 ? Priority::normal : Priority::visible,
                                         random() % 4 == 0 ? "key" : "", [](const Context&) {},
                                         [&](const std::optional<Error>&) { ++ends; }});
          if (random() % 3 == 0) job.cancel();
          if (random() % 50 == 0) job.wait();
        }
      });
    }
    threads.clear();
    queue.wait_idle();
  }
  EXPECT_EQ(ends, kThreads * kJobs);
}

TEST(JobQueue, RefusesAJobWithoutAnythingToRun) {
  JobQueue queue("test");
  EXPECT_THROW(queue.submit({}), Error);
}

TEST(Progress, RateAndTimeLeftFollowTheCounts) {
  ProgressMeter meter(100, 10.0);
  EXPECT_FALSE(meter.update(0, 10.0).seconds_left());
  const auto steady = meter.update(20, 12.0);
  EXPECT_DOUBLE_EQ(steady.rate, 10.0);
  EXPECT_DOUBLE_EQ(*steady.seconds_left(), 8.0);
  const auto slower = meter.update(22, 14.0);
  EXPECT_LT(slower.rate, 10.0);
  EXPECT_GT(slower.rate, 1.0) << "it follows without jumping";
  EXPECT_DOUBLE_EQ(slower.seconds, 4.0);
  ProgressMeter endless(0, 0.0);
  EXPECT_FALSE(endless.update(5, 1.0).seconds_left());
}

}  // namespace
}  // namespace equi::jobs
