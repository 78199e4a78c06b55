// The emulation finds what it is there to find: kernels with one mistake each.
#include "tests/cuda/emulation/emulation.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/cuda/emulation/cluster.h"
#include "tests/cuda/emulation/cuda_runtime.h"
#include "tests/cuda/guarded_memory.h"

namespace emulation {
namespace {

constexpr int kThreads = 64;

template <class... Wanted, class... Given>
int launch(bool overlap, unsigned blocks, void (*kernel)(Wanted...), Given... given) {
  cudaLaunchAttribute attribute{};
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = blocks;
  config.blockDim = kThreads;
  config.dynamicSmemBytes = kThreads * sizeof(float);
  config.attrs = &attribute;
  config.numAttrs = overlap ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, given...);
}

float* shared_floats() {
  return reinterpret_cast<float*>(dynamic_shared());
}

// y[i] = i + 1 by way of the neighbour's place in shared memory.
void through_a_neighbour(float* y, bool with_barrier) {
  float* all = shared_floats();
  const unsigned i = threadIdx.x;
  all[i] = static_cast<float>(i);
  if (with_barrier) __syncthreads();
  y[i] = all[(i + 1) % kThreads];
}

TEST(CudaEmulation, ABarrierMakesResultsIndependentOfTheOrder) {
  for (const auto order : {Order::forward, Order::backward, Order::shuffled, Order::warp_by_warp}) {
    set_order(order);
    std::vector<float> y(kThreads, -1.0F);
    ASSERT_EQ(launch(false, 1, through_a_neighbour, y.data(), true), 0);
    ASSERT_EQ(synchronize(), 0);
    for (int i = 0; i < kThreads; ++i) EXPECT_EQ(y[i], (i + 1) % kThreads);
  }
}

TEST(CudaEmulation, AMissingBarrierReadsPoison) {
  set_order(Order::forward);
  std::vector<float> y(kThreads, -1.0F);
  ASSERT_EQ(launch(false, 1, through_a_neighbour, y.data(), false), 0);
  ASSERT_EQ(synchronize(), 0);
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[kThreads - 1], 0);
}

void barrier_for_some() {
  if (threadIdx.x < 40) __syncthreads();
}

TEST(CudaEmulation, ABarrierThatSomeNeverReachIsAnError) {
  ASSERT_EQ(launch(false, 1, barrier_for_some), 0);
  std::string what;
  EXPECT_EQ(synchronize(&what), cudaErrorLaunchFailure);
  EXPECT_NE(what.find("never reach"), std::string::npos) << what;
  EXPECT_EQ(synchronize(), 0);  // told once
}

void sum_of_a_warp(float* y, bool one_leaves) {
  if (one_leaves && threadIdx.x == 3) return;
  float v = static_cast<float>(threadIdx.x);
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(0xFFFFFFFFU, v, offset);
  y[threadIdx.x] = v;
}

TEST(CudaEmulation, LanesExchangeNumbers) {
  std::vector<float> y(kThreads);
  ASSERT_EQ(launch(false, 1, sum_of_a_warp, y.data(), false), 0);
  ASSERT_EQ(synchronize(), 0);
  for (int i = 0; i < kThreads; ++i) EXPECT_EQ(y[i], i < 32 ? 496 : 1520);
}

TEST(CudaEmulation, AShuffleThatALaneNeverReachesIsAnError) {
  std::vector<float> y(kThreads);
  ASSERT_EQ(launch(false, 1, sum_of_a_warp, y.data(), true), 0);
  EXPECT_EQ(synchronize(), cudaErrorLaunchFailure);
}

void add_one(const float* x, float* y, bool reads_early) {
  cudaTriggerProgrammaticLaunchCompletion();
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  const float early = x[i];
  cudaGridDependencySynchronize();
  y[i] = (reads_early ? early : x[i]) + 1;
}

TEST(CudaEmulation, OverlappingKernelsSeeWhatWasWrittenOnlyAfterTheyWait) {
  const unsigned blocks = 20;  // more than start early
  for (const bool reads_early : {false, true}) {
    std::vector<float> a(blocks * kThreads, 5.0F), b(a.size(), 0.0F), c(a.size(), 0.0F), d(a.size(), 0.0F);
    ASSERT_EQ(launch(true, blocks, add_one, a.data(), b.data(), false), 0);
    ASSERT_EQ(launch(true, blocks, add_one, b.data(), c.data(), reads_early), 0);
    ASSERT_EQ(launch(true, blocks, add_one, c.data(), d.data(), false), 0);
    ASSERT_EQ(synchronize(), 0);
    EXPECT_EQ(c[0], reads_early ? 1 : 7);
    EXPECT_EQ(d[0], reads_early ? 2 : 8);
    EXPECT_EQ(d.back(), 8) << "blocks that start later see all";
  }
}

// y[rank] = the rank of the block before it in the cluster, by way of shared memory.
void through_the_cluster(float* y, unsigned blocks, bool with_barrier) {
  const auto rank = static_cast<unsigned>(cluster_rank());
  if (threadIdx.x == 0)
    *in_block(shared_floats(), static_cast<int>((rank + 1) % blocks)) = static_cast<float>(rank);
  if (with_barrier) cluster_barrier();
  if (threadIdx.x == 0) y[blockIdx.z] = *shared_floats();
}

int launch_cluster(unsigned cluster, unsigned blocks, float* y, bool with_barrier) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim = {1, 1, cluster};
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(1, 1, blocks);
  config.blockDim = kThreads;
  config.dynamicSmemBytes = kThreads * sizeof(float);
  config.attrs = &attribute;
  config.numAttrs = 1;
  return cudaLaunchKernelEx(&config, through_the_cluster, y, cluster, with_barrier);
}

TEST(CudaEmulation, BlocksOfAClusterReachEachOthersMemory) {
  for (const auto order : {Order::forward, Order::backward, Order::shuffled, Order::warp_by_warp}) {
    set_order(order);
    std::vector<float> y(8, -1.0F);
    ASSERT_EQ(launch_cluster(4, 8, y.data(), true), 0);
    ASSERT_EQ(synchronize(), 0);
    EXPECT_EQ(y, (std::vector<float>{3, 0, 1, 2, 3, 0, 1, 2}));
  }
}

TEST(CudaEmulation, AMissingBarrierOfAClusterIsFound) {
  set_order(Order::forward);
  std::vector<float> y(4, -1.0F);
  ASSERT_EQ(launch_cluster(4, 4, y.data(), false), 0);
  EXPECT_EQ(synchronize(), cudaErrorLaunchFailure) << "the last block writes to the first, which has ended";
  EXPECT_TRUE(std::isnan(y[0])) << "and which has read what was not written yet";
}

TEST(CudaEmulation, MemoryBeyondTheClusterIsAnError) {
  std::vector<float> y(4);
  cudaLaunchConfig_t config{};
  config.blockDim = 1;
  config.dynamicSmemBytes = sizeof(float);
  const auto reach = [](int rank) { in_block(shared_floats(), rank); };
  ASSERT_EQ(cudaLaunchKernelEx(&config, +reach, 0), 0);
  EXPECT_EQ(synchronize(), 0);
  ASSERT_EQ(cudaLaunchKernelEx(&config, +reach, 1), 0);
  EXPECT_EQ(synchronize(), cudaErrorLaunchFailure);
}

TEST(CudaEmulation, ClustersThatTheDeviceLacksAreRefused) {
  std::vector<float> y(9);
  EXPECT_EQ(launch_cluster(9, 9, y.data(), true), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_cluster(4, 6, y.data(), true), cudaErrorInvalidConfiguration);
  set_capability(8);
  EXPECT_EQ(launch_cluster(2, 2, y.data(), true), cudaErrorInvalidValue);
  set_capability(9);
}

void read_at(const float* x, float* y, int i) {
  *y = x[i];
}

TEST(CudaEmulationDeathTest, ReadingPastGuardedMemoryStops) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto x = equi::cuda::guarded(torch::ones({8}));
  float y = 0;
  ASSERT_EQ(launch(false, 1, read_at, static_cast<const float*>(x.data_ptr<float>()), &y, 7), 0);
  ASSERT_EQ(synchronize(), 0);
  EXPECT_EQ(y, 1);
  EXPECT_DEATH(launch(false, 1, read_at, static_cast<const float*>(x.data_ptr<float>()), &y, 8), "");
}

TEST(CudaEmulation, LaunchesBeyondTheDeviceAreRefused) {
  cudaLaunchConfig_t config{};
  config.blockDim = 1025;
  EXPECT_EQ(cudaLaunchKernelEx(&config, barrier_for_some), cudaErrorInvalidConfiguration);
  config.blockDim = 32;
  config.gridDim = dim3(0);
  EXPECT_EQ(cudaLaunchKernelEx(&config, barrier_for_some), cudaErrorInvalidConfiguration);
  config.gridDim = dim3(1, 70000);
  EXPECT_EQ(cudaLaunchKernelEx(&config, barrier_for_some), cudaErrorInvalidConfiguration);
  config.gridDim = dim3(1);
  config.dynamicSmemBytes = 48 * 1024 + 4;
  EXPECT_EQ(cudaLaunchKernelEx(&config, barrier_for_some), cudaErrorInvalidValue) << "not asked for";
  EXPECT_EQ(cudaFuncSetAttribute(barrier_for_some, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 * 1024),
            cudaErrorInvalidValue);
}

}  // namespace
}  // namespace emulation
