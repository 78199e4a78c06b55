#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/train/parameters.h"

namespace equi::train {

// Training checkpoints: a safetensors file with every float32 tensor of a run and its facts as metadata.
// Written aside and renamed: an interrupted write or a full disk leaves the last good one.
void save_state(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                const std::map<std::string, std::string>& facts);

// The facts alone. Throws Error(bad_input or io) naming the file.
std::map<std::string, std::string> read_facts(const std::filesystem::path& path);

// One of them. Throws Error(bad_input) when it is missing: the file is no training checkpoint.
const std::string& fact(const std::map<std::string, std::string>& facts, const std::string& name,
                        const std::filesystem::path& path);

// One of them as a number of `low` to `high`. Throw Error(bad_input) naming the file and the fact otherwise.
std::int64_t whole_fact(const std::map<std::string, std::string>& facts, const std::string& name,
                        const std::filesystem::path& path, std::int64_t low, std::int64_t high);
double number_fact(const std::map<std::string, std::string>& facts, const std::string& name,
                   const std::filesystem::path& path, double low, double high);

// Copies the stored tensors into `tensors` and returns the facts. Throws Error(bad_input) naming the file and
// the tensor when one is missing or has another shape: a checkpoint of another architecture.
std::map<std::string, std::string> load_state(const std::filesystem::path& path,
                                              const std::vector<NamedTensor>& tensors);

}  // namespace equi::train
