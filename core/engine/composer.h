#pragma once

#include <map>
#include <optional>
#include <span>
#include <stop_token>

#include "core/canvas/document.h"
#include "core/engine/session.h"
#include "core/model/weights.h"
#include "core/stream/mirror.h"
#include "core/stream/streaming_decoder.h"

namespace equi::engine {

// Tokens that stand in for a document's own, by frame column.
using Replaced = std::map<std::int64_t, std::vector<float>>;

// Composes the picture of a document from its two frames and its photo (algorithm.md sections 5 and 6):
//
//   mirrored frame | band | photo, or the forward frame itself | band | forward frame behind a photo
//
// In a band next to an edge that has been continued, what exists crosses over to the continuing frame's own
// decode of the same columns; further in it is kept bit for bit. Pictures are [H, w, 3] uint8 on the CPU.
// Not thread-safe.
class Composer {
 public:
  Composer(const model::Model& model, canvas::Document& document);

  const stream::WindowLayout& layout() const { return layout_; }

  // The picture of document columns. Throws Error(bad_input) outside the extent, Error(cancelled),
  // Error(numeric) naming document columns.
  torch::Tensor pixels(ColumnRange columns, const std::stop_token& stop);
  // The same as if other tokens stood in the frames' columns. In a photo the difference that the tokens make
  // to its decode is added to its pixels.
  torch::Tensor preview(ColumnRange columns, const Replaced& forward, const Replaced& mirrored,
                        const Replaced& photo, const std::stop_token& stop);

  // Begins to decode what has settled at the end of a frame that grows, where the device does that beside the
  // generator (a GPU); pixels() then finds it. Elsewhere nothing.
  void decode_ahead(FrameId frame);

  // Document columns that no growth changes any more; empty at its begin when there are none.
  ColumnRange settled() const;
  // Document columns whose pixels depend on the token of one, clipped to the extent.
  ColumnRange affected(std::int64_t column) const;
  // As Session::pixels_key.
  std::string pixels_key(ColumnRange columns) const;
  // Columns that the band at an edge touches; 0 without a band.
  std::int64_t band_columns() const;

  // Tokens [context, E] that a frame begins with when it continues pixels, as the frame sees them. Without a
  // photo the forward frame must have columns_before_mirroring() columns.
  torch::Tensor context_tokens(FrameId frame, const std::stop_token& stop);
  std::int64_t columns_before_mirroring() const;

  // Tokens [n, E] of columns of the photo; the windows that they need are encoded once. Throws
  // Error(cancelled) when stopped between two windows; those that are done are kept.
  torch::Tensor photo_tokens(ColumnRange columns, const std::stop_token& stop);

 private:
  struct Source {
    const Replaced* forward = nullptr;
    const Replaced* mirrored = nullptr;
    const Replaced* photo = nullptr;
  };
  const canvas::State& state() const { return document_.state(); }
  std::int64_t context() const { return state().context_columns(); }
  std::int64_t band_pixels() const;
  bool continued(FrameId frame) const;  // it has columns of its own
  stream::FrameMap map(FrameId frame) const;
  stream::StreamingDecoder& decoder(FrameId frame, bool preview);
  std::int64_t settled_in(FrameId frame) const;

  torch::Tensor tokens(FrameId frame, ColumnRange frame_columns, const Replaced* replaced);
  torch::Tensor decode(FrameId frame, ColumnRange columns, const Source& source, const std::stop_token& stop);
  torch::Tensor inner(ColumnRange columns, const Source& source, const std::stop_token& stop);
  torch::Tensor compose(ColumnRange columns, const Source& source, const std::stop_token& stop);
  void blend(torch::Tensor& picture, ColumnRange columns, stream::Side side, const Source& source,
             const std::stop_token& stop);
  const torch::Tensor& photo();
  torch::Tensor decode_photo(ColumnRange columns, const Replaced* replaced, const std::stop_token& stop);

  const model::Model& model_;
  canvas::Document& document_;
  stream::WindowLayout layout_;
  std::int64_t px_;                                         // pixels of a column
  std::vector<stream::StreamingDecoder> decoders_;          // by frame
  std::vector<stream::StreamingDecoder> preview_decoders_;  // apart, so that previews push no window out
  std::optional<std::int64_t> photo_id_;                    // of what follows
  torch::Tensor photo_;                                     // [H, w, 3]
  torch::Tensor photo_tokens_;                              // [columns, E]; made when asked for:
  std::vector<bool> photo_encoded_;                         // by column, whether they are there
};

}  // namespace equi::engine
