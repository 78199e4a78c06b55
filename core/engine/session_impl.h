#pragma once

#include <memory>
#include <optional>

#include "core/engine/composer.h"
#include "core/engine/frame_maker.h"
#include "core/engine/session.h"

namespace equi::engine {

struct Session::Impl {
  Impl(std::shared_ptr<const Engine> model_engine, std::unique_ptr<canvas::Document> model_document)
      : engine(std::move(model_engine)),
        document(std::move(model_document)),
        composer(engine->model(), *document),
        makers{FrameMaker(engine->model(), FrameId::forward),
               FrameMaker(engine->model(), FrameId::mirrored)} {
    document->set_mirror_context(composer.columns_before_mirroring());
  }

  std::shared_ptr<const Engine> engine;
  std::unique_ptr<canvas::Document> document;
  Composer composer;
  FrameMaker makers[2];
  // The extension whose history entry is the present one, and what it made.
  std::optional<canvas::Extend> open_entry;
  std::int64_t open_made = 0;

  const canvas::State& state() const { return document->state(); }
  FrameMaker& maker(FrameId frame) { return makers[static_cast<std::size_t>(frame)]; }
  FrameTokens tokens_of(FrameId frame) {
    return [this, frame](std::int64_t first, std::int64_t count) {
      return document->tokens(frame, first, count);
    };
  }

  // The columns may be others now than those that were made last.
  void changed();
  // Makes the history entry of an extension, unless it is there.
  void open(const canvas::Extend& entry);
  void make_column(const canvas::Extend& entry, FrameId frame, const std::stop_token& stop);
  // Whether the frame continues pixels and has not taken them in yet.
  bool needs_context(FrameId frame) const;
  // What a frame that continues pixels needs before its first column.
  void make_context(const canvas::Extend& entry, const std::stop_token& stop);
};

// Pixels [H, w, 3] uint8 as a value.
Strip to_strip(const torch::Tensor& picture, ColumnRange columns, ColumnRange settled);

}  // namespace equi::engine
