#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace equi::train {

// What a random number is drawn for. Every draw of a training run is a pure function of
// (seed, purpose, step, index): a resumed run needs no generator state to continue identically, and a sample
// is the same whichever process draws it. The numbers are part of that definition.
enum class Purpose : std::uint64_t {
  width = 1,        // the crop width of a step
  crop = 2,         // class, picture, offset and flip of a sample
  posterior = 3,    // tokenizer noise of a sample
  label_drop = 4,   // of a sample
  rope_shift = 5,   // of a step
  flow_time = 6,    // of a sample's tokens
  flow_noise = 7,   // of a sample's tokens
  dropout = 8,      // of a step and process
  latent_crop = 9,  // which crops are encoded into the latent cache
  scene = 10,       // seeds of the built-in scenes
  context = 11,     // noise on a sample's context tokens
  weights = 12,     // initial weights
  resample = 13,    // noise of a sample's context tokens that the model remakes
};

// 64 well-mixed bits (SplitMix64 finaliser over the four values).
std::uint64_t mix(std::uint64_t seed, Purpose purpose, std::uint64_t step, std::uint64_t index = 0);

// A short stream of scalar draws that starts at mix(...).
class Draws {
 public:
  explicit Draws(std::uint64_t start) : state_(start) {}
  std::uint64_t bits();
  std::int64_t below(std::int64_t count);  // 0 .. count-1, count >= 1
  double uniform();                        // [0, 1)
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t state_;
};

// A CPU generator for tensors that starts at `start`.
torch::Generator generator_at(std::uint64_t start);

}  // namespace equi::train
