#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace equi {

// A GPU as the driver describes it.
struct CudaDeviceInfo {
  int index = 0;
  std::string name;
  int major = 0;  // compute capability
  int minor = 0;
  std::uint64_t memory_bytes = 0;
};

// What was found when the CUDA parts were looked for; computed once per process.
struct CudaStatus {
  std::vector<CudaDeviceInfo> devices;  // empty: no driver or no device
  bool torch_loaded = false;            // libtorch's CUDA library is in the process
  bool kernels_loaded = false;          // our own kernel library is in the process
  std::string reason;                   // why not, in one sentence; empty when all is there
};

// Looks for a driver (libcuda) and devices and, only when there are some, loads libtorch's CUDA library and
// our own kernels. The same binaries start where none of these exist. Thread-safe; never throws.
const CudaStatus& cuda_status();

// Whether our kernels, once loaded, run on that device: they are compiled for compute capability 8.0 and
// later.
bool cuda_kernels_fit(int device_index);

// The entry point `name` of our CUDA library, or nullptr when the library is not loaded.
void* cuda_kernel_symbol(const char* name);

// The entry point `name` of another library of ours beside the program (its file name) that needs libtorch's
// CUDA part; loaded when first asked for. nullptr when either is not there.
void* cuda_library_symbol(const char* library, const char* name);

}  // namespace equi
