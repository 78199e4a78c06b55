#include "core/batch/json_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::batch {
namespace {

// Walks over a text that is known to be valid JSON.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::size_t find(const std::vector<JsonField::Step>& path) {
    skip_space();
    for (const auto& step : path) {
      const std::size_t end = text_[at_] == '{' ? '}' : ']';
      std::size_t found = at_, number = 0;
      ++at_;
      for (skip_space(); text_[at_] != static_cast<char>(end); ++number) {
        std::string key;
        if (end == '}') key = read_key();
        const auto* name = std::get_if<std::string>(&step);
        const auto* index = std::get_if<std::size_t>(&step);
        // Of members with one name the last one counts.
        if ((name != nullptr && *name == key) || (index != nullptr && *index == number)) found = at_;
        skip_value();
        skip_space();
        if (text_[at_] == ',') ++at_;
        skip_space();
      }
      at_ = found;
    }
    return at_;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }
  std::string read_key() {
    const std::size_t begin = at_;
    skip_string();
    auto key = nlohmann::json::parse(text_.substr(begin, at_ - begin)).get<std::string>();
    skip_space();
    ++at_;  // the colon
    skip_space();
    return key;
  }
  void skip_value() {
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
      if (depth == 0 && c != '}' && c != ']') skip_plain();
    } while (depth > 0);
  }
  void skip_plain() {
    while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos)
      ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::int64_t line_of(std::string_view json, const std::vector<JsonField::Step>& path) {
  const std::size_t at = Walker(json).find(path);
  return 1 + std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(at), '\n');
}

JsonText::JsonText(std::string text, std::string where) : text_(std::move(text)), where_(std::move(where)) {
  // The byte order mark that some editors put first: the parser skips it, the walker does not know it.
  while (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  try {
    root_ = nlohmann::json::parse(text_);
  } catch (const nlohmann::json::parse_error& e) {
    const auto end = std::min(e.byte, text_.size());
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    throw Error(ErrorKind::bad_input, fmt::format("{} line {}", where_, line), "is not valid JSON",
                "a comma or a quote is missing there, or just before");
  } catch (const nlohmann::json::out_of_range&) {
    throw Error(ErrorKind::bad_input, where_, "holds a number that is too large");
  }
}

JsonField JsonText::root() const {
  return {*this, root_, {}};
}

std::string JsonField::kind() const {
  switch (value_->type()) {
    case nlohmann::json::value_t::object:
      return "an object";
    case nlohmann::json::value_t::array:
      return "a list";
    case nlohmann::json::value_t::string:
      return fmt::format("the text '{}'", printable(value_->get<std::string>(), 40));
    case nlohmann::json::value_t::boolean:
      return value_->get<bool>() ? "true" : "false";
    case nlohmann::json::value_t::null:
      return "null";
    default:
      return fmt::format("the number {}", value_->dump());
  }
}

std::string JsonField::name() const {
  std::string text;
  for (const auto& step : path_) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      if (!text.empty()) text += '.';
      text += printable(*key, 60);
    } else {
      text += fmt::format("[{}]", std::get<std::size_t>(step));
    }
  }
  return text;
}

void JsonField::fail(const std::string& what, const std::string& hint) const {
  const auto line = line_of(text_->text_, path_);
  const std::string field = name();
  throw Error(ErrorKind::bad_input, fmt::format("{} line {}", text_->where_, line),
              field.empty() ? what : fmt::format("{}: {}", field, what), hint);
}

bool JsonField::has(const std::string& key) const {
  return value_->is_object() && value_->contains(key);
}

JsonField JsonField::at(const std::string& key) const {
  if (!has(key)) fail(fmt::format("'{}' is missing", key));
  auto path = path_;
  path.emplace_back(key);
  return {*text_, (*value_)[key], std::move(path)};
}

JsonField JsonField::at(std::size_t index) const {
  auto path = path_;
  path.emplace_back(index);
  return {*text_, (*value_)[index], std::move(path)};
}

std::size_t JsonField::size() const {
  if (!value_->is_array()) fail(fmt::format("a list is needed, not {}", kind()));
  return value_->size();
}

std::int64_t JsonField::integer(std::int64_t first, std::int64_t last) const {
  if (!value_->is_number_integer()) fail(fmt::format("a whole number is needed, not {}", kind()));
  const bool too_large =
      value_->is_number_unsigned() && value_->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
  const auto number = too_large ? INT64_MAX : value_->get<std::int64_t>();
  if (too_large || number < first || number > last) {
    fail(fmt::format("{} is not within {} to {}", value_->dump(), first, last));
  }
  return number;
}

std::uint64_t JsonField::seed() const {
  if (!value_->is_number_unsigned()) fail(fmt::format("a whole number from 0 on is needed, not {}", kind()));
  return value_->get<std::uint64_t>();
}

double JsonField::number(double first, double last) const {
  if (!value_->is_number()) fail(fmt::format("a number is needed, not {}", kind()));
  const double number = value_->get<double>();
  if (!(number >= first && number <= last)) {
    fail(fmt::format("{} is not within {} to {}", value_->dump(), first, last));
  }
  return number;
}

std::string JsonField::text() const {
  if (!value_->is_string()) fail(fmt::format("a text is needed, not {}", kind()));
  return value_->get<std::string>();
}

bool JsonField::boolean() const {
  if (!value_->is_boolean()) fail(fmt::format("true or false is needed, not {}", kind()));
  return value_->get<bool>();
}

void JsonField::require_members(std::initializer_list<const char*> names) const {
  if (!value_->is_object()) fail(fmt::format("an object is needed, not {}", kind()));
  for (const auto& [key, value] : value_->items()) {
    const bool known = std::ranges::any_of(names, [&k = key](const char* n) { return k == n; });
    if (!known) at(key).fail("there is no such field", fmt::format("known: {}", fmt::join(names, ", ")));
  }
}

}  // namespace equi::batch
