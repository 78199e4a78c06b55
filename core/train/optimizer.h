#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/train/parameters.h"

namespace equi::train {

// Learning rate over the run.
struct RateSchedule {
  double peak = 1e-4;
  std::int64_t warmup = 0;  // steps of linear rise from 0
  bool cosine = false;      // otherwise constant after the warm-up
  double floor = 0.02;      // the cosine ends at floor * peak

  // step counts from 0; progress is the part of the whole run that lies behind, 0..1.
  double at(std::int64_t step, double progress) const;
};

constexpr double kMuonMomentum = 0.95;  // Jordan et al. 2024

// AdamW over float32 masters, or Muon for their matrices. Its moments are tensors that a checkpoint stores.
class AdamW {
 public:
  struct Settings {
    double beta1 = 0.9, beta2 = 0.95;
    double eps = 1e-8;
    double weight_decay = 0.0;
    double muon = 0.0;  // its momentum; 0: AdamW for all
  };
  // Parameters for which `decays(name, tensor)` is false are not decayed.
  AdamW(const Parameters& parameters, Settings settings,
        const std::function<bool(const std::string&, const torch::Tensor&)>& decays = {});

  // One step of one parameter, independent of the others; its gradient is float32. `step` counts from 0.
  void apply(std::size_t index, const torch::Tensor& gradient, double rate, std::int64_t step);

  // For checkpoints: "<prefix>.first.<name>" and "<prefix>.second.<name>".
  std::vector<NamedTensor> state(const std::string& prefix) const;

 private:
  void apply_muon(std::size_t index, const torch::Tensor& gradient, double rate);

  Settings settings_;
  std::vector<std::string> names_;
  std::vector<torch::Tensor> masters_, first_, second_;
  std::vector<double> weight_decays_;
  std::vector<bool> by_muon_;
};

}  // namespace equi::train
