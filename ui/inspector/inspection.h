#pragma once

#include <QImage>
#include <QObject>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/engine/studio.h"
#include "core/inspect/heat_map.h"
#include "core/inspect/sources.h"

namespace equi::ui {

class AppController;
using stream::ColumnRange;

// What the worker keeps from one preview to the next. Only the device's worker touches it.
class InspectionMemory {
 public:
  const inspect::TokenStatistics& of_canvas(engine::Session& session, inspect::Row& row);
  // The model's own where its bundle has them, the canvas's otherwise.
  const inspect::TokenStatistics& best(engine::Session& session, inspect::Row& row);
  const inspect::TokenStatistics* of_model(engine::Session& session);  // null: none were learnt
  void forget_model() { model_of_ = nullptr; }
  // The canvas as it is at these columns; kept for the previews that compare with it.
  const inspect::Picture& before(engine::Session& session, inspect::Row& row, ColumnRange columns,
                                 const std::stop_token& stop);
  // A column's token out of a picture (encoded once for all its columns) or another project.
  inspect::Token of_file(const std::shared_ptr<const engine::Engine>& engine,
                         const std::filesystem::path& path, std::int64_t column);

 private:
  std::optional<canvas::State> canvas_of_;
  inspect::TokenStatistics canvas_;
  std::optional<canvas::State> before_of_;
  const engine::Engine* before_by_ = nullptr;
  inspect::Picture before_;
  const engine::Engine* model_of_ = nullptr;
  std::optional<inspect::TokenStatistics> model_;
  std::shared_ptr<const engine::Engine> picture_engine_;
  std::filesystem::path picture_path_;
  std::unique_ptr<inspect::Row> picture_;
};

// What the inspector looks at, and how its pages get things computed: on the device's worker, ahead of
// everything else, each preview cancelling the one before it.
class Inspection : public QObject {
  Q_OBJECT

 public:
  static constexpr std::int64_t kMostColumns = 64;  // of a selection; the others are left out

  explicit Inspection(AppController* app, QObject* parent = nullptr);

  AppController* app() const { return app_; }
  // The selected columns that exist; empty: nothing to look at.
  ColumnRange columns() const { return columns_; }
  bool any() const { return columns_.size() > 0; }
  bool in_photo() const;  // one of them is: its token cannot be edited

  // Handed to work on the worker; valid during the call.
  struct Context {
    engine::Session& session;
    inspect::Row& row;
    InspectionMemory& memory;
    const jobs::Context& job;
    const std::stop_token& stop() const { return job.stop(); }
  };
  // Computes, and returns what is then to be done on the GUI thread (or nothing).
  using Show = std::function<void()>;
  using Work = std::function<Show(Context&)>;
  using Failed = std::function<void(const Error&)>;
  // Runs `work`, then what it returned unless `target` is gone. A later call with the same key replaces this
  // one; when it is about the same columns, only while this one waits. `failed` is called on the GUI thread,
  // not for a preview that was replaced.
  jobs::Job preview(const std::string& key, QObject* target, Work work, Failed failed = {});
  // The same for something that is not live: an export, learning statistics. `failed` is told, too, when it
  // was cancelled or there is no canvas any more.
  jobs::Job run(const std::string& name, QObject* target, Work work, Failed failed = {});

  // Puts tokens in place, as one undoable edit; with `go_on`, what lies outwards of them is made again
  // from them, with the same noise.
  void apply(std::vector<inspect::Replacement> tokens, bool go_on);

  void jump_to(std::int64_t column) { Q_EMIT jump(column); }
  // What a page shows, at its place in the canvas; an empty range: nothing any more.
  void show_on_canvas(ColumnRange columns, const QImage& picture);

 Q_SIGNALS:
  void changed();  // other columns are selected, or the canvas around them is another
  void jump(qint64 column);
  void overlay(equi::stream::ColumnRange columns, const QImage& picture);

 private:
  jobs::Job submit(jobs::JobSpec spec, bool live, QObject* target, Work work, Failed failed);
  void update();

  AppController* app_;
  ColumnRange columns_;
  ColumnRange extent_;
  std::uint64_t revision_ = 0;
  // Of which columns, and of which canvas.
  struct Place {
    ColumnRange columns;
    std::uint64_t revision = 0;
    bool operator==(const Place&) const = default;
  };
  std::map<std::string, Place> previewed_;  // what each page looked at last
  std::shared_ptr<InspectionMemory> memory_ = std::make_shared<InspectionMemory>();
};

// Pixels as a picture to paint.
QImage to_image(const inspect::Rgb& rgb);

// "column 7" or "columns 7 – 12".
QString column_text(ColumnRange columns);

}  // namespace equi::ui
