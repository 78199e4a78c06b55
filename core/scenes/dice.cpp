#include "core/scenes/dice.h"

namespace equi::scenes {

std::uint64_t mix_keys(std::uint64_t a, std::uint64_t b) {
  std::uint64_t h = a + 0x9E3779B97F4A7C15ULL * (b + 1);
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
  return h ^ (h >> 31);
}

std::uint64_t Dice::key() {
  return mix_keys(key_, count_++);
}

double Dice::uniform(double low, double high) {
  return low + (high - low) * double(key() >> 11) * 0x1.0p-53;
}

}  // namespace equi::scenes
