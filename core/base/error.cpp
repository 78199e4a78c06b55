#include "core/base/error.h"

#include <fmt/format.h>

namespace equi {
namespace {

std::string one_line(const std::string& where, const std::string& what, const std::string& hint) {
  std::string line = where.empty() ? what : fmt::format("{}: {}", where, what);
  if (!hint.empty()) line += fmt::format(" ({})", hint);
  return line;
}

}  // namespace

Error::Error(ErrorKind kind, std::string where, std::string what, std::string hint)
    : std::runtime_error(one_line(printable(where, 4096), what, hint)),
      kind_(kind),
      where_(std::move(where)),
      message_(std::move(what)),
      hint_(std::move(hint)) {}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_input:
    case ErrorKind::io:
    case ErrorKind::unsupported:
      return 2;
    case ErrorKind::numeric:
      return 3;
    case ErrorKind::cancelled:
      return 130;
    case ErrorKind::internal:
      break;
  }
  return 1;
}

std::string printable(const std::string& text, std::size_t max_chars) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= max_chars) return out + "...";
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace equi
