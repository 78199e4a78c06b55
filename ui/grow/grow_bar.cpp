#include "ui/grow/grow_bar.h"

#include <QHBoxLayout>
#include <QVBoxLayout>
#include <cmath>

#include "ui/app_controller.h"
#include "ui/frame/actions.h"
#include "ui/frame/field_keys.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kNarrowest = 420;  // logical pixels; what the icons alone need
constexpr int kWithTexts = 600;  // from this width on the buttons have texts
constexpr int kIconGap = 6;      // wider icons: room before the text

}  // namespace

QString readable_seconds(double seconds) {
  const auto whole = static_cast<qint64>(std::ceil(seconds));
  if (whole < 90) return GrowBar::tr("%1 s").arg(whole);
  const qint64 minutes = (whole + 30) / 60;
  if (minutes < 90) return GrowBar::tr("%1 min").arg(minutes);
  return GrowBar::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

GrowBar::GrowBar(AppController* app, Actions* actions, QWidget* parent)
    : QWidget(parent), app_(app), actions_(actions) {
  setProperty("role", "bar");
  setAttribute(Qt::WA_StyledBackground);
  amount_ = new QSpinBox;
  amount_->setRange(1, 100000);
  amount_->setValue(app->growth().amount());
  amount_->setAccelerated(true);
  leave_letters_to_shortcuts(amount_);
  amount_->setAccessibleName(tr("Columns of one extension"));
  amount_->setToolTip(tr("How many columns one extension adds"));
  connect(amount_, &QSpinBox::valueChanged, &app->growth(), &Growth::set_amount);
  connect(&app->growth(), &Growth::amount_changed, this,
          [this] { amount_->setValue(app_->growth().amount()); });

  bar_ = new QProgressBar;
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress"));
  QSizePolicy keeps_room = bar_->sizePolicy();
  keeps_room.setRetainSizeWhenHidden(true);
  bar_->setSizePolicy(keeps_room);
  status_ = new QLabel;
  status_->setProperty("role", "small");
  status_->setObjectName(QStringLiteral("progress"));
  status_->setContentsMargins(Space::xs, 0, 0, 0);
  stop_ = button("grow.stop", true);

  auto* progress = new QHBoxLayout;
  progress->setSpacing(Space::m);
  progress->addWidget(status_);
  progress->addWidget(bar_, 1);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Space::xs);
  buttons->addWidget(button("grow.keep_left", false));
  buttons->addWidget(button("grow.left", true));
  buttons->addStretch();
  buttons->addWidget(button("grow.auto", false));
  buttons->addSpacing(Space::s);
  buttons->addWidget(amount_);
  buttons->addSpacing(Space::s);
  buttons->addWidget(stop_);
  buttons->addStretch();
  buttons->addWidget(button("grow.right", true));
  buttons->addWidget(button("grow.keep_right", false));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Space::s, Space::xs, Space::s, Space::s);
  layout->setSpacing(Space::xs);
  layout->addLayout(progress);
  layout->addLayout(buttons);

  connect(&app->growth(), &Growth::progress_changed, this, &GrowBar::update_progress);
  connect(&app->growth(), &Growth::running_changed, this, &GrowBar::update_progress);
  connect(app, &AppController::canvas_changed, this, &GrowBar::update_progress);
  connect(&app->host(), &ModelHost::loading_changed, this, &GrowBar::update_progress);
  update_progress();
}

QToolButton* GrowBar::button(const char* action, bool with_text) {
  auto* button = new QToolButton;
  button->setDefaultAction(actions_->get(action));
  button->setIconSize(QSize(Size::icon, Size::icon));
  button->setFocusPolicy(Qt::TabFocus);
  if (with_text) texts_.push_back(button);
  return button;
}

// Where there is little room the icons stand alone.
void GrowBar::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool wide = width() >= kWithTexts;
  for (QToolButton* button : texts_) {
    button->setToolButtonStyle(wide ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
    button->setIconSize(QSize(Size::icon + (wide ? kIconGap : 0), Size::icon));
  }
  amount_->setSuffix(wide ? tr(" columns") : QString());
}

QSize GrowBar::minimumSizeHint() const {
  return {kNarrowest, QWidget::minimumSizeHint().height()};
}

void GrowBar::update_progress() {
  const Growth& growth = app_->growth();
  const auto snapshot = app_->snapshot();
  bar_->setVisible(growth.running() || app_->host().loading());
  if (app_->host().loading()) {
    bar_->setRange(0, 0);
    return status_->setText(tr("Loading the model…"));
  }
  if (growth.running()) {
    const auto& progress = growth.progress();
    bar_->setRange(0, static_cast<int>(std::min<std::int64_t>(progress.total, 1 << 30)));
    bar_->setValue(static_cast<int>(std::min<std::int64_t>(progress.done, 1 << 30)));
    QString text = progress.total > 0 ? tr("%L1 of %L2 columns").arg(progress.done).arg(progress.total)
                                      : tr("%L1 columns, until stopped").arg(progress.done);
    if (progress.rate > 0) text += tr("  ·  %L1 per second").arg(progress.rate, 0, 'f', 1);
    if (const auto left = progress.seconds_left()) text += tr("  ·  %1 left").arg(readable_seconds(*left));
    return status_->setText(text);
  }
  if (!snapshot || snapshot->extent.size() == 0) {
    return status_->setText(app_->engine() ? tr("Choose a scene to begin") : tr("No model is loaded"));
  }
  const qint64 columns = snapshot->extent.size();
  const qint64 pixels = app_->engine() ? columns * app_->engine()->column_pixels() : 0;
  status_->setText(tr("%L1 columns  ·  %L2 pixels wide").arg(columns).arg(pixels));
}

}  // namespace equi::ui
