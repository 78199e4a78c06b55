#include "core/batch/picture_output.h"

#include <limits>

#include "core/batch/picture_record.h"
#include "core/batch/seamless.h"
#include "core/media/contact_sheet.h"
#include "core/media/export.h"
#include "core/media/metadata.h"

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
  return to_json(record, media::kMaxJpegRecordBytes);
}

}  // namespace

std::vector<std::uint8_t> write_picture(const engine::Engine& engine, PanoramaGroup& group,
                                        const PictureOutput& output, const std::filesystem::path& target,
                                        const media::ExportControl& control) {
  const auto picture = group.picture(output.item.row, control.stop);
  auto shown = picture;
  if (output.seamless) {
    SeamlessOptions options;
    options.seed = output.item.seed;
    options.first_scene = options.last_scene = output.item.scene;
    options.settings = output.settings;
    shown = closed(picture,
                   std::make_shared<LoopBridge>(make_loop_bridge(engine, picture, options, control.stop)));
  }
  media::ThumbnailMaker thumbnail;
  media::export_picture(thumbnail.watch(shown), target, output.format, record_of(engine, output), control);
  return thumbnail.jpeg();
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
