#include "core/canvas/document.h"

#include <chrono>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::canvas {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The same photo once more is how it gets another scene.
std::string title_of(const Command& command, const State& before) {
  const auto* photo = std::get_if<ImportPhoto>(&command);
  return photo != nullptr && before.photo == photo->photo ? "Scene of the photo" : describe(command);
}

}  // namespace

std::unique_ptr<Document> Document::create(const std::filesystem::path& path, const ModelIdentity& model,
                                           const NewPanorama& first) {
  auto document = std::unique_ptr<Document>(new Document(ProjectFile::create(path, model)));
  document->push(apply_command({}, first), describe(first));
  return document;
}

std::unique_ptr<Document> Document::open(const std::filesystem::path& path, const ModelIdentity& model,
                                         bool any_model, Check check) {
  auto document = std::unique_ptr<Document>(new Document(ProjectFile::open(path)));
  const ModelIdentity& own = document->file_->model();
  if (!any_model && !own.same_model(model)) {
    throw Error(
        ErrorKind::bad_input, path.string(),
        fmt::format("was made with the model {}, not with {}", printable(own.name), printable(model.name)),
        "choose that model, or open it with this one knowing that its columns will look different");
  }
  if (own.token_width != model.token_width) {
    throw Error(
        ErrorKind::bad_input, path.string(),
        fmt::format("its tokens have {} numbers, the model's {}", own.token_width, model.token_width));
  }
  document->check_ = std::move(check);
  document->titles_ = document->file_->history_titles();
  document->cursor_ = document->file_->cursor();
  document->state_ = document->read(document->cursor_);
  return document;
}

Document::~Document() {
  try {
    flush();
  } catch (const Error&) {
    // What was flushed before is in the file; a destructor has nobody to tell.
    unsaved_ = false;
  }
}

void Document::push(const State& state, const std::string& title) {
  const auto number = titles_.empty() ? 0 : cursor_ + 1;
  file_->commit([&] { file_->put_history({number, title, to_json(state)}, number); });
  titles_.resize(static_cast<std::size_t>(number));
  titles_.push_back(title);
  cursor_ = number;
  state_ = state;
  unsaved_ = false;
}

void Document::execute(const Command& command) {
  flush();
  const State next = apply_command(state_, command, mirror_context_);
  push(next, title_of(command, state_));
}

State Document::read(std::int64_t entry) const {
  if (entry < 0 || entry >= static_cast<std::int64_t>(titles_.size())) {
    throw Error(ErrorKind::bad_input, file_->path().string(), "its history is damaged");
  }
  State state = state_from_json(file_->history(entry).state, file_->path().string());
  if (check_) check_(state);
  return state;
}

void Document::go_to_history(std::int64_t entry) {
  if (entry < 0 || entry >= static_cast<std::int64_t>(titles_.size()))
    throw Error(ErrorKind::bad_input, "canvas", fmt::format("the history has no entry {}", entry));
  flush();
  State there = read(entry);
  file_->commit([&] { file_->set_cursor(entry); });
  state_ = std::move(there);
  cursor_ = entry;
}

void Document::undo() {
  if (!can_undo()) throw Error(ErrorKind::bad_input, "canvas", "there is nothing to undo");
  go_to_history(cursor_ - 1);
}

void Document::redo() {
  if (!can_redo()) throw Error(ErrorKind::bad_input, "canvas", "there is nothing to redo");
  go_to_history(cursor_ + 1);
}

void Document::require_finite(FrameId id, std::int64_t column, std::span<const float> token) const {
  for (const float value : token) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorKind::numeric, fmt::format("column {}", state_.to_document(id, column)),
                "its token is not finite");
  }
}

void Document::put_column(FrameState& frame, std::span<const float> token) {
  if (frame.columns() >= kMaxColumns)
    throw Error(ErrorKind::bad_input, "canvas", "the canvas is as long as it can be");
  // A segment that holds columns beyond this state's (they were undone or cut off) is left as it is.
  const auto is_end = [&](const SegmentRef& last) {
    return file_->columns(last.segment) == last.offset + last.count;
  };
  const bool goes_on = frame.started() && is_end(frame.segments.back());
  SegmentRef last = goes_on ? frame.segments.back() : SegmentRef{file_->new_segment(), 0, 0};
  file_->append(last.segment, last.offset + last.count, token);
  ++last.count;
  if (goes_on) frame.segments.pop_back();
  frame.segments.push_back(last);
}

void Document::append(FrameId id, std::span<const float> token) {
  FrameState& frame = state_.frame(id);
  require_finite(id, frame.columns(), token);
  put_column(frame, token);
  unsaved_ = true;
  flush_if_due();
}

void Document::append_context(FrameId id, std::span<const float> tokens) {
  FrameState frame = state_.frame(id);
  const auto width = static_cast<std::size_t>(file_->model().token_width);
  if (frame.started() || tokens.size() % width != 0)
    throw Error(ErrorKind::internal, file_->path().string(), "this is no context of a frame");
  const auto count = static_cast<std::int64_t>(tokens.size() / width);
  const auto token = [&](std::int64_t c) {
    return tokens.subspan(static_cast<std::size_t>(c) * width, width);
  };
  for (std::int64_t c = 0; c < count; ++c) require_finite(id, c, token(c));
  for (std::int64_t c = 0; c < count; ++c) put_column(frame, token(c));
  frame.context = count;
  state_.frame(id) = frame;
  unsaved_ = true;
  flush();
}

void Document::retitle(const Command& command) {
  std::string& title = titles_[static_cast<std::size_t>(cursor_)];
  if (title == describe(command)) return;
  title = describe(command);
  unsaved_ = true;
}

void Document::flush_if_due() {
  if (now() - last_flush_ > kFlushSeconds) flush();
}

void Document::flush() {
  if (!unsaved_) return;
  const std::string title = titles_[static_cast<std::size_t>(cursor_)];
  file_->commit([&] { file_->put_history({cursor_, title, to_json(state_)}, cursor_); });
  titles_.resize(static_cast<std::size_t>(cursor_) + 1);
  unsaved_ = false;
  last_flush_ = now();
}

std::vector<float> Document::tokens(FrameId id, std::int64_t first, std::int64_t count) {
  const FrameState& frame = state_.frame(id);
  if (first < 0 || count < 0 || first + count > frame.columns()) {
    throw Error(ErrorKind::bad_input, "canvas",
                fmt::format("columns {} to {} do not exist", first, first + count));
  }
  const auto width = static_cast<std::size_t>(file_->model().token_width);
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(count) * width);
  std::int64_t begin = 0;
  for (const SegmentRef& segment : frame.segments) {
    const std::int64_t from = std::max(first, begin), to = std::min(first + count, begin + segment.count);
    if (from < to) {
      const auto part = file_->tokens(segment.segment, segment.offset + from - begin, to - from);
      out.insert(out.end(), part.begin(), part.end());
    }
    begin += segment.count;
  }
  for (auto edit = frame.edits.lower_bound(first); edit != frame.edits.end() && edit->first < first + count;
       ++edit) {
    const auto bytes = file_->blob(edit->second);
    if (bytes.size() != width * sizeof(float)) {
      throw Error(ErrorKind::bad_input, file_->path().string(), "a replaced token has another size");
    }
    std::memcpy(out.data() + static_cast<std::size_t>(edit->first - first) * width, bytes.data(),
                bytes.size());
  }
  return out;
}

std::int64_t Document::put_token(std::span<const float> token) {
  return file_->put_blob(std::as_bytes(token));
}

std::int64_t Document::put_photo(int width, int height, std::span<const std::byte> rgb) {
  const std::int32_t size[2] = {width, height};
  std::vector<std::byte> bytes(sizeof(size) + rgb.size());
  std::memcpy(bytes.data(), size, sizeof(size));
  std::memcpy(bytes.data() + sizeof(size), rgb.data(), rgb.size());
  return file_->put_blob(bytes);
}

Document::Photo Document::photo() const {
  if (!state_.photo) throw Error(ErrorKind::bad_input, "canvas", "it holds no photo");
  const auto bytes = file_->blob(*state_.photo);
  std::int32_t size[2] = {0, 0};
  if (bytes.size() >= sizeof(size)) std::memcpy(size, bytes.data(), sizeof(size));
  const bool fits = size[0] > 0 && size[1] > 0 &&
                    bytes.size() == sizeof(size) + static_cast<std::size_t>(size[0]) *
                                                       static_cast<std::size_t>(size[1]) * 3;
  if (!fits) throw Error(ErrorKind::bad_input, file_->path().string(), "its photo is damaged");
  return {size[0], size[1], {bytes.begin() + sizeof(size), bytes.end()}};
}

void Document::save_copy(const std::filesystem::path& target) {
  flush();
  file_->save_copy(target);
}

}  // namespace equi::canvas
