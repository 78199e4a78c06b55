#pragma once

#include <filesystem>

namespace equi::media {

// Whether a JPEG's file is over before its end is marked, as after a download or a copy that broke off. It is
// decoded all the same, with grey for what is missing. False for every other file.
bool is_cut_short(const std::filesystem::path& path);

}  // namespace equi::media
