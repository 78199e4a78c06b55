#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/canvas/database.h"
#include "core/canvas/state.h"

namespace equi::canvas {

// Which model a project belongs to: its tokens mean nothing to another one.
struct ModelIdentity {
  std::string name;
  std::string tokenizer_sha256;
  std::string generator_sha256;
  std::int64_t token_width = 0;  // E

  bool same_model(const ModelIdentity& other) const {
    return tokenizer_sha256 == other.tokenizer_sha256 && generator_sha256 == other.generator_sha256;
  }
};

// One entry of the history: what was done, and the state after it.
struct HistoryRow {
  std::int64_t number = 0;  // 0, 1, 2, ...
  std::string title;
  std::string state;  // JSON
};

// A `.equi` file: an SQLite database used as application file format. Everything of a document is in it:
// tokens in chunks, the photo, the history for undo, settings, thumbnail. Writes are transactions through the
// write-ahead log: after a kill at any moment the file reopens as it was at some earlier moment, and every
// chunk carries a hash, so that damage is said and never shown as a picture. What was committed survives a
// kill; after a power cut the file is as it was at the log's last checkpoint or later (a sync at every commit
// would hold up the columns by as long as a busy disk likes).
class ProjectFile {
 public:
  static constexpr std::int64_t kSchema = 2;
  static constexpr std::int64_t kApplicationId = 0x45515549;  // "EQUI"
  static constexpr std::int64_t kChunkColumns = 256;
  static constexpr std::size_t kCacheBytes = 64 << 20;  // of chunks in memory

  // A new file; throws Error(bad_input) when there is one already, Error(io) when it cannot be made.
  static std::unique_ptr<ProjectFile> create(const std::filesystem::path& path, const ModelIdentity& model);
  // Throws Error(bad_input) for a file that is no project, cut off, damaged or of a newer program; older
  // schemas are migrated in place.
  static std::unique_ptr<ProjectFile> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return database_.path(); }
  const ModelIdentity& model() const { return model_; }
  // Another one after every commit, by whatever program; a copy has that of its original.
  const std::string& revision() const { return revision_; }

  // Tokens. A segment is a growing row of tokens; appended ones are in memory until the next commit().
  std::int64_t new_segment();
  std::int64_t columns(std::int64_t segment);  // how many it holds
  // Appends one token [E] at `column` of the segment, which must be its end. Throws Error(internal)
  // otherwise.
  void append(std::int64_t segment, std::int64_t column, std::span<const float> token);
  // Tokens [count * E] of columns [first, first + count) of a segment.
  // Throws Error(bad_input) naming the chunk when one is missing or its hash does not match.
  std::vector<float> tokens(std::int64_t segment, std::int64_t first, std::int64_t count);

  // Single blobs: photos, replaced tokens, thumbnails.
  std::int64_t put_blob(std::span<const std::byte> bytes);
  std::vector<std::byte> blob(std::int64_t id) const;

  // Overview tiles: small pictures of settled columns, a cache that makes zooming out of a long canvas cheap.
  // `key` says what the pixels depend on; a tile whose key is another one by now is not found. Pending chunks
  // are committed first, so that a tile is never there before its tokens are. No change of the document:
  // another program that has it open goes on.
  void put_overview(int level, std::int64_t number, const std::string& key, std::span<const std::byte> bytes);
  bool has_overview(int level, std::int64_t number, const std::string& key) const;
  std::optional<std::vector<std::byte>> overview(int level, std::int64_t number,
                                                 const std::string& key) const;

  // History. Rows above `number` are dropped; writing the last row again updates it.
  void put_history(const HistoryRow& row, std::int64_t cursor);
  void set_cursor(std::int64_t cursor);
  std::int64_t cursor() const;
  std::vector<std::string> history_titles() const;
  HistoryRow history(std::int64_t number) const;

  std::string setting(const std::string& key) const;  // empty when there is none
  void set_setting(const std::string& key, const std::string& value);

  // Runs `body` as one transaction that also writes pending chunks. Throws Error(io) when another program, or
  // another object of this one, committed to the file since this one was opened or last committed: what it
  // wrote is not overwritten, what is pending here stays in memory.
  void commit(const std::function<void()>& body = {});

  // A whole and consistent copy, written aside and renamed. Throws Error(io), also for a target that is open
  // somewhere; the target is then as it was.
  void save_copy(const std::filesystem::path& target);

 private:
  struct Chunk {
    std::vector<float> values;
    bool dirty = false;
  };
  using ChunkKey = std::pair<std::int64_t, std::int64_t>;  // (segment, chunk number)

  ProjectFile(const std::filesystem::path& path, Database::Mode mode) : database_(path, mode) {}
  void check_whole() const;
  void migrate();
  void read_model();
  Chunk& chunk(ChunkKey key, bool may_be_new);
  Chunk load_chunk(ChunkKey key) const;
  void write_chunk(ChunkKey key, const Chunk& chunk);
  bool has_dirty() const;
  void write_dirty();
  void trim_cache();

  Database database_;
  ModelIdentity model_;
  std::string revision_;  // of the last commit that is known here
  std::map<ChunkKey, Chunk> chunks_;
  std::map<std::int64_t, std::int64_t> columns_;  // of the segments that were asked for
  std::list<ChunkKey> recent_;                    // the most recently used first
};

// The revision of a project that is not to be opened; nothing when there is no such file. One that cannot be
// read has a revision that no project has.
std::optional<std::string> revision_of(const std::filesystem::path& project);

// Copies a project as it is now, with what a program that was killed, or still runs, has in its log; `from`
// is not changed, whatever was at `to` is replaced by a file that can be written. Throws Error(io); damage is
// found by whoever opens the copy.
void copy_project(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace equi::canvas
