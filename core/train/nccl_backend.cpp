// A library of its own, loaded where a GPU is (core/train/communicator.cpp): libtorch's NCCL process group.
// Its symbols come from libtorch's CUDA library, which cuda_loader has loaded by then.
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

// The backend of this process, one reference of which is the caller's; nullptr when NCCL refuses.
extern "C" __attribute__((visibility("default"))) c10d::Backend* equi_nccl_backend(c10d::Store* store,
                                                                                   int rank, int size,
                                                                                   int timeout_seconds) {
  try {
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = std::chrono::seconds(timeout_seconds);
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::intrusive_ptr<c10d::Store>::reclaim_copy(store),
                                                       rank, size, options)
        .release();
  } catch (const std::exception&) {
    return nullptr;
  }
}
