#include "core/cuda/torch_graph.h"

#include <cstdio>
#include <exception>
#include <memory>

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>

#define EQUI_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using Graph = at::cuda::CUDAGraph;

// Ends a capture that went wrong, so that the stream can be used again.
void give_up(Graph& graph) {
  try {
    graph.capture_end();
  } catch (const std::exception&) {  // the reason is known already
  }
}

}  // namespace

EQUI_EXPORT void* equi_torch_graph_record(int device, void (*body)(void*), void* context, char* why,
                                          std::size_t size) {
  try {
    const c10::cuda::CUDAGuard here(static_cast<c10::DeviceIndex>(device));
    const auto before = c10::cuda::getCurrentCUDAStream();
    before.synchronize();  // what the body reads is there
    // Captures are refused on the default stream.
    const c10::cuda::CUDAStreamGuard aside(
        c10::cuda::getStreamFromPool(false, here.current_device().index()));
    auto graph = std::make_unique<Graph>();
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      body(context);
    } catch (...) {
      give_up(*graph);
      throw;
    }
    graph->capture_end();
    return graph.release();
  } catch (const std::exception& e) {
    std::snprintf(why, size, "%s", e.what());
    return nullptr;
  }
}

EQUI_EXPORT int equi_torch_graph_replay(void* graph, char* why, std::size_t size) {
  try {
    static_cast<Graph*>(graph)->replay();
    return 0;
  } catch (const std::exception& e) {
    std::snprintf(why, size, "%s", e.what());
    return 1;
  }
}

EQUI_EXPORT void equi_torch_graph_destroy(void* graph) {
  delete static_cast<Graph*>(graph);
}
