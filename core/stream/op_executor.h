#pragma once

#include <memory>
#include <vector>

#include <torch/torch.h>

#include "core/cuda/ops.h"

namespace equi::stream {

// Carries out lists of operations (core/cuda/ops.h) in the order in which they are given.
class OpExecutor {
 public:
  virtual ~OpExecutor() = default;

  // A list that comes once.
  virtual void run(const std::vector<EquiOp>& ops) = 0;

  // A list that comes again and again under the same key: the first call may prepare it, later ones with this
  // key do what the first list said.
  virtual void run_again(int key, const std::vector<EquiOp>& ops) = 0;
};

// The plain loops of core/cuda/plain_ops on the CPU, for tests.
std::unique_ptr<OpExecutor> plain_executor();

// Our kernels on a CUDA device, on libtorch's current stream; repeated lists are captured in graphs. Null
// when the kernels are not loaded, of another version or compiled for newer devices. run throws
// Error(internal) with CUDA's code.
std::unique_ptr<OpExecutor> cuda_executor(const torch::Device& device);

}  // namespace equi::stream
