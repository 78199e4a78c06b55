#include "core/model/precision.h"

#include "core/cpu/isa.h"

namespace equi::model {

namespace {
constexpr std::int64_t kLarge = 100'000'000;  // parameters: 400 MB in float32, beyond any processor's cache
}

Precision automatic_precision(const GeneratorConfig& config, const Device& device) {
  if (device.kind == Device::Kind::cuda) return Precision::bfloat16;
  std::int64_t parameters = 0;
  for (const auto& spec : weight_specs(config)) {
    std::int64_t numbers = 1;
    for (const auto size : spec.shape) numbers *= size;
    parameters += numbers;
  }
  const bool fast = cpu::best_isa() == cpu::Isa::avx512_bf16;
  return fast && parameters >= kLarge ? Precision::bfloat16 : Precision::float32;
}

Precision parse_precision(const std::string& text, const GeneratorConfig& config, const Device& device) {
  return text == "auto" ? automatic_precision(config, device) : equi::parse_precision(text);
}

}  // namespace equi::model
