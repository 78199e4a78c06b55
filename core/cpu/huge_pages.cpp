#include "core/cpu/huge_pages.h"

#include <cstdint>

#include <fmt/format.h>
#include <sys/mman.h>

#include "core/base/error.h"

namespace equi::cpu {

namespace {
constexpr std::size_t kPage = std::size_t{2} << 20;
}

HugeBuffer::HugeBuffer(std::size_t bytes) : size_(bytes) {
  mapped_ = (bytes + kPage - 1) / kPage * kPage + kPage;
  mapping_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) {
    throw Error(ErrorKind::io, "memory", fmt::format("no {} MiB for weights", mapped_ >> 20U),
                "a smaller model or bfloat16 needs less");
  }
  const auto address = (reinterpret_cast<std::uintptr_t>(mapping_) + kPage - 1) / kPage * kPage;
  data_ = reinterpret_cast<std::byte*>(address);
  madvise(data_, mapped_ - kPage, MADV_HUGEPAGE);  // a wish: small pages do as well
}

HugeBuffer::~HugeBuffer() {
  munmap(mapping_, mapped_);
}

}  // namespace equi::cpu
