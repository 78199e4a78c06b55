#pragma once

#include <string>

#include "core/checkpoint/bundle.h"

namespace equi {

// Throws Error(bad_input) naming the field when a value is out of range, so that no bundle could be opened.
void validate(const Manifest& manifest, const std::string& where);

}  // namespace equi
