#include "ui/export/export_dialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QStyle>

#include "core/media/export.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kSampleColumns = 24;                      // of each end
constexpr std::int64_t kLeastRing = 4;                           // columns that can be closed to a ring
constexpr int kSampleDelay = 200;                                // milliseconds
constexpr std::uint64_t kWorthSaying = std::uint64_t{64} << 20;  // bytes needed while writing

QImage image_of(const engine::Strip& strip) {
  const QImage view(strip.pixels.data(), strip.width, strip.height, qsizetype{strip.width} * 3,
                    QImage::Format_RGB888);
  return view.copy();
}

QString joined(const QStringList& facts) {
  return facts.join(QStringLiteral("  ·  "));
}

QString size_text(std::uint64_t bytes) {
  return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < (1U << 20) ? 0 : 1);
}

// The first of the files of an export that is there already; empty: none is.
QString first_existing(const ExportRequest& request, std::int64_t width) {
  std::error_code ignored;
  const auto parts = media::plan_parts(to_path(request.target), width, request.options.part_width);
  const auto found = std::ranges::find_if(
      parts, [&](const media::Part& part) { return std::filesystem::exists(part.path, ignored); });
  return found == parts.end() ? QString() : from_path(found->path.filename());
}

}  // namespace

ExportDialog::ExportDialog(AppController* app, CanvasExport* work, QWidget* parent)
    : HouseDialog(tr("Export"), parent),
      app_(app),
      work_(work),
      preview_(new ExportPreview),
      disk_(new DiskWatch(app, this)) {
  build();
  later_.setSingleShot(true);
  later_.setInterval(kSampleDelay);
  const AppSettings& settings = app_->settings();
  options_->set_fields(settings.value(QStringLiteral("export/options")).toStringList());
  const int format = format_->findData(settings.value(QStringLiteral("export/format"), -1).toInt());
  if (format >= 0) format_->setCurrentIndex(format);
  connect_parts();
  fill_ranges();
  format_chosen();
  range_chosen();
  show_running();
  format_->setFocus();
}

void ExportDialog::connect_parts() {
  connect(&later_, &QTimer::timeout, this, &ExportDialog::update_preview);
  connect(close_, &QPushButton::clicked, this, &QDialog::reject);
  connect(stop_, &QPushButton::clicked, this, [this] {
    facts_->setText(tr("Stopping…"));
    work_->cancel();
  });
  connect(export_, &QPushButton::clicked, this, &ExportDialog::check_and_start);
  connect(range_, &QComboBox::currentIndexChanged, this, &ExportDialog::range_chosen);
  for (QSpinBox* box : {from_, to_}) {
    connect(box, &QSpinBox::valueChanged, this, [this] {
      update_facts();
      sample_later();
    });
  }
  connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::format_chosen);
  connect(options_, &FormatOptions::changed, this, [this] {
    bytes_per_pixel_ = 0;
    update_facts();
    sample_later();
  });
  for (QCheckBox* box : {seamless_, split_})
    connect(box, &QCheckBox::toggled, this, &ExportDialog::update_facts);
  connect(target_, &QLineEdit::textChanged, this, [this](const QString& path) {
    disk_->look_at(path);
    update_facts();
  });
  connect(disk_, &DiskWatch::changed, this, &ExportDialog::refresh_facts);
  connect(work_, &CanvasExport::running_changed, this, &ExportDialog::show_running);
  connect(work_, &CanvasExport::progress, this, [this](double share) { bar_->setValue(int(share * 1000)); });
  connect(work_, &CanvasExport::finished, this, &QDialog::accept);
  connect(work_, &CanvasExport::failed, this, [this](const Error& error) {
    if (error.kind() == ErrorKind::cancelled) {
      facts_->setText(tr("Stopped; no file was written."));
    } else {
      show_problem("error", describe(error).detail);
    }
    told_ = true;
  });
  const auto canvas_changed = [this] {
    fill_ranges();
    show_range();
    refresh_facts();
    sample_later();
  };
  connect(app_, &AppController::canvas_changed, this, canvas_changed);
  connect(app_, &AppController::selection_changed, this, canvas_changed);
}

// Keeps what was chosen when the canvas has grown meanwhile.
void ExportDialog::fill_ranges() {
  const auto snapshot = app_->snapshot();
  const stream::ColumnRange extent = snapshot ? snapshot->extent : stream::ColumnRange{};
  const stream::ColumnRange selection = app_->selection();
  const QSignalBlocker quiet(range_), quiet_from(from_), quiet_to(to_);
  const int chosen = range_->currentData().isValid() ? range_->currentData().toInt()
                     : selection.size() > 1          ? static_cast<int>(Span::selection)
                                                     : static_cast<int>(Span::whole);
  range_->clear();
  range_->addItem(tr("The whole panorama (%L1)").arg(extent.size()), static_cast<int>(Span::whole));
  if (selection.size() > 0) {
    range_->addItem(tr("The selection (%L1)").arg(selection.size()), static_cast<int>(Span::selection));
  }
  range_->addItem(tr("From column to column"), static_cast<int>(Span::columns));
  range_->setCurrentIndex(std::max(0, range_->findData(chosen)));
  const auto first = static_cast<int>(std::max<std::int64_t>(extent.begin, INT_MIN));
  const auto last = static_cast<int>(std::min<std::int64_t>(extent.end - 1, INT_MAX));
  for (QSpinBox* box : {from_, to_}) box->setRange(first, std::max(first, last));
}

void ExportDialog::range_chosen() {
  show_range();
  update_facts();
  sample_later();
}

void ExportDialog::show_range() {
  const auto snapshot = app_->snapshot();
  if (!snapshot) return;
  const auto span = static_cast<Span>(range_->currentData().toInt());
  for (QSpinBox* box : {from_, to_}) box->setEnabled(span == Span::columns);
  if (span != Span::columns) {
    const auto shown = span == Span::whole ? snapshot->extent : app_->selection();
    const QSignalBlocker quiet_from(from_), quiet_to(to_);
    from_->setValue(static_cast<int>(shown.begin));
    to_->setValue(static_cast<int>(shown.end - 1));
  }
}

stream::ColumnRange ExportDialog::columns() const {
  return {std::min(from_->value(), to_->value()), std::int64_t{std::max(from_->value(), to_->value())} + 1};
}

std::int64_t ExportDialog::picture_width() const {
  const std::int64_t px = app_->engine() ? app_->engine()->column_pixels() : 16;
  const auto added = seamless_->isChecked() ? ExportRequest().bridge_columns : 0;
  return (columns().size() + added) * px;
}

void ExportDialog::format_chosen() {
  const auto format = static_cast<media::Format>(format_->currentData().toInt());
  options_->show_format(format);
  const QString end = QString::fromStdString(media::ending(format));
  if (target_->text().isEmpty()) {
    const QString folder = app_->settings().folder().isEmpty() ? QDir::homePath() : app_->settings().folder();
    target_->setText(QDir(folder).filePath(proposed_name() + end));
  } else {
    const QFileInfo info(target_->text());
    target_->setText(QDir(info.path()).filePath(info.completeBaseName() + end));
  }
  bytes_per_pixel_ = 0;
  update_facts();
  sample_later();
}

// The project's name; without one the scene and the seed.
QString ExportDialog::proposed_name() const {
  const QString project = app_->project().path();
  if (!project.isEmpty()) return QFileInfo(project).completeBaseName();
  const auto snapshot = app_->snapshot();
  if (!snapshot || !app_->engine() || snapshot->state.photo) return tr("panorama");
  const auto& names = app_->engine()->manifest().class_names;
  const auto scene = static_cast<std::size_t>(snapshot->state.scene);
  if (scene >= names.size()) return tr("panorama");
  QString name = QStringLiteral("%1-%2").arg(QString::fromStdString(names[scene])).arg(snapshot->state.seed);
  return name.replace(QLatin1Char('/'), QLatin1Char('_'));
}

// At most every kSampleDelay, also while columns come in or somebody types.
void ExportDialog::sample_later() {
  if (!later_.isActive()) later_.start();
}

void ExportDialog::choose_target() {
  const QString end = QString::fromStdString(media::ending(options_->options().format));
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export to"), target_->text(),
                                   QStringLiteral("%1 (*%2)").arg(format_->currentText(), end), nullptr,
                                   QFileDialog::DontConfirmOverwrite);  // asked when it starts
  if (path.isEmpty()) return;
  const QFileInfo info(path);
  app_->settings().set_folder(info.path());
  target_->setText(info.suffix().isEmpty() ? path + end : path);
}

ExportRequest ExportDialog::request() const {
  ExportRequest request;
  request.columns = columns();
  request.target = target_->text();
  request.options = options_->options();
  request.seamless = seamless_->isChecked();
  const std::int64_t px = app_->engine() ? app_->engine()->column_pixels() : 16;
  if (split_->isChecked()) request.options.part_width = media::largest_part(request.options.format, px);
  return request;
}

// What stands in the way of the export; empty: nothing does.
QString ExportDialog::problem_of(const media::ExportOptions& options) const {
  const std::int64_t width = picture_width(), limit = media::size_limit(options.format);
  const QString name = QString::fromStdString(media::name(options.format));
  if (app_->snapshot() == nullptr || app_->snapshot()->extent.size() == 0)
    return tr("There is no panorama yet.");
  if (seamless_->isChecked() && columns().size() < kLeastRing)
    return tr("A seamless picture needs at least %L1 columns.").arg(kLeastRing);
  if (width > limit && options.part_width == 0) {
    const QString holds =
        options.format == media::Format::jpeg
            ? tr("A JPEG file holds at most 65,535 pixels in a row (the library that writes it: 65,500)")
            : tr("A %1 file holds at most %L2 pixels in a row").arg(name).arg(limit);
    return tr("%1; this picture has %L2.").arg(holds).arg(width);
  }
  try {
    media::validate(options, width, app_->engine()->picture_height());
    media::estimate_size(options, width, app_->engine()->picture_height());
  } catch (const Error& error) {
    return describe(error).detail;
  }
  return target_->text().isEmpty() ? tr("Say which file to write.") : QString();
}

QString ExportDialog::facts_of(const media::ExportOptions& options) const {
  const std::int64_t width = picture_width();
  const int height = app_->engine()->picture_height();
  const auto e = media::estimate_size(options, width, height, bytes_per_pixel_);
  QStringList parts;
  if (media::is_video(options.format)) {
    parts << tr("%1 × %2 pixels").arg(options.scroll.width).arg(options.scroll.height)
          << tr("%L1 s long").arg(e.seconds, 0, 'f', 1);
  } else {
    parts << tr("%L1 × %L2 pixels").arg(width).arg(height);
  }
  parts << tr("about %1").arg(size_text(e.bytes));
  if (e.files > 1) parts << tr("%L1 files").arg(e.files);
  if (e.temporary_bytes > kWorthSaying)
    parts << tr("%1 more while writing").arg(size_text(e.temporary_bytes));
  if (media::carries_metadata(options.format)) parts << tr("with its settings");
  return joined(parts);
}

// On the disk, while it is written.
std::uint64_t ExportDialog::needed_bytes() const {
  const auto e = media::estimate_size(request().options, picture_width(), app_->engine()->picture_height(),
                                      bytes_per_pixel_);
  return e.bytes + e.temporary_bytes;
}

// Limits, size, parts, room on the disk: pure functions of the fields and of what the disk said.
void ExportDialog::update_facts() {
  const auto engine = app_->engine();
  if (!engine || work_->running() || checking_) return;
  told_ = false;
  const auto format = options_->options().format;
  const bool too_wide = !media::is_video(format) && picture_width() > media::size_limit(format);
  split_->setVisible(too_wide);
  if (!too_wide) {
    const QSignalBlocker quiet(split_);
    split_->setChecked(false);
  }
  const auto options = request().options;
  const QString problem = problem_of(options);
  show_problem("warning", problem.isEmpty() ? disk_->warning(needed_bytes()) : problem);
  export_->setEnabled(problem.isEmpty());
  facts_->setText(problem.isEmpty() ? facts_of(options) : QString());
}

// When more is known; what the last export came to stays to be read.
void ExportDialog::refresh_facts() {
  if (!told_) update_facts();
}

void ExportDialog::show_problem(const char* role, const QString& text) {
  problem_->setProperty("role", role);
  problem_->style()->unpolish(problem_);
  problem_->style()->polish(problem_);
  problem_->setText(text);
  problem_->setVisible(!text.isEmpty());
}

// A look at both ends on the device's worker, and how well they pack.
void ExportDialog::update_preview() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return preview_->show_waiting();
  const auto shown = columns();
  if (shown.begin < snapshot->extent.begin || shown.end > snapshot->extent.end) return;
  const auto tell =
      posted(app_, this, [this](const QImage& begin, const QImage& end, double density, quint64 round) {
        take_sample(begin, end, density, round);
      });
  app_->studio().run(
      {.name = "export preview", .priority = jobs::Priority::visible, .replaces = "export preview"},
      [shown, options = options_->options(), tell, round = ++round_](engine::Session* session,
                                                                     const jobs::Context& context) {
        if (session == nullptr) return;
        const bool all = shown.size() <= 2 * kSampleColumns;
        const auto begin =
            session->pixels({shown.begin, all ? shown.end : shown.begin + kSampleColumns}, context.stop());
        QImage end;
        if (!all) end = image_of(session->pixels({shown.end - kSampleColumns, shown.end}, context.stop()));
        const media::Image sample{begin.width, begin.height, begin.pixels};
        tell(image_of(begin), end, media::measure_bytes_per_pixel(media::source_of(sample), options), round);
      });
}

void ExportDialog::take_sample(const QImage& begin, const QImage& end, double bytes_per_pixel,
                               quint64 round) {
  if (round != round_) return;
  preview_->show_pictures(begin, end);
  bytes_per_pixel_ = bytes_per_pixel;
  refresh_facts();
}

// The target is looked at where files are, then the export starts.
void ExportDialog::check_and_start() {
  if (work_->running() || checking_) return;
  checking_ = true;
  export_->setEnabled(false);
  const auto there = std::make_shared<QString>();
  jobs::JobSpec spec;
  spec.name = "check export";
  spec.run = [there, request = request(), width = picture_width()](const jobs::Context&) {
    media::check_target(to_path(request.target), request.options);
    *there = first_existing(request, width);
  };
  spec.on_end = posted(app_, this, [this, there, request = request()](const std::optional<Error>& error) {
    start(request, *there, error);
  });
  app_->files()->submit(std::move(spec));
}

void ExportDialog::start(const ExportRequest& request, const QString& there,
                         const std::optional<Error>& error) {
  checking_ = false;
  update_facts();
  if (error) {
    told_ = true;
    return show_problem("error", describe(*error).detail);
  }
  const QString room = disk_->warning(needed_bytes());
  if (!room.isEmpty() && ask(this, tr("The disk may become full"),
                             room + QLatin1Char(' ') + tr("When it is full, the export ends without a file."),
                             {tr("Cancel"), tr("Export all the same")}, 1) != 1) {
    return;
  }
  if (!there.isEmpty() && ask(this, tr("Replace the file?"), tr("“%1” exists already.").arg(there),
                              {tr("Replace"), tr("Cancel")}, 0) != 0) {
    return;
  }
  app_->settings().set_folder(QFileInfo(request.target).path());
  app_->settings().set_value(QStringLiteral("export/format"), format_->currentData());
  app_->settings().set_value(QStringLiteral("export/options"), options_->fields());
  work_->start(request);
}

void ExportDialog::show_running() {
  const bool running = work_->running();
  for (QWidget* each : {form_, static_cast<QWidget*>(split_)}) each->setEnabled(!running);
  bar_->setVisible(running);
  stop_->setVisible(running);
  export_->setVisible(!running);
  close_->setText(running ? tr("Hide") : tr("Cancel"));
  close_->setToolTip(running ? tr("The export goes on") : QString());
  if (!running) return update_facts();
  show_problem("warning", {});
  bar_->setValue(int(work_->share() * 1000));
  facts_->setText(tr("Writing %1").arg(QFileInfo(work_->request().target).fileName()));
}

}  // namespace equi::ui
