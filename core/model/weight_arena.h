#pragma once

#include <memory>

#include <torch/torch.h>

#include "core/cpu/huge_pages.h"

namespace equi::model {

// Memory for the weights of one module side by side in large pages (core/cpu/huge_pages.h).
class WeightArena {
 public:
  // Room for every parameter of `module` in `type`.
  WeightArena(const torch::nn::Module& module, torch::ScalarType type);

  // The next piece, uninitialised: a tensor on the CPU that keeps the arena alive.
  torch::Tensor take(torch::IntArrayRef shape);

 private:
  std::shared_ptr<cpu::HugeBuffer> buffer_;
  torch::ScalarType type_;
  std::size_t used_ = 0;
};

// Gives every parameter of `module` uninitialised memory there.
void materialize_in_large_pages(torch::nn::Module& module, torch::ScalarType type);

// Moves the parameters of a module that is on the CPU into large pages, in `type`. Their tensors stay the
// same objects; memory that they had is let go.
void move_to_large_pages(torch::nn::Module& module, torch::ScalarType type);

}  // namespace equi::model
