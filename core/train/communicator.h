#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <torch/torch.h>

namespace equi::train {

// The processes of one training run. A run of its own is a group of one, for which nothing is sent.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual std::int64_t rank() const { return 0; }
  virtual std::int64_t size() const { return 1; }
  bool first() const { return rank() == 0; }

  // Replaces every tensor by its mean over the processes. All of one dtype, same shapes everywhere.
  virtual void average(std::vector<torch::Tensor>&) {}
  // True everywhere when it is true in any process.
  virtual bool any(bool value) { return value; }
  // Returns when all have come here.
  virtual void barrier() {}
  // Calls `prepare` in the first process and returns when that is done, which may take a day. What it throws
  // comes out of the first process; the others throw Error(io) with its text.
  virtual void wait_for_first(const std::function<void()>& prepare) { prepare(); }
};

// From RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT as torchrun and cluster schedulers set them, through
// libtorch's own process groups; a group of one when WORLD_SIZE is absent or 1. `device` is what this process
// computes on, one GPU each: NCCL for GPUs, where the CUDA toolkit was there at build time; otherwise Gloo,
// through which a GPU's tensors travel by way of the CPU. All processes must have the same kind of device.
// Throws Error(bad_input) naming a variable that is missing or out of range, Error(io) when the others do not
// answer within five minutes.
std::shared_ptr<Communicator> join_processes(const torch::Device& device = torch::kCPU);

}  // namespace equi::train
