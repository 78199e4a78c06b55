#include "core/canvas/project_file.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace equi::canvas {
namespace {

constexpr std::size_t kMaxTokenWidth = 65536;
constexpr const char* kRevision = "revision";  // the setting that every commit changes

// The schema as it came to be: entry N takes a file from version N to N + 1.
const std::vector<std::string>& migrations() {
  static const std::vector<std::string> steps = {R"(
    CREATE TABLE model(name TEXT NOT NULL, tokenizer_sha256 TEXT NOT NULL, generator_sha256 TEXT NOT NULL,
                       token_width INTEGER NOT NULL);
    CREATE TABLE segments(id INTEGER PRIMARY KEY);
    CREATE TABLE chunks(segment INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, data BLOB NOT NULL,
                        PRIMARY KEY(segment, number));
    CREATE TABLE blobs(id INTEGER PRIMARY KEY, hash TEXT NOT NULL, data BLOB NOT NULL);
    CREATE TABLE history(number INTEGER PRIMARY KEY, title TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL);
    CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  )",
                                                 R"(
    CREATE TABLE overview(level INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL,
                          data BLOB NOT NULL, PRIMARY KEY(level, number));
  )"};
  return steps;
}

template <class T>
std::string hash_of(const T& values) {
  return sha256_hex(std::as_bytes(std::span(values)));
}

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorKind::bad_input, path.string(), what + " is damaged",
              "a copy or the autosaved version may still be whole");
}

std::filesystem::path beside(const std::filesystem::path& file, const char* ending) {
  return std::filesystem::path(file).concat(ending);
}

// What a program that was killed left beside a project: its last changes, or what takes half of one back.
// SQLite would apply it to whatever file has the project's name, so it goes into the old version before a new
// one is put in its place: a kill in between leaves the old version whole. Throws Error(io) when another
// program has the project open.
void take_in_log(const std::filesystem::path& project) {
  namespace fs = std::filesystem;
  const auto log = beside(project, "-wal"), journal = beside(project, "-journal");
  if (!fs::exists(log) && !fs::exists(journal)) return;
  if (fs::exists(project)) {
    try {
      const Database old(project, Database::Mode::open);
      old.execute("PRAGMA journal_mode = DELETE");
      old.execute("BEGIN EXCLUSIVE; COMMIT");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input) throw;  // else it is no project any more: nothing to keep
    }
  }
  for (const auto& left : {log, beside(project, "-shm"), journal}) fs::remove(left);
}

}  // namespace

std::unique_ptr<ProjectFile> ProjectFile::create(const std::filesystem::path& path,
                                                 const ModelIdentity& model) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    throw Error(ErrorKind::bad_input, path.string(), "exists already");
  auto file = std::unique_ptr<ProjectFile>(new ProjectFile(path, Database::Mode::create));
  const Database& db = file->database_;
  db.execute("PRAGMA page_size = 8192");
  db.execute(fmt::format("PRAGMA application_id = {}", kApplicationId));
  db.execute("PRAGMA journal_mode = WAL");
  db.execute("PRAGMA synchronous = NORMAL");
  file->migrate();
  db.prepare("INSERT INTO model VALUES(?, ?, ?, ?)")
      .bind(1, model.name)
      .bind(2, model.tokenizer_sha256)
      .bind(3, model.generator_sha256)
      .bind(4, model.token_width)
      .run();
  file->model_ = model;
  return file;
}

std::unique_ptr<ProjectFile> ProjectFile::open(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) {
    throw Error(ErrorKind::bad_input, path.string(), "is no file that can be opened");
  }
  auto file = std::unique_ptr<ProjectFile>(new ProjectFile(path, Database::Mode::open));
  file->check_whole();
  file->database_.execute("PRAGMA journal_mode = WAL");
  file->database_.execute("PRAGMA synchronous = NORMAL");
  file->migrate();
  file->read_model();
  file->revision_ = file->setting(kRevision);
  return file;
}

void ProjectFile::check_whole() const {
  const Database& db = database_;
  if (db.integer("PRAGMA application_id") != kApplicationId) {
    throw Error(ErrorKind::bad_input, path().string(), "is no EquiCanvas project");
  }
  const auto version = db.integer("PRAGMA user_version");
  if (version > kSchema) {
    throw Error(
        ErrorKind::bad_input, path().string(),
        fmt::format("was written by a newer version (schema {}, this program knows {})", version, kSchema),
        "update EquiCanvas");
  }
  const bool has_log = std::filesystem::exists(beside(path(), "-wal"));
  const auto expected = db.integer("PRAGMA page_count") * db.integer("PRAGMA page_size");
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path()));
  if (!has_log && size != expected) {
    throw Error(ErrorKind::bad_input, path().string(),
                fmt::format("has {} bytes, {} are needed: it was cut off", size, expected),
                "a copy or the autosaved version may still be whole");
  }
}

void ProjectFile::migrate() {
  const auto version = database_.integer("PRAGMA user_version");
  if (version < 0) damaged(path(), "its schema version");
  for (std::int64_t v = version; v < kSchema; ++v) {
    Transaction transaction(database_);
    database_.execute(migrations()[static_cast<std::size_t>(v)]);
    database_.execute(fmt::format("PRAGMA user_version = {}", v + 1));
    transaction.commit();
  }
}

void ProjectFile::read_model() {
  auto row = database_.prepare("SELECT name, tokenizer_sha256, generator_sha256, token_width FROM model");
  if (!row.step()) damaged(path(), "its model entry");
  model_ = {row.text(0), row.text(1), row.text(2), row.integer(3)};
  if (model_.token_width < 1 || model_.token_width > static_cast<std::int64_t>(kMaxTokenWidth)) {
    damaged(path(), "its model entry");
  }
}

std::int64_t ProjectFile::new_segment() {
  database_.execute("INSERT INTO segments DEFAULT VALUES");
  const std::int64_t id = sqlite3_last_insert_rowid(database_.handle());
  columns_[id] = 0;
  return id;
}

std::int64_t ProjectFile::columns(std::int64_t segment) {
  const auto known = columns_.find(segment);
  if (known != columns_.end()) return known->second;
  auto row = database_.prepare("SELECT max(number) FROM chunks WHERE segment = ?");
  row.bind(1, segment);
  std::int64_t count = 0;
  if (row.step() && !row.is_null(0)) {
    const std::int64_t last = row.integer(0);
    if (last < 0 || last > kMaxColumns / kChunkColumns) damaged(path(), fmt::format("segment {}", segment));
    const auto values = static_cast<std::int64_t>(chunk({segment, last}, false).values.size());
    count = last * kChunkColumns + values / model_.token_width;
  }
  columns_[segment] = count;
  return count;
}

ProjectFile::Chunk ProjectFile::load_chunk(ChunkKey key) const {
  auto row = database_.prepare("SELECT hash, data FROM chunks WHERE segment = ? AND number = ?");
  row.bind(1, key.first).bind(2, key.second);
  const std::string what = fmt::format("chunk {} of segment {}", key.second, key.first);
  if (!row.step()) damaged(path(), what);
  const auto bytes = row.blob(1);
  const std::size_t token_bytes = static_cast<std::size_t>(model_.token_width) * sizeof(float);
  if (bytes.size() % token_bytes != 0 || bytes.size() / token_bytes > kChunkColumns ||
      sha256_hex(bytes) != row.text(0)) {
    damaged(path(), what);
  }
  Chunk chunk;
  chunk.values.resize(bytes.size() / sizeof(float));
  std::ranges::copy(bytes, std::as_writable_bytes(std::span(chunk.values)).begin());
  return chunk;
}

ProjectFile::Chunk& ProjectFile::chunk(ChunkKey key, bool may_be_new) {
  auto found = chunks_.find(key);
  if (found == chunks_.end()) {
    found = chunks_.emplace(key, may_be_new ? Chunk{} : load_chunk(key)).first;
    recent_.push_front(key);
    trim_cache();
    return chunks_.at(key);
  }
  recent_.remove(key);
  recent_.push_front(key);
  return found->second;
}

void ProjectFile::trim_cache() {
  const std::size_t each = static_cast<std::size_t>(kChunkColumns * model_.token_width) * sizeof(float);
  const std::size_t keep = std::max<std::size_t>(kCacheBytes / each, 4);
  for (auto it = recent_.end(); chunks_.size() > keep && it != recent_.begin();) {
    --it;
    if (chunks_.at(*it).dirty || it == recent_.begin()) continue;
    chunks_.erase(*it);
    it = recent_.erase(it);
  }
}

void ProjectFile::append(std::int64_t segment, std::int64_t column, std::span<const float> token) {
  const ChunkKey key{segment, column / kChunkColumns};
  const bool first = column % kChunkColumns == 0;
  Chunk& target = chunk(key, first);
  const auto expected = static_cast<std::size_t>((column % kChunkColumns) * model_.token_width);
  if (target.values.size() != expected || token.size() != static_cast<std::size_t>(model_.token_width)) {
    throw Error(ErrorKind::internal, path().string(),
                fmt::format("column {} is not the end of its segment", column));
  }
  target.values.insert(target.values.end(), token.begin(), token.end());
  target.dirty = true;
  columns_[segment] = column + 1;
}

std::vector<float> ProjectFile::tokens(std::int64_t segment, std::int64_t first, std::int64_t count) {
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(count * model_.token_width));
  while (count > 0) {
    const std::int64_t number = first / kChunkColumns, inside = first % kChunkColumns;
    const std::int64_t take = std::min(count, kChunkColumns - inside);
    const Chunk& source = chunk({segment, number}, false);
    const auto begin = static_cast<std::size_t>(inside * model_.token_width);
    const auto size = static_cast<std::size_t>(take * model_.token_width);
    if (source.values.size() < begin + size)
      damaged(path(), fmt::format("chunk {} of segment {}", number, segment));
    out.insert(out.end(), source.values.begin() + static_cast<std::ptrdiff_t>(begin),
               source.values.begin() + static_cast<std::ptrdiff_t>(begin + size));
    first += take;
    count -= take;
  }
  return out;
}

void ProjectFile::write_chunk(ChunkKey key, const Chunk& chunk) {
  database_.prepare("INSERT OR REPLACE INTO chunks VALUES(?, ?, ?, ?)")
      .bind(1, key.first)
      .bind(2, key.second)
      .bind(3, hash_of(chunk.values))
      .bind(4, std::as_bytes(std::span(chunk.values)))
      .run();
}

bool ProjectFile::has_dirty() const {
  return std::ranges::any_of(chunks_, [](const auto& each) { return each.second.dirty; });
}

void ProjectFile::write_dirty() {
  for (const auto& [key, chunk] : chunks_) {
    if (chunk.dirty) write_chunk(key, chunk);
  }
}

void ProjectFile::commit(const std::function<void()>& body) {
  Transaction transaction(database_);
  if (setting(kRevision) != revision_) {
    throw Error(ErrorKind::io, path().string(), "was changed by another program meanwhile",
                "open it again to go on from there");
  }
  std::string revision = revision_;
  if (body || has_dirty()) {
    auto fresh = database_.prepare("SELECT hex(randomblob(8))");
    fresh.step();
    revision = fresh.text(0);
    write_dirty();
    if (body) body();
    set_setting(kRevision, revision);
  }
  transaction.commit();
  revision_ = std::move(revision);
  for (auto& [key, chunk] : chunks_) chunk.dirty = false;
}

std::int64_t ProjectFile::put_blob(std::span<const std::byte> bytes) {
  database_.prepare("INSERT INTO blobs(hash, data) VALUES(?, ?)")
      .bind(1, sha256_hex(bytes))
      .bind(2, bytes)
      .run();
  return sqlite3_last_insert_rowid(database_.handle());
}

std::vector<std::byte> ProjectFile::blob(std::int64_t id) const {
  auto row = database_.prepare("SELECT hash, data FROM blobs WHERE id = ?");
  row.bind(1, id);
  if (!row.step() || sha256_hex(row.blob(1)) != row.text(0)) damaged(path(), fmt::format("blob {}", id));
  const auto bytes = row.blob(1);
  return {bytes.begin(), bytes.end()};
}

void ProjectFile::put_overview(int level, std::int64_t number, const std::string& key,
                               std::span<const std::byte> bytes) {
  if (has_dirty()) commit();
  database_.prepare("INSERT OR REPLACE INTO overview VALUES(?, ?, ?, ?, ?)")
      .bind(1, std::int64_t{level})
      .bind(2, number)
      .bind(3, key)
      .bind(4, sha256_hex(bytes))
      .bind(5, bytes)
      .run();
}

bool ProjectFile::has_overview(int level, std::int64_t number, const std::string& key) const {
  auto row = database_.prepare("SELECT 1 FROM overview WHERE level = ? AND number = ? AND key = ?");
  return row.bind(1, std::int64_t{level}).bind(2, number).bind(3, key).step();
}

// A damaged one is as good as none: it is made again.
std::optional<std::vector<std::byte>> ProjectFile::overview(int level, std::int64_t number,
                                                            const std::string& key) const {
  auto row = database_.prepare("SELECT hash, data FROM overview WHERE level = ? AND number = ? AND key = ?");
  row.bind(1, std::int64_t{level}).bind(2, number).bind(3, key);
  if (!row.step() || sha256_hex(row.blob(1)) != row.text(0)) return std::nullopt;
  const auto bytes = row.blob(1);
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

void ProjectFile::put_history(const HistoryRow& row, std::int64_t cursor) {
  database_.prepare("DELETE FROM history WHERE number > ?").bind(1, row.number).run();
  database_.prepare("INSERT OR REPLACE INTO history VALUES(?, ?, ?, ?)")
      .bind(1, row.number)
      .bind(2, row.title)
      .bind(3, hash_of(row.title + row.state))
      .bind(4, row.state)
      .run();
  set_cursor(cursor);
}

void ProjectFile::set_cursor(std::int64_t cursor) {
  set_setting("cursor", std::to_string(cursor));
}

std::int64_t ProjectFile::cursor() const {
  const std::string text = setting("cursor");
  const bool digits = !text.empty() && text.size() < 18 &&
                      std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) damaged(path(), "its history");
  return std::stoll(text);
}

std::vector<std::string> ProjectFile::history_titles() const {
  std::vector<std::string> titles;
  auto row = database_.prepare("SELECT number, title FROM history ORDER BY number");
  while (row.step()) {
    if (row.integer(0) != static_cast<std::int64_t>(titles.size())) damaged(path(), "its history");
    titles.push_back(row.text(1));
  }
  return titles;
}

HistoryRow ProjectFile::history(std::int64_t number) const {
  auto row = database_.prepare("SELECT title, hash, state FROM history WHERE number = ?");
  row.bind(1, number);
  if (!row.step()) damaged(path(), "its history");
  HistoryRow found{number, row.text(0), row.text(2)};
  if (hash_of(found.title + found.state) != row.text(1)) damaged(path(), "its history");
  return found;
}

std::string ProjectFile::setting(const std::string& key) const {
  auto row = database_.prepare("SELECT value FROM settings WHERE key = ?");
  row.bind(1, key);
  return row.step() ? row.text(0) : std::string();
}

void ProjectFile::set_setting(const std::string& key, const std::string& value) {
  database_.prepare("INSERT OR REPLACE INTO settings VALUES(?, ?)").bind(1, key).bind(2, value).run();
}

void ProjectFile::save_copy(const std::filesystem::path& target) {
  commit();
  const auto aside = beside(target, ".part");
  std::error_code ignored;
  std::filesystem::remove(aside, ignored);
  const auto give_up = [&](const std::string& reason, const std::string& hint) {
    std::filesystem::remove(aside, ignored);
    throw Error(ErrorKind::io, target.string(), "cannot be written: " + reason, hint);
  };
  try {
    database_.prepare("VACUUM INTO ?").bind(1, aside.string()).run();
  } catch (const Error& failure) {
    give_up(failure.message(), "is the disk full?");
  }
  try {
    take_in_log(target);
    std::filesystem::rename(aside, target);
  } catch (const std::filesystem::filesystem_error& failure) {
    give_up(failure.code().message(), "");
  } catch (const Error& failure) {
    give_up(failure.message(), "close it where it is open, or save under another name");
  }
}

std::optional<std::string> revision_of(const std::filesystem::path& project) {
  std::error_code ignored;
  if (!std::filesystem::exists(project, ignored)) return std::nullopt;
  const auto read = [&](Database::Mode mode) {
    const Database database(project, mode);
    auto row = database.prepare("SELECT value FROM settings WHERE key = ?");
    row.bind(1, kRevision);
    return row.step() ? row.text(0) : std::string();
  };
  try {
    // One that may only read leaves an empty log beside the project.
    return read(access(project.c_str(), W_OK) == 0 ? Database::Mode::open : Database::Mode::read_only);
  } catch (const Error&) {
    return "unreadable";
  }
}

void copy_project(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) fs::remove(beside(to, ending), ignored);
  const auto log = beside(from, "-wal");
  const bool has_log = fs::exists(log, ignored);
  if (has_log) {
    try {
      Database(from, Database::Mode::read_only).prepare("VACUUM INTO ?").bind(1, to.string()).run();
      return;
    } catch (const Error&) {
      // A folder that cannot be written, or damage, which whoever opens the copy is told.
      fs::remove(to, ignored);
    }
  }
  const auto copy = [&](const fs::path& file, const fs::path& target) {
    std::error_code failure;
    fs::copy_file(file, target, failure);
    if (failure) throw Error(ErrorKind::io, from.string(), "cannot be read: " + failure.message());
    fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write, fs::perm_options::add, ignored);
  };
  copy(from, to);
  if (has_log) copy(log, beside(to, "-wal"));
}

}  // namespace equi::canvas
