#include "ui/models/import_dialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QPushButton>
#include <QRegularExpression>
#include <QStyle>

#include "ui/app_controller.h"
#include "ui/gui_thread.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

ImportDialog::ImportDialog(AppController* app, QWidget* parent)
    : HouseDialog(tr("Import checkpoints"), parent),
      app_(app),
      name_(new QLineEdit),
      licence_(new QLineEdit),
      dtype_(new QComboBox),
      bar_(new QProgressBar),
      status_(new QLabel),
      form_(new QWidget) {
  resize(580, 420);
  set_heading(
      tr("Import checkpoints"),
      tr("The published tokenizer (.ckpt) and generator (.pth) become one model. Only the weights that are "
         "needed are read; no code in the files ever runs."));
  name_->setPlaceholderText(tr("for example: places"));
  licence_->setPlaceholderText(tr("unknown"));
  dtype_->addItem(tr("float32 (exact)"), QStringLiteral("float32"));
  dtype_->addItem(tr("bfloat16 (half the size)"), QStringLiteral("bfloat16"));
  auto* form = new QFormLayout(form_);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(Space::s);
  form->setHorizontalSpacing(Space::l);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->addRow(tr("&Tokenizer"), file_field(tokenizer_, tr("Tokenizer checkpoint"),
                                            tr("Lightning checkpoints (*.ckpt);;All files (*)")));
  form->addRow(tr("&Generator"), file_field(generator_, tr("Generator checkpoint"),
                                            tr("PyTorch checkpoints (*.pth *.pt);;All files (*)")));
  form->addRow(tr("&Name"), name_);
  form->addRow(tr("&Class names"),
               file_field(classes_, tr("Class names, one a line"), tr("Text (*.txt);;All files (*)")));
  classes_->setPlaceholderText(tr("optional"));
  form->addRow(tr("&Weights"), dtype_);
  form->addRow(tr("&Licence"), licence_);
  align_labels(form);
  bar_->setTextVisible(false);
  bar_->setRange(0, 1000);
  bar_->hide();
  status_->setProperty("role", "muted");
  status_->setWordWrap(true);
  content()->addWidget(form_);
  content()->addStretch();
  content()->addWidget(bar_);
  content()->addWidget(status_);
  auto* buttons = add_buttons(QDialogButtonBox::Cancel);
  start_ = buttons->addButton(tr("Import"), QDialogButtonBox::ActionRole);
  start_->setDefault(true);
  connect(start_, &QPushButton::clicked, this, &ImportDialog::start);
  for (QLineEdit* field : {tokenizer_, generator_, name_, classes_})
    connect(field, &QLineEdit::textChanged, this, &ImportDialog::check);
  check();
}

ImportDialog::~ImportDialog() {
  if (job_) job_->cancel();
}

QWidget* ImportDialog::file_field(QLineEdit*& field, const QString& title, const QString& filter) {
  field = new QLineEdit;
  field->setAccessibleName(title);
  auto* choose = new QPushButton(tr("Choose…"));
  choose->setAutoDefault(false);
  choose->setAccessibleName(tr("Choose: %1").arg(title));
  auto* target = field;
  connect(choose, &QPushButton::clicked, this, [this, target, title, filter] {
    const QString path = QFileDialog::getOpenFileName(this, title, app_->settings().folder(), filter);
    if (path.isEmpty()) return;
    app_->settings().set_folder(QFileInfo(path).path());
    target->setText(path);
  });
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(field, 1);
  layout->addWidget(choose);
  row->setFocusProxy(field);
  return row;
}

void ImportDialog::check() {
  const bool ready =
      !tokenizer_->text().isEmpty() && !generator_->text().isEmpty() && !name_->text().trimmed().isEmpty();
  start_->setEnabled(ready && !job_);
}

// The chosen options, or nothing, with the reason in the status line.
std::optional<ImportOptions> ImportDialog::options() {
  const QString name = name_->text().trimmed();
  static const QRegularExpression bad(QStringLiteral("[/\\\\:*?\"<>|]|^\\."));
  if (name.contains(bad)) {
    status_->setText(tr("The name is also a folder's name: letters, digits, spaces, - and _ are fine."));
    return std::nullopt;
  }
  const QString folder = QDir(app_->paths().models).filePath(name);
  if (QFileInfo::exists(folder)) {
    status_->setText(tr("A model of this name is installed already."));
    return std::nullopt;
  }
  ImportOptions options;
  options.tokenizer_checkpoint = to_path(tokenizer_->text());
  options.generator_checkpoint = to_path(generator_->text());
  options.output = to_path(folder);
  options.name = name.toStdString();
  options.dtype = dtype_->currentData().toString().toStdString();
  if (!classes_->text().isEmpty()) options.class_names = to_path(classes_->text());
  options.licence = licence_->text().toStdString();
  return options;
}

void ImportDialog::start() {
  const auto chosen = options();
  if (!chosen) return;
  QDir().mkpath(app_->paths().models);
  status_->setProperty("role", "muted");
  form_->setEnabled(false);
  bar_->show();
  bar_->setValue(0);
  const auto progress = posted(app_, this, [this](double share, const QString& text) {
    bar_->setValue(static_cast<int>(share * 1000));
    status_->setText(text);
  });
  const auto end = posted(
      app_, this, [this](const std::optional<Error>& error, const QString& folder) { ended(error, folder); });
  job_ =
      app_->long_files()->submit({.name = "import checkpoints",
                                  .run =
                                      [chosen = *chosen, progress](const jobs::Context& context) {
                                        import_checkpoints(
                                            chosen,
                                            [&](double share, const std::string& text) {
                                              progress(share, QString::fromStdString(text));
                                            },
                                            context.stop());
                                      },
                                  .on_end = [end, folder = from_path(chosen->output)](
                                                const std::optional<Error>& error) { end(error, folder); }});
  check();
}

void ImportDialog::ended(const std::optional<Error>& error, const QString& folder) {
  job_.reset();
  form_->setEnabled(true);
  bar_->hide();
  check();
  if (!error) {
    app_->log().add(Log::Level::info, tr("Imported %1").arg(folder));
    app_->library().refresh();
    return accept();
  }
  if (error->kind() == ErrorKind::cancelled) {
    status_->setText(tr("Cancelled; nothing was installed."));
    return;
  }
  status_->setProperty("role", "error");
  status_->style()->unpolish(status_);
  status_->style()->polish(status_);
  status_->setText(describe(*error).detail);
}

// Cancel stops a running import first; once more closes the dialog.
void ImportDialog::reject() {
  if (job_) {
    status_->setText(tr("Cancelling…"));
    job_->cancel();
    return;
  }
  QDialog::reject();
}

}  // namespace equi::ui
