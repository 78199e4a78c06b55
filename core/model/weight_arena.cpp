#include "core/model/weight_arena.h"

namespace equi::model {
namespace {

constexpr std::size_t kAlignment = 64;  // bytes: a cache line, and the widest vector

std::size_t room_for(std::int64_t numbers, torch::ScalarType type) {
  const std::size_t bytes = static_cast<std::size_t>(numbers) * torch::elementSize(type);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t room_for(const torch::nn::Module& module, torch::ScalarType type) {
  std::size_t total = 0;
  for (const auto& parameter : module.parameters()) total += room_for(parameter.numel(), type);
  return total;
}

}  // namespace

WeightArena::WeightArena(const torch::nn::Module& module, torch::ScalarType type)
    : buffer_(std::make_shared<cpu::HugeBuffer>(room_for(module, type))), type_(type) {}

torch::Tensor WeightArena::take(torch::IntArrayRef shape) {
  std::byte* at = buffer_->data() + used_;
  auto tensor = torch::from_blob(
      at, shape, [keep = buffer_](void*) {}, torch::TensorOptions().dtype(type_));
  used_ += room_for(tensor.numel(), type_);
  return tensor;
}

void materialize_in_large_pages(torch::nn::Module& module, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  WeightArena arena(module, type);
  for (auto& parameter : module.parameters()) parameter.set_data(arena.take(parameter.sizes()));
}

void move_to_large_pages(torch::nn::Module& module, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  WeightArena arena(module, type);
  for (auto& parameter : module.parameters()) {
    parameter.set_data(arena.take(parameter.sizes()).copy_(parameter));
  }
}

}  // namespace equi::model
