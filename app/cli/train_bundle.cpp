#include <memory>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/train.h"
#include "core/base/error.h"
#include "core/train/bundle_writer.h"
#include "core/train/generator_trainer.h"
#include "core/train/state_file.h"
#include "core/train/tokenizer_trainer.h"

namespace equi::cli {
namespace {

struct Arguments {
  std::string tokenizer, generator, pictures, output;
  std::string name = "Demo", licence = "MIT", dtype = "bfloat16";
  double guidance = 7.0;
  bool json = false;
};

void run(const Arguments& a) {
  const auto tokenizer_path = train::checkpoint_path(a.tokenizer);
  const auto generator_path = train::checkpoint_path(a.generator);
  const auto tokenizer = train::load_tokenizer(tokenizer_path);
  const auto generator = train::load_generator(generator_path);
  const auto pictures =
      train::PictureCache::open(a.pictures.empty() ? std::filesystem::path(a.generator) / "pictures"
                                                   : std::filesystem::path(a.pictures));
  const auto tokenizer_facts = train::read_facts(tokenizer_path);
  const auto facts = train::read_facts(generator_path);
  Manifest manifest;
  manifest.name = a.name;
  manifest.class_names = pictures.index().class_names;
  manifest.vae_norm = std::stod(train::fact(facts, "vae_norm", generator_path));
  manifest.guidance_scale = a.guidance;
  manifest.heads_source = "chosen in training";
  manifest.licence = a.licence;
  manifest.dtype = a.dtype;
  manifest.provenance = fmt::format("equicanvas-cli {} train: tokenizer {} steps, generator {} steps; {}",
                                    EQUI_VERSION, train::fact(tokenizer_facts, "step", tokenizer_path),
                                    train::fact(facts, "step", generator_path), pictures.index().origin);
  train::write_bundle(a.output, manifest, tokenizer, generator);
  const auto bundle = Bundle::open(a.output, true);
  if (a.json) {
    return print_json(
        {{"output", a.output}, {"classes", manifest.class_names}, {"vae_norm", manifest.vae_norm}});
  }
  fmt::print("{}: {} classes, vae_norm {:.5g}\n", a.output, manifest.class_names.size(), manifest.vae_norm);
}

}  // namespace

void add_train_bundle(CLI::App& parent) {
  auto a = std::make_shared<Arguments>();
  auto* command = parent.add_subcommand("bundle", "Make a model of a tokenizer's and a generator's run");
  command->add_option("--tokenizer", a->tokenizer, "Folder of the tokenizer's run")->required();
  command->add_option("--generator", a->generator, "Folder of the generator's run")->required();
  command->add_option("--cache", a->pictures,
                      "Packed pictures, for the class names (default: the generator's)");
  command->add_option("--name", a->name, "Name shown to users")->capture_default_str();
  command->add_option("--licence", a->licence, "Licence of the weights")->capture_default_str();
  command->add_option("--dtype", a->dtype, "Of the stored weights")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->capture_default_str();
  command->add_option("--guidance", a->guidance, "Guidance scale to recommend")->capture_default_str();
  command->add_option("-o,--output", a->output, "Folder of the bundle")->required();
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Example: equicanvas-cli train bundle --tokenizer runs/tokenizer --generator runs/generator -o "
      "models/mine");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
