#include "tests/cuda/emulation/ampere.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <vector>

#include "tests/cuda/emulation/cuda_runtime.h"
#include "tests/cuda/emulation/machine.h"

namespace emulation {
namespace {

struct Copy {
  void* to;
  const void* from;  // null: zeros

  void carry_out() const {
    if (from == nullptr) {
      std::memset(to, 0, 16);
    } else {
      std::memcpy(to, from, 16);
    }
  }
};

// The copies of one thread that have not ended.
struct Pending {
  std::deque<std::vector<Copy>> groups;  // closed ones
  std::vector<Copy> open;
};

// By thread; those that have nothing left are not in it.
std::map<const Fiber*, Pending>& pending() {
  static std::map<const Fiber*, Pending> all;
  return all;
}

float low(std::uint32_t pair) {
  return std::bit_cast<float>(pair << 16U);
}
float high(std::uint32_t pair) {
  return std::bit_cast<float>(pair & 0xFFFF0000U);
}

bool at_once() {
  static std::uint32_t turns = 1;
  turns = turns * 1664525U + 1013904223U;
  return (turns >> 30U) == 0;
}

}  // namespace

void copy_sixteen(void* to, const void* from, bool there) {
  const auto whole = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; };
  if (!whole(to) || (there && !whole(from))) {
    fail(cudaErrorLaunchFailure, "an asynchronous copy that is not aligned to 16 bytes");
    return;
  }
  const Copy copy{to, there ? from : nullptr};
  if (at_once()) {
    copy.carry_out();
  } else {
    pending()[&running().current()].open.push_back(copy);
  }
}

void close_group() {
  auto& mine = pending()[&running().current()];
  mine.groups.push_back(std::move(mine.open));
  mine.open.clear();
}

void wait_for_all_but(int open) {
  const auto found = pending().find(&running().current());
  if (found == pending().end()) return;
  auto& mine = found->second;
  while (mine.groups.size() > static_cast<std::size_t>(open)) {
    for (const auto& copy : mine.groups.front()) copy.carry_out();
    mine.groups.pop_front();
  }
  if (mine.groups.empty() && mine.open.empty()) pending().erase(found);
}

uint4 load_tiles(const uint4* row) {
  static const uint4* of_warps[32][32];
  auto& rows = of_warps[threadIdx.x / 32 % 32];
  const unsigned lane = emulated_lane();
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0)
    fail(cudaErrorLaunchFailure, "a tile's row is not aligned");
  rows[lane] = row;
  __syncwarp();
  std::uint32_t words[4];
  for (unsigned tile = 0; tile < 4; ++tile) {
    const auto* from = reinterpret_cast<const char*>(rows[tile * 8 + lane / 4]);
    std::memcpy(&words[tile], from + lane % 4 * 4, 4);
  }
  __syncwarp();
  return {words[0], words[1], words[2], words[3]};
}

// Lanes show each other their operands in one place for each warp: two waits, where shuffles would take 32.
void multiply_tiles(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  struct Operands {
    std::uint32_t a[4], b[2];
  };
  static Operands of_warps[32][32];
  auto& lanes = of_warps[threadIdx.x / 32 % 32];
  const unsigned lane = emulated_lane(), g = lane / 4, q = lane % 4;
  lanes[lane] = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
  __syncwarp();
  for (unsigned k = 0; k < 4; ++k) {  // four lanes hold a row of a, or a column of b
    const auto& left = lanes[g * 4 + k].a;
    for (unsigned half = 0; half < 2; ++half) {  // a[0], a[2]: row g; a[1], a[3]: row g + 8
      for (unsigned n = 0; n < 2; ++n) {
        const auto& right = lanes[(2 * q + n) * 4 + k].b;
        for (unsigned part = 0; part < 2; ++part) {
          const auto x = left[2 * part + half], y = right[part];
          sums[2 * half + n] += low(x) * low(y) + high(x) * high(y);
        }
      }
    }
  }
  __syncwarp();
}

}  // namespace emulation
