#include "core/model/precision.h"

#include "core/base/error.h"
#include "core/cpu/isa.h"

namespace equi::model {

Precision automatic_precision(const Device& device) {
  const bool fast = device.kind == Device::Kind::cuda || cpu::has_bfloat16_products();
  return fast ? Precision::bfloat16 : Precision::float32;
}

Precision parse_precision(const std::string& text, const Device& device) {
  if (text == "auto") return automatic_precision(device);
  const auto precision = equi::parse_precision(text);
  check_precision(precision, device);
  return precision;
}

void check_precision(Precision precision, const Device& device) {
  if (precision != Precision::int8 || device.kind == Device::Kind::cpu) return;
  throw Error(ErrorKind::unsupported, "precision int8", "8-bit weights are for the CPU",
              "use bfloat16 on " + device.name());
}

}  // namespace equi::model
