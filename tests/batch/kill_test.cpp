// The program killed with SIGKILL in each phase of a batch: nothing is lost but what was running.
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/batch/manifest.h"
#include "core/media/image.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

class BatchKill : public ::testing::Test {
 protected:
  BatchKill() : folder_path_(folder_.path() / "out") {
    std::ofstream(folder_ / "plan.json") << R"({"model": ")" << testing::golden_bundle().string()
                                         << R"(", "folder": "out", "scenes": ["0", "1"], "seeds": [1, 2, 3],
      "widths": [400], "guidance": [3], "steps": [4], "batch": 2})";
  }

  pid_t start(bool resume) {
    const auto plan = (folder_ / "plan.json").string();
    const pid_t child = fork();
    if (child != 0) return child;
    freopen("/dev/null", "w", stdout);
    freopen("/dev/null", "w", stderr);
    execl(EQUI_CLI, EQUI_CLI, "batch", plan.c_str(), resume ? "--resume" : nullptr, nullptr);
    _exit(127);
  }
  static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }
  // Kills the program as soon as the condition holds; false: it ended before.
  static bool kill_when(pid_t child, const std::function<bool()>& condition) {
    for (int status = 0; waitpid(child, &status, WNOHANG) == 0;) {
      if (condition()) {
        kill(child, SIGKILL);
        wait_for(child);
        return true;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return false;
  }
  std::size_t pictures() const {
    std::error_code ignored;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_path_, ignored)) {
      if (entry.path().extension() == ".png" && !entry.path().filename().string().starts_with(".")) ++count;
    }
    return count;
  }
  bool half_picture() const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder_path_, ignored)) {
      if (entry.path().filename().string().find(".part.png") != std::string::npos) return true;
    }
    return false;
  }
  QueueCounts counts() const {
    const canvas::Database database(Queue::file(folder_path_), canvas::Database::Mode::open);
    QueueCounts c;
    if (database.integer("SELECT count(*) FROM sqlite_master WHERE name = 'items'") == 0) return c;
    c.done = database.integer("SELECT count(*) FROM items WHERE state = 2");
    c.running = database.integer("SELECT count(*) FROM items WHERE state = 1");
    c.waiting = database.integer("SELECT count(*) FROM items WHERE state = 0");
    return c;
  }
  // Items that a crash was noted of are being made.
  bool running_again() const {
    try {
      const canvas::Database database(Queue::file(folder_path_), canvas::Database::Mode::open);
      return database.integer("SELECT count(*) FROM items WHERE state = 1 AND crashes = 1") > 0;
    } catch (const Error&) {
      return false;  // locked at that moment
    }
  }
  // After a kill: every picture that is there is whole, at most one group was running, and the program
  // refuses to go on by itself when there was one.
  void expect_nothing_lost() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_path_)) {
      const auto name = entry.path().filename().string();
      if (name.ends_with(".png") && !name.starts_with(".")) {
        EXPECT_NO_THROW(media::read_image(entry.path())) << name;
      }
    }
    if (!std::filesystem::exists(Queue::file(folder_path_))) return;
    const auto c = counts();
    EXPECT_LE(c.running, 2);
    if (c.all() == 0) return;  // killed before the queue was there
    EXPECT_EQ(c.all(), 6);
    EXPECT_LE(static_cast<std::int64_t>(pictures()), c.done + 1) << "one may be whole and not yet noted";
    if (c.running > 0) {
      EXPECT_EQ(WEXITSTATUS(wait_for(start(false))), 2) << "it comes back paused";
    }
  }
  void expect_the_rest_is_made() {
    EXPECT_EQ(wait_for(start(true)), 0);
    EXPECT_EQ(pictures(), 6U);
    EXPECT_FALSE(half_picture());
    EXPECT_EQ(read_manifest(folder_path_ / "manifest.jsonl").size(), 6U);
  }

  testing::TempFolder folder_;
  std::filesystem::path folder_path_;
};

TEST_F(BatchKill, WhileColumnsAreMade) {
  const auto running = [this] {
    try {
      return std::filesystem::exists(Queue::file(folder_path_)) && counts().running > 0;
    } catch (const Error&) {
      return false;  // locked at that moment
    }
  };
  ASSERT_TRUE(kill_when(start(false), running));
  expect_nothing_lost();
  expect_the_rest_is_made();
}

TEST_F(BatchKill, WhileAPictureIsWritten) {
  ASSERT_TRUE(kill_when(start(false), [this] { return half_picture(); }));
  expect_nothing_lost();
  expect_the_rest_is_made();
}

TEST_F(BatchKill, BetweenTwoPictures) {
  ASSERT_TRUE(kill_when(start(false), [this] { return pictures() >= 3; }));
  expect_nothing_lost();
  expect_the_rest_is_made();
}

TEST_F(BatchKill, WhileTheQueueIsBeingMade) {
  ASSERT_TRUE(kill_when(start(false), [this] { return std::filesystem::exists(folder_path_); }));
  expect_nothing_lost();
  expect_the_rest_is_made();
}

TEST_F(BatchKill, TwiceInTheSameItemsSetsThemAside) {
  ASSERT_TRUE(kill_when(start(false), [this] { return half_picture(); }));
  const auto first = counts();
  ASSERT_GT(first.running, 0);
  ASSERT_TRUE(kill_when(start(true), [this] { return running_again(); }));
  EXPECT_EQ(WEXITSTATUS(wait_for(start(true))), 1) << "some items are not made";
  const canvas::Database database(Queue::file(folder_path_), canvas::Database::Mode::open);
  EXPECT_GT(database.integer("SELECT count(*) FROM items WHERE state = 5"), 0);
  EXPECT_EQ(database.integer("SELECT count(*) FROM items WHERE state IN (2, 5)"), 6);
}

}  // namespace
}  // namespace equi::batch
