#pragma once

#include <memory>

#include "core/train/classifier.h"
#include "core/train/picture_cache.h"
#include "core/train/run.h"
#include "core/train/updater.h"
#include "core/train/worker_pool.h"

namespace equi::train {

struct ClassifierTraining {
  std::int64_t batch = 24;
  std::int64_t workers = 1;
  std::int64_t columns = 16;  // width of a crop, in columns of 16 px
  Updater::Settings update;
  std::uint64_t seed = 1;
  std::int64_t held_out = 96;
};

// Trains the judge on crops of a picture cache with cross entropy. A crop is sometimes blurred, dimmed or
// made noisier, so that what it learns is the scene and not the renderer's finest detail.
class ClassifierTrainer : public Trainer {
 public:
  ClassifierTrainer(const PictureCache& pictures, ClassifierTraining settings,
                    std::shared_ptr<Communicator> processes);

  std::string kind() const override { return "classifier"; }
  Metrics step(std::int64_t step, double rate) override;
  Metrics held_out() override;
  void write_samples(const std::filesystem::path&) override {}  // it makes no pictures
  std::vector<NamedTensor> state() const override { return updater_->state("classifier"); }
  std::map<std::string, std::string> facts() const override;
  void state_loaded() override { updater_->publish(); }

  const Classifier& average() const { return average_; }

 private:
  double share(std::int64_t worker, std::int64_t step);

  const PictureCache& pictures_;
  ClassifierTraining settings_;
  std::shared_ptr<Communicator> processes_;
  WorkerPool pool_;
  std::vector<Classifier> replicas_;
  std::unique_ptr<Updater> updater_;
  Classifier average_;
};

}  // namespace equi::train
