#include "core/checkpoint/class_names.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi {
namespace {

constexpr std::size_t kMostSuggestions = 3;

std::string folded(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == '_') c = ' ';
  }
  return text;
}

std::string suggestions(const std::string& text, const std::vector<std::string>& names) {
  std::string like;
  std::size_t count = 0;
  for (std::size_t i = 0; i < names.size() && count < kMostSuggestions; ++i) {
    if (text.empty() || folded(names[i]).find(folded(text)) == std::string::npos) continue;
    like += fmt::format("{}'{}' ({})", count++ > 0 ? ", " : "", printable(names[i]), i);
  }
  return like;
}

}  // namespace

std::int64_t class_number(const std::string& what, const std::string& text,
                          const std::vector<std::string>& names) {
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return found - names.begin();
  std::int64_t number = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (whole && number >= 0 && number < static_cast<std::int64_t>(names.size())) return number;
  const auto alike = [wanted = folded(text)](const std::string& name) { return folded(name) == wanted; };
  const auto loose = std::ranges::find_if(names, alike);
  if (loose != names.end() && std::ranges::count_if(names, alike) == 1) return loose - names.begin();
  const auto meant = suggestions(text, names);
  throw Error(ErrorKind::bad_input, what,
              fmt::format("'{}' is none of the model's {} classes", printable(text), names.size()),
              meant.empty() ? "equicanvas-cli info MODEL lists them; a number works too"
                            : "did you mean " + meant + "?");
}

}  // namespace equi
