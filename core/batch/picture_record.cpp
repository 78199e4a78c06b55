#include "core/batch/picture_record.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/media/metadata.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/mirror.h"

namespace equi::batch {
namespace {

using canvas::FrameId;
using nlohmann::json;

constexpr int kRecordVersion = 1;

// What a record holds of a state: the rest names things that live in the project file.
canvas::State without_stored_parts(canvas::State state) {
  state.photo.reset();
  state.photo_columns = 0;
  for (auto* frame : {&state.forward, &state.mirrored}) {
    frame->segments.clear();
    frame->edits.clear();
    frame->context = 0;
  }
  return state;
}

// Something that happens at a column of a frame while it is grown again.
struct Change {
  std::int64_t column = 0;  // of the document
  canvas::Command command;
};

std::vector<Change> changes_of(const canvas::State& state, FrameId frame) {
  const bool forward = frame == FrameId::forward;
  const auto mine = [&](std::int64_t column) { return (column >= 0) == forward; };
  std::vector<Change> changes;
  for (const auto& c : state.scenes) {
    if (mine(c.column)) changes.push_back({c.column, canvas::ChangeScene{c}});
  }
  for (const auto& c : state.later_settings) {
    if (mine(c.column)) changes.push_back({c.column, canvas::ChangeSettings{c}});
  }
  for (const auto& t : state.frame(frame).takes) {
    const std::int64_t column = state.to_document(frame, t.column);
    changes.push_back({column, canvas::Regenerate{column, t.take}});
  }
  std::ranges::stable_sort(changes, {}, [](const Change& c) { return std::abs(c.column); });
  return changes;
}

void check_scenes(const canvas::State& state, std::int64_t count) {
  const auto known = [count](std::int64_t scene) { return scene >= 0 && scene < count; };
  const bool all = known(state.scene) && std::ranges::all_of(state.scenes, [&](const canvas::SceneChange& c) {
                     return known(c.scene);
                   });
  if (!all)
    throw Error(ErrorKind::bad_input, "picture", "its record names a scene that the model does not have");
}

}  // namespace

PictureRecord make_record(engine::Session& session, engine::ColumnRange shown, bool seamless) {
  const auto& state = session.state();
  PictureRecord record;
  record.version = EQUI_VERSION;
  record.model = session.engine().identity();
  const auto& names = session.engine().manifest().class_names;
  if (state.scene >= 0) record.scene_name = names.at(static_cast<std::size_t>(state.scene));  // else no scene
  record.settings = without_stored_parts(state);
  record.columns = shown;
  record.seamless = seamless;
  record.has_photo = state.photo.has_value();
  record.other_model = !session.document().file().model().same_model(record.model);
  record.has_edits = !state.forward.edits.empty() || !state.mirrored.edits.empty();
  return record;
}

std::string to_json(const PictureRecord& record, std::size_t max_bytes) {
  auto write = [&](const canvas::State& state, bool shortened) {
    json j{{"program", "EquiCanvas"},
           {"version", record.version},
           {"record", kRecordVersion},
           {"model",
            {{"name", record.model.name},
             {"tokenizer_sha256", record.model.tokenizer_sha256},
             {"generator_sha256", record.model.generator_sha256}}},
           {"seed", state.seed},
           {"scene", record.scene_name},
           {"columns", {record.columns.begin, record.columns.end}},
           {"seamless", record.seamless},
           {"photo", record.has_photo},
           {"edits", record.has_edits},
           {"canvas", json::parse(canvas::to_json(state))}};
    // Only where they are so: the bytes of the others are those of older programs.
    if (record.other_model) j["other_model"] = true;
    if (shortened) j["shortened"] = true;
    return j.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  auto text = write(record.settings, record.shortened);
  if (text.size() <= max_bytes) return text;
  auto shorter = record.settings;
  shorter.scenes.clear();
  shorter.later_settings.clear();
  shorter.forward.takes.clear();
  shorter.mirrored.takes.clear();
  return write(shorter, true);
}

PictureRecord record_from_json(const std::string& text, const std::string& where) {
  PictureRecord record;
  try {
    const auto j = json::parse(text);
    if (j.at("program") != "EquiCanvas") throw Error(ErrorKind::bad_input, "", "it is of another program");
    if (j.at("record") != kRecordVersion) throw Error(ErrorKind::bad_input, "", "it is of a newer version");
    j.at("version").get_to(record.version);
    const auto& model = j.at("model");
    model.at("name").get_to(record.model.name);
    model.at("tokenizer_sha256").get_to(record.model.tokenizer_sha256);
    model.at("generator_sha256").get_to(record.model.generator_sha256);
    j.at("scene").get_to(record.scene_name);
    j.at("columns").at(0).get_to(record.columns.begin);
    j.at("columns").at(1).get_to(record.columns.end);
    j.at("seamless").get_to(record.seamless);
    j.at("photo").get_to(record.has_photo);
    j.at("edits").get_to(record.has_edits);
    record.other_model = j.value("other_model", false);  // absent in those of older programs
    record.shortened = j.value("shortened", false);
    record.settings = without_stored_parts(canvas::state_from_json(j.at("canvas").dump(), where));
  } catch (const json::exception& e) {
    throw Error(ErrorKind::bad_input, where, std::string("its record is damaged: ") + printable(e.what()));
  } catch (const Error& e) {
    throw Error(ErrorKind::bad_input, where, "its record cannot be used: " + e.message());
  }
  const auto& c = record.columns;
  if (c.begin > c.end || c.begin < -canvas::kMaxColumns || c.end > canvas::kMaxColumns) {
    throw Error(ErrorKind::bad_input, where, "its record tells columns that cannot be");
  }
  return record;
}

PictureRecord read_picture_record(const std::filesystem::path& picture) {
  const auto text = media::read_record(picture);
  if (text.empty()) {
    throw Error(ErrorKind::bad_input, picture.string(), "holds no settings",
                "pictures exported by EquiCanvas do, unless another program saved them again");
  }
  return record_from_json(text, picture.string());
}

std::optional<PictureRecord> find_picture_record(const std::filesystem::path& picture) {
  std::string text;
  try {
    text = media::read_record(picture);
  } catch (const media::DamagedRecord&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  return record_from_json(text, picture.string());
}

canvas::NewPanorama first_of(const PictureRecord& record) {
  return {record.settings.seed, record.settings.scene, record.settings.settings};
}

std::vector<RestoreStep> restore_steps(const engine::Engine& engine, const PictureRecord& record) {
  if (record.has_photo) {
    throw Error(ErrorKind::unsupported, "picture", "it continues a photo, which is not in its record",
                "start from the photo itself");
  }
  if (record.other_model) {
    throw Error(ErrorKind::unsupported, "picture",
                "it shows the tokens of one model as another one decodes them", "open its project instead");
  }
  if (record.shortened) {
    throw Error(ErrorKind::unsupported, "picture", "its record has not all of the settings that made it",
                "open its project, or export it as PNG, which has room for them");
  }
  if (!engine.identity().same_model(record.model)) {
    throw Error(ErrorKind::bad_input, "picture",
                fmt::format("it was made with the model '{}', not with '{}'", printable(record.model.name),
                            printable(engine.identity().name)),
                "choose that model");
  }
  check_scenes(record.settings, static_cast<std::int64_t>(engine.manifest().class_names.size()));
  // The left continues the picture of so many columns, whatever the picture in hand shows of them.
  const auto& m = engine.manifest();
  const std::int64_t needed =
      record.columns.begin < 0
          ? stream::columns_before_mirroring(stream::fitting_layout(m.window_columns, m.window_hop),
                                             canvas::kContextColumns)
          : 0;
  std::vector<RestoreStep> steps;
  // The forward frame first: the mirrored one continues what it shows.
  for (const auto frame : {FrameId::forward, FrameId::mirrored}) {
    const bool forward = frame == FrameId::forward;
    const std::int64_t end =
        std::max<std::int64_t>(0, forward ? std::max(record.columns.end, needed) : -record.columns.begin);
    std::int64_t reached = 0;  // columns of the frame
    RestoreStep step{std::nullopt, frame, 0};
    for (const auto& change : changes_of(record.settings, frame)) {
      const std::int64_t before = forward ? change.column : -1 - change.column;  // columns up to there
      if (before >= end) break;
      step.columns = before - reached;
      if (step.change || step.columns > 0) steps.push_back(step);
      reached = before;
      step.change = change.command;
    }
    step.columns = end - reached;
    if (step.change || step.columns > 0) steps.push_back(step);
  }
  return steps;
}

namespace {

void take_steps(engine::Session& session, const std::vector<RestoreStep>& steps,
                const std::function<void(std::int64_t made)>& progress, const std::stop_token& stop) {
  std::int64_t before = 0;
  for (const auto& step : steps) {
    if (step.change) session.execute(*step.change);
    if (step.columns == 0) continue;
    const auto made = [&](std::int64_t columns) {
      if (progress) progress(before + columns);
    };
    session.extend(step.frame, step.columns, made, stop);
    before += step.columns;
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
  }
}

}  // namespace

std::unique_ptr<engine::Session> restore_canvas(std::shared_ptr<const engine::Engine> engine,
                                                const PictureRecord& record,
                                                const std::filesystem::path& project,
                                                const std::function<void(std::int64_t made)>& progress,
                                                const std::stop_token& stop) {
  const auto steps = restore_steps(*engine, record);
  auto session = engine::Session::create(std::move(engine), project, first_of(record));
  try {
    take_steps(*session, steps, progress, stop);
  } catch (...) {
    session.reset();
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::error_code ignored;
      std::filesystem::remove(std::filesystem::path(project).concat(ending), ignored);
    }
    throw;
  }
  return session;
}

}  // namespace equi::batch
