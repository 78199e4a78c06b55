#include "ui/grow/growth.h"

#include <QRandomGenerator>
#include <algorithm>
#include <utility>

#include "ui/app_controller.h"

namespace equi::ui {

using engine::FrameId;

Growth::Growth(AppController* app) : QObject(app), app_(app) {
  roll_seed();
}

engine::Studio& Growth::studio() const {
  return app_->studio();
}

void Growth::set_seed(std::uint64_t seed) {
  if (seed == seed_) return;
  seed_ = seed;
  Q_EMIT seed_changed();
}

bool Growth::seed_locked() const {
  return app_->settings().seed_locked();
}

void Growth::set_seed_locked(bool locked) {
  app_->settings().set_seed_locked(locked);
  Q_EMIT seed_changed();
}

void Growth::roll_seed() {
  draw_seed();
  seed_rolled_ = true;
}

void Growth::draw_seed() {
  set_seed(QRandomGenerator::global()->generate() % 1000000U);  // short enough to be told to somebody
}

void Growth::set_settings(const stream::GenerationSettings& settings) {
  if (settings == settings_) return;
  settings_ = settings;
  settings_touched_ = true;
  Q_EMIT settings_changed();
}

stream::GenerationSettings Growth::default_settings() const {
  const auto engine = app_->engine();
  return engine ? engine->default_settings() : stream::GenerationSettings{};
}

int Growth::amount() const {
  return app_->settings().amount();
}

void Growth::set_amount(int columns) {
  if (columns == amount()) return;
  app_->settings().set_amount(columns);
  Q_EMIT amount_changed();
}

bool Growth::auto_extend() const {
  return app_->settings().auto_extend();
}

void Growth::set_auto_extend(bool on) {
  app_->settings().set_auto_extend(on);
}

void Growth::start_scene(std::int64_t scene) {
  if (!can_begin(scene)) return;
  forget_steps();
  studio().stop();
  if (bare_photo()) {
    const canvas::State& photo = app_->snapshot()->state;
    mark_used();
    studio().execute(canvas::ImportPhoto{
        *photo.photo, photo.photo_columns, photo.blend_pixels, {seed_, scene, settings_}});
    return Q_EMIT photo_scene_chosen(scene);
  }
  if (!seed_rolled_ && !seed_locked()) draw_seed();
  mark_used();
  studio().execute(canvas::NewPanorama{seed_, scene, settings_});
  start(FrameId::forward, amount());
}

bool Growth::can_begin(std::int64_t scene) const {
  const auto engine = app_->engine();
  return engine && !app_->replacing() && scene >= 0 && scene < engine->manifest().generator.class_count;
}

bool Growth::in_photo(std::int64_t column) const {
  const auto snapshot = app_->snapshot();
  return snapshot && snapshot->state.photo && column >= 0 && column < snapshot->state.photo_columns;
}

bool Growth::bare_photo() const {
  const auto snapshot = app_->snapshot();
  return snapshot && snapshot->state.photo &&
         snapshot->extent == stream::ColumnRange{0, snapshot->state.photo_columns};
}

// The canvas holds from now on what the panel shows.
void Growth::mark_used() {
  seed_rolled_ = false;
  settings_touched_ = false;
}

void Growth::extend(FrameId side) {
  forget_steps();
  apply_settings(side);
  start(side, amount());
}

void Growth::add(FrameId side, std::int64_t columns) {
  forget_steps();
  start(side, columns);
}

void Growth::keep_going(FrameId side) {
  forget_steps();
  apply_settings(side);
  start(side, 0);
}

// Settings that were changed since hold from the next column on; the history says so.
void Growth::apply_settings(FrameId side) {
  const auto snapshot = app_->snapshot();
  if (!snapshot || !std::exchange(settings_touched_, false)) return;
  const std::int64_t column =
      side == FrameId::forward ? snapshot->state.right_end() : snapshot->state.left_end() - 1;
  if (snapshot->state.settings_at(column) == settings_) return;
  studio().execute(canvas::ChangeSettings{{column, settings_}});
}

void Growth::start(FrameId side, std::int64_t count) {
  if (!app_->engine() || !app_->has_canvas()) return;
  side_ = side;
  ++starts_;
  progress_ = {};
  progress_.total = count;
  studio().extend(side, count);
  if (!running_) {
    running_ = true;
    Q_EMIT running_changed();
  }
  Q_EMIT progress_changed();
}

void Growth::stop() {
  forget_steps();
  if (app_->has_canvas()) studio().stop();
}

void Growth::reroll() {
  forget_steps();
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return;
  if (snapshot->state.photo) {
    // A photo stays; what continues it is made again.
    const bool right = snapshot->state.right_end() > snapshot->state.photo_columns;
    if (right) return regenerate(snapshot->state.photo_columns);
    if (snapshot->state.left_end() < 0) return regenerate(-1);
    return;
  }
  if (!seed_rolled_) set_seed(seed_ + 1);
  mark_used();
  studio().stop();
  studio().execute(canvas::NewPanorama{seed_, snapshot->state.scene, settings_});
  start(FrameId::forward, amount());
}

void Growth::regenerate(std::int64_t column, std::uint32_t take, std::int64_t columns) {
  forget_steps();
  const auto snapshot = app_->snapshot();
  if (!snapshot) return;
  const FrameId side = canvas::frame_of(column);
  const std::int64_t outwards =
      side == FrameId::forward ? snapshot->extent.end - column : column + 1 - snapshot->extent.begin;
  studio().execute(canvas::Regenerate{column, take});
  if (in_photo(column)) return;  // it was refused
  start(side, columns > 0 ? columns : std::max<std::int64_t>(outwards, 1));
}

void Growth::change_scene(std::int64_t column, std::int64_t scene, int ramp) {
  const auto snapshot = app_->snapshot();
  if (!snapshot || !can_begin(scene)) return;
  forget_steps();
  if (snapshot->extent.size() == 0 || (in_photo(column) && bare_photo())) return start_scene(scene);
  // The left end belongs to the mirrored frame once there is one, and so does what lies before column 0.
  const FrameId side = canvas::frame_of(column);
  const std::int64_t outwards =
      side == FrameId::forward ? snapshot->extent.end - column : column + 1 - snapshot->extent.begin;
  studio().execute(canvas::ChangeScene{{column, scene, ramp}});
  if (in_photo(column)) return;  // it was refused
  start(side, std::max<std::int64_t>(outwards, amount()));
}

void Growth::cut_off(std::int64_t column) {
  forget_steps();
  if (app_->snapshot()) studio().execute(canvas::CutOff{column});
}

void Growth::take_steps(const std::vector<batch::RestoreStep>& steps) {
  settings_touched_ = false;  // the record's settings are the ones to go on with
  steps_.assign(steps.begin(), steps.end());
  next_step();
}

bool Growth::next_step() {
  while (!steps_.empty()) {
    const auto& step = steps_.front();
    if (step.change) studio().execute(*step.change);
    if (step.columns > 0) {
      start(step.frame, step.columns);
      return true;
    }
    steps_.pop_front();
  }
  return false;
}

void Growth::near_end(FrameId side) {
  const auto snapshot = app_->snapshot();
  if (auto_extend() && !running_ && snapshot && snapshot->extent.size() > 0 && !app_->replacing())
    extend(side);
}

void Growth::engine_changed() {
  settings_ = default_settings();
  settings_touched_ = false;
  held_.reset();
  Q_EMIT settings_changed();
}

void Growth::canvas_changed() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return;
  if (snapshot->project != project_) {
    project_ = snapshot->project;
    settings_touched_ = false;
    held_.reset();
  }
  if (!seed_locked() && !seed_rolled_) set_seed(snapshot->state.seed);
  // A snapshot from before a change that is under way says what was known already.
  const auto& held = snapshot->state.settings_at(snapshot->state.right_end());
  if (held_ == held) return;
  held_ = held;
  if (settings_touched_ || held == settings_) return;
  settings_ = held;
  Q_EMIT settings_changed();
}

void Growth::report(const jobs::Progress& progress) {
  progress_ = progress;
  Q_EMIT progress_changed();
}

void Growth::ended(std::int64_t made, const std::optional<Error>& error) {
  starts_ = std::max<std::int64_t>(0, starts_ - 1);
  if (!steps_.empty()) {
    const bool whole = !error && made == steps_.front().columns;
    steps_.pop_front();
    if (!whole) forget_steps();
    if (next_step()) return;
  }
  const double seconds = progress_.seconds;
  if (starts_ == 0 && running_) {
    running_ = false;
    Q_EMIT running_changed();
  }
  Q_EMIT progress_changed();
  if (!error) Q_EMIT finished(made, seconds);
}

}  // namespace equi::ui
