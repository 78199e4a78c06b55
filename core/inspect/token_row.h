#pragma once

#include <memory>

#include <torch/torch.h>

#include "core/inspect/row.h"
#include "core/model/tokenizer.h"
#include "core/stream/streaming_decoder.h"

namespace equi::inspect {

// Tokens in memory and the tokenizer that shows them, in the windows of the canvas.
class TokenRow final : public Row {
 public:
  // tokens [n, E] in generator space of columns first .. first + n - 1, n >= 1. Throws Error(bad_input) for a
  // layout that does not fit together, no tokens, or tokens of another width than the tokenizer's.
  TokenRow(model::Tokenizer tokenizer, double vae_norm, const stream::WindowLayout& layout,
           const torch::Tensor& tokens, std::int64_t first = 0);

  ColumnRange extent() const override { return extent_; }
  std::int64_t token_width() const override { return tokens_.size(1); }
  int column_pixels() const override;
  int frame(std::int64_t) const override { return 0; }
  std::vector<float> tokens(ColumnRange columns, const std::stop_token& stop = {}) override;
  Picture decode(ColumnRange columns, std::span<const Replacement> replacements,
                 const std::stop_token& stop = {}) override;
  Picture decode_grown(ColumnRange columns, std::int64_t made, const std::stop_token& stop = {}) override;
  ColumnRange affected(std::int64_t column) const override;

  // Puts tokens in place for good.
  void replace(std::span<const Replacement> replacements);

  // Windows decoded so far, those found in the decoder's cache not counted.
  std::int64_t windows_decoded() const { return decoder_.windows_decoded(); }

 private:
  torch::Tensor tokens_;  // [n, E] float32 on the CPU
  ColumnRange extent_;
  model::Tokenizer tokenizer_;
  stream::StreamingDecoder decoder_;
};

// The columns of a row of columns `extent` whose pixels can change when the token of `column` does: those
// shown from a window that holds it.
ColumnRange columns_showing(const stream::WindowLayout& layout, ColumnRange extent, std::int64_t column);

// pixels [3, H, w] of `columns` as a picture.
Picture to_picture(ColumnRange columns, const torch::Tensor& pixels);

}  // namespace equi::inspect
