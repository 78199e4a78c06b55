#include "core/stream/window_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::stream {
namespace {

constexpr std::int64_t kMaxWindow = 1024;
constexpr std::int64_t kMaxColumn = std::int64_t{1} << 60;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {  // b > 0
  return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return -floor_div(-a, b);
}

}  // namespace

void validate(const WindowLayout& l) {
  const bool sizes = l.window >= 2 && l.window <= kMaxWindow && l.hop >= 1 && l.hop <= l.window;
  if (sizes && l.ramp >= 0 && l.ramp <= std::min(l.hop, l.window - l.hop) &&
      (l.window - l.hop - l.ramp) % 2 == 0) {
    return;
  }
  throw Error(ErrorKind::bad_input, "windows",
              fmt::format("{} columns with hop {} and ramp {} do not fit together", l.window, l.hop, l.ramp),
              "the ramp is at most the hop and the overlap, and leaves an even rest of the overlap");
}

WindowPlan::WindowPlan(const WindowLayout& layout, ColumnRange extent) : layout_(layout), extent_(extent) {
  validate(layout);
  if (extent.begin >= extent.end || extent.begin < -kMaxColumn || extent.end > kMaxColumn) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} to {} cannot be decoded", extent.begin, extent.end));
  }
  if (extent.size() >= layout.window) {
    const std::int64_t first = ceil_div(extent.begin, layout.hop);
    const std::int64_t last = floor_div(extent.end - layout.window, layout.hop);
    full_ = std::max<std::int64_t>(0, last - first + 1) + (on_grid() ? 0 : 1);
  }
  has_frontier_ = full_ == 0 || window(full_ - 1).end < extent.end;
}

bool WindowPlan::on_grid() const {
  return extent_.begin % layout_.hop == 0;
}

std::int64_t WindowPlan::grid_start(std::int64_t index) const {
  if (index == 0) return extent_.begin;
  return (ceil_div(extent_.begin, layout_.hop) + index - (on_grid() ? 0 : 1)) * layout_.hop;
}

std::int64_t WindowPlan::takeover(std::int64_t index) const {
  return index == 0 ? extent_.begin : grid_start(index) + layout_.margin();
}

ColumnRange WindowPlan::window(std::int64_t index) const {
  if (index < full_) return {grid_start(index), grid_start(index) + layout_.window};
  return {std::max(extent_.begin, extent_.end - layout_.window), extent_.end};
}

std::int64_t WindowPlan::index_showing(std::int64_t column) const {
  const std::int64_t last = has_frontier_ ? full_ : full_ - 1;
  // takeover(1) is one to hop columns after begin + margin; from there on they are hop apart.
  const std::int64_t second = takeover(1);
  if (column < second) return 0;
  return std::min(last, 1 + (column - second) / layout_.hop);
}

std::vector<Piece> WindowPlan::pieces(ColumnRange span) const {
  std::vector<Piece> result;
  std::int64_t at = span.begin;
  while (at < span.end) {
    const std::int64_t index = index_showing(at);
    const bool last = index == (has_frontier_ ? full_ : full_ - 1);
    const std::int64_t fade_end = index == 0 ? extent_.begin : takeover(index) + layout_.ramp;
    Piece piece;
    piece.window = window(index);
    piece.columns = {at, std::min(span.end, last ? extent_.end : takeover(index + 1))};
    if (at < fade_end) {
      piece.columns.end = std::min(piece.columns.end, fade_end);
      piece.previous = window(index - 1);
      piece.fade = {takeover(index), fade_end};
    }
    result.push_back(piece);
    at = piece.columns.end;
  }
  return result;
}

std::vector<ColumnRange> WindowPlan::windows(ColumnRange span) const {
  std::vector<ColumnRange> result;
  const auto add = [&](ColumnRange window) {
    if (window.size() > 0 && std::ranges::find(result, window) == result.end()) result.push_back(window);
  };
  for (const auto& piece : pieces(span)) {
    add(piece.previous);
    add(piece.window);
  }
  return result;
}

std::int64_t end_that_settles(const WindowLayout& layout, std::int64_t begin, std::int64_t column) {
  std::int64_t end = std::max(column, begin + layout.window);
  while (WindowPlan(layout, {begin, end}).settled_end() < column) ++end;
  return end;
}

}  // namespace equi::stream
