#include "core/model/precision.h"

#include "core/cpu/isa.h"

namespace equi::model {

Precision automatic_precision(const Device& device) {
  const bool fast = device.kind == Device::Kind::cuda || cpu::has_bfloat16_products();
  return fast ? Precision::bfloat16 : Precision::float32;
}

Precision parse_precision(const std::string& text, const Device& device) {
  return text == "auto" ? automatic_precision(device) : equi::parse_precision(text);
}

}  // namespace equi::model
