#include "core/engine/composer.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/stream/fitting_layout.h"

namespace equi::engine {
namespace {

constexpr std::int64_t kWindowsPerBatchCuda = 8;

torch::Tensor to_tensor(const std::vector<float>& values, std::int64_t width) {
  auto* data = const_cast<float*>(values.data());
  return torch::from_blob(data, {static_cast<std::int64_t>(values.size()) / width, width}).clone();
}

}  // namespace

Composer::Composer(const model::Model& model, canvas::Document& document)
    : model_(model),
      document_(document),
      layout_(stream::fitting_layout(model.manifest.window_columns, model.manifest.window_hop)),
      px_(model.manifest.tokenizer.column_pixels()) {
  const std::int64_t batch = model.device.kind == Device::Kind::cuda ? kWindowsPerBatchCuda : 1;
  const auto windows = std::make_shared<stream::WindowDecoder>(model.tokenizer);
  for (int frame = 0; frame < 2; ++frame) {
    decoders_.emplace_back(windows, model.manifest.vae_norm, layout_, batch);
    preview_decoders_.emplace_back(windows, model.manifest.vae_norm, layout_, batch);
  }
}

// At most the context, which is all that the continuing frame knows, and half a photo, so that its middle is
// its own.
std::int64_t Composer::band_pixels() const {
  std::int64_t band = std::min(state().blend_pixels, context() * px_);
  if (state().photo) band = std::min(band, state().photo_columns * px_ / 2);
  return band;
}

std::int64_t Composer::band_columns() const {
  return (band_pixels() + px_ - 1) / px_;
}

bool Composer::continued(FrameId frame) const {
  const auto& f = state().frame(frame);
  return f.columns() > f.context;
}

stream::FrameMap Composer::map(FrameId frame) const {
  return {state().frame_origin(frame), frame == FrameId::mirrored};
}

stream::StreamingDecoder& Composer::decoder(FrameId frame, bool preview) {
  return (preview ? preview_decoders_ : decoders_)[static_cast<std::size_t>(frame)];
}

torch::Tensor Composer::tokens(FrameId frame, ColumnRange columns, const Replaced* replaced) {
  const std::int64_t width = model_.manifest.generator.token_width;
  auto values = document_.tokens(frame, columns.begin, columns.size());
  if (replaced != nullptr) {
    for (auto it = replaced->lower_bound(columns.begin); it != replaced->end() && it->first < columns.end;
         ++it) {
      std::ranges::copy(it->second, values.begin() + (it->first - columns.begin) * width);
    }
  }
  return to_tensor(values, width);
}

torch::Tensor Composer::decode(FrameId frame, ColumnRange columns, const Source& source,
                               const std::stop_token& stop) {
  const Replaced* replaced = frame == FrameId::forward ? source.forward : source.mirrored;
  const auto ask = [&](ColumnRange c) { return tokens(frame, c, replaced); };
  try {
    return stream::decode_document(decoder(frame, replaced != nullptr), map(frame),
                                   state().frame(frame).columns(), columns, ask, stop)
        .pixels;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::numeric) throw;
    throw Error(ErrorKind::numeric, fmt::format("columns {} to {}", columns.begin, columns.end - 1),
                error.message(), error.hint());
  }
}

const torch::Tensor& Composer::photo() {
  if (photo_id_ != state().photo) {
    auto stored = document_.photo();
    if (stored.height != model_.manifest.tokenizer.image_height ||
        stored.width != state().photo_columns * px_) {
      throw Error(ErrorKind::bad_input, document_.file().path().string(),
                  "its photo does not fit the model's picture height");
    }
    photo_ = torch::from_blob(stored.rgb.data(), {stored.height, stored.width, 3}, torch::kUInt8).clone();
    photo_tokens_ = torch::zeros({state().photo_columns, model_.manifest.generator.token_width});
    photo_encoded_.assign(static_cast<std::size_t>(state().photo_columns), false);
    photo_id_ = state().photo;
  }
  return photo_;
}

torch::Tensor Composer::photo_tokens(ColumnRange columns, const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const auto& picture = photo();
  for (std::int64_t c = columns.begin; c < columns.end; ++c) {
    if (photo_encoded_[static_cast<std::size_t>(c)]) continue;
    const auto part = stream::columns_encoded_with(c, state().photo_columns, layout_.window);
    photo_tokens_.narrow(0, part.begin, part.size())
        .copy_(stream::encode_windows(model_.tokenizer, model_.manifest.vae_norm, picture, layout_.window,
                                      part, stop));
    std::fill(photo_encoded_.begin() + part.begin, photo_encoded_.begin() + part.end, true);
  }
  return photo_tokens_.narrow(0, columns.begin, columns.size());
}

torch::Tensor Composer::decode_photo(ColumnRange columns, const Replaced* replaced,
                                     const std::stop_token& stop) {
  const auto ask = [&](ColumnRange c) {
    auto rows = photo_tokens(c, stop).clone();
    if (replaced == nullptr) return rows;
    for (const auto& [column, token] : *replaced) {
      if (column < c.begin || column >= c.end) continue;
      rows[column - c.begin].copy_(to_tensor(token, rows.size(1))[0]);
    }
    return rows;
  };
  const stream::FrameMap whole{0, false};
  return stream::decode_document(decoder(FrameId::forward, true), whole, state().photo_columns, columns, ask,
                                 stop)
      .pixels;
}

// What the canvas is made of at columns >= 0 before anything is blended: the photo, then the forward frame.
torch::Tensor Composer::inner(ColumnRange columns, const Source& source, const std::stop_token& stop) {
  if (!state().photo) return decode(FrameId::forward, columns, source, stop);
  std::vector<torch::Tensor> parts;
  const auto own = intersect(columns, {0, state().photo_columns});
  const auto beyond = intersect(columns, {state().photo_columns, columns.end});
  if (own.size() > 0) {
    auto strip = photo().narrow(1, own.begin * px_, own.size() * px_);
    if (source.photo != nullptr) {
      const auto change = decode_photo(own, source.photo, stop).to(torch::kInt16) -
                          decode_photo(own, nullptr, stop).to(torch::kInt16);
      strip = (strip.to(torch::kInt16) + change).clamp(0, 255).to(torch::kUInt8);
    }
    parts.push_back(strip);
  }
  if (beyond.size() > 0) parts.push_back(decode(FrameId::forward, beyond, source, stop));
  return torch::cat(parts, 1);
}

// Crosses the band at one edge of what exists over to the frame that continues there, as far as it lies in
// `columns`, of which `picture` is the picture.
void Composer::blend(torch::Tensor& picture, ColumnRange columns, stream::Side side, const Source& source,
                     const std::stop_token& stop) {
  const bool left = side == stream::Side::left;
  const FrameId frame = left ? FrameId::mirrored : FrameId::forward;
  const std::int64_t count = band_columns();
  if (count == 0 || !continued(frame)) return;
  const std::int64_t edge = state().photo_columns;
  const ColumnRange band = left ? ColumnRange{0, count} : ColumnRange{edge - count, edge};
  // In pixels: of a narrow photo, both bands may have a part in one column.
  const ColumnRange crossed =
      left ? ColumnRange{0, band_pixels()} : ColumnRange{edge * px_ - band_pixels(), edge * px_};
  const auto shown = intersect({columns.begin * px_, columns.end * px_}, crossed);
  if (shown.size() == 0) return;
  const auto mixed =
      stream::blend_edge(inner(band, source, stop), decode(frame, band, source, stop), side, band_pixels());
  picture.narrow(1, shown.begin - columns.begin * px_, shown.size())
      .copy_(mixed.narrow(1, shown.begin - band.begin * px_, shown.size()));
}

torch::Tensor Composer::compose(ColumnRange columns, const Source& source, const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const auto& s = state();
  if (columns.begin < s.left_end() || columns.end > s.right_end() || columns.size() < 1) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} to {} are not within {} to {}", columns.begin, columns.end, s.left_end(),
                            s.right_end()));
  }
  const auto outer = intersect(columns, {columns.begin, 0}), own = intersect(columns, {0, columns.end});
  std::vector<torch::Tensor> parts;
  if (outer.size() > 0) parts.push_back(decode(FrameId::mirrored, outer, source, stop));
  if (own.size() > 0) {
    auto picture = inner(own, source, stop).clone();
    blend(picture, own, stream::Side::left, source, stop);
    if (s.photo) blend(picture, own, stream::Side::right, source, stop);
    parts.push_back(picture);
  }
  return parts.size() == 1 ? parts.front() : torch::cat(parts, 1);
}

torch::Tensor Composer::pixels(ColumnRange columns, const std::stop_token& stop) {
  return compose(columns, {}, stop);
}

torch::Tensor Composer::preview(ColumnRange columns, const Replaced& forward, const Replaced& mirrored,
                                const Replaced& photo, const std::stop_token& stop) {
  const auto some = [](const Replaced& replaced) { return replaced.empty() ? nullptr : &replaced; };
  return compose(columns, {some(forward), some(mirrored), some(photo)}, stop);
}

// Only when a window has become full; those before it are in the decoder's cache.
void Composer::decode_ahead(FrameId frame) {
  auto& ahead = decoder(frame, false);
  const std::int64_t columns = state().frame(frame).columns();
  const std::int64_t newest = columns - layout_.window;
  if (!ahead.windows().works_beside() || newest < 0 || newest % layout_.hop != 0) return;
  ahead.decode_ahead({0, columns}, {newest, columns},
                     [&](ColumnRange c) { return tokens(frame, c, nullptr); });
}

std::int64_t Composer::settled_in(FrameId frame) const {
  const std::int64_t columns = state().frame(frame).columns();
  return columns == 0 ? 0 : stream::WindowPlan(layout_, {0, columns}).settled_end();
}

// A band is not settled before the frame that it crosses over to is.
ColumnRange Composer::settled() const {
  const auto& s = state();
  const std::int64_t band = band_columns();
  std::int64_t begin = band, end = 0;
  if (continued(FrameId::mirrored)) {
    begin = std::min(band, s.to_document(FrameId::mirrored, settled_in(FrameId::mirrored)) + 1);
  }
  if (s.photo) {
    end = s.photo_columns - band;
    if (continued(FrameId::forward))
      end = std::max(end, s.to_document(FrameId::forward, settled_in(FrameId::forward)));
  } else {
    end = settled_in(FrameId::forward);
  }
  return {begin, std::max(begin, end)};
}

ColumnRange Composer::affected(std::int64_t column) const {
  const auto& s = state();
  const bool in_photo = s.photo && column >= 0 && column < s.photo_columns;
  const FrameId frame = canvas::frame_of(column);
  const stream::FrameMap own = in_photo ? stream::FrameMap{0, false} : map(frame);
  const std::int64_t count = in_photo ? s.photo_columns : s.frame(frame).columns();
  const stream::WindowPlan plan(layout_, {0, count});
  const std::int64_t at = own.to_frame(column), reach = layout_.window - 1;
  ColumnRange range{at, at + 1};
  for (std::int64_t c = std::max<std::int64_t>(0, at - reach); c < std::min(count, at + reach + 1); ++c) {
    const auto uses = [&](ColumnRange window) { return window.begin <= at && at < window.end; };
    if (std::ranges::none_of(plan.windows({c, c + 1}), uses)) continue;
    range = {std::min(range.begin, c), std::max(range.end, c + 1)};
  }
  const auto document = own.to_document(range);
  // Beyond its own part of the canvas a frame is seen through the band alone.
  if (in_photo) return intersect(document, {0, s.photo_columns});
  if (frame == FrameId::mirrored) return intersect(document, {s.left_end(), band_columns()});
  const std::int64_t inside = s.photo ? s.photo_columns - band_columns() : 0;
  return intersect(document, {inside, s.right_end()});
}

std::int64_t Composer::columns_before_mirroring() const {
  return stream::columns_before_mirroring(layout_, canvas::kContextColumns);
}

torch::Tensor Composer::context_tokens(FrameId frame, const std::stop_token& stop) {
  const auto side = frame == FrameId::mirrored ? stream::Side::left : stream::Side::right;
  const auto picture =
      state().photo ? photo() : decode(FrameId::forward, {0, canvas::kContextColumns}, {}, stop);
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
  return stream::context_tokens(model_.tokenizer, model_.manifest.vae_norm, picture, side, context())
      .to(torch::kCPU);
}

}  // namespace equi::engine
