#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace equi {

// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> bytes);

// SHA-256 of a whole file, read in pieces of 1 MiB. Throws Error(io) when the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace equi
