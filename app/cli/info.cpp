#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/checkpoint/bundle.h"

namespace equi::cli {
namespace {

constexpr std::size_t kLongText = 4096;

std::int64_t parameter_count(const std::vector<WeightSpec>& specs) {
  std::int64_t total = 0;
  for (const auto& spec : specs) {
    std::int64_t count = 1;
    for (const auto size : spec.shape) count *= size;
    total += count;
  }
  return total;
}

nlohmann::json devices_json() {
  auto devices = nlohmann::json::array();
  for (const auto& each : cuda_status().devices) {
    devices.push_back({{"index", each.index},
                       {"name", each.name},
                       {"capability", fmt::format("{}.{}", each.major, each.minor)},
                       {"memory_bytes", each.memory_bytes}});
  }
  return devices;
}

void print_devices() {
  const auto& status = cuda_status();
  fmt::print("devices      cpu");
  for (const auto& each : status.devices) {
    fmt::print(", cuda:{} ({}, {:.1f} GiB)", each.index, each.name,
               static_cast<double>(each.memory_bytes) / (1 << 30));
  }
  fmt::print("\n");
  if (!status.reason.empty()) fmt::print("cuda         {}\n", status.reason);
}

void print_model(const Bundle& bundle, bool hashes_checked) {
  const Manifest& m = bundle.manifest();
  const auto& t = m.tokenizer;
  const auto& g = m.generator;
  fmt::print("name         {}\nfolder       {}\n", printable(m.name),
             printable(bundle.folder().string(), kLongText));
  fmt::print("picture      {} px high, columns of {} px, tokens of {} numbers\n", t.image_height,
             t.column_pixels(), t.token_width);
  fmt::print("tokenizer    {:.1f} M parameters, {} levels, {} and {} base channels\n",
             static_cast<double>(parameter_count(weight_specs(t))) / 1e6, t.levels(), t.encoder_channels,
             t.decoder_channels);
  fmt::print("generator    {:.1f} M parameters, {} blocks, width {}, {} heads ({}), window {}\n",
             static_cast<double>(parameter_count(weight_specs(g))) / 1e6, g.blocks, g.width, g.heads,
             printable(m.heads_source), g.cond_length);
  fmt::print("flow head    {} blocks, width {}\n", g.flow_depth, g.flow_width);
  fmt::print("weights      {}, vae_norm {}\n", m.dtype, m.vae_norm);
  fmt::print("decoding     windows of {} columns every {}\n", m.window_columns, m.window_hop);
  fmt::print("licence      {}\nprovenance   {}\n", printable(m.licence, kLongText),
             printable(m.provenance, kLongText));
  fmt::print("SHA-256      {}\n", hashes_checked ? "both files match the manifest" : "not checked (--check)");
  fmt::print("classes      {}\n", m.class_names.size());
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(m.class_names.size(), kShown); ++i) {
    fmt::print("  {:>4}  {}\n", i, printable(m.class_names[i]));
  }
  if (m.class_names.size() > kShown)
    fmt::print("  ... and {} more (--json lists all)\n", m.class_names.size() - kShown);
}

void run(const std::string& folder, bool check, bool json) {
  if (folder.empty()) {
    if (json)
      return print_json(
          {{"version", EQUI_VERSION}, {"cuda", devices_json()}, {"cuda_reason", cuda_status().reason}});
    fmt::print("version      {}\n", EQUI_VERSION);
    return print_devices();
  }
  const Bundle bundle = Bundle::open(folder, check);
  if (!json) return print_model(bundle, check);
  auto document = nlohmann::json::parse(manifest_to_json(bundle.manifest()));
  document["tokenizer_parameters"] = parameter_count(weight_specs(bundle.manifest().tokenizer));
  document["generator_parameters"] = parameter_count(weight_specs(bundle.manifest().generator));
  print_json(document);
}

struct Arguments {
  std::string folder;
  bool check = false;
  bool json = false;
};

}  // namespace

void add_info(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("info", "Show a bundle's facts, or this program's version and devices");
  command->add_option("model", a->folder, "Folder of a bundle");
  command->add_option("--model", a->folder, "The same");
  command->add_flag("--check", a->check, "Read both weight files whole and compare their SHA-256");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer("Examples: equicanvas-cli info\n          equicanvas-cli info models/demo --check");
  command->callback([a] { run(a->folder, a->check, a->json); });
}

}  // namespace equi::cli
