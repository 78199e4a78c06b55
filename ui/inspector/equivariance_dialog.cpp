#include "ui/inspector/equivariance_dialog.h"

#include <QDirIterator>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QVBoxLayout>
#include <algorithm>

#include "core/inspect/sources.h"
#include "ui/app_controller.h"
#include "ui/frame/save_file.h"
#include "ui/gui_thread.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kMeasuredColumns = 256;  // of the canvas that are measured
constexpr int kMostMeasured = 1000;

QStringList picture_patterns() {
  return {QStringLiteral("*.png"),  QStringLiteral("*.jpg"), QStringLiteral("*.jpeg"),
          QStringLiteral("*.webp"), QStringLiteral("*.tif"), QStringLiteral("*.tiff"),
          QStringLiteral("*.bmp")};
}

QJsonObject to_json(const inspect::ShiftError& e) {
  return {{QStringLiteral("shift"), e.shift},
          {QStringLiteral("encode"), e.encode},
          {QStringLiteral("decode"), e.decode},
          {QStringLiteral("round_trip"), e.round_trip}};
}

}  // namespace

EquivarianceDialog::EquivarianceDialog(AppController* app, QWidget* parent)
    : HouseDialog(tr("Equivariance check"), parent),
      app_(app),
      plot_(new EquivariancePlot),
      text_(new QLabel),
      progress_(new QProgressBar),
      canvas_(new QPushButton(tr("This &canvas"))),
      pictures_(new QPushButton(tr("&Pictures…"))),
      folder_(new QPushButton(tr("&Folder…"))),
      save_(new QPushButton(tr("&Save…"))) {
  resize(680, 520);
  set_heading(
      tr("Does a picture that is moved give tokens that are moved?"),
      tr("Error between encoding the moved picture and moving the encoded one; the same for decoding. 0 is "
         "perfect, about 1.4 means that both have nothing to do with each other."));
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  text_->setText(tr("Choose what to measure on."));
  progress_->setTextVisible(false);
  progress_->setVisible(false);
  save_->setEnabled(false);
  auto* close = new QPushButton(tr("Close"));
  auto* row = new QHBoxLayout;
  for (QPushButton* each : {canvas_, pictures_, folder_}) row->addWidget(each);
  row->addStretch();
  row->addWidget(save_);
  row->addWidget(close);
  for (QPushButton* each : {canvas_, pictures_, folder_, save_, close}) each->setAutoDefault(false);
  content()->setSpacing(Space::m);
  content()->addWidget(plot_, 1);
  content()->addWidget(progress_);
  content()->addWidget(text_);
  content()->addLayout(row);
  const auto snapshot = app->snapshot();
  canvas_->setEnabled(snapshot && snapshot->extent.size() > 0);
  connect(canvas_, &QPushButton::clicked, this, &EquivarianceDialog::check_canvas);
  connect(pictures_, &QPushButton::clicked, this, &EquivarianceDialog::check_chosen_pictures);
  connect(folder_, &QPushButton::clicked, this, &EquivarianceDialog::choose_folder);
  connect(save_, &QPushButton::clicked, this, &EquivarianceDialog::choose_save);
  connect(close, &QPushButton::clicked, this, &QDialog::accept);
}

EquivarianceDialog::~EquivarianceDialog() {
  if (job_) job_->cancel();
}

void EquivarianceDialog::start() {
  if (job_) job_->cancel();
  ++round_;
  running_ = true;
  progress_->setRange(0, 0);
  progress_->setVisible(true);
  text_->setText(tr("Measuring…"));
}

void EquivarianceDialog::check_canvas() {
  start();
  const auto show = posted(app_, this, [this, round = round_](const inspect::Equivariance& result) {
    if (round == round_) show_result({result}, 0);
  });
  jobs::JobSpec spec;
  spec.name = "equivariance";
  spec.priority = jobs::Priority::visible;
  spec.on_end = posted(app_, this, [this, round = round_](const std::optional<Error>& error) {
    if (error && round == round_)
      finish(describe(*error).title + QStringLiteral(" ") + describe(*error).detail);
  });
  job_ = app_->studio().run(std::move(spec), [show](engine::Session* session, const jobs::Context& job) {
    if (session == nullptr || session->extent().size() == 0) return;
    auto columns = session->extent();
    columns.end = std::min(columns.end, columns.begin + kMeasuredColumns);
    auto strip = session->pixels(columns, job.stop());
    show(inspect::check_picture(session->engine(), {strip.width, strip.height, std::move(strip.pixels)}, {},
                                {}, job.stop()));
  });
}

void EquivarianceDialog::check_files(const QStringList& paths) {
  const auto engine = app_->engine();
  if (!engine || paths.isEmpty()) return;
  start();
  const auto tell = posted(app_, this, [this, round = round_](int done, int total) {
    if (round != round_) return;
    progress_->setRange(0, total);
    progress_->setValue(done);
  });
  const auto show = posted(app_, this,
                           [this, round = round_](const std::vector<inspect::Equivariance>& results,
                                                  int left_out, const QString& why) {
                             if (round != round_) return;
                             if (results.empty()) return finish(why);
                             show_result(results, left_out);
                           });
  jobs::JobSpec spec;
  spec.name = "equivariance";
  spec.priority = jobs::Priority::visible;
  job_ = app_->studio().run(std::move(spec), [=](engine::Session*, const jobs::Context& job) {
    std::vector<inspect::Equivariance> results;
    int left_out = 0, done = 0;
    QString why;
    for (const QString& path : paths) {
      try {
        const auto picture = inspect::load_picture(*engine, to_path(path));
        results.push_back(inspect::check_picture(*engine, picture, {}, {}, job.stop()));
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        ++left_out;
        why = describe(error).title + QStringLiteral(" ") + describe(error).detail;
      }
      tell(++done, static_cast<int>(paths.size()));
    }
    show(results, left_out, why);
  });
}

void EquivarianceDialog::check_chosen_pictures() {
  check_files(
      QFileDialog::getOpenFileNames(this, tr("Pictures to measure on"), app_->settings().folder(),
                                    tr("Pictures (%1)").arg(picture_patterns().join(QLatin1Char(' ')))));
}

void EquivarianceDialog::choose_folder() {
  const QString folder =
      QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), app_->settings().folder());
  if (!folder.isEmpty()) check_folder(folder);
}

// Looking through a whole disk takes a while.
void EquivarianceDialog::check_folder(const QString& folder) {
  start();
  text_->setText(tr("Looking for pictures…"));
  const auto found = posted(app_, this, [this, round = round_](const QStringList& paths) {
    if (round != round_) return;
    if (paths.isEmpty()) return finish(tr("There are no pictures in it."));
    if (!app_->engine()) return finish(tr("No model is loaded"));
    check_files(paths);
  });
  job_ = app_->long_files()->submit(
      {.name = "look for pictures", .run = [folder, found](const jobs::Context& job) {
         QStringList paths;
         // Every entry, so that a stop is heard between any two.
         QDirIterator all(folder, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
         while (!job.stop().stop_requested() && all.hasNext() && paths.size() < kMostMeasured) {
           const QFileInfo entry = all.nextFileInfo();
           if (entry.isFile() && QDir::match(picture_patterns(), entry.fileName())) paths << entry.filePath();
         }
         paths.sort();
         found(paths);
       }});
}

void EquivarianceDialog::finish(const QString& text) {
  running_ = false;
  progress_->setVisible(false);
  text_->setText(text);
}

void EquivarianceDialog::show_result(const std::vector<inspect::Equivariance>& results, int left_out) {
  const auto mean = inspect::average(results);
  plot_->show_result(mean);
  save_->setEnabled(true);
  const auto whole = mean.whole_columns(), parts = mean.parts_of_columns();
  const auto number = [](double value) { return QString::number(value, 'f', 3); };
  QString text =
      tr("Moved by whole columns: encode %1, decode %2. By parts of columns: encode %3, decode %4. "
         "Windows of %6 columns: %L5.")
          .arg(number(whole.encode), number(whole.decode), number(parts.encode), number(parts.decode))
          .arg(mean.windows)
          .arg(mean.window);
  if (left_out > 0) text += QLatin1Char(' ') + tr("%n picture(s) could not be used.", nullptr, left_out);
  finish(text);
}

void EquivarianceDialog::choose_save() {
  const QString path = choose_save_file(this, tr("Save the result"), app_->settings().folder(),
                                        tr("Plot (*.png);;Numbers (*.json)"));
  if (!path.isEmpty()) save(path);
}

void EquivarianceDialog::save(const QString& path) {
  bool written = false;
  if (path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive)) {
    QJsonArray shifts;
    for (const auto& each : plot_->result().shifts) shifts.append(to_json(each));
    const QJsonObject document{{QStringLiteral("windows"), static_cast<double>(plot_->result().windows)},
                               {QStringLiteral("shifts"), shifts}};
    const QByteArray text = QJsonDocument(document).toJson();
    QFile file(path);
    written = file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
  } else {
    written = plot_->grab().save(path);
  }
  text_->setText(written ? tr("Saved %1").arg(QFileInfo(path).fileName())
                         : tr("%1 cannot be written").arg(QFileInfo(path).fileName()));
}

}  // namespace equi::ui
