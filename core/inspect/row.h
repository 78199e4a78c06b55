#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/stream/window_plan.h"

// What the inspector looks at: a row of columns that can be decoded with other tokens in some places. The
// headers of this room that an app includes know no torch; tokens are plain numbers in generator space.
namespace equi::inspect {

using stream::ColumnRange;

// Decoded pixels of columns, colour planes one after the other.
struct Picture {
  ColumnRange columns;        // what is shown
  int height = 0;             // pixels
  int width = 0;              // pixels, columns.size() * column pixels
  std::vector<float> values;  // [3, height, width], about [-1, 1]

  const float* row(int channel, int y) const {
    return values.data() + (std::size_t(channel) * std::size_t(height) + std::size_t(y)) * std::size_t(width);
  }
  float* row(int channel, int y) { return const_cast<float*>(std::as_const(*this).row(channel, y)); }
};

// Another token in the place of a column's own.
struct Replacement {
  std::int64_t column = 0;
  std::vector<float> token;  // [E]
};

// A row of columns and the decoder that shows it: the tokens of a picture (token_row.h) or a canvas
// (session_row.h). One thread at a time.
class Row {
 public:
  virtual ~Row() = default;

  virtual ColumnRange extent() const = 0;        // columns that exist
  virtual std::int64_t token_width() const = 0;  // E
  virtual int column_pixels() const = 0;
  // Which of a document's two frames a column's token is of: 0 forward, 1 mirrored (algorithm.md section 6).
  virtual int frame(std::int64_t column) const = 0;

  // Tokens [n * E] of existing columns. Throws Error(bad_input) outside the extent, Error(cancelled) when
  // stopped.
  virtual std::vector<float> tokens(ColumnRange columns, const std::stop_token& stop = {}) = 0;

  // The picture of `columns` as it is with other tokens in some places; nothing is kept. Decodes only the
  // windows that show `columns`. Throws Error(bad_input) for columns that do not exist and for tokens of
  // another width, Error(cancelled) when stopped, Error(numeric).
  virtual Picture decode(ColumnRange columns, std::span<const Replacement> replacements,
                         const std::stop_token& stop = {}) = 0;

  // The picture of `columns` as it was when only the columns nearer to the start than `made` of them
  // outwards existed: of `columns`, taken in the order in which they were generated, the first `made`; the
  // others are grey. Throws as decode.
  virtual Picture decode_grown(ColumnRange columns, std::int64_t made, const std::stop_token& stop = {}) = 0;

  // The columns whose pixels can change when this column's token does, clipped to the extent.
  virtual ColumnRange affected(std::int64_t column) const = 0;
};

// Throw Error(bad_input) saying which columns exist.
void require_columns(const Row& row, ColumnRange columns);
void require_column(const Row& row, std::int64_t column);

// Throws Error(bad_input) for replacements of columns that do not exist or of another model's width.
void require_replacements(const Row& row, std::span<const Replacement> replacements);

// The token of one column.
std::vector<float> token_of(Row& row, std::int64_t column);

// The columns whose pixels can change when the tokens of `columns` do.
ColumnRange affected_by(const Row& row, ColumnRange columns);

}  // namespace equi::inspect
