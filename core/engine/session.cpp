#include "core/engine/session.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/engine/session_impl.h"

namespace equi::engine {
namespace {

void validate(const canvas::NewPanorama& panorama, const Engine& engine) {
  stream::validate(panorama.settings, engine.manifest().generator);
  stream::validate(stream::Scene{panorama.scene, panorama.scene, 0.0}, engine.manifest().generator);
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

std::unique_ptr<Session> Session::create(std::shared_ptr<const Engine> engine,
                                         const std::filesystem::path& project,
                                         const canvas::NewPanorama& first) {
  validate(first, *engine);
  auto document = canvas::Document::create(project, engine->identity(), first);
  return std::unique_ptr<Session>(
      new Session(std::make_unique<Impl>(std::move(engine), std::move(document))));
}

std::unique_ptr<Session> Session::open(std::shared_ptr<const Engine> engine,
                                       const std::filesystem::path& project, bool any_model) {
  const auto check = [engine, project](const canvas::State& state) {
    const auto& config = engine->manifest().generator;
    try {
      stream::validate(stream::Scene{state.scene, state.scene, 0.0}, config);
      for (const auto& change : state.scenes)
        stream::validate(stream::Scene{change.scene, change.scene, 0.0}, config);
    } catch (const Error& error) {
      throw Error(error.kind(), project.string(), "its scenes are not the model's: " + error.message());
    }
  };
  auto document = canvas::Document::open(project, engine->identity(), any_model, check);
  return std::unique_ptr<Session>(
      new Session(std::make_unique<Impl>(std::move(engine), std::move(document))));
}

const Engine& Session::engine() const {
  return *impl_->engine;
}

canvas::Document& Session::document() {
  return *impl_->document;
}

const canvas::State& Session::state() const {
  return impl_->state();
}

ColumnRange Session::extent() const {
  return {state().left_end(), state().right_end()};
}

ColumnRange Session::settled() const {
  return impl_->composer.settled();
}

const stream::WindowLayout& Session::layout() const {
  return impl_->composer.layout();
}

void Session::execute(const canvas::Command& command) {
  if (const auto* scene = std::get_if<canvas::ChangeScene>(&command)) {
    const std::int64_t number = scene->change.scene;
    stream::validate(stream::Scene{number, number, 0.0}, engine().manifest().generator);
  }
  if (const auto* settings = std::get_if<canvas::ChangeSettings>(&command))
    stream::validate(settings->change.settings, engine().manifest().generator);
  if (const auto* panorama = std::get_if<canvas::NewPanorama>(&command)) validate(*panorama, engine());
  finish_extension();
  impl_->document->execute(command);
  impl_->changed();
}

void Session::undo() {
  finish_extension();
  impl_->document->undo();
  impl_->changed();
}

void Session::redo() {
  finish_extension();
  impl_->document->redo();
  impl_->changed();
}

void Session::go_to_history(std::int64_t entry) {
  finish_extension();
  impl_->document->go_to_history(entry);
  impl_->changed();
}

void Session::import_photo(int width, int height, std::span<const std::uint8_t> rgb,
                           const canvas::NewPanorama& panorama, std::int64_t blend_pixels) {
  const int px = engine().column_pixels();
  if (height != engine().picture_height() || width < 2 * px || width % px != 0 ||
      rgb.size() != std::size_t(width) * std::size_t(height) * 3) {
    throw Error(ErrorKind::bad_input, "photo",
                fmt::format("{} x {} pixels are not the model's {} rows and whole columns of {}", width,
                            height, engine().picture_height(), px));
  }
  validate(panorama, engine());
  finish_extension();
  canvas::ImportPhoto command;
  command.photo = impl_->document->put_photo(width, height, std::as_bytes(rgb));
  command.columns = width / px;
  command.blend_pixels = blend_pixels;
  command.panorama = panorama;
  impl_->document->execute(command);
  impl_->changed();
}

std::int64_t Session::extend_slice(const canvas::Extend& entry, std::int64_t count,
                                   const ColumnProgress& progress, const std::stop_token& stop) {
  if (count < 0 || count > canvas::kMaxColumns || entry.asked < 0 || entry.asked > canvas::kMaxColumns) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} cannot be made", count < 0 ? count : entry.asked),
                fmt::format("1 to {}, 0: until stopped", canvas::kMaxColumns));
  }
  const bool same =
      impl_->open_entry && impl_->open_entry->frame == entry.frame && impl_->open_entry->asked == entry.asked;
  if (!same) finish_extension();
  std::int64_t made = 0;
  try {
    impl_->make_context(entry, stop);
    while (made < count) {
      impl_->make_column(entry, entry.frame, stop);
      ++made;
      ++impl_->open_made;
      if (progress) progress(made);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
  }
  return made;
}

void Session::decode_ahead(FrameId frame) {
  impl_->composer.decode_ahead(frame);
}

void Session::finish_extension() {
  auto& impl = *impl_;
  if (impl.open_entry) {
    impl.document->retitle(canvas::Extend{impl.open_entry->frame, impl.open_made});
    impl.open_entry.reset();
  }
  impl.document->flush();
}

void Session::flush_if_due() {
  impl_->document->flush_if_due();
}

std::int64_t Session::extend(FrameId frame, std::int64_t count, const ColumnProgress& progress,
                             const std::stop_token& stop) {
  finish_extension();
  const canvas::Extend entry{frame, count};
  const std::int64_t wanted = count == 0 ? canvas::kMaxColumns : count;
  std::int64_t made = 0;
  try {
    made = extend_slice(entry, wanted, progress, stop);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) finish_extension();
    throw;
  }
  finish_extension();
  return made;
}

Strip Session::pixels(ColumnRange columns, const std::stop_token& stop) {
  return to_strip(impl_->composer.pixels(columns, stop), columns, settled());
}

std::vector<float> Session::tokens(ColumnRange columns, const std::stop_token& stop) {
  const auto& s = state();
  if (columns.begin < s.left_end() || columns.end > s.right_end() || columns.size() < 1) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} to {} are not within {} to {}", columns.begin, columns.end, s.left_end(),
                            s.right_end()));
  }
  std::vector<float> result;
  const auto add = [&](const float* values, std::size_t count) {
    result.insert(result.end(), values, values + count);
  };
  const std::int64_t photo_end = s.photo ? s.photo_columns : 0;
  const auto mirrored = intersect(columns, {columns.begin, 0}), photo = intersect(columns, {0, photo_end});
  const auto forward = intersect(columns, {photo_end, columns.end});
  for (std::int64_t c = mirrored.begin; c < mirrored.end; ++c) {
    const auto token = impl_->document->tokens(FrameId::mirrored, s.to_frame(FrameId::mirrored, c), 1);
    add(token.data(), token.size());
  }
  if (photo.size() > 0) {
    const auto rows = impl_->composer.photo_tokens(photo, stop).contiguous();
    add(rows.const_data_ptr<float>(), static_cast<std::size_t>(rows.numel()));
  }
  if (forward.size() > 0) {
    const auto rows = impl_->document->tokens(FrameId::forward, s.to_frame(FrameId::forward, forward.begin),
                                              forward.size());
    add(rows.data(), rows.size());
  }
  return result;
}

Strip Session::preview(ColumnRange columns, std::span<const Replacement> replacements,
                       const std::stop_token& stop) {
  const auto& s = state();
  Replaced forward, mirrored, photo;
  for (const auto& r : replacements) {
    if (r.token.size() != static_cast<std::size_t>(engine().token_width())) {
      throw Error(ErrorKind::bad_input, fmt::format("column {}", r.column),
                  fmt::format("a token of {} numbers, not {}", r.token.size(), engine().token_width()));
    }
    const FrameId frame = canvas::frame_of(r.column);
    if (s.photo && r.column >= 0 && r.column < s.photo_columns) {
      photo[r.column] = r.token;
    } else {
      (frame == FrameId::forward ? forward : mirrored)[s.to_frame(frame, r.column)] = r.token;
    }
  }
  return to_strip(impl_->composer.preview(columns, forward, mirrored, photo, stop), columns, settled());
}

ColumnRange Session::affected(std::int64_t column) const {
  if (column < extent().begin || column >= extent().end)
    throw Error(ErrorKind::bad_input, fmt::format("column {}", column), "does not exist");
  return impl_->composer.affected(column);
}

}  // namespace equi::engine
