#include "ui/inspector/progressive_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <algorithm>

#include "core/media/animation.h"
#include "ui/app_controller.h"
#include "ui/frame/save_file.h"
#include "ui/gui_thread.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kPlayedAround = 16;    // columns to both sides of a single selected one
constexpr std::int64_t kMostExported = 240;   // of an export
constexpr int kPlayerSpeeds[] = {4, 12, 24};  // frames a second
constexpr int kUsualPlayerSpeed = 1;

}  // namespace

ProgressivePage::ProgressivePage(Inspection* inspection, QWidget* parent)
    : InspectorPage(inspection, parent),
      order_(new QComboBox),
      dice_(tool_button(QStringLiteral("dice"), tr("Other random tokens"))),
      picture_(new SplitView),
      play_(tool_button(QStringLiteral("play"), tr("Play"))),
      step_(level_slider(0, 0, 0, tr("How many columns have their own token"))),
      speed_(new QComboBox),
      export_(new QPushButton(icon(QStringLiteral("film")), tr("Export…"))) {
  using inspect::Order;
  order_->addItem(tr("left to right"), static_cast<int>(Order::left_right));
  order_->addItem(tr("right to left"), static_cast<int>(Order::right_left));
  order_->addItem(tr("centre outwards"), static_cast<int>(Order::centre_out));
  order_->addItem(tr("as generated"), static_cast<int>(Order::prediction));
  order_->setAccessibleName(tr("Order in which columns get their own token"));
  for (const int fps : kPlayerSpeeds) speed_->addItem(tr("%1 a second").arg(fps), fps);
  speed_->setCurrentIndex(kUsualPlayerSpeed);
  speed_->setAccessibleName(tr("Speed"));
  picture_->setAccessibleName(tr("The picture at this step"));
  export_->setToolTip(tr("As an animated GIF, a video, or a strip of frames"));
  auto* player = new QWidget;
  auto* player_row = new QHBoxLayout(player);
  player_row->setContentsMargins(0, 0, 0, 0);
  player_row->addWidget(play_);
  player_row->addWidget(step_, 1);
  auto* foot = new QWidget;
  auto* foot_row = new QHBoxLayout(foot);
  foot_row->setContentsMargins(0, 0, 0, 0);
  foot_row->addWidget(speed_, 1);
  foot_row->addWidget(export_);
  column()->addWidget(labelled(tr("&Order"), order_, dice_));
  column()->addWidget(picture_);
  column()->addWidget(player);
  column()->addWidget(foot);

  connect(order_, &QComboBox::currentIndexChanged, this, [this] {
    dice_->setEnabled(chosen_order() != inspect::Order::prediction);
    ask();
  });
  connect(dice_, &QToolButton::clicked, this, [this] {
    ++draw_;
    ask();
  });
  connect(step_, &QSlider::valueChanged, this, &ProgressivePage::want_frame);
  connect(play_, &QToolButton::clicked, this, [this] { set_playing(!playing()); });
  connect(speed_, &QComboBox::currentIndexChanged, this,
          [this] { clock_.setInterval(static_cast<int>(1000 / frames_per_second())); });
  clock_.setInterval(static_cast<int>(1000 / frames_per_second()));
  connect(&clock_, &QTimer::timeout, this, &ProgressivePage::advance);
  connect(export_, &QPushButton::clicked, this, &ProgressivePage::choose_export);
  clear();
}

inspect::Order ProgressivePage::chosen_order() const {
  return static_cast<inspect::Order>(order_->currentData().toInt());
}

double ProgressivePage::frames_per_second() const {
  return speed_->currentData().toDouble();
}

void ProgressivePage::clear() {
  set_playing(false);
  ++round_;
  frames_.clear();
  range_ = {};
  picture_->clear();
  play_->setEnabled(false);
  step_->setEnabled(false);
  show_exporting();
}

// It is the way to stop it, whatever is selected.
void ProgressivePage::show_exporting() {
  export_->setText(exporting_ ? tr("Stop") : tr("Export…"));
  export_->setEnabled(exporting_ || range_.size() > 0);
}

// A span that is selected, otherwise the surroundings of the column.
void ProgressivePage::refresh() {
  const auto snapshot = inspection()->app()->snapshot();
  const ColumnRange columns = inspection()->columns();
  range_ = columns;
  if (columns.size() == 1 && snapshot) {
    range_ = {std::max(snapshot->extent.begin, columns.begin - kPlayedAround),
              std::min(snapshot->extent.end, columns.begin + kPlayedAround)};
  }
  ++round_;
  frames_.clear();
  const QSignalBlocker block(step_);
  const int before = step_->maximum() > 0 ? step_->value() : -1;
  step_->setRange(0, static_cast<int>(range_.size()));
  step_->setValue(before >= 0 ? before : static_cast<int>(range_.size()) / 2);
  play_->setEnabled(true);
  step_->setEnabled(true);
  show_exporting();
  want_frame();
}

void ProgressivePage::want_frame() {
  if (range_.size() == 0) return;
  const std::int64_t step = step_->value();
  if (frames_.contains(step)) return show_frame(step);
  const auto work = [this, range = range_, order = chosen_order(), draw = draw_, step,
                     round = round_](Inspection::Context& c) -> Inspection::Show {
    const inspect::Progressive progressive{range, order, draw, c.memory.best(c.session, c.row)};
    const auto picture =
        to_image(inspect::to_rgb(inspect::progressive_frame(c.row, progressive, step, c.stop())));
    return [this, round, step, picture] {
      if (round != round_) return;
      frames_[step] = picture;
      if (step == step_->value()) show_frame(step);
    };
  };
  inspection()->preview("progressive", this, work, failure());
}

void ProgressivePage::show_frame(std::int64_t step) {
  picture_->show_picture(frames_[step]);
  show_text(tr("%1: %2 of %3 have their own token.").arg(column_text(range_)).arg(step).arg(range_.size()));
  show_on_canvas(range_, frames_[step]);
}

void ProgressivePage::set_playing(bool on) {
  if (on == playing()) return;
  if (on) {
    if (step_->value() == step_->maximum()) step_->setValue(0);
    clock_.start();
  } else {
    clock_.stop();
  }
  play_->setIcon(icon(on ? QStringLiteral("pause") : QStringLiteral("play")));
  play_->setToolTip(on ? tr("Pause") : tr("Play"));
  play_->setAccessibleName(play_->toolTip());
}

// A frame that is not there yet is waited for: none is left out.
void ProgressivePage::advance() {
  if (!frames_.contains(step_->value())) return;
  if (step_->value() == step_->maximum()) return set_playing(false);
  step_->setValue(step_->value() + 1);
}

void ProgressivePage::hideEvent(QHideEvent* event) {
  set_playing(false);
  InspectorPage::hideEvent(event);
}

void ProgressivePage::choose_export() {
  if (exporting_) return exporting_->cancel();
  const QString path = choose_save_file(
      this, tr("Export the animation"), inspection()->app()->settings().folder(),
      tr("Animated GIF (*.gif);;MP4 video (*.mp4);;Strip of frames (*.png *.jpg *.jpeg *.tif *.tiff)"));
  if (!path.isEmpty()) export_to(path);
}

void ProgressivePage::export_to(const QString& path) {
  const auto ended = [this](const QString& text) {
    exporting_.reset();
    show_exporting();
    show_text(text);
  };
  const auto progress = posted(inspection()->app(), this, [this](std::int64_t done, std::size_t total) {
    show_text(tr("Frame %1 of %2").arg(done).arg(total));
  });
  const auto work = [this, path, range = range_, order = chosen_order(), draw = draw_,
                     fps = frames_per_second(), ended, progress](Inspection::Context& c) -> Inspection::Show {
    const inspect::Progressive progressive{range, order, draw, c.memory.best(c.session, c.row)};
    const auto steps = inspect::frame_steps(progressive.steps(), kMostExported);
    media::AnimationWriter writer(to_path(path), fps);
    std::int64_t done = 0;
    for (const auto step : steps) {
      auto rgb = inspect::to_rgb(inspect::progressive_frame(c.row, progressive, step, c.stop()));
      writer.add({rgb.width, rgb.height, std::move(rgb.pixels)});
      progress(++done, steps.size());
    }
    writer.finish();
    const QString text = tr("%1: %2 frames").arg(QFileInfo(path).fileName()).arg(steps.size());
    return [ended, text] { ended(text); };
  };
  exporting_ = inspection()->run("export animation", this, work, [this, ended](const Error& error) {
    ended({});
    show_failure(error);
  });
  show_exporting();
}

}  // namespace equi::ui
