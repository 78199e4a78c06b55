#include "core/checkpoint/import.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"

namespace equi::cli {
namespace {

struct Arguments {
  ImportOptions options;
  std::string names_file;
  bool json = false;
};

void run(const Arguments& arguments) {
  ImportOptions options = arguments.options;
  if (!arguments.names_file.empty()) options.class_names = arguments.names_file;
  const Interrupt interrupt;
  Manifest manifest;
  {
    ProgressBar bar("import", 1000, arguments.json);
    manifest = import_checkpoints(
        options, [&](double done, const std::string&) { bar.update(static_cast<std::int64_t>(done * 1000)); },
        interrupt.token());
  }
  if (arguments.json) {
    print_json({{"bundle", options.output.string()},
                {"manifest", nlohmann::json::parse(manifest_to_json(manifest))}});
    return;
  }
  fmt::print("{}: {} classes, {} px high, columns of {} px, {}\n", options.output.string(),
             manifest.generator.class_count, manifest.tokenizer.image_height,
             manifest.tokenizer.column_pixels(), manifest.dtype);
}

}  // namespace

void add_import(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      app.add_subcommand("import", "Make a bundle of the authors' tokenizer and generator checkpoints");
  auto& o = a->options;
  command->add_option("--tokenizer", o.tokenizer_checkpoint, "The tokenizer's Lightning checkpoint (.ckpt)")
      ->required();
  command->add_option("--generator", o.generator_checkpoint, "The generator's checkpoint (.pth)")->required();
  command->add_option("-o,--output", o.output, "Folder of the bundle; must not exist or be empty")
      ->required();
  command->add_option("--dtype", o.dtype, "Precision of the stored weights")
      ->transform(CLI::CheckedTransformer(std::map<std::string, std::string>{{"f32", "float32"},
                                                                             {"fp32", "float32"},
                                                                             {"float32", "float32"},
                                                                             {"bf16", "bfloat16"},
                                                                             {"bfloat16", "bfloat16"}}))
      ->capture_default_str();
  command->add_option("--classes", a->names_file, "Text file with one class name per line");
  command->add_option("--name", o.name, "Name shown to users (default: the folder's name)");
  command->add_option("--heads", o.heads, "Attention heads, when they cannot be inferred");
  command->add_option("--vae-norm", o.vae_norm, "Scale of the latents, when args lacks it");
  command->add_option("--licence", o.licence, "Licence of the weights, noted in the manifest");
  command->add_flag("--json", a->json, "Print the manifest as JSON");
  command->footer(
      "Only tensors are read from the checkpoints; no code in them ever runs.\n"
      "Example: equicanvas-cli import --tokenizer tokenizer.ckpt --generator checkpoint.pth -o "
      "models/places");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
