#pragma once

#include <cstdint>

namespace equi::scenes {

// Random choices of a world (its palette, its sun, the keys of its noises): a counter-based generator on the
// host, so that a world is a function of its key alone.
class Dice {
 public:
  explicit Dice(std::uint64_t key) : key_(key) {}

  // A fresh 64-bit key, for a noise or a lattice.
  std::uint64_t key();
  double uniform(double low, double high);
  bool chance(double probability) { return uniform(0.0, 1.0) < probability; }
  // -1 or 1.
  double side() { return chance(0.5) ? 1.0 : -1.0; }

 private:
  std::uint64_t key_;
  std::uint64_t count_ = 0;
};

// A well mixed 64-bit hash of two numbers (splitmix64's finaliser).
std::uint64_t mix_keys(std::uint64_t a, std::uint64_t b);

}  // namespace equi::scenes
