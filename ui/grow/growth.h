#pragma once

#include <QObject>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/batch/picture_record.h"
#include "core/engine/studio.h"

namespace equi::ui {

class AppController;

// Growing the panorama: seed, amount, settings, and the verbs of the canvas. Everything returns at once; what
// happens is told by signals.
class Growth : public QObject {
  Q_OBJECT

 public:
  static constexpr std::int64_t kVariationColumns = 16;

  explicit Growth(AppController* app);

  // The seed of the next panorama. It is another one for every panorama unless it is locked or was rolled by
  // hand since.
  std::uint64_t seed() const { return seed_; }
  void set_seed(std::uint64_t seed);
  bool seed_locked() const;
  void set_seed_locked(bool locked);
  void roll_seed();  // the one that the next panorama has

  // How new columns are made; held from the next new column on.
  const stream::GenerationSettings& settings() const { return settings_; }
  void set_settings(const stream::GenerationSettings& settings);
  stream::GenerationSettings default_settings() const;

  int amount() const;  // columns of one extension
  void set_amount(int columns);
  bool auto_extend() const;
  void set_auto_extend(bool on);

  bool running() const { return running_; }
  engine::FrameId side() const { return side_; }  // where it grows, or grew last
  const jobs::Progress& progress() const { return progress_; }

  // A new panorama of a scene in this document (undo brings the one before back), and its first columns. A
  // photo that nothing continues yet stays, and is continued as this scene.
  void start_scene(std::int64_t scene);
  bool bare_photo() const;  // the canvas is one
  bool in_photo(std::int64_t column) const;
  void extend(engine::FrameId side);
  void keep_going(engine::FrameId side);
  // So many columns with the settings that hold there, as a part of another change.
  void add(engine::FrameId side, std::int64_t columns);
  void stop();
  void reroll();
  // From a document column on, outwards.
  void regenerate(std::int64_t column, std::uint32_t take = 0, std::int64_t columns = 0);
  // Also outwards; within a photo that nothing continues yet it is how that is continued.
  void change_scene(std::int64_t column, std::int64_t scene, int ramp);
  void cut_off(std::int64_t column);
  // Takes a new canvas through the steps of a picture's record, one after the other, until it is stopped or
  // something else is asked for.
  void take_steps(const std::vector<batch::RestoreStep>& steps);
  void forget_steps() { steps_.clear(); }
  // The user looks at an end: with auto-extend on, more columns are made there.
  void near_end(engine::FrameId side);

  // Called by the controller.
  void engine_changed();
  void canvas_changed();
  void report(const jobs::Progress& progress);
  void ended(std::int64_t made, const std::optional<Error>& error);

 Q_SIGNALS:
  void running_changed();
  void progress_changed();
  void seed_changed();
  void settings_changed();
  void amount_changed();
  void photo_scene_chosen(qint64 scene);
  void finished(qint64 made, double seconds);  // an extension ended by itself or was stopped

 private:
  void draw_seed();
  void mark_used();
  // Whether a scene can be begun: another window, with another model, may have sent it.
  bool can_begin(std::int64_t scene) const;
  void start(engine::FrameId side, std::int64_t count);
  bool next_step();  // false: there was none that adds columns
  void apply_settings(engine::FrameId side);
  engine::Studio& studio() const;

  AppController* app_;
  std::uint64_t seed_ = 1;
  stream::GenerationSettings settings_;
  bool seed_rolled_ = false;                        // and not used yet
  bool settings_touched_ = false;                   // and not applied yet
  std::filesystem::path project_;                   // whose settings these were:
  std::optional<stream::GenerationSettings> held_;  // the last that the canvas was seen to go on with
  bool running_ = false;
  engine::FrameId side_ = engine::FrameId::forward;
  jobs::Progress progress_;
  std::int64_t starts_ = 0;               // extensions begun and not yet ended
  std::deque<batch::RestoreStep> steps_;  // still to be taken; the first one is under way
};

}  // namespace equi::ui
