#pragma once

#include <stdexcept>
#include <string>

namespace equi {

// What sort of failure it is; decides the exit code of the CLI and the icon in the app.
enum class ErrorKind {
  bad_input,    // a file or an argument that cannot be used; exit code 2
  io,           // the disk, a permission; exit code 2
  unsupported,  // valid, but not something this program does; exit code 2
  cancelled,    // the user stopped it; exit code 130
  numeric,      // NaN or infinity where numbers were expected; exit code 3
  internal,     // a broken promise inside the program; exit code 1
};

// The one exception of core. Thrown inside core, turned into a value at the job border and into text by
// the CLI and the app. `where` names the file (and the key or byte in it), `hint` says what can be done.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string where, std::string what, std::string hint = {});

  ErrorKind kind() const { return kind_; }
  const std::string& where() const { return where_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string where_;
  std::string message_;
  std::string hint_;
};

// The exit code of the CLI for an error of this kind.
int exit_code(ErrorKind kind);

// `text` with control characters escaped and cut to `max_chars`, so that a name that came out of a file
// cannot break a terminal or a log line.
std::string printable(const std::string& text, std::size_t max_chars = 200);

}  // namespace equi
