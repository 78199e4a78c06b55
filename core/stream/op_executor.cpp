#include "core/stream/op_executor.h"

#include <map>

#include <c10/core/impl/VirtualGuardImpl.h>
#include <fmt/format.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cuda/kernels.h"
#include "core/cuda/plain_ops.h"

namespace equi::stream {
namespace {

class PlainExecutor final : public OpExecutor {
 public:
  void run(const std::vector<EquiOp>& ops) override { cuda::run_plain(ops); }
  void run_again(int key, const std::vector<EquiOp>& ops) override {
    cuda::run_plain(lists_.try_emplace(key, ops).first->second);
  }

 private:
  std::map<int, std::vector<EquiOp>> lists_;  // as a graph would, it keeps what the first call said
};

// The entry points of our CUDA library.
struct Library {
  decltype(&equi_cuda_run_ops) run_ops = nullptr;
  decltype(&equi_cuda_graph_create) graph_create = nullptr;
  decltype(&equi_cuda_graph_launch) graph_launch = nullptr;
  decltype(&equi_cuda_graph_destroy) graph_destroy = nullptr;
  bool complete = false;

  Library() {
    const auto abi = reinterpret_cast<decltype(&equi_cuda_abi)>(cuda_kernel_symbol("equi_cuda_abi"));
    if (abi == nullptr || abi() != EQUI_CUDA_ABI) return;
    complete = find("equi_cuda_run_ops", run_ops) && find("equi_cuda_graph_create", graph_create) &&
               find("equi_cuda_graph_launch", graph_launch) && find("equi_cuda_graph_destroy", graph_destroy);
  }

 private:
  template <class Function>
  static bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(cuda_kernel_symbol(name));
    return function != nullptr;
  }
};

const Library& library() {
  static const Library loaded;
  return loaded;
}

void check(int code, const char* what) {
  if (code != 0) throw Error(ErrorKind::internal, what, fmt::format("CUDA error {}", code));
}

constexpr int kOverlap = 1;  // kernels may begin before the one in front has ended

class CudaExecutor final : public OpExecutor {
 public:
  explicit CudaExecutor(const torch::Device& device) : device_(device), guard_(device.type()) {}
  CudaExecutor(const CudaExecutor&) = delete;
  CudaExecutor& operator=(const CudaExecutor&) = delete;
  ~CudaExecutor() override {
    for (const auto& [key, graph] : graphs_) library().graph_destroy(graph);
  }

  void run(const std::vector<EquiOp>& ops) override {
    const OnDevice here(guard_, device_);
    check(library().run_ops(ops.data(), static_cast<std::int64_t>(ops.size()), kOverlap, stream()),
          "column kernels");
  }

  void run_again(int key, const std::vector<EquiOp>& ops) override {
    const OnDevice here(guard_, device_);
    auto found = graphs_.find(key);
    if (found == graphs_.end()) {
      void* graph = nullptr;
      check(library().graph_create(ops.data(), static_cast<std::int64_t>(ops.size()), kOverlap, &graph),
            "column graph");
      found = graphs_.emplace(key, graph).first;
    }
    check(library().graph_launch(found->second, stream()), "column graph");
  }

 private:
  // Makes the device current and the one before it again.
  class OnDevice {
   public:
    OnDevice(const c10::impl::VirtualGuardImpl& guard, const torch::Device& device)
        : guard_(guard), before_(guard.exchangeDevice(device)) {}
    OnDevice(const OnDevice&) = delete;
    OnDevice& operator=(const OnDevice&) = delete;
    ~OnDevice() { guard_.setDevice(before_); }

   private:
    const c10::impl::VirtualGuardImpl& guard_;
    torch::Device before_;
  };

  void* stream() const { return guard_.getStream(device_).native_handle(); }

  torch::Device device_;
  c10::impl::VirtualGuardImpl guard_;
  std::map<int, void*> graphs_;
};

}  // namespace

std::unique_ptr<OpExecutor> plain_executor() {
  return std::make_unique<PlainExecutor>();
}

std::unique_ptr<OpExecutor> cuda_executor(const torch::Device& device) {
  if (!library().complete || !cuda_kernels_fit(device.index())) return nullptr;
  return std::make_unique<CudaExecutor>(device);
}

}  // namespace equi::stream
