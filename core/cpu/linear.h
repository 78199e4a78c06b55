#pragma once

#include <cstddef>
#include <span>

#include "core/cpu/kernels.h"

namespace equi::cpu {

// Matrix products on all threads. A region is cut up so that every thread has at least kBytesForAThread of
// weights to go through: below that, waking a thread costs more than it saves (see the README's
// measurements).
inline constexpr std::int64_t kBytesForAThread = std::int64_t{96} * 1024;

// What Kernels::linear works in, bytes.
std::size_t scratch_size(const Kernels& kernels, const LinearTask& task);

// One product.
void run(const Kernels& kernels, const LinearTask& task);

// Several matrices that take the same number of rows, as one product: one parallel region over all outputs.
void run(const Kernels& kernels, std::span<const LinearTask> tasks);

void run(const Kernels& kernels, const NormTask& task);
void run(const Kernels& kernels, const AttendTask& task);

}  // namespace equi::cpu
