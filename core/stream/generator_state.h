#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

namespace equi::stream {

// Everything that column generation remembers: a value, cheap to copy (the tensors are shared and never
// written again), so that a copy is a bookmark to go back to.
// B continuations; R rows: the conditional ones first, then the unconditional ones.
struct GeneratorState {
  std::int64_t origin = 0;  // the document column of the frame's column 0
  std::int64_t batch = 1;   // B
  std::int64_t columns =
      0;                  // columns taken in since the origin; the next one is number `columns` of the frame
  torch::Tensor pending;  // [B, E] float32: the newest column's token, not yet in the windows; none at first
  // For each block, of the last min(cond_length, ...) columns before the pending one, oldest first:
  std::vector<torch::Tensor> keys;    // [R, n, heads, head_width], not rotated: positions are relative
  std::vector<torch::Tensor> values;  // [R, n, heads, head_width]

  std::int64_t column() const { return origin + columns; }  // the next column in the document
  std::size_t bytes() const;                                // of all tensors
};

// The keys and values of a window of columns for every block: [R, n, heads, head_width] each, contiguous.
struct Windows {
  std::vector<torch::Tensor> keys, values;
};

}  // namespace equi::stream
