#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace equi {

// Where tensors live. A plain value, so that programs without torch can carry it.
struct Device {
  enum class Kind { cpu, cuda };
  Kind kind = Kind::cpu;
  int index = 0;

  std::string name() const;  // "cpu", "cuda:0"
  bool operator==(const Device&) const = default;
};

// The precision of weights and activations. int8: the weights of the generator's blocks are in 8 bits,
// everything else is as the processor is quickest, bfloat16 or float32; on the CPU only.
enum class Precision { float32, bfloat16, int8 };

std::string name(Precision precision);  // "float32", "bfloat16", "int8"

// Reads "cpu", "cuda", "cuda:1" or "auto" (the first CUDA device, otherwise the CPU).
// Throws Error(bad_input) for other texts, Error(unsupported) when that device is not there.
Device parse_device(const std::string& text);

// Reads "float32"/"fp32"/"f32", "bfloat16"/"bf16" or "int8". Throws Error(bad_input) otherwise.
Precision parse_precision(const std::string& text);

// The same without int8, for what needs the weights themselves: training, golden data, the plain path.
Precision parse_tensor_precision(const std::string& text);

}  // namespace equi
