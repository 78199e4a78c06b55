#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/media/image.h"

namespace equi::media {

// A picture too wide for memory, pulled in blocks of pixel columns: what an exporter reads from. A canvas, a
// photo or a test pattern; no exporter knows which.
struct StripSource {
  int height = 0;          // pixels
  std::int64_t width = 0;  // pixels
  // Fills rgb [height, width, 3], rows top to bottom, with the columns [x, x + width). Exporters of pictures
  // ask from left to right, each column once; a video may ask in any order and again. May throw.
  std::function<void(std::int64_t x, int width, std::span<std::uint8_t> rgb)> read;
};

// How an export tells how far it is and hears that it should stop.
struct ExportControl {
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // in units of its own; may be empty
  std::stop_token stop;

  // Throws Error(cancelled) when stopped.
  void check() const;
  void report(std::int64_t done, std::int64_t total) const;
};

// A picture in memory as a source; it must outlive it.
StripSource source_of(const Image& image);

// One block of columns as for_each_block hands it out.
struct Block {
  std::int64_t x = 0;                    // first column
  int width = 0;                         // columns
  std::span<const std::uint8_t> pixels;  // [height, width, 3]
};

// The columns [x, x + width) of a source as a source of their own.
StripSource cut(const StripSource& source, std::int64_t x, std::int64_t width);

// Reads a source from left to right in blocks of `block_width` columns (the last one narrower), looking at
// the stop request before each. The source is read on the calling thread; while the next block is read, the
// one before is used on another thread. One is used at a time, in order.
void for_each_block(const StripSource& source, int block_width, const ExportControl& control,
                    const std::function<void(const Block&)>& use);

}  // namespace equi::media
