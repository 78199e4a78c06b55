#include "core/inspect/token_row.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

bool holds(ColumnRange range, std::int64_t column) {
  return column >= range.begin && column < range.end;
}

// `tokens` of the columns from `first` on, with those replaced that are among them.
torch::Tensor with_replacements(torch::Tensor tokens, std::int64_t first,
                                std::span<const Replacement> replacements) {
  const ColumnRange columns{first, first + tokens.size(0)};
  bool own = false;
  for (const auto& r : replacements) {
    if (!holds(columns, r.column)) continue;
    if (!own) tokens = tokens.clone();
    own = true;
    std::memcpy(tokens[r.column - first].data_ptr<float>(), r.token.data(), r.token.size() * sizeof(float));
  }
  return tokens;
}

}  // namespace

TokenRow::TokenRow(model::Tokenizer tokenizer, double vae_norm, const stream::WindowLayout& layout,
                   const torch::Tensor& tokens, std::int64_t first)
    : tokens_(tokens.to(torch::kCPU, torch::kFloat32).clone()),
      extent_{first, first + tokens.size(0)},
      tokenizer_(std::move(tokenizer)),
      decoder_(tokenizer_, vae_norm, layout) {
  if (tokens_.dim() == 2 && tokens_.size(0) >= 1 && tokens_.size(1) == tokenizer_->config.token_width) return;
  throw Error(ErrorKind::bad_input, "tokens",
              fmt::format("{} numbers in each of {} columns; this model's tokens have {}", tokens.size(-1),
                          tokens.size(0), tokenizer_->config.token_width));
}

int TokenRow::column_pixels() const {
  return tokenizer_->config.column_pixels();
}

std::vector<float> TokenRow::tokens(ColumnRange columns, const std::stop_token&) {
  require_columns(*this, columns);
  const auto part = tokens_.narrow(0, columns.begin - extent_.begin, columns.size());
  return {part.data_ptr<float>(), part.data_ptr<float>() + part.numel()};
}

Picture TokenRow::decode(ColumnRange columns, std::span<const Replacement> replacements,
                         const std::stop_token& stop) {
  require_columns(*this, columns);
  require_replacements(*this, replacements);
  const auto source = [&](ColumnRange c) {
    return with_replacements(tokens_.narrow(0, c.begin - extent_.begin, c.size()), c.begin, replacements);
  };
  return to_picture(columns, decoder_.decode(extent_, columns, source, stop).pixels);
}

Picture TokenRow::decode_grown(ColumnRange columns, std::int64_t made, const std::stop_token& stop) {
  require_columns(*this, columns);
  const std::int64_t end = columns.begin + std::clamp<std::int64_t>(made, 0, columns.size());
  const std::int64_t px = column_pixels(), height = tokenizer_->config.image_height;
  auto pixels = torch::zeros({3, height, columns.size() * px});
  if (end > columns.begin) {
    const auto source = [&](ColumnRange c) { return tokens_.narrow(0, c.begin - extent_.begin, c.size()); };
    const auto shown = decoder_.decode({extent_.begin, end}, {columns.begin, end}, source, stop).pixels;
    pixels.narrow(2, 0, shown.size(2)).copy_(shown);
  }
  return to_picture(columns, pixels);
}

ColumnRange TokenRow::affected(std::int64_t column) const {
  require_column(*this, column);
  return columns_showing(decoder_.layout(), extent_, column);
}

void TokenRow::replace(std::span<const Replacement> replacements) {
  require_replacements(*this, replacements);
  tokens_ = with_replacements(tokens_, extent_.begin, replacements);
}

ColumnRange columns_showing(const stream::WindowLayout& layout, ColumnRange extent, std::int64_t column) {
  const std::int64_t reach = layout.window + layout.hop;
  const ColumnRange near{std::max(extent.begin, column - reach), std::min(extent.end, column + reach + 1)};
  ColumnRange result{column, column + 1};
  for (const auto& piece : stream::WindowPlan(layout, extent).pieces(near)) {
    if (!holds(piece.window, column) && !holds(piece.previous, column)) continue;
    result.begin = std::min(result.begin, piece.columns.begin);
    result.end = std::max(result.end, piece.columns.end);
  }
  return result;
}

Picture to_picture(ColumnRange columns, const torch::Tensor& pixels) {
  const auto flat = pixels.to(torch::kCPU, torch::kFloat32).contiguous();
  Picture picture{columns, static_cast<int>(flat.size(1)), static_cast<int>(flat.size(2)), {}};
  picture.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return picture;
}

}  // namespace equi::inspect
