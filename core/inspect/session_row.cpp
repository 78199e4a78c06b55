#include "core/inspect/session_row.h"

#include <algorithm>

#include "core/model/weights.h"
#include "core/stream/mirror.h"

namespace equi::inspect {
namespace {

constexpr float kUnitsPerLevel = 1.0F / 127.5F;  // pixel values run over [-1, 1]

Picture to_picture(const engine::Strip& strip) {
  Picture picture{strip.columns, strip.height, strip.width, {}};
  picture.values.resize(strip.pixels.size());
  for (int y = 0; y < strip.height; ++y) {
    const std::uint8_t* from = strip.pixels.data() + std::size_t(y) * std::size_t(strip.width) * 3;
    for (int c = 0; c < 3; ++c) {
      float* to = picture.row(c, y);
      for (int x = 0; x < strip.width; ++x) to[x] = float(from[3 * x + c]) * kUnitsPerLevel - 1.0F;
    }
  }
  return picture;
}

}  // namespace

SessionRow::SessionRow(engine::Session& session)
    : session_(session),
      decoder_(session.engine().model().tokenizer, session.engine().manifest().vae_norm, session.layout()) {}

std::vector<float> SessionRow::tokens(ColumnRange columns, const std::stop_token& stop) {
  require_columns(*this, columns);
  return session_.tokens(columns, stop);
}

Picture SessionRow::decode(ColumnRange columns, std::span<const Replacement> replacements,
                           const std::stop_token& stop) {
  require_columns(*this, columns);
  require_replacements(*this, replacements);
  if (replacements.empty()) return to_picture(session_.pixels(columns, stop));
  std::vector<engine::Session::Replacement> own;
  for (const auto& r : replacements) own.push_back({r.column, r.token});
  return to_picture(session_.preview(columns, own, stop));
}

ColumnRange SessionRow::affected(std::int64_t column) const {
  require_column(*this, column);
  return session_.affected(column);
}

torch::Tensor SessionRow::ending(engine::FrameId frame, ColumnRange columns, const std::stop_token& stop) {
  const auto& state = session_.state();
  const bool mirrored = frame == engine::FrameId::mirrored;
  const stream::FrameMap map{state.frame_origin(frame), mirrored};
  const std::int64_t count = map.to_frame(mirrored ? columns.begin : columns.end - 1) + 1;
  const std::int64_t width = token_width();
  const auto tokens = [&](ColumnRange c) {
    const auto values = session_.document().tokens(frame, c.begin, c.size());
    return torch::from_blob(const_cast<float*>(values.data()), {c.size(), width}).clone();
  };
  return stream::decode_document(decoder_, map, count, columns, tokens, stop).pixels;
}

Picture SessionRow::decode_grown(ColumnRange columns, std::int64_t made, const std::stop_token& stop) {
  require_columns(*this, columns);
  const auto& state = session_.state();
  const std::int64_t photo = state.photo ? state.photo_columns : 0, px = column_pixels();
  const auto right = intersect(columns, {0, columns.end}), left = intersect(columns, {columns.begin, 0});
  const std::int64_t right_made = std::clamp<std::int64_t>(made, 0, right.size());
  const std::int64_t left_made = std::clamp<std::int64_t>(made - right_made, 0, left.size());

  auto pixels = torch::zeros({3, session_.engine().picture_height(), columns.size() * px});
  const auto put = [&](ColumnRange part, const torch::Tensor& picture) {
    pixels.narrow(2, (part.begin - columns.begin) * px, part.size() * px).copy_(stream::from_bytes(picture));
  };
  const auto own = intersect(columns, {0, photo});
  if (own.size() > 0) {
    const auto strip = session_.pixels(own, stop);
    put(own, torch::from_blob(const_cast<std::uint8_t*>(strip.pixels.data()), {strip.height, strip.width, 3},
                              torch::kUInt8));
  }
  const auto forward = stream::intersect({right.begin, right.begin + right_made}, {photo, columns.end});
  if (forward.size() > 0) put(forward, ending(engine::FrameId::forward, forward, stop));
  const ColumnRange mirrored{left.end - left_made, left.end};
  if (mirrored.size() > 0) put(mirrored, ending(engine::FrameId::mirrored, mirrored, stop));

  const auto flat = pixels.contiguous();
  Picture picture{columns, static_cast<int>(flat.size(1)), static_cast<int>(flat.size(2)), {}};
  picture.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return picture;
}

}  // namespace equi::inspect
