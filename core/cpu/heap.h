#pragma once

namespace equi::cpu {

// Lets the C library keep up to 128 MiB that a decoded window has just given back, instead of returning the
// pages to the system and having them zeroed again for the next window. For the whole process; safe to call
// again. Does nothing where the C library has no such setting.
void keep_freed_memory();

}  // namespace equi::cpu
