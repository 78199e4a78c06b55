#pragma once

#include "core/base/device.h"
#include "core/checkpoint/architecture.h"

namespace equi::model {

// The precision that is fastest without a visible difference: bfloat16 on a GPU, and on a processor that
// multiplies it in hardware when the generator is so large that its weights come from memory for every
// column; float32 otherwise (a small model lives in the caches and gains nothing).
Precision automatic_precision(const GeneratorConfig& config, const Device& device);

// "auto" or what parse_precision takes. Throws Error(bad_input) for other texts.
Precision parse_precision(const std::string& text, const GeneratorConfig& config, const Device& device);

}  // namespace equi::model
