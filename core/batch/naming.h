#pragma once

#include <string>
#include <vector>

namespace equi::batch {

struct Item;

// Naming patterns: text with the fields {scene} {seed} {width} {guidance} {steps} {index}.
// Throws Error(bad_input) for an unknown field, a brace without its pair, a slash or another character that
// no file name can have, a name that begins with a dot.
void check_pattern(const std::string& pattern);

// The file name, without ending, that a checked pattern gives an item. Scene names that no file could have
// are made harmless.
std::string expand_name(const std::string& pattern, const Item& item);

// Throws Error(bad_input) naming two items that got the same file name (upper and lower case taken as one,
// because some disks do) and the fields that would tell them apart.
void require_different_names(const std::vector<Item>& items);

}  // namespace equi::batch
