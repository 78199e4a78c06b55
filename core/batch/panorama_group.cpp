#include "core/batch/panorama_group.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/sampling/noise.h"
#include "core/stream/column_generator.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/streaming_decoder.h"

namespace equi::batch {
namespace {

constexpr std::int64_t kWindowsPerBatchCuda = 8;

// Memory that ran out is std::bad_alloc, on whatever device: it says something about the next one, too.
[[noreturn]] void throw_as_ours(const c10::Error& error, const std::string& where) {
  const std::string what = error.what_without_backtrace();
  const bool full = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                    what.find("can't allocate memory") != std::string::npos ||
                    what.find("not enough memory") != std::string::npos;
  if (full) throw std::bad_alloc();
  throw Error(ErrorKind::internal, where, what, "make fewer at once");
}

}  // namespace

struct PanoramaGroup::Impl {
  Impl(std::shared_ptr<const engine::Engine> owner, const stream::GenerationSettings& settings,
       std::vector<Row> group, std::int64_t count)
      : engine(std::move(owner)),
        model(engine->model()),
        rows(std::move(group)),
        columns(count),
        windows(model.device.kind == Device::Kind::cuda ? kWindowsPerBatchCuda : 1),
        generator(model.generator, settings, static_cast<std::int64_t>(rows.size())),
        decoder(model.tokenizer, model.manifest.vae_norm,
                stream::fitting_layout(model.manifest.window_columns, model.manifest.window_hop), windows) {
    for (const auto& row : rows) {
      scenes.push_back({row.scene, row.scene, 0.0});
      stream::validate(scenes.back(), model.manifest.generator);
    }
    tokens =
        torch::empty({static_cast<std::int64_t>(rows.size()), columns, model.manifest.generator.token_width});
  }

  torch::Tensor noise() const {
    std::vector<sampling::NoiseKey> keys;
    for (const auto& row : rows) keys.push_back({row.seed, sampling::Frame::forward, generator.column(), 0});
    return sampling::column_noise(keys, model.manifest.generator.token_width);
  }

  // Pixels of whole columns, cut to the pixels that are asked for.
  void read(std::int64_t row, std::int64_t x, int width, std::span<std::uint8_t> rgb,
            const std::stop_token& stop) {
    const std::int64_t px = model.manifest.tokenizer.column_pixels();
    const stream::ColumnRange span{x / px, (x + width + px - 1) / px};
    const auto decoded = decoder.decode(
        {0, columns}, span, [&](stream::ColumnRange c) { return tokens[row].narrow(0, c.begin, c.size()); },
        stop);
    const auto bytes = stream::to_bytes(decoded.pixels).narrow(1, x - span.begin * px, width).contiguous();
    std::memcpy(rgb.data(), bytes.const_data_ptr(), rgb.size());
  }

  std::shared_ptr<const engine::Engine> engine;
  const model::Model& model;
  std::vector<Row> rows;
  std::vector<stream::Scene> scenes;
  std::int64_t columns;
  std::int64_t windows;
  stream::ColumnGenerator generator;
  stream::StreamingDecoder decoder;
  torch::Tensor tokens;  // [rows, columns, E] float32 on the CPU
};

PanoramaGroup::PanoramaGroup(std::shared_ptr<const engine::Engine> engine,
                             const stream::GenerationSettings& settings, std::vector<Row> rows,
                             std::int64_t columns) {
  if (rows.empty() || columns < 2) {
    throw Error(ErrorKind::bad_input, "panorama", fmt::format("{} of {} columns", rows.size(), columns));
  }
  const torch::InferenceMode inference;
  try {
    impl_ = std::make_unique<Impl>(std::move(engine), settings, std::move(rows), columns);
  } catch (const c10::Error& e) {
    throw_as_ours(e, "panorama");
  }
}

PanoramaGroup::~PanoramaGroup() = default;

std::int64_t PanoramaGroup::columns() const {
  return impl_->columns;
}

std::int64_t PanoramaGroup::made() const {
  return impl_->generator.column();
}

std::int64_t PanoramaGroup::decode_batch() const {
  return impl_->windows;
}

void PanoramaGroup::make_column(const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const std::int64_t column = made();
  try {
    const auto token = impl_->generator.next(impl_->noise(), impl_->scenes, stop);
    impl_->tokens.select(1, column).copy_(token);
  } catch (const c10::Error& e) {
    throw_as_ours(e, fmt::format("column {}", column));
  }
}

media::StripSource PanoramaGroup::picture(std::int64_t row, const std::stop_token& stop) {
  if (made() < columns()) throw Error(ErrorKind::internal, "panorama", "its columns are not all made");
  const auto& tokenizer = impl_->model.manifest.tokenizer;
  return {tokenizer.image_height, columns() * tokenizer.column_pixels(),
          [impl = impl_.get(), row, stop](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            const torch::InferenceMode inference;
            try {
              impl->read(row, x, width, rgb, stop);
            } catch (const c10::Error& e) {
              throw_as_ours(e, "panorama");
            }
          }};
}

}  // namespace equi::batch
