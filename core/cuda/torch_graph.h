#pragma once

#include <cstddef>

// CUDA graphs of what libtorch does: a library of its own, because it needs symbols of libtorch's CUDA part.
// Loaded by core/stream/work_recorder where a GPU is.
extern "C" {

// Captures what body(context) does on `device` with libtorch, into a graph with a memory pool of its own.
// Null when it cannot be captured (`why` then holds the reason, `size` bytes with the final zero).
void* equi_torch_graph_record(int device, void (*body)(void*), void* context, char* why, std::size_t size);

// Launches a graph on libtorch's current stream. 0, or 1 with the reason in `why`.
int equi_torch_graph_replay(void* graph, char* why, std::size_t size);

void equi_torch_graph_destroy(void* graph);
}
