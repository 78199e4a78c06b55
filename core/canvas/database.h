#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace equi::canvas {

class Database;

// A prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, const std::string& value);
  Statement& bind(int parameter, std::span<const std::byte> value);
  // Moves to the next row; false: there is none. Throws Error as Database does.
  bool step();
  void run();  // steps to the end

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::span<const std::byte> blob(int column) const;  // valid until the next step
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(const Database& database, const std::string& sql);
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement_;
};

// One SQLite connection. Every failure is an equi::Error with the file's name and SQLite's reason: io for a
// full disk, a missing permission or a locked file, bad_input for a file that is no database or a damaged
// one. Not thread-safe; one thread owns it.
class Database {
 public:
  enum class Mode { create, open, read_only };

  Database(const std::filesystem::path& path, Mode mode);

  Statement prepare(const std::string& sql) const { return {*this, sql}; }
  void execute(const std::string& sql) const;
  std::int64_t integer(const std::string& sql) const;  // the first column of the first row

  const std::filesystem::path& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> handle_;
};

// BEGIN IMMEDIATE .. COMMIT; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace equi::canvas
