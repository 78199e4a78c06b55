#include "ui/inspector/inspection.h"

#include <algorithm>

#include "core/base/error.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kGrowthReach = 24;  // columns: nearer to an end, growth changes what is seen

bool near_an_end(ColumnRange columns, ColumnRange extent) {
  return columns.begin - extent.begin < kGrowthReach || extent.end - columns.end < kGrowthReach;
}

}  // namespace

const inspect::TokenStatistics& InspectionMemory::of_canvas(engine::Session& session, inspect::Row& row) {
  if (!canvas_of_ || *canvas_of_ != session.state()) {
    canvas_ = inspect::statistics_of_row(row);
    canvas_of_ = session.state();
  }
  return canvas_;
}

const inspect::TokenStatistics* InspectionMemory::of_model(engine::Session& session) {
  if (model_of_ != &session.engine()) {
    model_ = inspect::stored_statistics(session.engine());
    model_of_ = &session.engine();
  }
  return model_ ? &*model_ : nullptr;
}

const inspect::TokenStatistics& InspectionMemory::best(engine::Session& session, inspect::Row& row) {
  const auto* model = of_model(session);
  return model != nullptr ? *model : of_canvas(session, row);
}

const inspect::Picture& InspectionMemory::before(engine::Session& session, inspect::Row& row,
                                                 ColumnRange columns, const std::stop_token& stop) {
  if (!before_of_ || *before_of_ != session.state() || before_by_ != &session.engine() ||
      before_.columns != columns) {
    before_of_.reset();
    before_ = row.decode(columns, {}, stop);
    before_of_ = session.state();
    before_by_ = &session.engine();
  }
  return before_;
}

inspect::Token InspectionMemory::of_file(const std::shared_ptr<const engine::Engine>& engine,
                                         const std::filesystem::path& path, std::int64_t column) {
  if (path.extension() == ".equi") return inspect::token_of_project(engine, path, column);
  if (!picture_ || picture_engine_ != engine || picture_path_ != path) {
    picture_.reset();
    picture_ = inspect::row_of_picture(*engine, inspect::load_picture(*engine, path));
    picture_engine_ = engine;
    picture_path_ = path;
  }
  return inspect::token_of(*picture_, column);
}

Inspection::Inspection(AppController* app, QObject* parent) : QObject(parent), app_(app) {
  connect(app, &AppController::selection_changed, this, &Inspection::update);
  connect(app, &AppController::canvas_changed, this, &Inspection::update);
  update();
}

bool Inspection::in_photo() const {
  const auto snapshot = app_->snapshot();
  if (!snapshot || !snapshot->state.photo) return false;
  return columns_.begin < snapshot->state.photo_columns && columns_.end > 0;
}

void Inspection::update() {
  const auto snapshot = app_->snapshot();
  const ColumnRange extent = snapshot ? snapshot->extent : ColumnRange{};
  const ColumnRange wanted = app_->selection();
  ColumnRange columns{std::max(wanted.begin, extent.begin), std::min(wanted.end, extent.end)};
  if (columns.size() < 1) columns = {};
  columns.end = std::min(columns.end, columns.begin + kMostColumns);
  const std::uint64_t revision = snapshot ? snapshot->revision : 0;
  const bool grown = extent != extent_ && columns.size() > 0 && near_an_end(columns, extent);
  const bool same = columns == columns_ && revision == revision_ && !grown;
  columns_ = columns;
  revision_ = revision;
  extent_ = extent;
  if (!same) Q_EMIT changed();
}

jobs::Job Inspection::preview(const std::string& key, QObject* target, Work work, Failed failed) {
  jobs::JobSpec spec;
  spec.name = key;
  spec.priority = jobs::Priority::preview;
  spec.replaces = "inspector." + key;
  // While a slider is dragged over the same columns, what runs is shown and what waits is replaced: were
  // each move to cancel what the one before began, nothing would be seen until the drag is over.
  const Place place{columns_, revision_};
  spec.spares_running = previewed_[key] == place;
  previewed_[key] = place;
  return submit(std::move(spec), true, target, std::move(work), std::move(failed));
}

jobs::Job Inspection::run(const std::string& name, QObject* target, Work work, Failed failed) {
  jobs::JobSpec spec;
  spec.name = name;
  spec.priority = jobs::Priority::visible;
  return submit(std::move(spec), false, target, std::move(work), std::move(failed));
}

jobs::Job Inspection::submit(jobs::JobSpec spec, bool live, QObject* target, Work work, Failed failed) {
  const auto deliver = posted(app_, target, [](const Show& show) { show(); });
  const auto report = posted(app_, target, [failed = std::move(failed)](const Error& error) {
    if (failed) failed(error);
  });
  spec.on_end = [report, live](const std::optional<Error>& error) {
    if (error && !(live && error->kind() == ErrorKind::cancelled)) report(*error);
  };
  return app_->studio().run(std::move(spec), [deliver, work = std::move(work), memory = memory_](
                                                 engine::Session* session, const jobs::Context& job) {
    if (session == nullptr || session->extent().size() == 0)
      throw Error(ErrorKind::cancelled, "canvas", "it is empty by now");
    const auto row = inspect::row_of_session(*session);
    Context context{*session, *row, *memory, job};
    if (auto show = work(context)) deliver(show);
  });
}

void Inspection::apply(std::vector<inspect::Replacement> tokens, bool go_on) {
  const auto snapshot = app_->snapshot();
  if (tokens.empty() || !snapshot) return;
  const auto side = canvas::frame_of(tokens.front().column);
  const bool forward = side == engine::FrameId::forward;
  std::int64_t outermost = tokens.front().column;
  for (const auto& each : tokens) {
    outermost = forward ? std::max(outermost, each.column) : std::min(outermost, each.column);
  }
  const std::int64_t beyond =
      forward ? snapshot->extent.end - 1 - outermost : outermost - snapshot->extent.begin;
  if (go_on) app_->studio().stop();
  run(
      "edit tokens", this,
      [=, this, tokens = std::move(tokens)](Context& context) -> Show {
        canvas::EditTokens command;
        for (const auto& each : tokens)
          command.edits.push_back({each.column, context.session.document().put_token(each.token)});
        context.session.execute(command);
        if (!go_on || beyond < 1) return {};
        context.session.execute(canvas::CutOff{forward ? outermost + 1 : outermost - 1});
        return [this, side, beyond] { app_->growth().add(side, beyond); };
      },
      [this](const Error& error) { app_->report(error); });
}

void Inspection::show_on_canvas(ColumnRange columns, const QImage& picture) {
  Q_EMIT overlay(columns, picture);
}

QImage to_image(const inspect::Rgb& rgb) {
  const QImage wrapped(rgb.pixels.data(), rgb.width, rgb.height, qsizetype{3} * rgb.width,
                       QImage::Format_RGB888);
  return wrapped.convertToFormat(QImage::Format_RGB32);
}

QString column_text(ColumnRange columns) {
  if (columns.size() == 1) return Inspection::tr("Column %L1").arg(columns.begin);
  return Inspection::tr("Columns %L1 to %L2").arg(columns.begin).arg(columns.end - 1);
}

}  // namespace equi::ui
