#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/canvas/command.h"
#include "core/canvas/project_file.h"

namespace equi::canvas {

// A canvas with its history in its project file. Every document has a file from its first moment (an untitled
// one in the program's state folder), so there is nothing to lose: a change is on disk when execute, undo or
// redo returns, a generated column within kFlushSeconds. One thread owns it.
class Document {
 public:
  static constexpr double kFlushSeconds = 0.5;

  // A new document; its history starts with `first`.
  static std::unique_ptr<Document> create(const std::filesystem::path& path, const ModelIdentity& model,
                                          const NewPanorama& first);
  // Throws Error(bad_input) for a state that the model cannot show; it is asked of every state that is read.
  using Check = std::function<void(const State&)>;
  // Throws as ProjectFile::open and `check`; Error(bad_input) naming both models when `model` is another than
  // the file's and `any_model` is false.
  static std::unique_ptr<Document> open(const std::filesystem::path& path, const ModelIdentity& model,
                                        bool any_model = false, Check check = {});
  ~Document();

  const State& state() const { return state_; }
  ProjectFile& file() { return *file_; }

  // Does a command: the state after it becomes a new history entry, everything that was undone is dropped.
  // Throws Error(bad_input) as apply_command; nothing has changed then.
  void execute(const Command& command);
  // As apply_command takes it, for the commands that follow; the model's windows tell.
  void set_mirror_context(std::int64_t columns) { mirror_context_ = columns; }
  bool can_undo() const { return cursor_ > 0; }
  bool can_redo() const { return cursor_ + 1 < static_cast<std::int64_t>(titles_.size()); }
  // Throw Error(bad_input) when there is nothing to undo or redo, Error(io) when the file cannot be written;
  // nothing has changed then.
  void undo();
  void redo();
  // Undoes or redoes to an entry of the history. Throws Error(bad_input) when there is no such entry.
  void go_to_history(std::int64_t entry);
  // What was done, oldest first; the present state is entry `cursor`.
  const std::vector<std::string>& history() const { return titles_; }
  std::int64_t cursor() const { return cursor_; }

  // Appends one token [E] to a frame, within the present history entry (an Extend). Throws Error(numeric)
  // naming the document column when a number is not finite.
  void append(FrameId frame, std::span<const float> token);
  // The tokens [count * E] that a frame begins with, encoded from pixels: all or none of them, in memory and
  // in the file, whenever the program is killed. Throws as append, and Error(internal) when the frame has
  // columns.
  void append_context(FrameId frame, std::span<const float> tokens);
  // Gives the present entry the title of another command: an extension that was stopped says what it made.
  void retitle(const Command& command);
  // Writes what append and retitle left in memory, with the state.
  void flush();
  // The same once kFlushSeconds have passed since the last time.
  void flush_if_due();

  // Tokens [count * E] of frame columns [first, first + count), edits included. Throws Error(bad_input) when
  // they do not exist or are damaged.
  std::vector<float> tokens(FrameId frame, std::int64_t first, std::int64_t count);

  // Stores a token or a photo for a command that names it.
  std::int64_t put_token(std::span<const float> token);
  std::int64_t put_photo(int width, int height, std::span<const std::byte> rgb);
  struct Photo {
    int width = 0, height = 0;
    std::vector<std::byte> rgb;  // width * height * 3
  };
  Photo photo() const;  // throws Error(bad_input) when there is none

  // A whole copy under another name ("save as"); the document stays with its own file. Throws as
  // ProjectFile::save_copy.
  void save_copy(const std::filesystem::path& target);

 private:
  explicit Document(std::unique_ptr<ProjectFile> file) : file_(std::move(file)) {}
  void push(const State& state, const std::string& title);
  void require_finite(FrameId frame, std::int64_t column, std::span<const float> token) const;
  void put_column(FrameState& frame, std::span<const float> token);
  State read(std::int64_t entry) const;

  std::unique_ptr<ProjectFile> file_;
  Check check_;
  State state_;
  std::vector<std::string> titles_;
  std::int64_t cursor_ = 0;
  std::int64_t mirror_context_ = kContextColumns;
  bool unsaved_ = false;
  double last_flush_ = 0;
};

}  // namespace equi::canvas
