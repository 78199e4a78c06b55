#include "tests/cuda/emulation/machine.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "tests/cuda/emulation/cuda_runtime.h"

namespace emulation {
namespace {

Block* running_block = nullptr;
Fiber* entering = nullptr;
Failure failure;
long long ended_threads = 0;

std::size_t threads_of(const Launch& launch) {
  return std::size_t{launch.block.x} * launch.block.y * launch.block.z;
}

// Memory of stacks that is free, by the number of fibers it is for.
std::map<std::size_t, std::vector<std::unique_ptr<char[]>>>& free_stacks() {
  static std::map<std::size_t, std::vector<std::unique_ptr<char[]>>> all;
  return all;
}

}  // namespace

void fail(int code, std::string what) {
  if (failure.code == 0) failure = {code, std::move(what)};
}

Failure take_failure() {
  return std::exchange(failure, {});
}

long long threads_ended() {
  return ended_threads;
}

void Schedule::set(Order order, unsigned seed) {
  order_ = order;
  random_.seed(seed);
}

std::vector<std::size_t> Schedule::order(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (order_ == Order::backward || order_ == Order::warp_by_warp) std::ranges::reverse(all);
  if (order_ == Order::shuffled) std::ranges::shuffle(all, random_);
  return all;
}

Schedule& schedule() {
  static Schedule one;
  return one;
}

void set_order(Order order, unsigned seed) {
  schedule().set(order, seed);
}

Block& running() {
  return *running_block;
}

void Fiber::prepare(const std::function<void()>& kernel, char* stack, std::size_t size) {
  kernel_ = &kernel;
  getcontext(&first_);
  first_.uc_stack.ss_sp = stack;
  first_.uc_stack.ss_size = size;
  first_.uc_link = nullptr;
  makecontext(&first_, &Fiber::enter, 0);
}

void Fiber::enter() {
  Fiber& self = *entering;
  (*self.kernel_)();
  self.done = true;
  ++ended_threads;
  _longjmp(self.host_, 1);
}

// A context starts the fiber; from then on jumps, which cost no system call, go to and fro.
void Fiber::resume() {
  if (_setjmp(host_) != 0) return;
  if (started_) _longjmp(fiber_, 1);
  started_ = true;
  entering = this;
  setcontext(&first_);
}

void Fiber::wait(Wait on) {
  waits = on;
  if (_setjmp(fiber_) == 0) _longjmp(host_, 1);
}

Stacks::Stacks(std::size_t fibers) : fibers_(fibers) {
  auto& unused = free_stacks()[fibers];
  if (unused.empty()) {
    memory_ = std::make_unique_for_overwrite<char[]>(fibers * kBytes);
  } else {
    memory_ = std::move(unused.back());
    unused.pop_back();
  }
}

Stacks::~Stacks() {
  if (memory_ != nullptr) free_stacks()[fibers_].push_back(std::move(memory_));
}

Block::Block(const Launch& launch, uint3 index, Cluster& cluster)
    : launch_(launch),
      index_(index),
      cluster_(cluster),
      stacks_(threads_of(launch)),
      fibers_(threads_of(launch)) {
  const float poison = std::numeric_limits<float>::quiet_NaN();
  shared_.assign((launch.shared + sizeof(float4) - 1) / sizeof(float4), {poison, poison, poison, poison});
  for (std::size_t i = 0; i < fibers_.size(); ++i) {
    fibers_[i].prepare(launch_.kernel, stacks_.of(i), Stacks::kBytes);
  }
}

void Block::resume(std::size_t thread) {
  const dim3& size = launch_.block;
  const auto i = static_cast<unsigned>(thread);
  current_ = thread;
  running_block = this;
  threadIdx = {i % size.x, i / size.x % size.y, i / size.x / size.y};
  blockIdx = index_;
  blockDim = size;
  gridDim = launch_.grid;
  fibers_[thread].resume();
}

bool Block::release_lanes(std::size_t first) {
  const auto lanes = std::span(fibers_).subspan(first, std::min(kWarp, fibers_.size() - first));
  if (!std::ranges::all_of(lanes, [](const Fiber& f) { return f.waits == Wait::lanes && !f.done; }))
    return false;
  for (auto& fiber : lanes) {
    fiber.got = lanes[fiber.from_lane].given;
    fiber.waits = Wait::nothing;
  }
  return true;
}

// Lets those go on that have what they waited for; false: nobody has.
bool Block::release(bool previous_ended) {
  bool any = false;
  for (std::size_t first = 0; first < fibers_.size(); first += kWarp) any |= release_lanes(first);
  if (std::ranges::all_of(fibers_, [](const Fiber& f) { return f.waits == Wait::barrier && !f.done; })) {
    for (auto& fiber : fibers_) fiber.waits = Wait::nothing;
    any = true;
  }
  for (auto& fiber : fibers_) {
    if (!previous_ended || fiber.done || fiber.waits != Wait::previous) continue;
    fiber.waits = Wait::nothing;
    any = true;
  }
  return any;
}

void Block::run_threads(const std::vector<std::size_t>& order) {
  for (const auto thread : order) {
    if (!fibers_[thread].done && fibers_[thread].waits == Wait::nothing) resume(thread);
  }
}

// Each warp up to where it needs the others.
void Block::run_warps() {
  const std::size_t warps = (fibers_.size() + kWarp - 1) / kWarp;
  for (const auto warp : schedule().order(warps)) {
    std::vector<std::size_t> lanes;
    for (std::size_t i = warp * kWarp; i < std::min(fibers_.size(), (warp + 1) * kWarp); ++i)
      lanes.push_back(i);
    do {
      run_threads(lanes);
    } while (release_lanes(warp * kWarp));
  }
}

void Block::run(bool previous_ended) {
  do {
    if (schedule().warp_by_warp()) {
      run_warps();
    } else {
      run_threads(schedule().order(fibers_.size()));
    }
  } while (release(previous_ended));
}

bool Block::ended() const {
  return std::ranges::all_of(fibers_, [](const Fiber& f) { return f.done; });
}

bool Block::lets_next_start() const {
  return triggered_ >= fibers_.size() || ended();
}

void* Block::in_block(const void* place, std::size_t rank) {
  const auto at = static_cast<const char*>(place) - reinterpret_cast<const char*>(shared_.data());
  if (at < 0 || at >= static_cast<std::ptrdiff_t>(shared_.size() * sizeof(float4)) ||
      rank >= launch_.cluster) {
    fail(cudaErrorLaunchFailure, "another block's memory beyond its shared memory, or beyond the cluster");
    return shared_.data();
  }
  if (cluster_.block(rank).ended()) fail(cudaErrorLaunchFailure, "the memory of a block that has ended");
  return reinterpret_cast<char*>(cluster_.block(rank).shared()) + at;
}

bool Block::waits_for_cluster() const {
  return std::ranges::all_of(fibers_, [](const Fiber& f) { return f.waits == Wait::cluster && !f.done; });
}

void Block::release_from_cluster() {
  for (auto& fiber : fibers_) fiber.waits = Wait::nothing;
}

Cluster::Cluster(const Launch& launch, std::size_t index) {
  const dim3& size = launch.grid;
  const auto i = static_cast<unsigned>(index);
  for (unsigned rank = 0; rank < launch.cluster; ++rank) {
    const uint3 place = {i % size.x, i / size.x % size.y, i / size.x / size.y * launch.cluster + rank};
    blocks_.push_back(std::make_unique<Block>(launch, place, *this));
  }
}

void Cluster::run(bool previous_ended) {
  do {
    for (const auto rank : schedule().order(blocks_.size())) blocks_[rank]->run(previous_ended);
  } while (release());
  if (previous_ended && !ended()) {
    fail(cudaErrorLaunchFailure, "threads wait for a barrier or a shuffle that others never reach");
  }
}

bool Cluster::release() {
  if (!std::ranges::all_of(blocks_, [](const auto& block) { return block->waits_for_cluster(); }))
    return false;
  for (const auto& block : blocks_) block->release_from_cluster();
  return true;
}

bool Cluster::ended() const {
  return std::ranges::all_of(blocks_, [](const auto& block) { return block->ended(); });
}

bool Cluster::lets_next_start() const {
  return std::ranges::all_of(blocks_, [](const auto& block) { return block->lets_next_start(); });
}

Grid::Grid(Launch launch)
    : launch_(std::move(launch)),
      order_(
          schedule().order(std::size_t{launch_.grid.x} * launch_.grid.y * launch_.grid.z / launch_.cluster)) {
}

void Grid::start() {
  for (std::size_t i = 0; i < std::min(kEarlyBlocks / launch_.cluster, order_.size()); ++i) {
    early_.push_back(std::make_unique<Cluster>(launch_, order_[i]));
    early_.back()->run(false);
  }
}

void Grid::finish() {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (i < early_.size()) {
      early_[i]->run(true);
      early_[i].reset();
    } else {
      Cluster(launch_, order_[i]).run(true);
    }
  }
}

bool Grid::lets_next_start() const {
  return std::ranges::all_of(early_, [](const auto& cluster) { return cluster->lets_next_start(); });
}

}  // namespace emulation
