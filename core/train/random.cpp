#include "core/train/random.h"

#include <ATen/CPUGeneratorImpl.h>

namespace equi::train {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;

std::uint64_t finalise(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t mix(std::uint64_t seed, Purpose purpose, std::uint64_t step, std::uint64_t index) {
  std::uint64_t state = 0;
  for (const std::uint64_t value : {seed, static_cast<std::uint64_t>(purpose), step, index}) {
    state = finalise(state + kGolden + value);
  }
  return state;
}

std::uint64_t Draws::bits() {
  state_ += kGolden;
  return finalise(state_);
}

std::int64_t Draws::below(std::int64_t count) {
  const auto wide = static_cast<unsigned __int128>(bits()) * static_cast<std::uint64_t>(count);
  return static_cast<std::int64_t>(wide >> 64);
}

double Draws::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

torch::Generator generator_at(std::uint64_t start) {
  return torch::make_generator<at::CPUGeneratorImpl>(start);
}

}  // namespace equi::train
