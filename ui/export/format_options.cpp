#include "ui/export/format_options.h"

#include <QFormLayout>
#include <QLabel>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

enum Page { kPng, kLossy, kTiff, kVideo };

QFormLayout* form_of(QWidget* page) {
  auto* form = new QFormLayout(page);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(Space::s);
  form->setHorizontalSpacing(Space::l);
  return form;
}

QWidget* slider_row(QSlider* slider, const QString& left, const QString& right) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  auto* least = new QLabel(left);
  auto* most = new QLabel(right);
  least->setProperty("role", "small");
  most->setProperty("role", "small");
  layout->addWidget(least);
  layout->addWidget(slider, 1);
  layout->addWidget(most);
  row->setFocusProxy(slider);
  return row;
}

}  // namespace

FormatOptions::FormatOptions(QWidget* parent) : QStackedWidget(parent) {
  insertWidget(kPng, make_png());
  insertWidget(kLossy, make_lossy());
  insertWidget(kTiff, make_tiff());
  insertWidget(kVideo, make_video());
  for (QSlider* slider : {effort_, quality_}) {
    connect(slider, &QSlider::valueChanged, this, &FormatOptions::changed);
  }
  for (QCheckBox* box : {lossless_, png_tiles_, big_tiff_}) {
    connect(box, &QCheckBox::toggled, this, &FormatOptions::changed);
  }
  for (QComboBox* box : {compression_, size_, direction_, loop_}) {
    connect(box, &QComboBox::currentIndexChanged, this, &FormatOptions::changed);
  }
  connect(fps_, &QSpinBox::valueChanged, this, &FormatOptions::changed);
  connect(speed_, &QDoubleSpinBox::valueChanged, this, &FormatOptions::changed);
  connect(ease_, &QDoubleSpinBox::valueChanged, this, &FormatOptions::changed);
  connect(loop_, &QComboBox::currentIndexChanged, this, [this] {
    ease_->setEnabled(loop_->currentData().toInt() != static_cast<int>(media::ScrollOptions::Loop::ring));
  });
}

QWidget* FormatOptions::make_png() {
  auto* page = new QWidget;
  effort_ = new QSlider(Qt::Horizontal);
  effort_->setRange(1, 9);
  effort_->setValue(3);
  effort_->setAccessibleName(tr("Compression effort"));
  form_of(page)->addRow(tr("&Effort"), slider_row(effort_, tr("fast"), tr("small")));
  return page;
}

QWidget* FormatOptions::make_lossy() {
  auto* page = new QWidget;
  quality_ = new QSlider(Qt::Horizontal);
  quality_->setRange(1, 100);
  quality_->setValue(90);
  quality_->setAccessibleName(tr("Quality"));
  lossless_ = new QCheckBox(tr("Without &loss"));
  png_tiles_ = new QCheckBox(tr("&PNG tiles, without loss"));
  auto* value = new QLabel(QStringLiteral("90"));
  value->setMinimumWidth(value->fontMetrics().horizontalAdvance(QStringLiteral("100")));
  connect(quality_, &QSlider::valueChanged, value, qOverload<int>(&QLabel::setNum));
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(quality_, 1);
  layout->addWidget(value);
  row->setFocusProxy(quality_);
  auto* form = form_of(page);
  form->addRow(tr("&Quality"), row);
  form->addRow(QString(), lossless_);
  form->addRow(QString(), png_tiles_);
  for (QCheckBox* box : {lossless_, png_tiles_}) {
    connect(box, &QCheckBox::toggled, row, [row](bool on) { row->setEnabled(!on); });
  }
  return page;
}

QWidget* FormatOptions::make_tiff() {
  auto* page = new QWidget;
  compression_ = new QComboBox;
  compression_->addItem(tr("Deflate (small)"), QStringLiteral("deflate"));
  compression_->addItem(tr("LZW (widely read)"), QStringLiteral("lzw"));
  compression_->addItem(tr("None (fast)"), QStringLiteral("none"));
  big_tiff_ = new QCheckBox(tr("Always &BigTIFF"));
  big_tiff_->setToolTip(tr("Otherwise only when the file could pass 4 GB"));
  auto* form = form_of(page);
  form->addRow(tr("&Compression"), compression_);
  form->addRow(QString(), big_tiff_);
  return page;
}

QWidget* FormatOptions::make_video() {
  using Loop = media::ScrollOptions::Loop;
  auto* page = new QWidget;
  size_ = new QComboBox;
  for (const QSize size : {QSize(1280, 720), QSize(1920, 1080), QSize(3840, 2160), QSize(1080, 1920),
                           QSize(1080, 1080), QSize(1920, 256)}) {
    size_->addItem(QStringLiteral("%1 × %2").arg(size.width()).arg(size.height()), size);
  }
  fps_ = new QSpinBox;
  fps_->setRange(1, 120);
  fps_->setValue(30);
  fps_->setSuffix(tr(" frames/s"));
  speed_ = new QDoubleSpinBox;
  speed_->setRange(1, 10000);
  speed_->setDecimals(0);
  speed_->setValue(120);
  speed_->setSuffix(tr(" px/s"));
  direction_ = new QComboBox;
  direction_->addItem(tr("To the right"), false);
  direction_->addItem(tr("To the left"), true);
  ease_ = new QDoubleSpinBox;
  ease_->setRange(0, 20);
  ease_->setDecimals(1);
  ease_->setSingleStep(0.5);
  ease_->setValue(1);
  ease_->setSuffix(tr(" s"));
  loop_ = new QComboBox;
  loop_->addItem(tr("From end to end"), static_cast<int>(Loop::none));
  loop_->addItem(tr("Loop: there and back"), static_cast<int>(Loop::there_and_back));
  loop_->addItem(tr("Loop: around and around"), static_cast<int>(Loop::ring));
  loop_->setItemData(2, tr("Best with a seamless panorama"), Qt::ToolTipRole);
  auto* form = form_of(page);
  form->addRow(tr("Si&ze"), size_);
  form->addRow(tr("&Movement"), loop_);
  form->addRow(tr("&Direction"), direction_);
  form->addRow(tr("S&peed"), speed_);
  form->addRow(tr("Ease &in and out"), ease_);
  form->addRow(tr("F&rame rate"), fps_);
  return page;
}

void FormatOptions::show_format(media::Format format) {
  using media::Format;
  format_ = format;
  lossless_->setVisible(format == Format::webp);
  png_tiles_->setVisible(format == Format::deep_zoom);
  const bool no_loss = (format == Format::webp && lossless_->isChecked()) ||
                       (format == Format::deep_zoom && png_tiles_->isChecked());
  quality_->parentWidget()->setEnabled(!no_loss);
  setCurrentIndex(media::is_video(format)  ? kVideo
                  : format == Format::png  ? kPng
                  : format == Format::tiff ? kTiff
                                           : kLossy);
}

media::ExportOptions FormatOptions::options() const {
  media::ExportOptions o;
  o.format = format_;
  o.effort = effort_->value();
  o.quality = quality_->value();
  o.lossless = lossless_->isChecked();
  o.png_tiles = png_tiles_->isChecked();
  o.compression = media::parse_compression(compression_->currentData().toString().toStdString());
  o.big_tiff = big_tiff_->isChecked();
  const QSize size = size_->currentData().toSize();
  o.scroll.width = size.width();
  o.scroll.height = size.height();
  o.scroll.frames_per_second = fps_->value();
  o.scroll.speed = speed_->value();
  o.scroll.leftwards = direction_->currentData().toBool();
  o.scroll.ease_seconds = ease_->value();
  o.scroll.loop = static_cast<media::ScrollOptions::Loop>(loop_->currentData().toInt());
  return o;
}

}  // namespace equi::ui
