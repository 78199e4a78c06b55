// Any bytes as a safetensors file, and as a manifest.
#include <cstddef>
#include <cstdint>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    const auto file = equi::SafetensorsFile::open(equi::MappedFile::borrow(bytes, "fuzz"));
    std::size_t sum = 0;
    for (const auto& tensor : file.tensors()) {
      for (const auto byte : file.bytes(tensor)) sum += std::size_t(byte);
    }
    volatile std::size_t used = sum;
    static_cast<void>(used);
  } catch (const equi::Error&) {
    // expected for most bytes
  }
  try {
    const auto manifest =
        equi::manifest_from_json(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    if (equi::weight_specs(manifest.generator).empty()) __builtin_trap();
  } catch (const equi::Error&) {
    // expected for most bytes
  }
  return 0;
}
