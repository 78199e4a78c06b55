#pragma once

#include <map>
#include <memory>
#include <stdexcept>

#include "core/cuda/kernels.h"
#include "core/stream/op_executor.h"
#include "tests/cuda/emulation/emulation.h"

namespace equi::stream {

// Our kernels, carried out by emulation on the CPU as the GPU's executor launches them: overlapping, repeated
// lists as graphs. Threads go on in another order each time.
class EmulatedExecutor final : public OpExecutor {
 public:
  EmulatedExecutor() { emulation::set_order(emulation::Order::shuffled); }
  EmulatedExecutor(const EmulatedExecutor&) = delete;
  EmulatedExecutor& operator=(const EmulatedExecutor&) = delete;
  ~EmulatedExecutor() override {
    for (const auto& [key, graph] : graphs_) equi_cuda_graph_destroy(graph);
  }

  void run(const std::vector<EquiOp>& ops) override {
    check(equi_cuda_run_ops(ops.data(), static_cast<std::int64_t>(ops.size()), kOverlap, nullptr));
  }

  void run_again(int key, const std::vector<EquiOp>& ops) override {
    auto found = graphs_.find(key);
    if (found == graphs_.end()) {
      void* graph = nullptr;
      check(equi_cuda_graph_create(ops.data(), static_cast<std::int64_t>(ops.size()), kOverlap, &graph));
      found = graphs_.emplace(key, graph).first;
    }
    check(equi_cuda_graph_launch(found->second, nullptr));
  }

 private:
  static constexpr int kOverlap = 1;

  static void check(int code) {
    std::string what;
    const int after = emulation::synchronize(&what);
    if (code != 0 || after != 0) throw std::runtime_error("emulated kernels: " + what);
  }

  std::map<int, void*> graphs_;
};

}  // namespace equi::stream
