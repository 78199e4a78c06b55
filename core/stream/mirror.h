#pragma once

#include <cstdint>
#include <stop_token>

#include <torch/torch.h>

#include "core/model/tokenizer.h"
#include "core/stream/streaming_decoder.h"
#include "core/stream/window_plan.h"

// Two directions from a causal model (algorithm.md section 6). A frame is a row of columns that grows at its
// end; a document has one that grows to the right and one, mirrored, that grows to the left. Both begin with
// context columns when there are pixels already: the columns next to the edge, encoded as the frame sees
// them. Pictures are [H, w, 3] uint8 on the CPU, w a multiple of a column's pixels.
namespace equi::stream {

// Which edge of what exists the frame continues.
enum class Side { left, right };

// Where a frame's columns lie in the document. Frame column 0 is the first one that the frame knows of; going
// up in the frame leads to the right, or to the left in a mirrored frame.
struct FrameMap {
  std::int64_t first = 0;  // the document column of frame column 0
  bool mirrored = false;

  std::int64_t to_document(std::int64_t frame_column) const {
    return mirrored ? first - frame_column : first + frame_column;
  }
  std::int64_t to_frame(std::int64_t document_column) const {
    return mirrored ? first - document_column : document_column - first;
  }
  ColumnRange to_document(ColumnRange frame_columns) const;
  ColumnRange to_frame(ColumnRange document_columns) const;
  bool operator==(const FrameMap&) const = default;
};

// The frame that continues the document columns `existing` beyond `side`, beginning with their `context`
// columns nearest to that edge as frame columns 0 .. context-1. Throws Error(bad_input) when there are not as
// many or none.
FrameMap continuing_frame(ColumnRange existing, Side side, std::int64_t context);

// How many columns a forward frame that starts at 0 must have before the mirrored one can begin: its first
// `context` columns must be settled, because the mirrored frame sees their pixels. Made first, whichever side
// is asked for first, they make the order of left and right requests irrelevant.
std::int64_t columns_before_mirroring(const WindowLayout& layout, std::int64_t context);

// Pixels reversed from left to right.
torch::Tensor flip(const torch::Tensor& picture);

// A picture's tokens [w / column pixels, E] in generator space, float32 on the model's device: one encode, as
// wide as it is. Throws Error(bad_input) for a height or width that is not the model's.
torch::Tensor encode_picture(const model::Tokenizer& tokenizer, double vae_norm,
                             const torch::Tensor& picture);

// The tokens [context, E] of the `context` columns nearest to `side`, as the frame that continues there sees
// them (for the left: flipped, the column at the edge last). Throws Error(bad_input) as encode_picture, and
// when the picture has fewer columns.
torch::Tensor context_tokens(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             Side side, std::int64_t context);

// Tokens of every column of a picture of any width, at constant memory: windows of `window` columns, each
// column from the window in whose middle it lies. For looking at a photo's tokens. Throws Error(cancelled)
// when stopped between two windows.
torch::Tensor encode_windows(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             std::int64_t window, const std::stop_token& stop = {});
// Of some columns alone, to the same bits: only their windows are encoded. Throws Error(bad_input) for
// columns that the picture does not have.
torch::Tensor encode_windows(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             std::int64_t window, ColumnRange columns, const std::stop_token& stop = {});
// All columns, of `count`, that come from the same window as `column`.
ColumnRange columns_encoded_with(std::int64_t column, std::int64_t count, std::int64_t window);

// Crosses from pixels that exist to a frame's own decode of the same columns, over the `band` pixels next to
// `side`: there the frame's share goes from almost 1 at the edge to 0. Every pixel further in is `existing`
// bit for bit. Throws Error(bad_input) for pictures of different size or a band outside 0 .. their width.
torch::Tensor blend_edge(const torch::Tensor& existing, const torch::Tensor& own, Side side,
                         std::int64_t band);

// Document columns of one frame.
struct DocumentSpan {
  torch::Tensor pixels;  // [H, w, 3] uint8, in the document's direction
};

// Decodes document columns of a frame that has `count` columns. `tokens` is asked in frame columns. Throws as
// StreamingDecoder::decode.
DocumentSpan decode_document(StreamingDecoder& decoder, const FrameMap& frame, std::int64_t count,
                             ColumnRange document_columns, const TokenSource& tokens,
                             const std::stop_token& stop = {});

}  // namespace equi::stream
