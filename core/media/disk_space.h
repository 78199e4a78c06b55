#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace equi::media {

// Bytes that may still be written to the file system on which `target` lies or would lie: neither it nor its
// folder need exist. Nothing where that is not known (no such file system, or one that tells no size).
std::optional<std::uint64_t> free_space(const std::filesystem::path& target);
// Another way to tell, for tests.
using FreeSpace = std::function<std::optional<std::uint64_t>(const std::filesystem::path&)>;

// What to say before something is started that is likely to fill the disk ("about 3 GB are needed, the disk
// has 1 GB left"); empty: it fits, or nothing is known. An estimate may be wrong: a warning, no refusal.
std::string space_warning(std::uint64_t needed, std::optional<std::uint64_t> free);

}  // namespace equi::media
