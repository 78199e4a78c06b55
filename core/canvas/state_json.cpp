#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/canvas/state.h"

namespace equi::canvas {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 16;

Json settings_to_json(const stream::GenerationSettings& s) {
  return {{"positions", s.positions == stream::PositionMode::stationary ? "stationary" : "reference"},
          {"hold_position", s.hold_position},
          {"guidance_schedule", sampling::name(s.guidance.schedule)},
          {"guidance_scale", s.guidance.scale},
          {"guidance_columns", s.guidance.columns},
          {"solver", sampling::name(s.solver.method)},
          {"time_grid", sampling::name(s.solver.grid)},
          {"evaluations", s.solver.evaluations}};
}

stream::GenerationSettings settings_from_json(const Json& j) {
  stream::GenerationSettings s;
  const auto positions = j.at("positions").get<std::string>();
  if (positions != "stationary" && positions != "reference") {
    throw Error(ErrorKind::bad_input, "", "positions is neither stationary nor reference");
  }
  s.positions =
      positions == "stationary" ? stream::PositionMode::stationary : stream::PositionMode::reference;
  j.at("hold_position").get_to(s.hold_position);
  s.guidance.schedule = sampling::parse_schedule(j.at("guidance_schedule").get<std::string>());
  j.at("guidance_scale").get_to(s.guidance.scale);
  j.at("guidance_columns").get_to(s.guidance.columns);
  s.solver.method = sampling::parse_method(j.at("solver").get<std::string>());
  s.solver.grid = sampling::parse_time_grid(j.at("time_grid").get<std::string>());
  j.at("evaluations").get_to(s.solver.evaluations);
  return s;
}

Json frame_to_json(const FrameState& f) {
  Json segments = Json::array(), takes = Json::array(), edits = Json::array();
  for (const auto& s : f.segments) segments.push_back({s.segment, s.offset, s.count});
  for (const auto& t : f.takes) takes.push_back({t.column, t.take});
  for (const auto& [column, token] : f.edits) edits.push_back({column, token});
  return {{"context", f.context}, {"segments", segments}, {"takes", takes}, {"edits", edits}};
}

std::int64_t in_range(const Json& value, std::int64_t low, std::int64_t high, const char* what) {
  const auto number = value.get<std::int64_t>();
  if (!value.is_number_integer() || number < low || number > high) {
    throw Error(ErrorKind::bad_input, "", fmt::format("{} is out of range", what));
  }
  return number;
}

FrameState frame_from_json(const Json& j) {
  FrameState f;
  f.context = in_range(j.at("context"), 0, kMaxColumns, "context");
  std::int64_t total = 0;
  for (const auto& s : j.at("segments")) {
    const SegmentRef ref{in_range(s.at(0), 0, INT64_MAX, "a segment"),
                         in_range(s.at(1), 0, kMaxColumns, "an offset"),
                         in_range(s.at(2), 1, kMaxColumns, "a count")};
    total += ref.count;
    if (total > kMaxColumns) throw Error(ErrorKind::bad_input, "", "too many columns");
    f.segments.push_back(ref);
  }
  for (const auto& t : j.at("takes")) {
    f.takes.push_back({in_range(t.at(0), 0, kMaxColumns, "a take's column"),
                       static_cast<std::uint32_t>(in_range(t.at(1), 0, UINT32_MAX, "a take"))});
  }
  for (const auto& e : j.at("edits")) {
    f.edits[in_range(e.at(0), 0, kMaxColumns, "an edit's column")] =
        in_range(e.at(1), 0, INT64_MAX, "an edit");
  }
  if (f.context > total) throw Error(ErrorKind::bad_input, "", "context is longer than its frame");
  return f;
}

// A frame that continues pixels has the whole of its context or has not begun. Earlier versions wrote it
// token by token, and a kill in between left a part of it: that is taken in anew. Where columns were made
// behind such a part (the first of them lie where the pixels are), nothing is lost when they count as the
// context.
void mend_context(State& s, FrameId id) {
  FrameState& frame = s.frame(id);
  const bool continues = id == FrameId::mirrored || s.photo;
  const std::int64_t whole = continues && frame.started() ? s.context_columns() : 0;
  if (frame.context > whole) throw Error(ErrorKind::bad_input, "", "context is longer than it can be");
  if (frame.context == whole) return;
  frame.context = frame.columns() > whole ? whole : 0;
  if (frame.context > 0) return;
  frame.segments.clear();
  frame.edits.clear();
}

State read(const Json& j) {
  State s;
  j.at("seed").get_to(s.seed);
  s.scene = in_range(j.at("scene"), -1, 1'000'000, "scene");
  s.settings = settings_from_json(j.at("settings"));
  for (const auto& change : j.at("scenes")) {
    s.scenes.push_back({in_range(change.at(0), -kMaxColumns, kMaxColumns, "a scene change's column"),
                        in_range(change.at(1), -1, 1'000'000, "a scene"),
                        in_range(change.at(2), 0, 1'000'000, "a ramp")});
  }
  for (const auto& change : j.at("later_settings")) {
    s.later_settings.push_back({in_range(change.at("column"), -kMaxColumns, kMaxColumns, "a change's column"),
                                settings_from_json(change.at("settings"))});
  }
  if (!j.at("photo").is_null()) s.photo = in_range(j.at("photo"), 0, INT64_MAX, "photo");
  s.photo_columns = in_range(j.at("photo_columns"), 0, kMaxColumns, "photo_columns");
  s.blend_pixels = in_range(j.at("blend_pixels"), 0, 65536, "blend_pixels");
  s.forward = frame_from_json(j.at("forward"));
  s.mirrored = frame_from_json(j.at("mirrored"));
  for (const FrameId id : {FrameId::forward, FrameId::mirrored}) mend_context(s, id);
  return s;
}

}  // namespace

std::string to_json(const State& s) {
  Json scenes = Json::array(), later = Json::array();
  for (const auto& change : s.scenes) scenes.push_back({change.column, change.scene, change.ramp});
  for (const auto& change : s.later_settings) {
    later.push_back({{"column", change.column}, {"settings", settings_to_json(change.settings)}});
  }
  return Json{{"seed", s.seed},
              {"scene", s.scene},
              {"settings", settings_to_json(s.settings)},
              {"scenes", scenes},
              {"later_settings", later},
              {"photo", s.photo ? Json(*s.photo) : Json()},
              {"photo_columns", s.photo_columns},
              {"blend_pixels", s.blend_pixels},
              {"forward", frame_to_json(s.forward)},
              {"mirrored", frame_to_json(s.mirrored)}}
      .dump();
}

State state_from_json(const std::string& text, const std::string& where) {
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) throw Error(ErrorKind::bad_input, where, "its state nests too deep");
    return true;
  };
  const Json document = Json::parse(text, shallow, false);
  if (document.is_discarded()) throw Error(ErrorKind::bad_input, where, "its state is no JSON");
  try {
    return read(document);
  } catch (const Json::exception& failure) {
    throw Error(ErrorKind::bad_input, where, fmt::format("its state is damaged: {}", failure.what()));
  } catch (const Error& failure) {
    throw Error(ErrorKind::bad_input, where, fmt::format("its state is damaged: {}", failure.message()));
  }
}

}  // namespace equi::canvas
