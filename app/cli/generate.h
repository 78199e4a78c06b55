#pragma once

#include <cstdint>
#include <string>

#include "app/cli/settings_options.h"

namespace equi::cli {

struct GenerateArguments {
  std::string model = "models/demo";
  std::string mode = "streaming";
  std::string scene, output, project;
  std::int64_t columns = 64;  // to the right
  std::int64_t left = 0;
  std::uint64_t seed = 1;
  SettingsOptions settings;
  std::string device = "cpu";
  std::string precision = "auto";
  bool json = false;
};

// The authors' sampler: absolute positions, the whole transformer for every column, one decode. Throws Error.
void generate_reference(const GenerateArguments& arguments);

}  // namespace equi::cli
