#include "core/stream/mirror.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::stream {
namespace {

void require_picture(const torch::Tensor& picture, const TokenizerConfig& config) {
  const bool fits = picture.dim() == 3 && picture.size(0) == config.image_height && picture.size(2) == 3 &&
                    picture.dtype() == torch::kUInt8 && picture.size(1) % config.column_pixels() == 0;
  if (!fits) {
    throw Error(ErrorKind::bad_input, "picture",
                fmt::format("not 8-bit RGB of height {} and whole columns of {} pixels", config.image_height,
                            config.column_pixels()));
  }
}

// Where the window starts from which column `c` of `count` is taken: the one that has it nearest to its
// middle.
std::int64_t central_window(std::int64_t c, std::int64_t count, std::int64_t window) {
  const std::int64_t hop = std::max<std::int64_t>(1, window / 2);
  const std::int64_t wanted = (c - (window - hop) / 2) / hop * hop;
  return std::clamp<std::int64_t>(wanted, 0, std::max<std::int64_t>(0, count - window));
}

}  // namespace

ColumnRange FrameMap::to_document(ColumnRange frame_columns) const {
  if (!mirrored) return {to_document(frame_columns.begin), to_document(frame_columns.end)};
  return {to_document(frame_columns.end) + 1, to_document(frame_columns.begin) + 1};
}

ColumnRange FrameMap::to_frame(ColumnRange document_columns) const {
  if (!mirrored) return {to_frame(document_columns.begin), to_frame(document_columns.end)};
  return {to_frame(document_columns.end) + 1, to_frame(document_columns.begin) + 1};
}

FrameMap continuing_frame(ColumnRange existing, Side side, std::int64_t context) {
  if (context < 1 || existing.size() < context) {
    throw Error(
        ErrorKind::bad_input, "context",
        fmt::format("{} columns of {} that exist", context, std::max<std::int64_t>(0, existing.size())));
  }
  if (side == Side::right) return {existing.end - context, false};
  return {existing.begin + context - 1, true};
}

std::int64_t columns_before_mirroring(const WindowLayout& layout, std::int64_t context) {
  return end_that_settles(layout, 0, context);
}

torch::Tensor flip(const torch::Tensor& picture) {
  return picture.flip({1});
}

torch::Tensor encode_picture(const model::Tokenizer& tokenizer, double vae_norm,
                             const torch::Tensor& picture) {
  const torch::InferenceMode inference;
  require_picture(picture, tokenizer->config);
  const auto image = from_bytes(picture).unsqueeze(0).to(tokenizer->post_quant_layer->weight.options());
  return tokenizer->encode(image)[0].to(torch::kFloat32) * vae_norm;
}

torch::Tensor context_tokens(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             Side side, std::int64_t context) {
  require_picture(picture, tokenizer->config);
  const std::int64_t px = tokenizer->config.column_pixels(), width = picture.size(1);
  if (context < 1 || context * px > width) {
    throw Error(ErrorKind::bad_input, "context", fmt::format("{} columns of {}", context, width / px));
  }
  const std::int64_t first = side == Side::left ? 0 : width - context * px;
  const auto strip = picture.narrow(1, first, context * px);
  return encode_picture(tokenizer, vae_norm, side == Side::left ? flip(strip) : strip);
}

ColumnRange columns_encoded_with(std::int64_t column, std::int64_t count, std::int64_t window) {
  const std::int64_t start = central_window(column, count, window);
  ColumnRange columns{column, column + 1};
  while (columns.begin > 0 && central_window(columns.begin - 1, count, window) == start) --columns.begin;
  while (columns.end < count && central_window(columns.end, count, window) == start) ++columns.end;
  return columns;
}

torch::Tensor encode_windows(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             std::int64_t window, const std::stop_token& stop) {
  require_picture(picture, tokenizer->config);
  const ColumnRange all{0, picture.size(1) / tokenizer->config.column_pixels()};
  return encode_windows(tokenizer, vae_norm, picture, window, all, stop);
}

torch::Tensor encode_windows(const model::Tokenizer& tokenizer, double vae_norm, const torch::Tensor& picture,
                             std::int64_t window, ColumnRange columns, const std::stop_token& stop) {
  require_picture(picture, tokenizer->config);
  const std::int64_t px = tokenizer->config.column_pixels(), count = picture.size(1) / px;
  if (columns.begin < 0 || columns.end > count || columns.size() < 1) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} to {} of {} cannot be encoded", columns.begin, columns.end, count));
  }
  std::vector<torch::Tensor> parts;
  for (std::int64_t c = columns.begin; c < columns.end;) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    const std::int64_t start = central_window(c, count, window);
    const std::int64_t size = std::min(window, count - start);
    const std::int64_t end = std::min(columns.end, columns_encoded_with(c, count, window).end);
    const auto tokens = encode_picture(tokenizer, vae_norm, picture.narrow(1, start * px, size * px));
    parts.push_back(tokens.narrow(0, c - start, end - c));
    c = end;
  }
  return torch::cat(parts, 0);
}

torch::Tensor blend_edge(const torch::Tensor& existing, const torch::Tensor& own, Side side,
                         std::int64_t band) {
  const torch::InferenceMode inference;
  const std::int64_t width = existing.size(1);
  if (existing.sizes() != own.sizes() || band < 0 || band > width) {
    throw Error(ErrorKind::bad_input, "blend band",
                fmt::format("{} pixels of pictures {} and {} wide", band, width, own.size(1)));
  }
  auto result = existing.clone();
  if (band == 0) return result;
  const std::int64_t first = side == Side::left ? 0 : width - band;
  auto share = 1.0 - (torch::arange(band, torch::kFloat32) + 0.5) / static_cast<double>(band);
  if (side == Side::right) share = share.flip({0});
  const auto a = existing.narrow(1, first, band).to(torch::kFloat32);
  const auto b = own.narrow(1, first, band).to(torch::kFloat32);
  const auto mixed = a + (b - a) * share.reshape({1, band, 1});
  result.narrow(1, first, band).copy_(mixed.round().clamp(0, 255).to(torch::kUInt8));
  return result;
}

DocumentSpan decode_document(StreamingDecoder& decoder, const FrameMap& frame, std::int64_t count,
                             ColumnRange document_columns, const TokenSource& tokens,
                             const std::stop_token& stop) {
  const auto span = decoder.decode({0, count}, frame.to_frame(document_columns), tokens, stop);
  const auto pixels = to_bytes(span.pixels);
  return {frame.mirrored ? flip(pixels) : pixels};
}

}  // namespace equi::stream
