#pragma once

#include "core/engine/session.h"
#include "core/inspect/row.h"
#include "core/stream/streaming_decoder.h"

namespace equi::inspect {

// A canvas as the window shows it: both frames, the photo and the blended edges.
class SessionRow final : public Row {
 public:
  explicit SessionRow(engine::Session& session);

  ColumnRange extent() const override { return session_.extent(); }
  std::int64_t token_width() const override { return session_.engine().token_width(); }
  int column_pixels() const override { return session_.engine().column_pixels(); }
  int frame(std::int64_t column) const override { return column < 0 ? 1 : 0; }
  std::vector<float> tokens(ColumnRange columns, const std::stop_token& stop = {}) override;
  Picture decode(ColumnRange columns, std::span<const Replacement> replacements,
                 const std::stop_token& stop = {}) override;
  // Columns of the photo are there from the start.
  Picture decode_grown(ColumnRange columns, std::int64_t made, const std::stop_token& stop = {}) override;
  ColumnRange affected(std::int64_t column) const override;

 private:
  // Document columns of one frame when the frame ended with the outermost of them, [H, w, 3].
  torch::Tensor ending(engine::FrameId frame, ColumnRange columns, const std::stop_token& stop);

  engine::Session& session_;
  stream::StreamingDecoder decoder_;
};

}  // namespace equi::inspect
