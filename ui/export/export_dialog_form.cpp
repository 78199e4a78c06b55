// How the export dialog is built.
#include <QFormLayout>

#include "ui/export/export_dialog.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

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

// Widgets side by side as one field of a form.
QWidget* field_row(std::initializer_list<std::pair<QWidget*, int>> parts, QWidget* focus) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  for (const auto& [widget, stretch] : parts) layout->addWidget(widget, stretch);
  row->setFocusProxy(focus);
  return row;
}

}  // namespace

void ExportDialog::build() {
  set_heading(tr("Export the panorama"));
  resize(640, 540);
  content()->addWidget(preview_);
  content()->addSpacing(Space::s);
  content()->addWidget(make_form());
  content()->addStretch();
  problem_ = new QLabel;
  problem_->setWordWrap(true);
  problem_->hide();
  split_ = new QCheckBox(tr("S&plit into numbered files"));
  split_->hide();
  facts_ = new QLabel;
  facts_->setProperty("role", "muted");
  facts_->setWordWrap(true);
  bar_ = new QProgressBar;
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress of the export"));
  bar_->hide();
  content()->addWidget(problem_);
  content()->addWidget(split_);
  content()->addWidget(facts_);
  content()->addWidget(bar_);
  content()->addSpacing(Space::xs);
  content()->addLayout(make_buttons());
}

QWidget* ExportDialog::make_range() {
  range_ = new QComboBox;
  from_ = new QSpinBox;
  to_ = new QSpinBox;
  from_->setAccessibleName(tr("First column"));
  to_->setAccessibleName(tr("Last column"));
  return field_row({{range_, 1}, {from_, 0}, {new QLabel(QStringLiteral("–")), 0}, {to_, 0}}, range_);
}

QWidget* ExportDialog::make_target() {
  target_ = new QLineEdit;
  target_->setAccessibleName(tr("File"));
  auto* choose = new QPushButton(tr("C&hoose…"));
  choose->setAutoDefault(false);
  connect(choose, &QPushButton::clicked, this, &ExportDialog::choose_target);
  return field_row({{target_, 1}, {choose, 0}}, target_);
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
  seamless_ = new QCheckBox(tr("Make it sea&mless"));
  seamless_->setToolTip(
      tr("Adds 16 columns at the right that lead back to the left end, so that the picture tiles"));
  form->addRow(tr("&Columns"), make_range());
  form->addRow(tr("&Format"), format_);
  options_ = new FormatOptions(form, this);
  form->addRow(QString(), seamless_);
  form->addRow(tr("&Save to"), make_target());
  align_labels(form);
  return form_;
}

QLayout* ExportDialog::make_buttons() {
  close_ = new QPushButton;
  close_->setAutoDefault(false);
  stop_ = new QPushButton(tr("S&top"));
  stop_->setAutoDefault(false);
  stop_->setProperty("role", "danger");
  export_ = new QPushButton(tr("&Export"));
  export_->setProperty("role", "primary");
  export_->setDefault(true);
  auto* row = new QHBoxLayout;
  row->setSpacing(Space::s);
  row->addStretch();
  for (QPushButton* button : {close_, stop_, export_}) row->addWidget(button);
  return row;
}

}  // namespace equi::ui
