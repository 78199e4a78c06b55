#pragma once

#include <filesystem>
#include <string>

// Small text files and folders of a training run.
namespace equi::train {

// Throws Error(io or bad_input) naming the file.
std::string read_text(const std::filesystem::path& path);

// Written aside and renamed. Throws Error(io).
void write_text(const std::filesystem::path& path, const std::string& text);

// Creates the folder and its parents. Throws Error(io) with the reason.
void make_folder(const std::filesystem::path& folder);

}  // namespace equi::train
