#include "ui/models/models_dialog.h"

#include <QDesktopServices>
#include <QDir>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QUrl>

#include "core/base/cuda_loader.h"
#include "ui/app_controller.h"
#include "ui/frame/empty_state.h"
#include "ui/frame/steady_combo_box.h"
#include "ui/gui_thread.h"
#include "ui/models/class_names_dialog.h"
#include "ui/models/import_dialog.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QString sizes(const std::vector<int>& values) {
  QStringList text;
  for (const int value : values) text << QString::number(value);
  return text.join(QStringLiteral(", "));
}

QLabel* fact(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

void clear(QFormLayout* form) {
  while (form->rowCount() > 0) form->removeRow(0);
}

}  // namespace

ModelsDialog::ModelsDialog(AppController* app, QWidget* parent)
    : HouseDialog(tr("Models"), parent), app_(app), pages_(new QStackedWidget), list_(new QListWidget) {
  resize(820, 560);
  set_heading(tr("Models"),
              tr("A model is a folder with a manifest and two weight files. It makes all the pictures."));
  list_->setAccessibleName(tr("Installed models"));
  list_->setMinimumWidth(220);
  list_->setMaximumWidth(280);
  list_->setIconSize(QSize(Size::icon, Size::icon));

  auto* left = new QVBoxLayout;
  auto* import_button = new QPushButton(tr("&Import checkpoints…"));
  connect(import_button, &QPushButton::clicked, this, &ModelsDialog::import);
  auto* folder = new QPushButton(tr("Open models &folder"));
  connect(folder, &QPushButton::clicked, this, [this] {
    QDir().mkpath(app_->paths().models);
    QDesktopServices::openUrl(QUrl::fromLocalFile(app_->paths().models));
  });
  for (QPushButton* each : {import_button, folder}) each->setAutoDefault(false);
  left->setSpacing(Space::s);
  left->addWidget(list_, 1);
  left->addWidget(import_button);
  left->addWidget(folder);

  auto* empty =
      new EmptyState(QStringLiteral("models"), tr("No model is installed"),
                     tr("Import the published tokenizer and generator checkpoints, or copy a model folder "
                        "into %1.")
                         .arg(QDir::toNativeSeparators(app->paths().models)));
  connect(empty->add_button(tr("Import checkpoints…"), true), &QPushButton::clicked, this,
          &ModelsDialog::import);
  pages_->addWidget(make_details());
  pages_->addWidget(empty);

  auto* row = new QHBoxLayout;
  row->setSpacing(Space::l);
  row->addLayout(left);
  row->addWidget(pages_, 1);
  content()->addLayout(row, 1);
  content()->addWidget(make_device_row());
  add_buttons(QDialogButtonBox::Close);

  connect(list_, &QListWidget::currentRowChanged, this, &ModelsDialog::show_selected);
  connect(list_, &QListWidget::itemActivated, this, &ModelsDialog::use_selected);
  connect(&app->library(), &ModelLibrary::changed, this, &ModelsDialog::refresh);
  connect(&app->host(), &ModelHost::loading_changed, this, &ModelsDialog::refresh);
  connect(app, &AppController::engine_changed, this, &ModelsDialog::refresh);
  connect(&app->host(), &ModelHost::failed, this, &ModelsDialog::show_choice);
  refresh();
  app->library().refresh();
}

QWidget* ModelsDialog::make_details() {
  name_ = new QLabel;
  name_->setProperty("role", "heading");
  name_->setWordWrap(true);
  problem_ = new QLabel;
  problem_->setProperty("role", "error");
  problem_->setWordWrap(true);
  auto* table = new QWidget;
  table->setProperty("role", "panel");
  facts_ = new QFormLayout(table);
  facts_->setContentsMargins(0, 0, Space::s, 0);
  facts_->setHorizontalSpacing(Space::l);
  facts_->setVerticalSpacing(Space::xs);
  auto* scroll = new QScrollArea;
  scroll->setWidget(table);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setAccessibleName(tr("Facts of the model"));
  use_ = new QPushButton(tr("&Use this model"));
  use_->setProperty("role", "primary");
  classes_ = new QPushButton(tr("Class &names…"));
  remove_ = new QPushButton(tr("&Remove…"));
  remove_->setProperty("role", "danger");
  connect(use_, &QPushButton::clicked, this, &ModelsDialog::use_selected);
  connect(classes_, &QPushButton::clicked, this, &ModelsDialog::edit_classes);
  connect(remove_, &QPushButton::clicked, this, &ModelsDialog::remove_selected);
  for (QPushButton* each : {use_, classes_, remove_}) each->setAutoDefault(false);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(use_);
  buttons->addWidget(classes_);
  buttons->addStretch();
  buttons->addWidget(remove_);
  auto* card = new QFrame;
  card->setProperty("role", "card");
  auto* layout = new QVBoxLayout(card);
  layout->setContentsMargins(Space::l, Space::l, Space::l, Space::l);
  layout->setSpacing(Space::s);
  layout->addWidget(name_);
  layout->addWidget(problem_);
  layout->addWidget(scroll, 1);
  layout->addLayout(buttons);
  return card;
}

QWidget* ModelsDialog::make_device_row() {
  device_ = new SteadyComboBox;
  device_->setAccessibleName(tr("Device"));
  device_->addItem(tr("Automatic"), QStringLiteral("auto"));
  device_->addItem(tr("CPU"), QStringLiteral("cpu"));
  precision_ = new SteadyComboBox;
  precision_->setAccessibleName(tr("Precision"));
  precision_->addItem(tr("Automatic"), QStringLiteral("auto"));
  precision_->addItem(tr("float32 (exact)"), QStringLiteral("float32"));
  precision_->addItem(tr("bfloat16 (half the memory)"), QStringLiteral("bfloat16"));
  precision_->addItem(tr("8-bit weights (large models on the CPU)"), QStringLiteral("int8"));
  state_ = new QLabel;
  state_->setProperty("role", "muted");
  auto* device_label = new QLabel(tr("&Device"));
  device_label->setBuddy(device_);
  auto* precision_label = new QLabel(tr("&Precision"));
  precision_label->setBuddy(precision_);
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(device_label);
  layout->addWidget(device_);
  layout->addSpacing(Space::m);
  layout->addWidget(precision_label);
  layout->addWidget(precision_);
  layout->addSpacing(Space::m);
  layout->addWidget(state_, 1);
  look_for_devices();
  connect(device_, &QComboBox::activated, this,
          [this] { run_on(device_->currentData().toString(), app_->settings().precision()); });
  connect(precision_, &QComboBox::activated, this,
          [this] { run_on(app_->settings().device(), precision_->currentData().toString()); });
  return row;
}

// The canvas goes on: it is the same model.
void ModelsDialog::run_on(const QString& device, const QString& precision) {
  AppSettings& settings = app_->settings();
  if (device == settings.device() && precision == settings.precision()) return;
  settings.set_device(device);
  settings.set_precision(precision);
  if (const auto engine = app_->engine()) return app_->use_model(engine->folder());
  const ModelEntry* entry = app_->library().choose(settings.model());
  if (entry != nullptr) app_->use_model(entry->folder);
}

void ModelsDialog::show_choice() {
  const AppSettings& settings = app_->settings();
  device_->setCurrentIndex(std::max(0, device_->findData(settings.device())));
  precision_->setCurrentIndex(std::max(0, precision_->findData(settings.precision())));
}

// Asking the driver can take a moment: on the file worker.
void ModelsDialog::look_for_devices() {
  const auto found = posted(app_, this, [this](const CudaStatus& status) {
    for (const CudaDeviceInfo& gpu : status.devices) {
      if (!status.torch_loaded) break;
      device_->addItem(tr("GPU %1: %2, %3")
                           .arg(gpu.index)
                           .arg(QString::fromStdString(printable(gpu.name)),
                                QLocale().formattedDataSize(static_cast<qint64>(gpu.memory_bytes), 0)),
                       QStringLiteral("cuda:%1").arg(gpu.index));
    }
    if (device_->count() == 2)
      device_->setToolTip(tr("No GPU: %1").arg(QString::fromStdString(status.reason)));
    const QString chosen = app_->settings().device();
    if (device_->findData(chosen) < 0) device_->addItem(tr("%1 (not there)").arg(chosen), chosen);
    show_choice();
  });
  app_->files()->submit(
      {.name = "look for GPUs", .run = [found](const jobs::Context&) { found(cuda_status()); }});
}

const ModelEntry* ModelsDialog::selected() const {
  const QListWidgetItem* item = list_->currentItem();
  return item == nullptr ? nullptr : app_->library().find(to_path(item->data(Qt::UserRole).toString()));
}

void ModelsDialog::refresh() {
  const QString before =
      list_->currentItem() == nullptr ? QString() : list_->currentItem()->data(Qt::UserRole).toString();
  const auto engine = app_->engine();
  const QString used = engine ? from_path(engine->folder()) : QString();
  const QSignalBlocker block(list_);
  list_->clear();
  int row = 0;
  for (const ModelEntry& entry : app_->library().entries()) {
    const QString folder = from_path(entry.folder);
    auto* item = new QListWidgetItem(entry.title(), list_);
    item->setData(Qt::UserRole, folder);
    item->setIcon(icon(!entry.usable()  ? QStringLiteral("warning")
                       : folder == used ? QStringLiteral("check")
                                        : QStringLiteral("models")));
    item->setToolTip(QDir::toNativeSeparators(folder));
    if (folder == (before.isEmpty() ? used : before)) row = list_->count() - 1;
  }
  list_->setCurrentRow(list_->count() > 0 ? row : -1);
  state_->setText(app_->host().loading() ? tr("Loading the model…")
                  : engine               ? tr("In use: %1 on %2")
                                 .arg(QString::fromStdString(engine->manifest().name),
                                      QString::fromStdString(engine->device().name()).toUpper())
                           : tr("No model is loaded"));
  show_choice();
  show_selected();
}

void ModelsDialog::show_selected() {
  const ModelEntry* entry = selected();
  pages_->setCurrentIndex(entry == nullptr ? 1 : 0);
  if (entry == nullptr) return;
  const auto engine = app_->engine();
  const bool used = engine && engine->folder() == entry->folder;
  name_->setText(entry->title());
  problem_->setVisible(entry->problem.has_value());
  if (entry->problem) problem_->setText(describe(*entry->problem).detail);
  use_->setEnabled(entry->usable() && !used && !app_->host().loading());
  use_->setText(used ? tr("In use") : tr("&Use this model"));
  classes_->setEnabled(entry->manifest.has_value());
  remove_->setEnabled(entry->removable && !used);
  remove_->setToolTip(entry->removable ? QString() : tr("It was installed with the program"));
  clear(facts_);
  const QLocale locale;
  const auto add = [&](const QString& title, const QString& text) {
    auto* label = new QLabel(title);
    label->setProperty("role", "muted");
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    facts_->addRow(label, fact(text));
  };
  if (entry->manifest) {
    const Manifest& m = *entry->manifest;
    add(tr("Scenes"), locale.toString(static_cast<qulonglong>(m.class_names.size())));
    add(tr("Picture height"),
        tr("%1 pixels, columns of %2").arg(m.tokenizer.image_height).arg(m.tokenizer.column_pixels()));
    add(tr("Token"), tr("%1 numbers").arg(m.generator.token_width));
    add(tr("Tokenizer"), tr("channels %1 × (%2)")
                             .arg(m.tokenizer.encoder_channels)
                             .arg(sizes(m.tokenizer.channel_multipliers)));
    add(tr("Generator"), tr("%1: width %2, %3 blocks, %4 heads")
                             .arg(QString::fromStdString(printable(m.generator.model_name)))
                             .arg(m.generator.width)
                             .arg(m.generator.blocks)
                             .arg(m.generator.heads));
    add(tr("Flow head"), tr("width %1, %2 blocks").arg(m.generator.flow_width).arg(m.generator.flow_depth));
    add(tr("Weights"), QString::fromStdString(printable(m.dtype)));
    if (!m.provenance.empty()) add(tr("Comes from"), QString::fromStdString(printable(m.provenance, 600)));
    add(tr("Licence"), m.licence.empty() ? tr("unknown") : QString::fromStdString(printable(m.licence, 300)));
  }
  add(tr("On disk"), locale.formattedDataSize(static_cast<qint64>(entry->bytes)));
  add(tr("Folder"), QDir::toNativeSeparators(from_path(entry->folder)));
}

void ModelsDialog::use_selected() {
  const ModelEntry* entry = selected();
  if (entry == nullptr || !entry->usable()) return;
  const auto folder = entry->folder;  // the entry may go while the question stands
  const Manifest& m = *entry->manifest;
  const bool same = app_->project().goes_on_with({m.name, m.tokenizer_sha256, m.generator_sha256});
  if (app_->project().dirty() && !same) {
    const int answer = ask(this, tr("Change the model?"),
                           tr("“%1” has unsaved changes. Another model starts with an empty canvas.")
                               .arg(app_->project().title()),
                           {tr("Keep the canvas"), tr("Change the model")}, 1);
    if (answer != 1) return;
  }
  app_->use_model(folder);
}

void ModelsDialog::remove_selected() {
  const ModelEntry* entry = selected();
  if (entry == nullptr || !entry->removable) return;
  const auto folder = entry->folder;  // as above
  const int answer = ask(this, tr("Remove “%1”?").arg(entry->title()),
                         tr("Its folder is deleted: %1").arg(QDir::toNativeSeparators(from_path(folder))),
                         {tr("Keep it"), tr("Remove")}, 1);
  if (answer == 1) app_->library().remove(folder);
}

void ModelsDialog::edit_classes() {
  const ModelEntry* entry = selected();
  if (entry == nullptr || !entry->manifest) return;
  const auto folder = entry->folder;
  ClassNamesDialog dialog(entry->manifest->class_names, this);
  if (dialog.exec() == Accepted) app_->library().rename_classes(folder, dialog.names());
}

void ModelsDialog::import() {
  ImportDialog dialog(app_, this);
  dialog.exec();
}

}  // namespace equi::ui
