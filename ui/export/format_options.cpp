#include "ui/export/format_options.h"

#include <QLabel>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QWidget* beside(std::initializer_list<QWidget*> parts, QWidget* focus) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  for (QWidget* part : parts) layout->addWidget(part, 1);
  row->setFocusProxy(focus);
  return row;
}

QWidget* slider_row(const QString& left, QSlider* slider, QLabel* right) {
  auto* row = new QWidget;
  row->setMinimumHeight(Size::control);
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::m);
  if (!left.isEmpty()) {
    auto* least = new QLabel(left);
    least->setProperty("role", "small");
    layout->addWidget(least);
  }
  layout->addWidget(slider, 1);
  layout->addWidget(right);
  row->setFocusProxy(slider);
  return row;
}

}  // namespace

FormatOptions::FormatOptions(QFormLayout* form, QObject* parent) : QObject(parent), form_(form) {
  add_picture_rows();
  add_video_rows();
  connect_parts();
}

void FormatOptions::add_picture_rows() {
  effort_ = new QSlider(Qt::Horizontal);
  effort_->setRange(1, 9);
  effort_->setValue(3);
  effort_->setAccessibleName(tr("Compression effort"));
  auto* small = new QLabel(tr("small"));
  small->setProperty("role", "small");
  effort_row_ = slider_row(tr("fast"), effort_, small);
  quality_ = new QSlider(Qt::Horizontal);
  quality_->setRange(1, 100);
  quality_->setValue(90);
  quality_->setAccessibleName(tr("Quality"));
  auto* value = new QLabel(QStringLiteral("90"));
  value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  value->setMinimumWidth(value->fontMetrics().horizontalAdvance(QStringLiteral("100")));
  connect(quality_, &QSlider::valueChanged, value, qOverload<int>(&QLabel::setNum));
  quality_row_ = slider_row({}, quality_, value);
  lossless_ = new QCheckBox(tr("Without &loss"));
  png_tiles_ = new QCheckBox(tr("PN&G tiles, without loss"));
  compression_ = new QComboBox;
  compression_->addItem(tr("Deflate (small)"), QStringLiteral("deflate"));
  compression_->addItem(tr("LZW (widely read)"), QStringLiteral("lzw"));
  compression_->addItem(tr("None (fast)"), QStringLiteral("none"));
  big_tiff_ = new QCheckBox(tr("Always &BigTIFF"));
  big_tiff_->setToolTip(tr("Otherwise only when the file could pass 4 GB"));
  form_->addRow(tr("Comp&ression"), compression_);
  form_->addRow(tr("Eff&ort"), effort_row_);
  form_->addRow(tr("&Quality"), quality_row_);
  form_->addRow(QString(), lossless_);
  form_->addRow(QString(), png_tiles_);
  form_->addRow(QString(), big_tiff_);
}

void FormatOptions::add_video_rows() {
  using Loop = media::ScrollOptions::Loop;
  size_ = new QComboBox;
  size_->setAccessibleName(tr("Size of the video"));
  for (const QSize size : {QSize(1280, 720), QSize(1920, 1080), QSize(3840, 2160), QSize(1080, 1920),
                           QSize(1080, 1080), QSize(1920, 256)}) {
    size_->addItem(QStringLiteral("%1 × %2").arg(size.width()).arg(size.height()), size);
  }
  fps_ = new QSpinBox;
  fps_->setAccessibleName(tr("Frame rate"));
  fps_->setRange(1, 120);
  fps_->setValue(30);
  fps_->setSuffix(tr(" frames/s"));
  loop_ = new QComboBox;
  loop_->setAccessibleName(tr("Movement"));
  loop_->addItem(tr("From end to end"), static_cast<int>(Loop::none));
  loop_->addItem(tr("Loop: there and back"), static_cast<int>(Loop::there_and_back));
  loop_->addItem(tr("Loop: around and around"), static_cast<int>(Loop::ring));
  loop_->setItemData(2, tr("Best with a seamless panorama"), Qt::ToolTipRole);
  direction_ = new QComboBox;
  direction_->setAccessibleName(tr("Direction"));
  direction_->addItem(tr("To the right"), false);
  direction_->addItem(tr("To the left"), true);
  speed_ = new QDoubleSpinBox;
  speed_->setAccessibleName(tr("Speed"));
  speed_->setRange(1, 10000);
  speed_->setDecimals(0);
  speed_->setSingleStep(10);
  speed_->setValue(120);
  speed_->setSuffix(tr(" pixels/s"));
  ease_ = new QDoubleSpinBox;
  ease_->setAccessibleName(tr("Easing"));
  ease_->setRange(0, 20);
  ease_->setDecimals(1);
  ease_->setSingleStep(0.5);
  ease_->setValue(1);
  ease_->setPrefix(tr("eased over "));
  ease_->setSuffix(tr(" s"));
  size_row_ = beside({size_, fps_}, size_);
  movement_row_ = beside({loop_, direction_}, loop_);
  speed_row_ = beside({speed_, ease_}, speed_);
  form_->addRow(tr("Si&ze"), size_row_);
  form_->addRow(tr("Mo&vement"), movement_row_);
  form_->addRow(tr("Spee&d"), speed_row_);
}

void FormatOptions::connect_parts() {
  for (QSlider* slider : {effort_, quality_})
    connect(slider, &QSlider::valueChanged, this, &FormatOptions::changed);
  for (QCheckBox* box : {lossless_, png_tiles_, big_tiff_}) {
    connect(box, &QCheckBox::toggled, this, &FormatOptions::update_enabled);
    connect(box, &QCheckBox::toggled, this, &FormatOptions::changed);
  }
  for (QComboBox* box : {compression_, size_, direction_, loop_}) {
    connect(box, &QComboBox::currentIndexChanged, this, &FormatOptions::update_enabled);
    connect(box, &QComboBox::currentIndexChanged, this, &FormatOptions::changed);
  }
  connect(fps_, &QSpinBox::valueChanged, this, &FormatOptions::changed);
  connect(speed_, &QDoubleSpinBox::valueChanged, this, &FormatOptions::changed);
  connect(ease_, &QDoubleSpinBox::valueChanged, this, &FormatOptions::changed);
}

void FormatOptions::show_format(media::Format format) {
  using media::Format;
  format_ = format;
  const bool video = media::is_video(format), tiff = format == Format::tiff;
  form_->setRowVisible(effort_row_, format == Format::png || tiff);
  form_->setRowVisible(quality_row_, !video && !tiff && format != Format::png);
  form_->setRowVisible(lossless_, format == Format::webp);
  form_->setRowVisible(png_tiles_, format == Format::deep_zoom);
  form_->setRowVisible(compression_, tiff);
  form_->setRowVisible(big_tiff_, tiff);
  for (QWidget* row : {size_row_, movement_row_, speed_row_}) form_->setRowVisible(row, video);
  update_enabled();
}

void FormatOptions::update_enabled() {
  using media::Format;
  const auto o = options();
  const bool no_loss =
      (o.format == Format::webp && o.lossless) || (o.format == Format::deep_zoom && o.png_tiles);
  quality_row_->setEnabled(!no_loss);
  effort_row_->setEnabled(o.format != Format::tiff || o.compression == media::TiffCompression::deflate);
  ease_->setEnabled(o.scroll.loop != media::ScrollOptions::Loop::ring);
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

QStringList FormatOptions::fields() const {
  QStringList numbers;
  for (const QSlider* slider : {effort_, quality_}) numbers << QString::number(slider->value());
  for (const QCheckBox* box : {lossless_, png_tiles_, big_tiff_})
    numbers << QString::number(int{box->isChecked()});
  for (const QComboBox* combo : {compression_, size_, direction_, loop_})
    numbers << QString::number(combo->currentIndex());
  numbers << QString::number(fps_->value());
  for (const QDoubleSpinBox* box : {speed_, ease_}) numbers << QString::number(box->value());
  return numbers;
}

void FormatOptions::set_fields(const QStringList& numbers) {
  auto next = numbers.begin();
  const auto set = [&](const auto& use) {
    bool ok = false;
    const double value = next == numbers.end() ? 0 : (next++)->toDouble(&ok);
    if (ok && value >= 0 && value <= 1e6) use(value);
  };
  for (QSlider* slider : {effort_, quality_}) set([&](double v) { slider->setValue(int(v)); });
  for (QCheckBox* box : {lossless_, png_tiles_, big_tiff_}) set([&](double v) { box->setChecked(v != 0); });
  for (QComboBox* combo : {compression_, size_, direction_, loop_}) {
    set([&](double v) {
      if (v < combo->count()) combo->setCurrentIndex(int(v));
    });
  }
  set([&](double v) { fps_->setValue(int(v)); });
  for (QDoubleSpinBox* box : {speed_, ease_}) set([&](double v) { box->setValue(v); });
}

}  // namespace equi::ui
