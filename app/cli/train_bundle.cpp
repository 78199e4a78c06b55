#include <memory>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/train.h"
#include "core/base/error.h"
#include "core/train/bundle_writer.h"
#include "core/train/picture_cache.h"
#include "core/train/start_point.h"
#include "core/train/state_file.h"

namespace equi::cli {
namespace {

struct Arguments {
  std::string tokenizer, generator, pictures, output;
  std::string name = "Demo", licence = "MIT", dtype = "bfloat16";
  double guidance = 7.0;
  bool json = false;
};

// Those that a generator's run was trained on, for their class names.
train::PictureCache pictures_of(const Arguments& a, std::int64_t classes) {
  const auto place = a.pictures.empty() ? std::filesystem::path(a.generator) / "pictures"
                                        : std::filesystem::path(a.pictures);
  auto pictures = train::PictureCache::open(place);
  if (pictures.class_count() == classes) return pictures;
  throw Error(
      ErrorKind::bad_input, place.string(),
      fmt::format("holds pictures of {} classes, the generator knows {}", pictures.class_count(), classes),
      "give the pictures that it was trained on with --cache");
}

// What the manifest says of the generator: of a run, or of a model that gives its own on.
void describe_generator(const Arguments& a, std::int64_t classes, Manifest& manifest) {
  if (train::is_bundle(a.generator)) {
    const auto theirs = Bundle::open(a.generator, false).manifest();
    manifest.class_names = theirs.class_names;
    manifest.vae_norm = theirs.vae_norm;
    manifest.heads_source = theirs.heads_source;
    manifest.provenance = fmt::format("generator of '{}' ({})", theirs.name, theirs.provenance);
    return;
  }
  const auto checkpoint = train::checkpoint_path(a.generator);
  const auto facts = train::read_facts(checkpoint);
  const auto pictures = pictures_of(a, classes);
  manifest.class_names = pictures.index().class_names;
  manifest.vae_norm = train::number_fact(facts, "vae_norm", checkpoint, 1e-30, 1e6);
  manifest.heads_source = "chosen in training";
  manifest.provenance =
      fmt::format("generator {} steps; {}", train::fact(facts, "step", checkpoint), pictures.index().origin);
}

std::string describe_tokenizer(const std::filesystem::path& folder) {
  if (train::is_bundle(folder)) {
    const auto theirs = Bundle::open(folder, false).manifest();
    return fmt::format("tokenizer of '{}' ({})", theirs.name, theirs.provenance);
  }
  const auto checkpoint = train::checkpoint_path(folder);
  return fmt::format("tokenizer {} steps", train::fact(train::read_facts(checkpoint), "step", checkpoint));
}

void run(const Arguments& a) {
  const auto tokenizer = train::tokenizer_of(a.tokenizer);
  const auto generator = train::generator_of(a.generator);
  if (tokenizer->config.token_width != generator->config.token_width) {
    throw Error(ErrorKind::bad_input, "bundle",
                fmt::format("the tokenizer's tokens have {} numbers, the generator's {}",
                            tokenizer->config.token_width, generator->config.token_width),
                "train the generator on this tokenizer");
  }
  Manifest manifest;
  manifest.name = a.name;
  manifest.guidance_scale = a.guidance;
  manifest.licence = a.licence;
  manifest.dtype = a.dtype;
  describe_generator(a, generator->config.class_count, manifest);
  manifest.provenance = fmt::format("equicanvas-cli {} train: {}, {}", EQUI_VERSION,
                                    describe_tokenizer(a.tokenizer), manifest.provenance);
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
  command->add_option("--tokenizer", a->tokenizer, "Folder of the tokenizer's run, or of a model")
      ->required();
  command->add_option("--generator", a->generator, "Folder of the generator's run, or of a model")
      ->required();
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
