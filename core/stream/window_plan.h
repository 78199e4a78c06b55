#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

// Which windows a row of columns is decoded from, and where they are cross-faded (algorithm.md section 5).
// Integers only. All positions are columns of one frame; negative ones are columns too.
namespace equi::stream {

// Fixed windows of `window` columns start at every multiple of `hop`. Of the window - hop columns that a
// window shares with the one before it, it gives up `margin` at its end (where the decoder lacks context),
// the next one gives up as many at its start, and over the `ramp` columns between them they are cross-faded:
// at most two windows meet in a column.
struct WindowLayout {
  std::int64_t window = 16;  // columns, as the model was trained
  std::int64_t hop = 8;
  std::int64_t ramp = 4;

  std::int64_t margin() const { return (window - hop - ramp) / 2; }
  bool operator==(const WindowLayout&) const = default;
};

// Throws Error(bad_input) unless 2 <= window <= 1024, 1 <= hop <= window, 0 <= ramp <= min(hop, window - hop)
// and the rest of the overlap is even.
void validate(const WindowLayout& layout);

// Columns [begin, end).
struct ColumnRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
  bool operator==(const ColumnRange&) const = default;
};

// The columns of both; empty, at the larger begin, when there are none.
inline ColumnRange intersect(ColumnRange a, ColumnRange b) {
  const std::int64_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

// Columns shown from one window, or from two on their way from the first to the second.
struct Piece {
  ColumnRange columns;
  ColumnRange window;    // the window that is shown, or that is faded in
  ColumnRange previous;  // the one that is faded out; empty when there is none
  ColumnRange fade;      // the whole ramp, of which `columns` is a part; empty when there is none
  bool fades() const { return fade.size() > 0; }
  bool operator==(const Piece&) const = default;
};

// The plan of a row whose columns [begin, end) exist. `begin` never moves; `end` grows.
//
// Windows that are full are final. What no full window shows yet is provisional: it comes from the newest
// window that ends at the frontier (shorter when fewer columns exist) in place of the next full one. Settled
// columns are [begin, settled_end()); they keep their pieces for every larger `end`. When `begin` is no
// multiple of the hop, one more window starts there.
class WindowPlan {
 public:
  // Throws Error(bad_input) as validate, and for an extent of no columns or beyond +-2^60.
  WindowPlan(const WindowLayout& layout, ColumnRange extent);

  const ColumnRange& extent() const { return extent_; }
  std::int64_t settled_end() const { return takeover(full_); }

  // The pieces of `span`, in order, without gaps. Precondition: extent.begin <= span.begin <= span.end <=
  // extent.end.
  std::vector<Piece> pieces(ColumnRange span) const;

  // The windows that those pieces need, each once, in order.
  std::vector<ColumnRange> windows(ColumnRange span) const;

 private:
  bool on_grid() const;
  std::int64_t grid_start(std::int64_t index) const;  // where final window `index` starts
  std::int64_t takeover(std::int64_t index) const;    // its first column that is shown
  ColumnRange window(std::int64_t index) const;       // `full_` is the provisional one
  std::int64_t index_showing(std::int64_t column) const;

  WindowLayout layout_;
  ColumnRange extent_;
  std::int64_t full_ = 0;      // how many final windows are full: 0..full_-1
  bool has_frontier_ = false;  // whether a provisional window follows them
};

// The end that the row needs for the columns before `column` to be settled.
std::int64_t end_that_settles(const WindowLayout& layout, std::int64_t begin, std::int64_t column);

}  // namespace equi::stream
