#include "ui/grow/variations_dialog.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/app_controller.h"
#include "ui/gui_thread.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kCardWidth = 440;
constexpr int kCardHeight = 132;

}  // namespace

CandidateCard::CandidateCard(int number, QWidget* parent) : QToolButton(parent), number_(number) {
  setAccessibleName(VariationsDialog::tr("Variation %1").arg(number));
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  setCursor(Qt::PointingHandCursor);
}

QSize CandidateCard::sizeHint() const {
  return {kCardWidth, kCardHeight};
}

void CandidateCard::show_picture(const QImage& picture, double share) {
  picture_ = picture;
  share_ = share;
  update();
}

void CandidateCard::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colors& c = colors();
  const QRectF frame = QRectF(rect()).adjusted(2, 2, -2, -2);
  QPainterPath shape;
  shape.addRoundedRect(frame, Size::radius, Size::radius);
  painter.fillPath(shape, c.canvas);
  painter.setClipPath(shape);
  if (!picture_.isNull()) {
    // The whole height, as much of the width as fits; it grows towards its outer end.
    const double scale = frame.height() / picture_.height();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale < 1.5);
    painter.drawImage(QRectF(frame.left(), frame.top(), picture_.width() * scale, frame.height()), picture_);
  }
  painter.setClipping(false);
  const bool hot = underMouse() || hasFocus();
  painter.setPen(QPen(hot ? c.accent : c.border, hot ? 3 : 1));
  painter.drawPath(shape);
  if (share_ < 1) {
    painter.fillRect(QRectF(frame.left() + 6, frame.bottom() - 8, (frame.width() - 12) * share_, 3),
                     c.accent);
  }
  const QRectF badge(frame.left() + Space::s, frame.top() + Space::s, 26, 26);
  painter.setPen(Qt::NoPen);
  painter.setBrush(hot ? c.accent : QColor(0, 0, 0, 150));
  painter.drawRoundedRect(badge, Size::radius, Size::radius);
  painter.setPen(hot ? c.on_accent : QColor(Qt::white));
  painter.setFont(role_font(TextRole::strong));
  painter.drawText(badge, Qt::AlignCenter, QString::number(number_));
}

VariationsDialog::VariationsDialog(AppController* app, std::int64_t column, QWidget* parent)
    : HouseDialog(tr("Variations"), parent), app_(app), column_(column), status_(new QLabel) {
  const auto snapshot = app->snapshot();
  const auto side = canvas::frame_of(column);
  const std::int64_t outwards =
      side == engine::FrameId::forward ? snapshot->extent.end - column : column + 1 - snapshot->extent.begin;
  count_ = std::clamp<std::int64_t>(outwards, Growth::kVariationColumns, 2 * Growth::kVariationColumns);
  const auto& frame = snapshot->state.frame(side);
  first_take_ = frame.take_at(snapshot->state.to_frame(side, column)) + 1;

  set_heading(side == engine::FrameId::forward ? tr("Continuations to the right from column %L1").arg(column)
                                               : tr("Continuations to the left from column %L1").arg(column));
  status_->setProperty("role", "muted");
  status_->setWordWrap(true);
  auto* grid = new QGridLayout;
  grid->setSpacing(Space::s);
  const int many = app->settings().variations();
  const int across = many > 2 ? 2 : 1;
  for (int i = 0; i < many; ++i) {
    auto* card = new CandidateCard(i + 1, this);
    connect(card, &QToolButton::clicked, this, [this, i] { keep(static_cast<std::size_t>(i)); });
    grid->addWidget(card, i / across, i % across);
    cards_.push_back(card);
  }
  auto* others = new QPushButton(tr("&Other ones"));
  others->setAutoDefault(false);
  connect(others, &QPushButton::clicked, this, [this, many] {
    first_take_ += static_cast<std::uint32_t>(many);
    start();
  });
  auto* cancel = new QPushButton(tr("Cancel"));
  cancel->setAutoDefault(false);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(status_, 1);
  buttons->addWidget(others);
  buttons->addWidget(cancel);
  content()->setSpacing(Space::m);
  content()->addLayout(grid, 1);
  content()->addLayout(buttons);
  cards_.front()->setFocus();
  start();
}

VariationsDialog::~VariationsDialog() {
  if (job_) job_->cancel();
}

void VariationsDialog::start() {
  if (job_) job_->cancel();
  const std::uint64_t round = ++round_;
  for (CandidateCard* card : cards_) card->show_picture({}, 0);
  status_->setText(tr("Click one, or press its number, to keep it. Escape keeps what is there."));
  std::vector<std::uint32_t> takes(cards_.size());
  for (std::size_t i = 0; i < takes.size(); ++i) takes[i] = first_take_ + static_cast<std::uint32_t>(i);
  const auto show =
      posted(app_, this, [this, round](std::size_t candidate, const QImage& picture, double share) {
        if (round == round_) cards_[candidate]->show_picture(picture, share);
      });
  const auto failed = posted(app_, this, [this, round](const QString& text) {
    if (round == round_) status_->setText(text);
  });
  jobs::JobSpec spec;
  spec.name = "variations";
  spec.priority = jobs::Priority::visible;
  spec.on_end = [failed](const std::optional<Error>& error) {
    if (error && error->kind() != ErrorKind::cancelled)
      failed(describe(*error).title + QStringLiteral(": ") + describe(*error).detail);
  };
  job_ = app_->studio().run(std::move(spec), [=, column = column_, count = count_](
                                                 engine::Session* session, const jobs::Context& context) {
    if (session == nullptr) return;
    session->variations(
        column, count, takes,
        [&](std::size_t candidate, const engine::Strip& strip) {
          const QImage wrapped(strip.pixels.data(), strip.width, strip.height, qsizetype{3} * strip.width,
                               QImage::Format_RGB888);
          show(candidate, wrapped.convertToFormat(QImage::Format_RGB32),
               static_cast<double>(strip.columns.size()) / static_cast<double>(count));
        },
        context.stop());
  });
}

bool VariationsDialog::finished() const {
  return std::ranges::all_of(cards_, &CandidateCard::complete);
}

void VariationsDialog::keep(std::size_t candidate) {
  if (candidate >= cards_.size() || cards_[candidate]->picture().isNull()) return;
  kept_ = first_take_ + static_cast<std::uint32_t>(candidate);
  accept();
}

void VariationsDialog::done(int result) {
  ++round_;
  if (job_) job_->cancel();
  if (result == Accepted && kept_) app_->growth().regenerate(column_, *kept_, count_);
  QDialog::done(result);
}

void VariationsDialog::keyPressEvent(QKeyEvent* event) {
  if (event->key() >= Qt::Key_1 && event->key() <= Qt::Key_9 && event->modifiers() == Qt::NoModifier) {
    return keep(static_cast<std::size_t>(event->key() - Qt::Key_1));
  }
  QDialog::keyPressEvent(event);
}

}  // namespace equi::ui
