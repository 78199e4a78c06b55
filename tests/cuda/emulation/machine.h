#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <ucontext.h>

#include "tests/cuda/emulation/emulation.h"
#include "tests/cuda/emulation/vector_types.h"

// How a grid of threads is carried out by one thread of the host: every GPU thread is a fiber with a stack of
// its own that runs until it waits (for a barrier, for the lanes of its warp, for the grid in front) or ends.
// The order in which waiting threads go on is the test's to choose, so what depends on it shows.
namespace emulation {

struct Launch {
  std::function<void()> kernel;
  dim3 grid, block;
  std::size_t shared = 0;  // bytes
  bool overlap = false;    // may start before the grid in front has ended
  unsigned cluster = 1;    // blocks along z that form one
};

// The first thing that went wrong since the last call of synchronize().
struct Failure {
  int code = 0;
  std::string what;
};
void fail(int code, std::string what);

class Schedule {
 public:
  void set(Order order, unsigned seed);
  bool warp_by_warp() const { return order_ == Order::warp_by_warp; }
  // 0 .. count-1 in the order of now.
  std::vector<std::size_t> order(std::size_t count);

 private:
  Order order_ = Order::forward;
  std::mt19937 random_{1};
};
Schedule& schedule();

// Where a thread waits.
enum class Wait { nothing, barrier, lanes, previous, cluster };

class Fiber {
 public:
  void prepare(const std::function<void()>& kernel, char* stack, std::size_t size);
  void resume();       // called by the host: until the fiber waits or ends
  void wait(Wait on);  // called on the fiber

  bool done = false;
  Wait waits = Wait::nothing;
  std::uint32_t given = 0, got = 0;  // what a lane gives to its warp, and what it gets
  unsigned from_lane = 0;

 private:
  static void enter();

  const std::function<void()>* kernel_ = nullptr;
  bool started_ = false;
  ucontext_t first_{};
  jmp_buf fiber_{}, host_{};
};

// The stacks of a block's fibers; used again by later blocks, because fresh memory is slow.
class Stacks {
 public:
  static constexpr std::size_t kBytes = 32 * 1024;

  explicit Stacks(std::size_t fibers);
  Stacks(Stacks&&) = default;
  ~Stacks();
  char* of(std::size_t fiber) const { return memory_.get() + fiber * kBytes; }

 private:
  std::size_t fibers_;
  std::unique_ptr<char[]> memory_;
};

class Cluster;

class Block {
 public:
  Block(const Launch& launch, uint3 index, Cluster& cluster);
  void run(bool previous_ended);  // as far as it goes
  bool ended() const;

  float4* shared() { return shared_.data(); }
  // Where the block of that rank has what lies at `place` here.
  void* in_block(const void* place, std::size_t rank);
  std::size_t rank() const { return index_.z % launch_.cluster; }
  bool waits_for_cluster() const;
  void release_from_cluster();
  Fiber& current() { return fibers_[current_]; }
  unsigned lane() const { return static_cast<unsigned>(current_ % kWarp); }
  void trigger() { triggered_ += 1; }
  bool lets_next_start() const;

 private:
  static constexpr std::size_t kWarp = 32;

  void resume(std::size_t thread);
  void run_threads(const std::vector<std::size_t>& order);
  void run_warps();
  bool release(bool previous_ended);
  bool release_lanes(std::size_t first);

  const Launch& launch_;
  uint3 index_;
  Cluster& cluster_;
  std::vector<float4> shared_;
  Stacks stacks_;
  std::vector<Fiber> fibers_;
  std::size_t current_ = 0, triggered_ = 0;
};

// Blocks that are on the device together and reach each other's shared memory.
class Cluster {
 public:
  Cluster(const Launch& launch, std::size_t index);
  void run(bool previous_ended);  // as far as it goes
  bool ended() const;
  bool lets_next_start() const;
  Block& block(std::size_t rank) { return *blocks_[rank]; }

 private:
  bool release();

  std::vector<std::unique_ptr<Block>> blocks_;
};

// The block that runs now.
Block& running();

class Grid {
 public:
  explicit Grid(Launch launch);
  void start();   // what may run while the grid in front has not ended
  void finish();  // the rest
  bool lets_next_start() const;

 private:
  static constexpr std::size_t kEarlyBlocks = 16;  // on the device while the grid in front still runs

  Launch launch_;
  std::vector<std::size_t> order_;  // of clusters
  std::vector<std::unique_ptr<Cluster>> early_;
};

}  // namespace emulation
