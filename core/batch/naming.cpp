#include "core/batch/naming.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/batch/plan.h"

namespace equi::batch {
namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::array<const char*, 6> kFields = {"scene", "seed", "width", "guidance", "steps", "index"};

[[noreturn]] void refuse(const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorKind::bad_input, "name", what, hint);
}

bool allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f && std::string_view("/\\:*?\"<>|").find(c) == std::string_view::npos;
}

std::string harmless(const std::string& text) {
  std::string out = text;
  std::ranges::replace_if(
      out, [](char c) { return !allowed(c) || c == ' '; }, '_');
  return out;
}

std::string value_of(const std::string& field, const Item& item) {
  if (field == "scene") return harmless(item.scene_name);
  if (field == "seed") return std::to_string(item.seed);
  if (field == "width") return std::to_string(item.width);
  if (field == "guidance") return fmt::format("{:g}", item.guidance);
  if (field == "steps") return std::to_string(item.steps);
  return fmt::format("{:05}", item.number);
}

// Splits a pattern into pieces of text and names of fields.
struct Piece {
  bool field = false;
  std::string text;
};

std::vector<Piece> split(const std::string& pattern) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto open = pattern.find_first_of("{}", at);
    if (open != at) pieces.push_back({false, pattern.substr(at, open - at)});
    if (open == std::string::npos) break;
    const auto close = pattern.find_first_of("{}", open + 1);
    if (pattern[open] == '}' || close == std::string::npos || pattern[close] == '{') {
      refuse(fmt::format("the pattern '{}' has a brace without its pair", printable(pattern)));
    }
    pieces.push_back({true, pattern.substr(open + 1, close - open - 1)});
    at = close + 1;
  }
  return pieces;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The fields in which two items differ, as they are written in a pattern.
std::string difference(const Item& a, const Item& b) {
  std::string fields;
  for (const auto* field : kFields) {
    if (std::string_view(field) != "index" && value_of(field, a) != value_of(field, b)) {
      fields += fmt::format(" {{{}}}", field);
    }
  }
  return fields.empty() ? " {index}" : fields;
}

}  // namespace

void check_pattern(const std::string& pattern) {
  if (pattern.empty()) refuse("the pattern is empty");
  if (pattern.starts_with('.')) refuse(fmt::format("'{}' begins with a dot", printable(pattern)));
  if (pattern.find("..") != std::string::npos) refuse(fmt::format("'{}' holds '..'", printable(pattern)));
  const auto wrong = std::ranges::find_if_not(pattern, allowed);
  if (wrong != pattern.end()) {
    refuse(
        fmt::format("'{}' holds the character '{}'", printable(pattern), printable(std::string(1, *wrong))),
        "pictures go into the plan's folder; names hold no folders");
  }
  for (const auto& piece : split(pattern)) {
    const bool known = std::ranges::any_of(kFields, [&](const char* f) { return piece.text == f; });
    if (piece.field && !known) {
      refuse(fmt::format("there is no field {{{}}}", printable(piece.text)),
             fmt::format("known: {{{}}}", fmt::join(kFields, "} {")));
    }
  }
}

std::string expand_name(const std::string& pattern, const Item& item) {
  std::string name;
  for (const auto& piece : split(pattern)) name += piece.field ? value_of(piece.text, item) : piece.text;
  if (name.starts_with('.')) name = "_" + name.substr(1);
  if (name.size() > kMaxNameBytes) {
    refuse(fmt::format("item {} would be called '{}', which is too long", item.number, printable(name, 60)));
  }
  return name;
}

void require_different_names(const std::vector<Item>& items) {
  std::unordered_map<std::string, const Item*> seen;
  seen.reserve(items.size());
  for (const auto& item : items) {
    const auto [first, fresh] = seen.emplace(lower(item.file), &item);
    if (fresh) continue;
    refuse(fmt::format("items {} and {} would both be called '{}'", first->second->number, item.number,
                       printable(item.file)),
           fmt::format("add{} to the pattern", difference(*first->second, item)));
  }
}

}  // namespace equi::batch
