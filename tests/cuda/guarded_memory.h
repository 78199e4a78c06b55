#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include <sys/mman.h>
#include <torch/torch.h>
#include <unistd.h>

namespace equi::cuda {

// A copy of a CPU tensor that ends where memory that nobody may touch begins, to within the 16 bytes that
// vectors are aligned to, and begins on a page after such memory.
inline torch::Tensor guarded(const torch::Tensor& from) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  constexpr std::size_t kAlign = 16;
  const std::size_t size = (from.nbytes() + kAlign - 1) / kAlign * kAlign;
  const std::size_t inner = (size + page - 1) / page * page, whole = inner + 2 * page;
  void* base = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TORCH_CHECK(base != MAP_FAILED, "mmap");
  auto* begin = static_cast<char*>(base) + page;
  if (inner > 0) TORCH_CHECK(mprotect(begin, inner, PROT_READ | PROT_WRITE) == 0, "mprotect");
  char* data = begin + inner - size;
  const auto contiguous = from.contiguous();
  if (from.nbytes() > 0) std::memcpy(data, contiguous.data_ptr(), from.nbytes());
  const auto release = [base, whole](void* /*data*/) { munmap(base, whole); };
  return torch::from_blob(data, from.sizes(), release, from.options());
}

}  // namespace equi::cuda
