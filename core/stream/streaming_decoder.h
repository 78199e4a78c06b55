#pragma once

#include <functional>
#include <list>
#include <stop_token>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "core/stream/window_decoder.h"
#include "core/stream/window_plan.h"

namespace equi::stream {

// Pixels of the columns [begin, end) of a row.
struct DecodedSpan {
  std::int64_t begin = 0;
  std::int64_t settled_end =
      0;  // columns [begin, settled_end) never change again; the others are provisional
  std::int64_t end = 0;
  torch::Tensor pixels;  // [3, H, w] float32, about [-1, 1], on the decoder's device; w = columns * 16
};

// The tokens of columns [begin, end): [end - begin, E] in generator space, on any device.
using TokenSource = std::function<torch::Tensor(ColumnRange columns)>;

// Decodes a row of columns that grows without an end (algorithm.md section 5): constant time and memory for
// each column, and pixels that depend on the tokens alone, not on how the row grew or what is looked at.
//
// Each window is decoded alone, exactly as the model was trained. With windows_per_batch = 1 every request
// split gives the same bits; larger batches, for a GPU, may round differently by batch shape (settled pixels
// stay within 1/255 for each channel). Keeps the last few windows by the content of their tokens, so an edit
// of a token cannot show a stale window. Not thread-safe.
class StreamingDecoder {
 public:
  // Throws Error(bad_input) for a layout that does not fit together or a batch below 1.
  StreamingDecoder(model::Tokenizer tokenizer, double vae_norm, const WindowLayout& layout,
                   std::int64_t windows_per_batch = 1);
  // Several may share a window decoder, when they are used by turns.
  StreamingDecoder(std::shared_ptr<WindowDecoder> windows, double vae_norm, const WindowLayout& layout,
                   std::int64_t windows_per_batch = 1);

  const WindowLayout& layout() const { return layout_; }

  // The pixels of `span` in a row whose columns `extent` exist. Asks for the tokens of one window at a time.
  // Throws Error(bad_input) for a span outside the extent, Error(cancelled) when stopped between two windows,
  // Error(numeric) naming the columns when a pixel is not finite.
  DecodedSpan decode(ColumnRange extent, ColumnRange span, const TokenSource& tokens,
                     const std::stop_token& stop = {});

  // Begins to decode what the settled columns of `span` need and is not at hand, and returns without waiting
  // where the window decoder works beside (WindowDecoder::works_beside; elsewhere they are made at once).
  // decode() then finds them. Keeps the newest few: meant for the last columns of a row that grows. Throws as
  // decode().
  void decode_ahead(ColumnRange extent, ColumnRange span, const TokenSource& tokens);
  const WindowDecoder& windows() const { return *windows_; }

  // Windows decoded so far, those found in the cache not counted.
  std::int64_t windows_decoded() const { return windows_decoded_; }

 private:
  struct CachedWindow {
    std::string key;  // hash of the tokens
    std::shared_ptr<DecodedWindows> batch;
    std::int64_t index = 0;  // in the batch
    torch::Tensor pixels;    // [3, H, w]; of a window that has been asked for
  };
  struct Request {
    ColumnRange window;
    torch::Tensor tokens;
    std::string key;
  };
  // Makes the cache hold the windows' pixels, or the promise of them, and calls found() for each.
  void prepare(const std::vector<ColumnRange>& windows, const TokenSource& tokens,
               const std::stop_token& stop, const std::function<void(ColumnRange, CachedWindow&)>& found);
  void decode_batch(const std::vector<Request>& requests);
  static const torch::Tensor& settle(ColumnRange window, CachedWindow& cached);
  const torch::Tensor& find(ColumnRange window) const;
  torch::Tensor compose(const Piece& piece) const;

  std::shared_ptr<WindowDecoder> windows_;
  double vae_norm_;
  WindowLayout layout_;
  std::int64_t windows_per_batch_;
  std::list<CachedWindow> cache_;                             // the most recently used first
  std::vector<std::pair<ColumnRange, torch::Tensor>> ready_;  // the windows of the request at hand
  std::int64_t windows_decoded_ = 0;
};

// [3, H, w] in [-1, 1] -> [H, w, 3] uint8 on the CPU: clamped, (x + 1) * 127.5, rounded half to even.
torch::Tensor to_bytes(const torch::Tensor& pixels);

// [H, w, 3] uint8 -> [3, H, w] float32 in [-1, 1].
torch::Tensor from_bytes(const torch::Tensor& bytes);

// The whole row at once, as the authors do it; quadratic in the width, for comparisons. tokens [T, E], T >=
// 2, in generator space; returns [3, H, T * 16].
torch::Tensor decode_full_width(const model::Tokenizer& tokenizer, double vae_norm,
                                const torch::Tensor& tokens);

}  // namespace equi::stream
