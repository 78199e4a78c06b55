#include "core/train/bundle_writer.h"

#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/checkpoint/manifest_check.h"
#include "core/train/files.h"

namespace equi::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kTokenizer = "tokenizer.safetensors";
constexpr const char* kGenerator = "generator.safetensors";

// The bundle's files while they are made: in a folder of their own inside the bundle's, which keeps whatever
// else it holds (a classifier, a licence).
class NewFiles {
 public:
  explicit NewFiles(const fs::path& folder)
      : folder_(folder), aside_(folder / fmt::format(".part-{}", getpid())) {
    std::error_code ignored;
    made_ = !fs::exists(folder_, ignored);
    make_folder(folder_);
    fs::remove_all(aside_, ignored);  // of a process of this number that was killed
    make_folder(aside_ / "old");
  }
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    std::error_code ignored;
    fs::remove_all(aside_, ignored);
    if (made_ && !committed_) fs::remove(folder_, ignored);
  }

  fs::path operator/(const char* name) const { return aside_ / name; }

  // The manifest goes first and comes last: cut off in between, the folder is no bundle, never a mixed one.
  void commit() {
    std::error_code failure, ignored;
    std::vector<std::pair<fs::path, fs::path>> moves;
    for (const char* name : {kManifest, kTokenizer, kGenerator}) {
      const auto there = folder_ / name;
      if (fs::exists(fs::symlink_status(there, ignored))) moves.emplace_back(there, aside_ / "old" / name);
    }
    for (const char* name : {kTokenizer, kGenerator, kManifest}) {
      moves.emplace_back(aside_ / name, folder_ / name);
    }
    for (std::size_t i = 0; i < moves.size(); ++i) {
      fs::rename(moves[i].first, moves[i].second, failure);
      if (!failure) continue;
      while (i-- > 0) fs::rename(moves[i].second, moves[i].first, ignored);
      throw Error(ErrorKind::io, folder_.string(),
                  fmt::format("its files cannot be put in place: {}", failure.message()));
    }
    committed_ = true;
  }

 private:
  fs::path folder_, aside_;
  bool made_ = false, committed_ = false;
};

void write_weights(const std::filesystem::path& path, const torch::nn::Module& module, bool bfloat16) {
  std::vector<TensorToWrite> writes;
  for (const auto& item : module.named_parameters()) {
    writes.push_back(
        {item.key(), bfloat16 ? DType::bf16 : DType::f32, item.value().sizes().vec(),
         [tensor = item.value().detach(), bfloat16](const ByteSink& sink) {
           const auto values =
               tensor.to(torch::kCPU, bfloat16 ? torch::kBFloat16 : torch::kFloat32).contiguous();
           sink({static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()});
         }});
  }
  write_safetensors(path, writes, {});
}

}  // namespace

void write_bundle(const std::filesystem::path& folder, Manifest manifest, const model::Tokenizer& tokenizer,
                  const model::Generator& generator) {
  manifest.tokenizer = tokenizer->config;
  manifest.generator = generator->config;
  validate(manifest, folder.string());
  const bool bfloat16 = manifest.dtype == "bfloat16";
  NewFiles files(folder);
  write_weights(files / kTokenizer, *tokenizer, bfloat16);
  write_weights(files / kGenerator, *generator, bfloat16);
  manifest.tokenizer_sha256 = sha256_file(files / kTokenizer);
  manifest.generator_sha256 = sha256_file(files / kGenerator);
  write_text(files / kManifest, manifest_to_json(manifest));
  files.commit();
}

}  // namespace equi::train
