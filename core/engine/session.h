#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/canvas/document.h"
#include "core/engine/engine.h"
#include "core/stream/window_plan.h"

namespace equi::engine {

using canvas::FrameId;
using stream::ColumnRange;

// Decoded pixels of document columns, 8-bit RGB, rows top to bottom, no padding. An immutable value that may
// cross threads.
struct Strip {
  ColumnRange columns;               // document columns shown
  ColumnRange settled;               // the part that never changes again; may be empty
  int height = 0;                    // pixels
  int width = 0;                     // pixels, columns.size() * column pixels
  std::vector<std::uint8_t> pixels;  // [height, width, 3]
};

// A canvas and the model that grows it: what the CLI, the batch, the inspector and the app do is calls of
// this. Synchronous; one thread at a time (the device's worker) owns it. The picture is a pure function of
// the document: how it was grown, in which order and what was looked at does not matter (algorithm.md 5-8).
class Session {
 public:
  // A new canvas in a new project file. Throws as Document::create.
  static std::unique_ptr<Session> create(std::shared_ptr<const Engine> engine,
                                         const std::filesystem::path& project,
                                         const canvas::NewPanorama& first);
  // Throws as Document::open, and Error(bad_input) for scenes that the model does not have.
  static std::unique_ptr<Session> open(std::shared_ptr<const Engine> engine,
                                       const std::filesystem::path& project, bool any_model = false);
  ~Session();

  const Engine& engine() const;
  canvas::Document& document();
  const canvas::State& state() const;
  // Document columns that exist.
  ColumnRange extent() const;

  // Does a command that needs no computation, as Document::execute; undo and redo.
  void execute(const canvas::Command& command);
  void undo();
  void redo();
  void go_to_history(std::int64_t entry);

  // Makes the photo the canvas: [height, width, 3] of the model's height and whole columns
  // (media::fit_to_height).
  void import_photo(int width, int height, std::span<const std::uint8_t> rgb,
                    const canvas::NewPanorama& panorama, std::int64_t blend_pixels = 32);

  // Called on the calling thread after every new column: columns made so far by this call.
  using ColumnProgress = std::function<void(std::int64_t made)>;
  // Appends `count` columns beyond an end (0: until stopped) as one history entry. What the frame needs first
  // (the context of a mirrored frame or of a photo) is made first and not counted. Returns how many were
  // made; a stop keeps what is there and returns normally. Throws Error(numeric) naming the column (the
  // columns before it are kept), Error(io) when the file cannot be written.
  std::int64_t extend(FrameId frame, std::int64_t count, const ColumnProgress& progress = {},
                      const std::stop_token& stop = {});

  // The same in slices, for those who do other things in between: up to `count` columns of the extension
  // `entry`. The first slice that makes a column makes the history entry; finish_extension closes it, as any
  // other change does. A count of 0 makes what is needed first and no column.
  std::int64_t extend_slice(const canvas::Extend& entry, std::int64_t count,
                            const ColumnProgress& progress = {}, const std::stop_token& stop = {});
  // For those who show what a slice makes: after a column, begins to decode what has settled, on a GPU beside
  // the columns that are made next. Elsewhere nothing.
  void decode_ahead(FrameId frame);
  // Ends the extension at hand and writes everything to the file. Throws Error(io).
  void finish_extension();
  // Writes what was appended when that is due (Document::kFlushSeconds).
  void flush_if_due();

  // The picture of document columns within extent(). Only what is asked for is decoded.
  // Throws Error(bad_input) outside the extent, Error(cancelled) when stopped, Error(numeric).
  Strip pixels(ColumnRange columns, const std::stop_token& stop = {});

  // Tokens [count * E] of document columns in generator space, edits included; a mirrored column's token is
  // of the mirrored frame. Throws Error(bad_input) outside the extent, Error(cancelled) when stopped (a
  // photo's columns are encoded when they are asked for).
  std::vector<float> tokens(ColumnRange columns, const std::stop_token& stop = {});

  // Candidates for "variations": `takes.size()` continuations from document column `column` on (outwards,
  // `count` columns, the frontier included), side by side, each with the noise of its take; nothing is kept.
  // show(i, strip) is called with the picture of continuation i so far, every few columns and at the end. To
  // keep take t: execute(Regenerate{column, t}), then extend: the same tokens come again, to the bit, because
  // the candidates are made by turns, each as extend makes it. Throws Error(bad_input) for a column that
  // cannot be regenerated or a count below 1, Error(cancelled), Error(numeric).
  void variations(std::int64_t column, std::int64_t count, std::span<const std::uint32_t> takes,
                  const std::function<void(std::size_t candidate, const Strip&)>& show,
                  const std::stop_token& stop = {});

  // The picture as it would be with other tokens at some columns, for previews; nothing is kept. `columns` is
  // what is to be seen.
  struct Replacement {
    std::int64_t column = 0;   // document column
    std::vector<float> token;  // [E]
  };
  Strip preview(ColumnRange columns, std::span<const Replacement> replacements,
                const std::stop_token& stop = {});

  // Document columns whose pixels no growth changes any more: neither the frontier of the decoder nor an edge
  // that crosses over to a frame still to come. Empty at its begin when there are none.
  ColumnRange settled() const;

  // A hash of what the pixels of settled columns depend on (which stored tokens, the photo, the band): for
  // one document, equal keys mean equal pixels.
  std::string pixels_key(ColumnRange columns) const;

  // The windows that the picture is decoded in.
  const stream::WindowLayout& layout() const;

  // Document columns whose pixels can change when the token of `column` changes (clipped to the extent).
  ColumnRange affected(std::int64_t column) const;

  struct Impl;  // core/engine/session_impl.h

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace equi::engine
