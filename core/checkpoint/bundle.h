#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint/architecture.h"
#include "core/checkpoint/safetensors.h"

namespace equi {

// manifest.json of a bundle: everything about a model but its weights.
struct Manifest {
  static constexpr int kFormat = 1;

  std::string name;  // shown to users
  TokenizerConfig tokenizer;
  GeneratorConfig generator;
  std::vector<std::string> class_names;  // class_count of them
  double vae_norm = 1.0;                 // generator space = tokenizer space * vae_norm
  int window_columns = 16;               // T_w of windowed decoding (section 5)
  int window_hop = 8;
  double guidance_scale = 7.0;  // recommended; 7, the published setting, where a manifest says nothing
  std::string heads_source;     // how the head count was found
  std::string provenance;       // which files, which tool version
  std::string licence;
  std::string dtype;  // "float32" or "bfloat16"
  std::string tokenizer_sha256;
  std::string generator_sha256;
};

// An imported model: a folder with manifest.json, tokenizer.safetensors and generator.safetensors.
class Bundle {
 public:
  // Opens and checks the manifest and both files' headers, and that every weight of the architecture is there
  // with the right shape. `check_hashes` also reads both files whole and compares their SHA-256.
  // Throws Error(bad_input or io) naming the file, the key and the reason.
  static Bundle open(const std::filesystem::path& folder, bool check_hashes = false);

  const std::filesystem::path& folder() const { return folder_; }
  const Manifest& manifest() const { return manifest_; }
  const SafetensorsFile& tokenizer() const { return tokenizer_; }
  const SafetensorsFile& generator() const { return generator_; }

 private:
  std::filesystem::path folder_;
  Manifest manifest_;
  SafetensorsFile tokenizer_;
  SafetensorsFile generator_;
};

// Text of manifest.json for `manifest`, and back. `where` names the file in errors.
std::string manifest_to_json(const Manifest& manifest);
Manifest manifest_from_json(const std::string& text, const std::string& where);

// The same for an architecture alone. Throw Error(bad_input) naming the field.
std::string to_json(const TokenizerConfig& config);
std::string to_json(const GeneratorConfig& config);
TokenizerConfig tokenizer_from_json(const std::string& text, const std::string& where);
GeneratorConfig generator_from_json(const std::string& text, const std::string& where);

}  // namespace equi
