#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace equi::batch {

class JsonField;

// A JSON text that a person wrote: read field by field, and whatever is wrong is said with the file, the line
// and the field.
class JsonText {
 public:
  // `where` names the file. A byte order mark at the beginning is skipped. Throws Error(bad_input) naming the
  // line when it is no JSON.
  JsonText(std::string text, std::string where);
  JsonField root() const;

 private:
  friend class JsonField;
  std::string text_;
  std::string where_;
  nlohmann::json root_;
};

// A value inside a JsonText, which must outlive it.
class JsonField {
 public:
  using Step = std::variant<std::string, std::size_t>;  // a member or an element

  bool has(const std::string& key) const;
  JsonField at(const std::string& key) const;  // throws when it is missing
  JsonField at(std::size_t index) const;
  std::size_t size() const;  // elements of a list; throws when it is none
  bool is_list() const { return value_->is_array(); }
  bool is_text() const { return value_->is_string(); }
  bool is_object() const { return value_->is_object(); }

  // The value as that type; throws Error(bad_input) when it is another or out of range.
  std::int64_t integer(std::int64_t first, std::int64_t last) const;
  std::uint64_t seed() const;  // any 64-bit number
  double number(double first, double last) const;
  std::string text() const;
  bool boolean() const;

  // Throws unless this is an object whose members all have one of these names.
  void require_members(std::initializer_list<const char*> names) const;

  std::string name() const;  // "seeds[3]"
  // Error(bad_input) "FILE line N: FIELD: what".
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const;

 private:
  friend class JsonText;
  JsonField(const JsonText& text, const nlohmann::json& value, std::vector<Step> path)
      : text_(&text), value_(&value), path_(std::move(path)) {}
  std::string kind() const;

  const JsonText* text_;
  const nlohmann::json* value_;
  std::vector<Step> path_;
};

// The line, from 1, where the value at `path` begins in a valid JSON text.
std::int64_t line_of(std::string_view json, const std::vector<JsonField::Step>& path);

}  // namespace equi::batch
