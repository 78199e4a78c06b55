#include "core/canvas/database.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::canvas {
namespace {

constexpr int kBusyMilliseconds = 2000;

int flags(Database::Mode mode) {
  switch (mode) {
    case Database::Mode::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::open:
      return SQLITE_OPEN_READWRITE;
    case Database::Mode::read_only:
      break;
  }
  return SQLITE_OPEN_READONLY;
}

bool is_damage(int code) {
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_FORMAT;
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode)
    : path_(path), handle_(nullptr, &sqlite3_close_v2) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags(mode), nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(raw, 0);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // A hostile file must not make SQLite run functions or trust its schema.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

void Database::fail(int code) const {
  const std::string reason = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  if (is_damage(code & 0xff)) {
    throw Error(ErrorKind::bad_input, path_.string(), "is damaged or no project: " + reason,
                "a copy or the autosaved version may still be whole");
  }
  const std::string hint = (code & 0xff) == SQLITE_FULL ? "free some space; nothing was lost" : "";
  throw Error(ErrorKind::io, path_.string(), "cannot be used: " + reason, hint);
}

void Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::integer(const std::string& sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

Statement::Statement(const Database& database, const std::string& sql)
    : database_(&database), statement_(nullptr, &sqlite3_finalize) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v2(database.handle(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
  statement_.reset(raw);
  if (code != SQLITE_OK) database.fail(code);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, const std::string& value) {
  sqlite3_bind_text(statement_.get(), parameter, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::byte> value) {
  sqlite3_bind_blob64(statement_.get(), parameter, value.data(), value.size(), SQLITE_TRANSIENT);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->fail(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text == nullptr ? std::string() : std::string(text, size);
}

std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(const Database& database) : database_(database) {
  database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace equi::canvas
