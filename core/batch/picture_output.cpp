#include "core/batch/picture_output.h"

#include <map>
#include <memory>
#include <span>

#include <fmt/format.h>

#include "core/base/hash.h"
#include "core/batch/picture_record.h"
#include "core/batch/seamless.h"
#include "core/media/contact_sheet.h"
#include "core/media/export.h"
#include "core/media/metadata.h"
#include "core/media/pending_file.h"

namespace equi::batch {
namespace {

// The record of a canvas that would look the same.
std::string record_of(const engine::Engine& engine, const PictureOutput& output) {
  PictureRecord record;
  record.version = EQUI_VERSION;
  record.model = engine.identity();
  record.scene_name = output.item.scene_name;
  record.settings.seed = output.item.seed;
  record.settings.scene = output.item.scene;
  record.settings.settings = output.settings;
  record.columns = {0, output.item.width};
  record.seamless = output.seamless;
  return to_json(record, media::record_limit(output.format.format));
}

void at_once(const std::function<void()>& work, const std::stop_token&) {
  work();
}

// The same source, each block of it read on the device.
media::StripSource by_turns(const media::StripSource& source, const OnDevice& on_device,
                            const std::stop_token& stop) {
  return {source.height, source.width,
          [read = source.read, on_device, stop](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            on_device([&] { read(x, width, rgb); }, stop);
          }};
}

}  // namespace

std::vector<std::uint8_t> write_picture(const engine::Engine& engine, PanoramaGroup& group,
                                        const PictureOutput& output, const std::filesystem::path& target,
                                        const media::ExportControl& control, const OnDevice& on_device) {
  const OnDevice run = on_device ? on_device : OnDevice(at_once);
  const auto picture = group.picture(output.item.row, control.stop);
  auto shown = by_turns(picture, run, control.stop);
  if (output.seamless) {
    SeamlessOptions options;
    options.seed = output.item.seed;
    options.first_scene = options.last_scene = output.item.scene;
    options.settings = output.settings;
    const auto bridge = std::make_shared<LoopBridge>();
    run([&] { *bridge = make_loop_bridge(engine, picture, options, control.stop); }, control.stop);
    shown = closed(shown, bridge);
  }
  media::ThumbnailMaker thumbnail;
  media::export_picture(thumbnail.watch(shown), target, output.format, record_of(engine, output), control);
  return thumbnail.jpeg();
}

PictureContents contents_of(const std::filesystem::path& picture, media::Format format) {
  namespace fs = std::filesystem;
  PictureContents found;
  std::error_code failure;
  found.bytes = fs::file_size(picture, failure);
  found.sha256 = sha256_file(picture);
  if (format != media::Format::deep_zoom) return found;
  const auto folder = media::tiles_folder(picture);
  std::map<std::string, fs::path> tiles;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
    if (entry.is_regular_file(failure))
      tiles[entry.path().lexically_relative(folder).string()] = entry.path();
  }
  if (failure) media::throw_io(folder, failure.value());
  std::string all = found.sha256;
  for (const auto& [name, path] : tiles) {
    found.bytes += fs::file_size(path, failure);
    all += fmt::format("\n{} {}", name, sha256_file(path));
  }
  found.sha256 = sha256_hex(std::as_bytes(std::span(all)));
  return found;
}

ModelFacts facts_of(const engine::Engine& engine) {
  const auto& m = engine.manifest();
  return {m.name,
          m.tokenizer_sha256,
          m.generator_sha256,
          m.class_names,
          engine.default_settings(),
          engine.picture_height(),
          engine.column_pixels()};
}

}  // namespace equi::batch
