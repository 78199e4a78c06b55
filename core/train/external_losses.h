#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace equi::train {

// Losses by networks that this program does not bring along, given by the user as TorchScript modules:
//   lpips:    forward(made, wanted) -> distances of any shape; their mean is the loss. Pictures in [-1, 1].
//   features: forward(picture) -> features [..., D], as of a DINOv2; the loss is the mean of 1 - cosine.
class ExternalLosses {
 public:
  struct Settings {
    std::filesystem::path lpips, features;  // empty: not used
    double lpips_weight = 1.0, features_weight = 5.0;
    std::int64_t features_start = 20'001;  // step
  };

  ExternalLosses() = default;
  // Loads the modules. Throws Error(bad_input) naming a file that is no TorchScript module.
  ExternalLosses(const Settings& settings, torch::Device device);

  // ("lpips", loss) and ("features", loss) of the modules that take part at this step, with graph.
  std::vector<std::pair<std::string, torch::Tensor>> measure(const torch::Tensor& made,
                                                             const torch::Tensor& wanted,
                                                             std::int64_t step) const;
  double weight(const std::string& name) const;

 private:
  struct Modules;
  Settings settings_;
  std::shared_ptr<Modules> modules_;
};

}  // namespace equi::train
