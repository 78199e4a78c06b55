#include "core/train/bundle_writer.h"

#include "core/base/hash.h"
#include "core/train/files.h"

namespace equi::train {
namespace {

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
  make_folder(folder);
  const bool bfloat16 = manifest.dtype == "bfloat16";
  write_weights(folder / "tokenizer.safetensors", *tokenizer, bfloat16);
  write_weights(folder / "generator.safetensors", *generator, bfloat16);
  manifest.tokenizer = tokenizer->config;
  manifest.generator = generator->config;
  manifest.tokenizer_sha256 = sha256_file(folder / "tokenizer.safetensors");
  manifest.generator_sha256 = sha256_file(folder / "generator.safetensors");
  write_text(folder / "manifest.json", manifest_to_json(manifest));
}

}  // namespace equi::train
