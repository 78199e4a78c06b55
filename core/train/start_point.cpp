#include "core/train/start_point.h"

#include "core/base/hash.h"
#include "core/checkpoint/bundle.h"
#include "core/model/weights.h"
#include "core/train/generator_trainer.h"
#include "core/train/tokenizer_trainer.h"

namespace equi::train {
namespace {

model::Model load(const std::filesystem::path& folder) {
  return model::load_model(Bundle::open(folder, true), Device{}, Precision::float32);
}

}  // namespace

bool is_bundle(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "manifest.json", ignored);
}

model::Tokenizer tokenizer_of(const std::filesystem::path& folder) {
  return is_bundle(folder) ? load(folder).tokenizer : load_tokenizer(checkpoint_path(folder));
}

model::Generator generator_of(const std::filesystem::path& folder) {
  return is_bundle(folder) ? load(folder).generator : load_generator(checkpoint_path(folder));
}

std::string tokenizer_hash(const std::filesystem::path& folder) {
  return is_bundle(folder) ? Bundle::open(folder, false).manifest().tokenizer_sha256
                           : sha256_file(checkpoint_path(folder));
}

}  // namespace equi::train
