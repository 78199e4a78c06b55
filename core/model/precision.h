#pragma once

#include <string>

#include "core/base/device.h"

namespace equi::model {

// The precision that is fastest without a visible difference: bfloat16 on a GPU and on a processor that
// multiplies it in hardware (half the bytes of weights, and convolutions of twice the rate), else float32.
Precision automatic_precision(const Device& device);

// "auto" or what parse_precision takes. Throws Error(bad_input) for other texts, Error(unsupported) as
// check_precision.
Precision parse_precision(const std::string& text, const Device& device);

// Throws Error(unsupported) for int8 on a GPU.
void check_precision(Precision precision, const Device& device);

}  // namespace equi::model
