#include "ui/export/canvas_export.h"

#include <cstring>
#include <memory>

#include "core/batch/canvas_source.h"
#include "core/batch/picture_record.h"
#include "core/batch/seamless.h"
#include "core/media/export.h"
#include "core/media/metadata.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

constexpr double kPollSeconds = 0.05;

// Runs `work` on the device's worker and waits; passes its error on.
void on_device(engine::Studio& studio, const std::string& name, const std::stop_token& stop,
               const std::function<void(engine::Session&, const jobs::Context&)>& work) {
  const auto job = studio.run({.name = name, .priority = jobs::Priority::normal},
                              [&work](engine::Session* session, const jobs::Context& context) {
                                if (session == nullptr) {
                                  throw Error(ErrorKind::bad_input, "canvas", "there is none any more");
                                }
                                work(*session, context);
                              });
  while (!job.wait_for(kPollSeconds)) {
    if (stop.stop_requested()) job.cancel();
  }
  if (const auto error = job.error()) throw *error;
}

std::int64_t scene_at(const canvas::State& state, std::int64_t column) {
  const auto scene = state.scene_at(column);
  return scene.blend < 0.5 ? scene.from : scene.to;
}

batch::LoopBridge close_ring(engine::Session& session, const ExportRequest& request,
                             const std::stop_token& stop) {
  const auto& state = session.state();
  const auto& columns = request.columns;
  batch::SeamlessOptions options;
  options.columns = request.bridge_columns;
  options.seed = state.seed;
  options.first_scene = scene_at(state, columns.begin);
  options.last_scene = scene_at(state, columns.end - 1);
  options.settings = state.settings_at(columns.end - 1);
  return batch::make_loop_bridge(session.engine(), batch::canvas_source(session, columns, stop), options,
                                 stop);
}

}  // namespace

CanvasExport::CanvasExport(AppController* app) : QObject(app), app_(app) {}

CanvasExport::~CanvasExport() {
  cancel();
}

media::StripSource CanvasExport::source(AppController* app, stream::ColumnRange columns,
                                        std::uint64_t revision, const std::stop_token& stop) {
  const auto engine = app->engine();
  const std::int64_t px = engine->column_pixels();
  return {engine->picture_height(), columns.size() * px,
          [studio = &app->studio(), columns, revision, stop](std::int64_t x, int width,
                                                             std::span<std::uint8_t> rgb) {
            on_device(*studio, "export pixels", stop,
                      [&](engine::Session& session, const jobs::Context& context) {
                        const auto snapshot = studio->snapshot();
                        if (!snapshot || snapshot->revision != revision) {
                          throw Error(ErrorKind::bad_input, "canvas",
                                      "it was changed while it was being exported", "export it again");
                        }
                        batch::canvas_source(session, columns, context.stop()).read(x, width, rgb);
                      });
          }};
}

void CanvasExport::start(const ExportRequest& request) {
  const auto snapshot = app_->snapshot();
  if (running() || !snapshot || !app_->engine()) return;
  struct Outcome {
    QStringList files;
    qint64 bytes = 0;
  };
  const auto outcome = std::make_shared<Outcome>();
  const auto tell = posted(app_, this, [this](double share) {
    share_ = share;
    Q_EMIT progress(share);
  });
  request_ = request;
  share_ = 0;
  jobs::JobSpec spec;
  spec.name = "export";
  spec.run = [app = app_, request, revision = snapshot->revision, outcome,
              tell](const jobs::Context& context) {
    std::string record;
    std::shared_ptr<batch::LoopBridge> bridge;
    on_device(app->studio(), "export", context.stop(),
              [&](engine::Session& session, const jobs::Context& inner) {
                record = batch::to_json(batch::make_record(session, request.columns, request.seamless),
                                        media::record_limit(request.options.format));
                if (request.seamless) {
                  bridge = std::make_shared<batch::LoopBridge>(close_ring(session, request, inner.stop()));
                }
              });
    auto pixels = source(app, request.columns, revision, context.stop());
    if (bridge) pixels = batch::closed(pixels, bridge);
    double shown = 0;
    const auto report = [&](std::int64_t done, std::int64_t total) {
      const double share = static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, total));
      if (share < shown + 0.002 && done < total) return;
      shown = share;
      tell(share);
    };
    const auto result = media::export_picture(pixels, to_path(request.target), request.options, record,
                                              {report, context.stop()});
    for (const auto& file : result.files) outcome->files.append(from_path(file));
    outcome->bytes = static_cast<qint64>(result.bytes);
  };
  spec.on_end = [end = posted(app_, this,
                              [this](const std::optional<Error>& error, const QStringList& files,
                                     qint64 bytes) { ended(error, files, bytes); }),
                 outcome](const std::optional<Error>& error) { end(error, outcome->files, outcome->bytes); };
  clock_.start();
  job_ = app_->long_files()->submit(std::move(spec));
  Q_EMIT running_changed();
}

void CanvasExport::cancel() {
  if (job_) job_->cancel();
}

void CanvasExport::ended(const std::optional<Error>& error, const QStringList& files, qint64 bytes) {
  job_.reset();
  Q_EMIT running_changed();
  if (error) {
    Q_EMIT failed(*error);
    return;
  }
  Q_EMIT finished(files, bytes, static_cast<double>(clock_.elapsed()) / 1000.0);
}

}  // namespace equi::ui
