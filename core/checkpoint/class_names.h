#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace equi {

// The number of a class by its name, or by that number as text. A name as it stands in `names` comes first;
// then a number; then a name with other capitals (of ASCII) or with `-` or `_` for a space, if just one class
// is called so: "pine-forest" is "Pine forest". Throws Error(bad_input) that begins with `what` for another
// text, and names the classes that it could mean.
std::int64_t class_number(const std::string& what, const std::string& text,
                          const std::vector<std::string>& names);

}  // namespace equi
