#pragma once

#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/engine/session.h"

// What the commands share that make a panorama grow.
namespace equi::cli {

// How far it was to grow and how far it came.
struct Growth {
  std::int64_t left = 0, right = 0;  // columns made
  bool stopped = false;              // by Ctrl-C
  std::optional<Error> error;        // the column that could not be made
  double seconds = 0;

  bool whole() const { return !stopped && !error; }
};

// Throws Error(bad_input) for a count below `least` or beyond what can be meant, or for more columns than the
// disk of `project` has room for.
void check_columns(const char* what, std::int64_t count, std::int64_t least);
void check_room(const std::filesystem::path& project, std::int64_t columns, int token_width);

// Extends to the right, then to the left, with a progress bar. What was made is kept and told, whatever ends
// it but a full disk.
Growth grow(engine::Session& session, std::int64_t left, std::int64_t right, bool silent,
            const std::stop_token& stop);

// Throws what write_picture would throw about a picture of so many columns.
void check_picture(const std::filesystem::path& path, std::int64_t columns, const engine::Engine& engine);
// Writes the picture of document columns that exist, with its settings inside, as an export does. Throws
// Error(bad_input) for what the format does not hold, Error(io), Error(cancelled).
void write_picture(engine::Session& session, engine::ColumnRange columns, const std::filesystem::path& path,
                   bool silent, const std::stop_token& stop);

// What happened, for --json and for the reader; sets the exit code 130 after a stop and throws the error that
// ended it. `shown`: what was written to `output`.
struct GrowthReport {
  std::filesystem::path output;   // empty: none was asked for
  std::filesystem::path project;  // empty: not kept
  engine::ColumnRange shown;
  bool json = false;
};
void report(engine::Session& session, const Growth& growth, const GrowthReport& what);

// A project file that goes away with the object, for pictures whose project nobody asked for.
class ScratchProject {
 public:
  ScratchProject();
  ScratchProject(const ScratchProject&) = delete;
  ScratchProject& operator=(const ScratchProject&) = delete;
  ~ScratchProject();
  std::filesystem::path path() const { return folder_ / "panorama.equi"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace equi::cli
