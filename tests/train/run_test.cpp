// Checkpoints, endings and failures of a run, with a trainer whose every step is known.
#include "core/train/run.h"

#include <csignal>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/train/state_file.h"
#include "tests/support/temp_folder.h"

namespace equi::train {
namespace {

// Halves a number each step.
class Halving : public Trainer {
 public:
  explicit Halving(std::int64_t nan_at = -1, std::string architecture = "a", std::int64_t size = 4)
      : value_(torch::full({size}, 1024.0)), nan_at_(nan_at), architecture_(std::move(architecture)) {}
  std::string kind() const override { return "halving"; }
  Metrics step(std::int64_t step, double rate) override {
    rate_ = rate;
    if (step == nan_at_) return {{"loss", std::numeric_limits<double>::quiet_NaN()}};
    value_.mul_(0.5);
    return {{"loss", value_[0].item<double>()}};
  }
  Metrics held_out() override { return {{"value", value_[0].item<double>()}}; }
  void write_samples(const std::filesystem::path&) override {}
  std::vector<NamedTensor> state() const override { return {{"value", value_}}; }
  std::map<std::string, std::string> facts() const override {
    std::map<std::string, std::string> all = {{"architecture", architecture_}};
    if (!optimizer_.empty()) all["optimizer"] = optimizer_;
    return all;
  }
  void state_loaded() override {}
  Halving& with(const std::string& optimizer) {
    optimizer_ = optimizer;
    return *this;
  }
  double last_rate() const { return rate_; }

 private:
  torch::Tensor value_;
  std::int64_t nan_at_;
  std::string architecture_, optimizer_;
  double rate_ = 0.0;
};

// One of two processes; the other one tells these numbers where means are taken, one after the other.
class Beside : public Communicator {
 public:
  explicit Beside(std::vector<double> told) : told_(std::move(told)) {}
  std::int64_t size() const override { return 2; }
  void average(std::vector<torch::Tensor>& tensors) override {
    tensors.front().add_(told_.at(next_++)).mul_(0.5);
  }

 private:
  std::vector<double> told_;
  std::size_t next_ = 0;
};

class Run : public ::testing::Test {
 protected:
  // One of them forks, and a thread pool does not live on in a child.
  static void SetUpTestSuite() { torch::set_num_threads(1); }
  RunOutcome go(Trainer& trainer, std::int64_t steps, double every = 1e9) {
    RunOptions options;
    options.folder = folder_.path();
    options.steps = steps;
    options.checkpoint_every = every;
    options.held_out_every = 0;
    options.samples_every = 0;
    options.report_every = 1;
    Communicator alone;
    return run_training(trainer, options, alone, {}, stop_.get_token());
  }
  std::string stored_step() { return read_facts(checkpoint_path(folder_.path())).at("step"); }
  testing::TempFolder folder_;
  std::stop_source stop_;
};

TEST_F(Run, GoesOnFromItsCheckpoint) {
  Halving first, second;
  EXPECT_EQ(go(first, 3).step, 3);
  EXPECT_EQ(go(second, 5).step, 5);
  EXPECT_EQ(second.held_out()[0].second, 32.0);  // 1024 / 2^5
}

TEST_F(Run, StopsOnRequestWithACheckpoint) {
  Halving trainer;
  stop_.request_stop();
  const auto outcome = go(trainer, 5);
  EXPECT_EQ(outcome.ending, RunOutcome::Ending::stopped);
  EXPECT_EQ(stored_step(), "0");
}

TEST_F(Run, EndsWithItsTime) {
  Halving trainer;
  RunOptions options;
  options.folder = folder_.path();
  options.time_budget = 0.05;
  options.held_out_every = 0;
  options.samples_every = 0;
  Communicator alone;
  EXPECT_EQ(run_training(trainer, options, alone).ending, RunOutcome::Ending::time);
}

TEST_F(Run, StopsAtALossThatIsNotFiniteAndKeepsTheLastGoodCheckpoint) {
  Halving trainer(4);
  try {
    go(trainer, 10, 0.0);
    FAIL() << "went on";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::numeric);
    EXPECT_NE(std::string(e.what()).find("step 4"), std::string::npos) << e.what();
  }
  EXPECT_EQ(stored_step(), "4");  // four good steps, 0 to 3
}

TEST_F(Run, RefusesACheckpointOfAnotherArchitecture) {
  Halving first, second(-1, "b");
  go(first, 2);
  EXPECT_THROW(go(second, 4), Error);
}

TEST_F(Run, RefusesACheckpointOfAnotherOptimizer) {
  Halving first, second, third;
  go(first.with("adamw"), 2);
  try {
    go(second.with("muon"), 4);
    ADD_FAILURE() << "went on";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_EQ(e.where(), checkpoint_path(folder_.path()).string());
    EXPECT_NE(std::string(e.what()).find("trained with the optimizer adamw, this run has muon"),
              std::string::npos)
        << e.what();
  }
  EXPECT_EQ(go(third.with("adamw"), 4).step, 4);
}

TEST_F(Run, TakesACheckpointThatDoesNotSayItsOptimizer) {
  Halving first, second;
  go(first, 2);
  EXPECT_EQ(go(second.with("muon"), 4).step, 4);
}

TEST_F(Run, RefusesProcessesThatStandAtDifferentSteps) {
  Halving trainer;
  RunOptions options;
  options.folder = folder_.path();
  Beside other(std::vector<double>{3.0});
  try {
    run_training(trainer, options, other);
    ADD_FAILURE() << "went on";
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), folder_.path().string());
    EXPECT_NE(std::string(e.what()).find("different checkpoints (this one: step 0)"), std::string::npos)
        << e.what();
  }
}

TEST_F(Run, HasOneLearningRateInAllProcessesWhateverTheirClocksSay) {
  Halving trainer;
  RunOptions options;
  options.folder = folder_.path();
  options.steps = 1;
  options.time_budget = 1000.0;
  options.rate = {1.0, 0, true, 0.0};
  options.held_out_every = 0;
  options.samples_every = 0;
  Beside other(std::vector<double>{0.0, 1000.0});  // at step 0, all of its time gone
  run_training(trainer, options, other);
  EXPECT_NEAR(trainer.last_rate(), 0.5, 0.05);  // half of both their times
}

TEST_F(Run, RefusesACheckpointWithOtherShapes) {
  Halving first, second(-1, "a", 5);
  go(first, 2);
  EXPECT_THROW(go(second, 4), Error);
}

TEST_F(Run, RefusesAFileThatIsNoCheckpoint) {
  std::ofstream(checkpoint_path(folder_.path())) << "no checkpoint";
  Halving trainer;
  EXPECT_THROW(go(trainer, 4), Error);
}

TEST_F(Run, RefusesACheckpointWhoseFactsAreNoNumbers) {
  Halving first;
  go(first, 2);
  const auto path = checkpoint_path(folder_.path());
  const auto good = read_facts(path);
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"step", "abc"},   {"step", "-7"},     {"step", "2x"},    {"step", ""},
      {"seconds", "zz"}, {"seconds", "nan"}, {"seconds", "-1"}, {"step", "99999999999999999999"}};
  for (const auto& [name, text] : damages) {
    auto facts = good;
    facts[name] = text;
    save_state(path, first.state(), facts);
    Halving second;
    try {
      go(second, 4);
      ADD_FAILURE() << "took " << name << " " << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_EQ(e.where(), path.string());
      EXPECT_NE(std::string(e.what()).find("its " + name + " is '" + text + "'"), std::string::npos)
          << e.what();
    }
  }
}

TEST_F(Run, KeepsASecondRunOutOfItsFolder) {
  Halving first, second;
  RunOptions options;
  options.folder = folder_.path();
  options.steps = 2;
  options.held_out_every = 0;
  options.samples_every = 0;
  options.report_every = 1;
  Communicator alone;
  int refused = 0;
  run_training(first, options, alone, [&](const RunProgress&) {
    try {
      go(second, 4);
      ADD_FAILURE() << "two at once";
    } catch (const Error& e) {
      EXPECT_EQ(e.where(), folder_.path().string());
      EXPECT_NE(std::string(e.what()).find("another program is training there"), std::string::npos)
          << e.what();
      ++refused;
    }
  });
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(go(second, 4).step, 4) << "the folder is free again";
}

TEST_F(Run, TakesTheLockThatItsFolderHasAlready) {
  Halving first, second;
  RunOptions options;
  options.folder = folder_.path();
  options.steps = 2;
  options.held_out_every = 0;
  options.samples_every = 0;
  Communicator alone;
  options.lock = lock_run(folder_.path(), alone);
  EXPECT_THROW(go(second, 2), Error);
  EXPECT_EQ(run_training(first, options, alone).step, 2);
}

TEST_F(Run, KeepsTheLastCheckpointWhenTheDiskIsFull) {
  Halving first(-1, "a", 100'000);
  go(first, 2);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};  // the state has 400,000 bytes
    setrlimit(RLIMIT_FSIZE, &limit);
    int code = 1;
    try {
      Halving second(-1, "a", 100'000);
      go(second, 4);
    } catch (const Error& e) {
      code = e.kind() == ErrorKind::io ? 0 : 2;
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(stored_step(), "2");
  Halving third(-1, "a", 100'000);
  EXPECT_EQ(go(third, 3).step, 3);
}

TEST_F(Run, DropsMetricsAfterTheStepItResumesFrom) {
  Halving first, second;
  go(first, 3);
  std::ofstream(folder_ / "metrics.jsonl", std::ios::app) << R"({"step":9,"kind":"train","loss":1.0})"
                                                          << "\n";
  go(second, 5);
  std::ifstream in(folder_ / "metrics.jsonl");
  std::string line;
  std::vector<std::string> lines;
  while (std::getline(in, line)) lines.push_back(line);
  EXPECT_EQ(lines.size(), 5);
}

TEST_F(Run, DropsLinesOfItsMetricsThatAreDamaged) {
  Halving first, second;
  go(first, 3);
  std::ofstream(folder_ / "metrics.jsonl", std::ios::app) << R"({"step":null}
{"step":"2","kind":"train"}
{"step":2,"kind":7}
{"step":2}
[2]
{"st)"
                                                          << "\n";
  go(second, 5);
  std::ifstream in(folder_ / "metrics.jsonl");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  EXPECT_EQ(lines.size(), 5);
}

}  // namespace
}  // namespace equi::train
