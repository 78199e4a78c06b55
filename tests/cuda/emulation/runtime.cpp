#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/cuda/emulation/cluster.h"
#include "tests/cuda/emulation/cuda_runtime.h"
#include "tests/cuda/emulation/machine.h"

struct EmulatedGraph {
  std::vector<emulation::Launch> launches;
};

struct EmulatedStream {
  std::unique_ptr<emulation::Grid> pending;  // launched to overlap with the next one
  std::unique_ptr<EmulatedGraph> capture;

  void add(emulation::Launch launch) {
    if (capture != nullptr) {
      capture->launches.push_back(std::move(launch));
      return;
    }
    const bool overlap = launch.overlap;
    auto grid = std::make_unique<emulation::Grid>(std::move(launch));
    if (overlap && pending != nullptr && pending->lets_next_start()) {
      grid->start();
      finish();
    } else {
      finish();
      if (overlap) grid->start();
    }
    pending = std::move(grid);
    if (!overlap) finish();
  }

  void finish() {
    if (pending != nullptr) pending->finish();
    pending.reset();
  }
};

namespace emulation {

Failure take_failure();

namespace {

constexpr std::size_t kSharedWithoutAsking = 48 * 1024;
// Bytes of shared memory of a block: of compute capability 8.6, 8.9 and 12.0, the least since 8.0; and
// of 9.0.
constexpr std::size_t kSharedAtMost = 99 * 1024, kSharedOfHopper = 227 * 1024;
constexpr int kHopper = 9;  // major compute capability
int capability = kHopper;
constexpr unsigned kThreadsAtMost = 1024, kGridHeightAtMost = 65535, kClusterAtMost = 8;

EmulatedStream& stream_of(cudaStream_t stream) {
  static EmulatedStream by_default;
  return stream == nullptr ? by_default : *stream;
}

std::map<const void*, std::size_t>& shared_limits() {
  static std::map<const void*, std::size_t> limits;
  return limits;
}

}  // namespace

int synchronize(std::string* what) {
  stream_of(nullptr).finish();
  const auto failure = take_failure();
  if (what != nullptr) *what = failure.what;
  return failure.code;
}

void set_capability(int major) {
  capability = major;
}

float4* dynamic_shared() {
  return running().shared();
}

int cluster_rank() {
  return static_cast<int>(running().rank());
}

void cluster_barrier() {
  running().current().wait(Wait::cluster);
}

void* memory_in_block(const void* place, int rank) {
  return running().in_block(place, static_cast<std::size_t>(rank));
}

}  // namespace emulation

void __syncthreads() {
  emulation::running().current().wait(emulation::Wait::barrier);
}

void __syncwarp() {
  emulated_shuffle_xor(0xFFFFFFFFU, 0, 0);
}

unsigned emulated_lane() {
  return emulation::running().lane();
}

std::uint32_t emulated_shuffle_xor(unsigned mask, std::uint32_t bits, int lane_mask) {
  if (mask != 0xFFFFFFFFU)
    emulation::fail(cudaErrorLaunchFailure, "a shuffle among some lanes: not emulated");
  auto& fiber = emulation::running().current();
  fiber.given = bits;
  fiber.from_lane = (emulation::running().lane() ^ static_cast<unsigned>(lane_mask)) % 32;
  fiber.wait(emulation::Wait::lanes);
  return fiber.got;
}

void cudaGridDependencySynchronize() {
  emulation::running().current().wait(emulation::Wait::previous);
}

void cudaTriggerProgrammaticLaunchCompletion() {
  emulation::running().trigger();
}

cudaError_t emulated_launch(const cudaLaunchConfig_t& config, const void* kernel,
                            std::function<void()> body) {
  const auto limit = emulation::shared_limits().find(kernel);
  const auto allowed =
      limit == emulation::shared_limits().end() ? emulation::kSharedWithoutAsking : limit->second;
  const dim3 &grid = config.gridDim, &block = config.blockDim;
  if (config.dynamicSmemBytes > allowed) return cudaErrorInvalidValue;
  const bool none = grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0;
  const bool high = grid.y > emulation::kGridHeightAtMost || grid.z > emulation::kGridHeightAtMost;
  if (none || high || block.x * block.y * block.z > emulation::kThreadsAtMost) {
    return cudaErrorInvalidConfiguration;
  }
  bool overlap = false;
  unsigned cluster = 1;
  for (unsigned i = 0; i < config.numAttrs; ++i) {
    const auto& attribute = config.attrs[i];
    if (emulation::capability < emulation::kHopper) return cudaErrorInvalidValue;
    if (attribute.id == cudaLaunchAttributeProgrammaticStreamSerialization) {
      overlap = attribute.val.programmaticStreamSerializationAllowed != 0;
    } else {
      const auto& size = attribute.val.clusterDim;
      if (size.x != 1 || size.y != 1) return cudaErrorInvalidValue;  // not emulated
      cluster = size.z;
    }
  }
  if (cluster == 0 || cluster > emulation::kClusterAtMost || grid.z % cluster != 0) {
    return cudaErrorInvalidConfiguration;
  }
  emulation::stream_of(config.stream)
      .add({std::move(body), grid, block, config.dynamicSmemBytes, overlap, cluster});
  return cudaSuccess;
}

cudaError_t emulated_shared_limit(const void* kernel, int bytes) {
  const auto wanted = static_cast<std::size_t>(bytes);
  const auto most =
      emulation::capability < emulation::kHopper ? emulation::kSharedAtMost : emulation::kSharedOfHopper;
  if (bytes < 0 || wanted > most) return cudaErrorInvalidValue;
  emulation::shared_limits()[kernel] = wanted;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr /*attribute*/, int /*device*/) {
  *value = emulation::capability;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = new EmulatedStream;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  stream->finish();
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/) {
  stream->capture = std::make_unique<EmulatedGraph>();
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (stream->capture == nullptr) return cudaErrorStreamCaptureUnmatched;
  *graph = stream->capture.release();
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned /*flags*/) {
  *executable = new EmulatedGraph(*graph);
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  auto& on = emulation::stream_of(stream);
  on.finish();  // graphs do not overlap
  for (const auto& launch : executable->launches) on.add(launch);
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
