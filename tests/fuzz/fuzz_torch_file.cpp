// Any bytes as a PyTorch file: opened, its pickle read, every tensor located, both architectures inferred.
#include <cstddef>
#include <cstdint>

#include "core/base/error.h"
#include "core/checkpoint/infer.h"
#include "core/checkpoint/torch_file.h"

namespace {

void visit(const equi::TorchFile& file, const std::string& dict) {
  std::size_t sum = 0;
  const auto shapes = file.shapes(dict);
  for (const auto& [name, shape] : shapes) {
    try {
      const auto tensor = file.tensor(dict, name);
      for (const auto byte : file.file()->bytes().subspan(tensor.offset, tensor.size))
        sum += std::size_t(byte);
    } catch (const equi::Error&) {
      sum += 1;  // a tensor that cannot be used; the others can
    }
  }
  volatile std::size_t used = sum;
  static_cast<void>(used);
  try {
    equi::infer_tokenizer(shapes, "fuzz");
  } catch (const equi::Error&) {
    sum += 1;
  }
  equi::infer_generator(shapes, file.scalars("args"), std::nullopt, "fuzz");
}

void read_pickle_alone(std::span<const std::byte> bytes) {
  equi::Pickle::parse(bytes, "fuzz");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    read_pickle_alone(bytes);
  } catch (const equi::Error&) {
    // expected for most bytes
  }
  try {
    const auto file = equi::TorchFile::open(equi::MappedFile::borrow(bytes, "fuzz"));
    for (const char* dict : {"state_dict", "model_ema", "model", "args"}) visit(file, dict);
  } catch (const equi::Error&) {
    // expected for most bytes
  }
  return 0;
}
