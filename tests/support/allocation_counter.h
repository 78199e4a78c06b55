#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

// Counts memory requests between construction and count(). Include in exactly one source of a test program:
// it replaces the global operator new.
namespace equi::testing {

inline std::atomic<std::int64_t> g_new_calls{0};

// Tensor memory: libtorch's CPU allocator, counted on the way.
class CountingAllocator final : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator* inner) : inner_(inner) {}
  c10::DataPtr allocate(std::size_t bytes) override {
    ++calls_;
    return inner_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return inner_->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    inner_->copy_data(to, from, bytes);
  }
  std::int64_t calls() const { return calls_; }

 private:
  c10::Allocator* inner_;
  std::atomic<std::int64_t> calls_{0};
};

class AllocationCounter {
 public:
  AllocationCounter() : before_(c10::GetCPUAllocator()), counting_(before_), new_before_(g_new_calls) {
    c10::SetCPUAllocator(&counting_, kPriority);
  }
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;
  ~AllocationCounter() { c10::SetCPUAllocator(before_, kPriority); }

  std::int64_t tensors() const { return counting_.calls(); }          // storages of tensors
  std::int64_t objects() const { return g_new_calls - new_before_; }  // operator new, in all libraries

 private:
  static constexpr std::uint8_t kPriority = 100;
  c10::Allocator* before_;
  CountingAllocator counting_;
  std::int64_t new_before_;
};

}  // namespace equi::testing

void* operator new(std::size_t size) {
  ++equi::testing::g_new_calls;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
