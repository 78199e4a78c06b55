#include "core/checkpoint/dtype.h"

#include <array>

namespace equi {
namespace {

struct Row {
  DType dtype;
  std::size_t size;
  std::string_view safetensors;
  std::string_view torch_storage;
};

constexpr std::array<Row, 10> kRows = {{{DType::f64, 8, "F64", "DoubleStorage"},
                                        {DType::f32, 4, "F32", "FloatStorage"},
                                        {DType::f16, 2, "F16", "HalfStorage"},
                                        {DType::bf16, 2, "BF16", "BFloat16Storage"},
                                        {DType::i64, 8, "I64", "LongStorage"},
                                        {DType::i32, 4, "I32", "IntStorage"},
                                        {DType::i16, 2, "I16", "ShortStorage"},
                                        {DType::i8, 1, "I8", "CharStorage"},
                                        {DType::u8, 1, "U8", "ByteStorage"},
                                        {DType::boolean, 1, "BOOL", "BoolStorage"}}};

const Row& row(DType dtype) {
  return kRows[static_cast<std::size_t>(dtype)];
}

}  // namespace

std::size_t size_of(DType dtype) {
  return row(dtype).size;
}

std::string_view safetensors_name(DType dtype) {
  return row(dtype).safetensors;
}

std::optional<DType> dtype_from_safetensors(std::string_view name) {
  for (const Row& each : kRows) {
    if (each.safetensors == name) return each.dtype;
  }
  return std::nullopt;
}

std::optional<DType> dtype_from_torch_storage(std::string_view global) {
  for (const Row& each : kRows) {
    if (each.torch_storage == global) return each.dtype;
  }
  return std::nullopt;
}

}  // namespace equi
