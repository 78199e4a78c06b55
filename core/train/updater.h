#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/train/communicator.h"
#include "core/train/optimizer.h"
#include "core/train/parameters.h"
#include "core/train/worker_pool.h"

namespace equi::train {

// From gradients to new weights: sums them over the replicas of this process, averages over the processes,
// clips, takes an AdamW step on the float32 masters, publishes them to the replicas and moves the average
// (EMA). The workers of the pool share the parameters out among them; the outcome is the same for any number
// of them.
class Updater {
 public:
  struct Settings {
    AdamW::Settings adam;
    double clip = 0.0;      // of the gradients' common norm; 0: never
    double average = 0.99;  // decay of the EMA
    Precision precision = Precision::float32;
  };

  // All replicas are of one architecture; replica 0 brings the weights, the others then share its storage.
  // The pool must outlive the updater.
  Updater(const std::vector<std::shared_ptr<torch::nn::Module>>& replicas, const Settings& settings,
          std::shared_ptr<Communicator> processes, WorkerPool& pool,
          const std::function<bool(const std::string&, const torch::Tensor&)>& decays = {});

  void clear_gradients();

  // Takes the step and returns the norm of the gradients before clipping. When that norm is not finite,
  // nothing is changed. Parameters of replica 0 that need no gradient stay as they are, with their moments
  // and averages; at least one must need one.
  double apply(double rate, std::int64_t step);

  // The averaged weights, as the tensors of `module`; they follow later steps.
  void share_averages(torch::nn::Module& module) const { parameters_.share_averages(module); }

  // As Parameters::start_from.
  void start_from(const torch::nn::Module& other, const std::set<std::string>& except) {
    parameters_.start_from(other, except);
  }

  // Copies the masters to the replicas: after the tensors of state() have been overwritten.
  void publish() { parameters_.publish(); }

  // Every tensor that a checkpoint has to hold.
  std::vector<NamedTensor> state(const std::string& prefix) const;
  std::int64_t parameter_count() const { return parameters_.count(); }
  // Its name on the command line: the moments of one are nothing to the other.
  std::string optimizer() const { return settings_.adam.muon > 0 ? "muon" : "adamw"; }

 private:
  torch::Tensor gathered(std::size_t index) const;                              // summed over the replicas
  void for_all(const std::function<void(std::size_t index)>& parameter) const;  // that needs a gradient

  Settings settings_;
  std::shared_ptr<Communicator> processes_;
  WorkerPool& pool_;
  Parameters parameters_;  // of replica 0
  std::vector<std::vector<torch::Tensor>> others_;
  AdamW adam_;
  std::vector<std::size_t> order_;  // of the parameters, the largest first: they take longest
};

}  // namespace equi::train
