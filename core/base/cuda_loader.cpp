#include "core/base/cuda_loader.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <dlfcn.h>
#include <fmt/format.h>

namespace equi {
namespace {

// The few driver calls needed to see whether a device is there, looked up by name: no toolkit, no link.
struct Driver {
  using Result = int;
  Result (*init)(unsigned) = nullptr;
  Result (*count)(int*) = nullptr;
  Result (*name)(char*, int, int) = nullptr;
  Result (*attribute)(int*, int, int) = nullptr;
  Result (*memory)(std::size_t*, int) = nullptr;
};

template <class Function>
bool look_up(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(dlsym(library, name));
  return out != nullptr;
}

constexpr int kMajorAttribute = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
constexpr int kMinorAttribute = 76;

std::vector<CudaDeviceInfo> list_devices(std::string& reason) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    reason = "no NVIDIA driver (libcuda.so.1) on this machine";
    return {};
  }
  Driver driver;
  if (!look_up(library, "cuInit", driver.init) || !look_up(library, "cuDeviceGetCount", driver.count) ||
      !look_up(library, "cuDeviceGetName", driver.name) ||
      !look_up(library, "cuDeviceGetAttribute", driver.attribute) ||
      !look_up(library, "cuDeviceTotalMem_v2", driver.memory)) {
    reason = "the NVIDIA driver library lacks the calls that are needed";
    return {};
  }
  int count = 0;
  if (driver.init(0) != 0 || driver.count(&count) != 0 || count == 0) {
    reason = "the NVIDIA driver reports no device";
    return {};
  }
  std::vector<CudaDeviceInfo> devices;
  for (int i = 0; i < count; ++i) {
    CudaDeviceInfo info;
    info.index = i;
    std::array<char, 256> text{};
    std::size_t bytes = 0;
    if (driver.name(text.data(), static_cast<int>(text.size()) - 1, i) == 0) info.name = text.data();
    driver.attribute(&info.major, kMajorAttribute, i);
    driver.attribute(&info.minor, kMinorAttribute, i);
    if (driver.memory(&bytes, i) == 0) info.memory_bytes = bytes;
    devices.push_back(info);
  }
  return devices;
}

void* g_kernels = nullptr;

constexpr int kOldestMajor = 8;  // that our kernels are compiled for (CMAKE_CUDA_ARCHITECTURES)

bool is_too_old(const CudaDeviceInfo& device) {
  return device.major < kOldestMajor;
}

// Of the folder that the program is in.
void* load_beside(const char* library) {
  std::error_code ignored;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return dlopen((folder / library).c_str(), RTLD_NOW | RTLD_LOCAL);  // the same one when it is loaded already
}

CudaStatus find_cuda() {
  CudaStatus status;
  status.devices = list_devices(status.reason);
  if (status.devices.empty()) return status;
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    status.reason = fmt::format("libtorch's CUDA library cannot be loaded: {}", dlerror());
    status.devices.clear();
    return status;
  }
  status.torch_loaded = true;
  g_kernels = load_beside("libequicanvas_cuda.so");
  if (g_kernels == nullptr) {
    status.reason = fmt::format("our CUDA kernels are not there, libtorch's are used: {}", dlerror());
  }
  status.kernels_loaded = g_kernels != nullptr;
  const auto old = std::ranges::find_if(status.devices, is_too_old);
  if (status.kernels_loaded && old != status.devices.end()) {
    status.reason =
        fmt::format("our CUDA kernels need compute capability {}.0, {} has {}.{}: libtorch's are used",
                    kOldestMajor, old->name, old->major, old->minor);
  }
  return status;
}

}  // namespace

const CudaStatus& cuda_status() {
  static const CudaStatus status = find_cuda();
  return status;
}

bool cuda_kernels_fit(int device_index) {
  const auto& devices = cuda_status().devices;
  return std::ranges::any_of(
      devices, [&](const auto& each) { return each.index == device_index && !is_too_old(each); });
}

void* cuda_kernel_symbol(const char* name) {
  return cuda_status().kernels_loaded ? dlsym(g_kernels, name) : nullptr;
}

void* cuda_library_symbol(const char* library, const char* name) {
  void* loaded = cuda_status().torch_loaded ? load_beside(library) : nullptr;
  return loaded == nullptr ? nullptr : dlsym(loaded, name);
}

}  // namespace equi
