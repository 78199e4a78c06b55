#include "ui/export/export_dialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLocale>
#include <QStyle>

#include "core/batch/canvas_source.h"
#include "core/media/export.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kSampleColumns = 24;                      // of each end
constexpr int kSampleDelay = 200;                                // milliseconds
constexpr std::uint64_t kWorthSaying = std::uint64_t{64} << 20;  // bytes needed while writing

struct FormatChoice {
  media::Format format;
  const char* text;
};
constexpr FormatChoice kFormats[] = {
    {media::Format::png, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "PNG picture")},
    {media::Format::jpeg, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "JPEG picture")},
    {media::Format::webp, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "WebP picture")},
    {media::Format::tiff, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "TIFF picture, tiled")},
    {media::Format::deep_zoom, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "Deep-zoom tiles")},
    {media::Format::mp4, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "MP4 video, scrolling")},
    {media::Format::webm, QT_TRANSLATE_NOOP("equi::ui::ExportDialog", "WebM video, scrolling")},
};

QImage image_of(const engine::Strip& strip) {
  const QImage view(strip.pixels.data(), strip.width, strip.height, strip.width * 3, QImage::Format_RGB888);
  return view.copy();
}

media::StripSource source_of(const engine::Strip& strip) {
  return {strip.height, strip.width, [&strip](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            for (int y = 0; y < strip.height; ++y) {
              const auto* from =
                  strip.pixels.data() + (std::size_t(y) * std::size_t(strip.width) + std::size_t(x)) * 3;
              std::copy(from, from + std::size_t(width) * 3,
                        rgb.data() + std::size_t(y) * std::size_t(width) * 3);
            }
          }};
}

void set_role(QLabel* label, const char* role) {
  label->setProperty("role", role);
  label->style()->unpolish(label);
  label->style()->polish(label);
}

}  // namespace

ExportDialog::ExportDialog(AppController* app, CanvasExport* work, QWidget* parent)
    : HouseDialog(tr("Export"), parent), app_(app), work_(work), preview_(new ExportPreview) {
  set_heading(tr("Export the panorama"));
  resize(620, 560);
  content()->addWidget(preview_);
  content()->addSpacing(Space::s);
  content()->addWidget(make_form());
  facts_ = new QLabel;
  facts_->setProperty("role", "muted");
  facts_->setWordWrap(true);
  problem_ = new QLabel;
  problem_->setProperty("role", "warning");
  problem_->setWordWrap(true);
  problem_->hide();
  split_ = new QCheckBox(tr("S&plit into numbered files"));
  split_->hide();
  bar_ = new QProgressBar;
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->hide();
  content()->addStretch();
  content()->addWidget(problem_);
  content()->addWidget(split_);
  content()->addWidget(facts_);
  content()->addWidget(bar_);
  auto* buttons = add_buttons(QDialogButtonBox::Cancel);
  export_ = buttons->addButton(tr("E&xport"), QDialogButtonBox::ActionRole);
  export_->setDefault(true);
  later_.setSingleShot(true);
  later_.setInterval(kSampleDelay);
  connect(&later_, &QTimer::timeout, this, &ExportDialog::update_preview);
  connect(export_, &QPushButton::clicked, this, &ExportDialog::start);
  connect(split_, &QCheckBox::toggled, this, &ExportDialog::update_facts);
  connect(work_, &CanvasExport::running_changed, this, &ExportDialog::show_running);
  connect(work_, &CanvasExport::progress, this, [this](double share) { bar_->setValue(int(share * 1000)); });
  connect(work_, &CanvasExport::finished, this, &QDialog::accept);
  connect(work_, &CanvasExport::failed, this, [this](const Error& error) {
    if (error.kind() == ErrorKind::cancelled) {
      facts_->setText(tr("Cancelled; no file was written."));
      return;
    }
    const ErrorText text = describe(error);
    problem_->setText(text.title + QStringLiteral(" ") + text.detail);
    set_role(problem_, "error");
    problem_->show();
  });
  connect(app_, &AppController::canvas_changed, this, [this] {
    fill_ranges();
    range_chosen();
  });
  fill_ranges();
  format_chosen();
  range_chosen();
  show_running();
}

QWidget* ExportDialog::make_range() {
  range_ = new QComboBox;
  from_ = new QSpinBox;
  to_ = new QSpinBox;
  from_->setAccessibleName(tr("First column"));
  to_->setAccessibleName(tr("Last column"));
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(range_, 1);
  layout->addWidget(from_);
  layout->addWidget(new QLabel(QStringLiteral("–")));
  layout->addWidget(to_);
  row->setFocusProxy(range_);
  connect(range_, &QComboBox::currentIndexChanged, this, &ExportDialog::range_chosen);
  for (QSpinBox* box : {from_, to_}) {
    connect(box, &QSpinBox::valueChanged, this, [this] {
      update_facts();
      sample_later();
    });
  }
  return row;
}

QWidget* ExportDialog::make_target() {
  target_ = new QLineEdit;
  target_->setAccessibleName(tr("File"));
  auto* choose = new QPushButton(tr("C&hoose…"));
  choose->setAutoDefault(false);
  connect(choose, &QPushButton::clicked, this, &ExportDialog::choose_target);
  connect(target_, &QLineEdit::textChanged, this, &ExportDialog::update_facts);
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(target_, 1);
  layout->addWidget(choose);
  row->setFocusProxy(target_);
  return row;
}

QWidget* ExportDialog::make_form() {
  form_ = new QWidget;
  auto* form = new QFormLayout(form_);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(Space::s);
  form->setHorizontalSpacing(Space::l);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  format_ = new QComboBox;
  for (const auto& each : kFormats) format_->addItem(tr(each.text), static_cast<int>(each.format));
  options_ = new FormatOptions;
  seamless_ = new QCheckBox(tr("Make it &seamless"));
  seamless_->setToolTip(
      tr("Adds 16 columns at the right that lead back to the left end, so that the picture tiles"));
  form->addRow(tr("&Columns"), make_range());
  form->addRow(tr("&Format"), format_);
  form->addRow(QString(), options_);
  form->addRow(QString(), seamless_);
  form->addRow(tr("&Save to"), make_target());
  connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::format_chosen);
  connect(options_, &FormatOptions::changed, this, [this] {
    bytes_per_pixel_ = 0;
    update_facts();
    sample_later();
  });
  connect(seamless_, &QCheckBox::toggled, this, &ExportDialog::update_facts);
  return form_;
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
  update_facts();
  sample_later();
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
    const QString title = app_->project().title();
    target_->setText(QDir(folder).filePath((title.isEmpty() ? tr("panorama") : title) + end));
  } else {
    const QFileInfo info(target_->text());
    target_->setText(QDir(info.path()).filePath(info.completeBaseName() + end));
  }
  bytes_per_pixel_ = 0;
  update_facts();
  sample_later();
}

// At most every kSampleDelay, also while columns come in or somebody types.
void ExportDialog::sample_later() {
  if (!later_.isActive()) later_.start();
}

void ExportDialog::choose_target() {
  const QString end = QString::fromStdString(media::ending(options_->options().format));
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Export to"), target_->text(), QStringLiteral("%1 (*%2)").arg(format_->currentText(), end));
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

// Limits, size, parts: pure functions of the fields.
void ExportDialog::update_facts() {
  const auto engine = app_->engine();
  if (!engine || work_->running()) return;
  auto options = options_->options();
  const std::int64_t width = picture_width();
  const int height = engine->picture_height();
  const auto limit = media::limit_message(options.format, width, height);
  split_->setVisible(!limit.empty());
  if (limit.empty()) split_->setChecked(false);
  options = request().options;
  QString problem = limit.empty() || split_->isChecked() ? QString() : QString::fromStdString(limit);
  bool possible = true;
  try {
    media::validate(options, width, height);
  } catch (const Error& error) {
    if (problem.isEmpty()) problem = QString::fromStdString(error.message());
    possible = false;
  }
  set_role(problem_, "warning");
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  export_->setEnabled(possible && !target_->text().isEmpty());
  if (!possible) return facts_->clear();
  const auto e = media::estimate_size(options, width, height, bytes_per_pixel_);
  const QLocale locale;
  QStringList parts;
  if (media::is_video(options.format)) {
    parts << tr("%1 × %2 pixels").arg(options.scroll.width).arg(options.scroll.height)
          << tr("%L1 s").arg(e.seconds, 0, 'f', 1);
  } else {
    parts << tr("%L1 × %L2 pixels").arg(width).arg(height);
  }
  parts << tr("about %1").arg(locale.formattedDataSize(static_cast<qint64>(e.bytes)));
  if (e.files > 1) parts << tr("%L1 files").arg(e.files);
  if (e.temporary_bytes > kWorthSaying) {
    parts
        << tr("%1 more while writing").arg(locale.formattedDataSize(static_cast<qint64>(e.temporary_bytes)));
  }
  facts_->setText(parts.join(QStringLiteral("  ·  ")));
}

// A look at both ends on the device's worker, and how well they pack.
void ExportDialog::update_preview() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return preview_->show_waiting();
  const auto shown = columns();
  if (shown.begin < snapshot->extent.begin || shown.end > snapshot->extent.end) return;
  const auto options = options_->options();
  const auto tell =
      posted(app_, this, [this](const QImage& begin, const QImage& end, double density, quint64 round) {
        take_sample(begin, end, density, round);
      });
  app_->studio().run(
      {.name = "export preview", .priority = jobs::Priority::visible, .replaces = "export preview"},
      [shown, options, tell, round = ++round_](engine::Session* session, const jobs::Context& context) {
        if (session == nullptr) return;
        const bool all = shown.size() <= 2 * kSampleColumns;
        const auto begin =
            session->pixels({shown.begin, all ? shown.end : shown.begin + kSampleColumns}, context.stop());
        QImage end;
        if (!all) end = image_of(session->pixels({shown.end - kSampleColumns, shown.end}, context.stop()));
        const double density = media::measure_bytes_per_pixel(source_of(begin), options);
        tell(image_of(begin), end, density, round);
      });
}

void ExportDialog::take_sample(const QImage& begin, const QImage& end, double bytes_per_pixel,
                               quint64 round) {
  if (round != round_) return;
  preview_->show_pictures(begin, end);
  bytes_per_pixel_ = bytes_per_pixel;
  update_facts();
}

void ExportDialog::start() {
  const ExportRequest wanted = request();
  const auto parts = media::plan_parts(to_path(wanted.target), picture_width(), wanted.options.part_width);
  std::error_code ignored;
  const bool there = std::ranges::any_of(
      parts, [&](const media::Part& part) { return std::filesystem::exists(part.path, ignored); });
  if (there && ask(this, tr("Replace the file?"), tr("%1 exists already.").arg(from_path(parts.front().path)),
                   {tr("Replace"), tr("Cancel")}, 0) != 0) {
    return;
  }
  try {
    media::check_target(to_path(wanted.target), wanted.options);
  } catch (const Error& error) {
    const ErrorText text = describe(error);
    problem_->setText(text.title + QStringLiteral(" ") + text.detail);
    set_role(problem_, "error");
    problem_->show();
    return;
  }
  app_->settings().set_folder(QFileInfo(wanted.target).path());
  work_->start(wanted);
}

void ExportDialog::show_running() {
  const bool running = work_->running();
  form_->setEnabled(!running);
  split_->setEnabled(!running);
  bar_->setVisible(running);
  export_->setEnabled(!running);
  if (running) {
    bar_->setValue(0);
    facts_->setText(tr("Writing %1").arg(target_->text()));
  } else {
    update_facts();
  }
}

// Cancel stops a running export first; once more closes the dialog.
void ExportDialog::reject() {
  if (work_->running()) {
    facts_->setText(tr("Cancelling…"));
    work_->cancel();
    return;
  }
  QDialog::reject();
}

}  // namespace equi::ui
