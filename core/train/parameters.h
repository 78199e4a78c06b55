#pragma once

#include <set>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "core/base/device.h"

namespace equi::train {

// A tensor with the name it has in a training checkpoint.
struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
};

// The weights of one module in their roles: float32 masters that the optimizer moves, the module's own
// parameters that compute (a bfloat16 copy, or the masters themselves), and the moving average (EMA).
class Parameters {
 public:
  // Takes over `module`'s parameters, which hold float32 start values on the target device.
  Parameters(torch::nn::Module& module, Precision precision, bool with_average);

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<torch::Tensor>& masters() const { return masters_; }
  const std::vector<torch::Tensor>& averages() const { return averages_; }  // empty without EMA
  std::int64_t count() const;                                               // numbers in all

  // Whether one needs a gradient. All do, until their module says otherwise.
  bool trainable(std::size_t index) const { return computing_[index].requires_grad(); }
  void clear_gradients();
  // One by its index in `names`, float32; zeros where the parameter took no part.
  torch::Tensor gradient(std::size_t index) const;
  // Sets masters, averages and the computing parameters to the weights of another module, but for those
  // named. Throws Error(bad_input) naming one that it lacks or has in another shape.
  void start_from(const torch::nn::Module& other, const std::set<std::string>& except);
  // Copies the masters, or one of them, into the computing parameters.
  void publish();
  void publish(std::size_t index);
  // EMA <- EMA + (1 - decay) * (master - EMA), with decay at most (1 + step) / (10 + step); of one parameter.
  void update_average(std::size_t index, double decay, std::int64_t step);
  // Makes `module`'s parameters views of the averages, so that it always computes with the current ones.
  void share_averages(torch::nn::Module& module) const;

  // For checkpoints: "<prefix>.model.<name>" and "<prefix>.average.<name>".
  std::vector<NamedTensor> state(const std::string& prefix) const;

 private:
  std::vector<std::string> names_;
  std::vector<torch::Tensor> computing_, masters_, averages_;
};

}  // namespace equi::train
