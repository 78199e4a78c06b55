#pragma once

#include "core/base/device.h"

namespace equi::cli {

// What this machine can do at best, measured now: what a benchmark is compared with.
struct MachineRates {
  double copy_bytes = 0;    // per second, read plus written, of a copy far larger than the caches
  double read_bytes = 0;    // per second, of reading alone (CPU; on CUDA the copy's)
  double matrix_flops = 0;  // per second, of a large square matrix product in the precision given

  // The faster of both: the strictest measure for what has to be read.
  double bandwidth() const { return copy_bytes > read_bytes ? copy_bytes : read_bytes; }
};

MachineRates measure_rates(const Device& device, Precision precision);

}  // namespace equi::cli
