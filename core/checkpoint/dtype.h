#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace equi {

// Element types that appear in safetensors and PyTorch files.
enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

std::size_t size_of(DType dtype);
std::string_view safetensors_name(DType dtype);                          // "F32"
std::optional<DType> dtype_from_safetensors(std::string_view name);      // "F32"
std::optional<DType> dtype_from_torch_storage(std::string_view global);  // "FloatStorage"

}  // namespace equi
