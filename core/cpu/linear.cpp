#include "core/cpu/linear.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "core/cpu/parallel.h"

namespace equi::cpu {
namespace {

constexpr std::int64_t kOutputs = 16;  // a part is a multiple of every kernel's tile

std::int64_t parts(const LinearTask& task) {
  return (task.out + kOutputs - 1) / kOutputs;
}

constexpr std::size_t kLine = 64;  // bytes of a cache line

std::size_t whole_lines(std::size_t bytes) {
  return (bytes + kLine - 1) / kLine * kLine;
}

// What the kernels of this thread work in; it grows to what the widest product wants and stays.
void* scratch_of(const Kernels& kernels, std::span<const LinearTask> tasks) {
  struct Free {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{kLine}); }
  };
  thread_local std::unique_ptr<std::byte[], Free> memory;
  thread_local std::size_t size = 0;
  std::size_t wanted = 0;
  for (const auto& task : tasks) wanted = std::max(wanted, scratch_size(kernels, task));
  if (wanted > size) {
    memory.reset(new (std::align_val_t{kLine}) std::byte[wanted]);
    size = wanted;
  }
  return memory.get();
}

// Parts [begin, end) of the parts of all tasks, counted on from one to the next.
void run_parts(const Kernels& kernels, std::span<const LinearTask> tasks, std::int64_t begin,
               std::int64_t end) {
  void* scratch = scratch_of(kernels, tasks);
  std::int64_t first = 0;
  for (const auto& task : tasks) {
    const std::int64_t count = parts(task);
    const std::int64_t from = std::max(begin - first, std::int64_t{0}), to = std::min(end - first, count);
    if (from < to) kernels.linear(task, from * kOutputs, std::min(to * kOutputs, task.out), scratch);
    first += count;
  }
}

}  // namespace

std::size_t scratch_size(const Kernels& kernels, const LinearTask& task) {
  const auto operands = whole_lines(static_cast<std::size_t>(task.rows * task.in) * kernels.scratch_bytes);
  if (task.scales == nullptr) return operands;
  const std::int64_t chunks = (task.in + kInt8Chunk - 1) / kInt8Chunk;
  return operands + static_cast<std::size_t>(chunks * kInt8Outputs * kInt8Chunk) * kernels.operand_bytes;
}

void run(const Kernels& kernels, std::span<const LinearTask> tasks) {
  std::int64_t total = 0, widest = 1;
  auto weight_bytes = static_cast<std::int64_t>(kernels.weight_bytes);
  for (const auto& task : tasks) {
    total += parts(task);
    widest = std::max(widest, task.in);
    if (task.scales != nullptr) weight_bytes = 1;
  }
  // More than a few rows are more work for each weight.
  const std::int64_t rows = tasks.empty() ? 1 : std::max(std::int64_t{1}, tasks.front().rows / 4);
  const auto bytes = widest * kOutputs * weight_bytes * rows;
  parallel_for(total, std::max(std::int64_t{1}, kBytesForAThread / bytes),
               [&](std::int64_t begin, std::int64_t end) { run_parts(kernels, tasks, begin, end); });
}

void run(const Kernels& kernels, const LinearTask& task) {
  run(kernels, std::span(&task, 1));
}

void run(const Kernels& kernels, const NormTask& task) {
  constexpr std::int64_t kNumbers = std::int64_t{32} * 1024;  // for a thread
  parallel_for(task.rows, std::max(std::int64_t{1}, kNumbers / task.width),
               [&](std::int64_t begin, std::int64_t end) { kernels.norm(task, begin, end); });
}

void run(const Kernels& kernels, const AttendTask& task) {
  constexpr std::int64_t kNumbers = std::int64_t{16} * 1024;
  parallel_for(task.rows * task.heads, std::max(std::int64_t{1}, kNumbers / (task.head_width * task.keys)),
               [&](std::int64_t begin, std::int64_t end) { kernels.attend(task, begin, end); });
}

}  // namespace equi::cpu
