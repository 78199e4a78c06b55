#include "ui/inspector/directions_page.h"

#include <QHBoxLayout>
#include <QSignalBlocker>

#include "core/base/error.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kSliderTicks = 30;             // of a slider to each side
constexpr double kSliderReach = 3.0;         // standard deviations
constexpr std::int64_t kLearntColumns = 32;  // columns of each scene

}  // namespace

DirectionsPage::DirectionsPage(Inspection* inspection, QWidget* parent)
    : InspectorPage(inspection, parent),
      basis_(new QComboBox),
      learn_(new QPushButton(tr("Learn"))),
      picture_(new SplitView),
      reset_(new QPushButton(icon(QStringLiteral("undo")), tr("Reset"))),
      apply_(new QPushButton(icon(QStringLiteral("check")), tr("Apply"))) {
  basis_->addItem(tr("this canvas"), static_cast<int>(Basis::canvas));
  basis_->addItem(tr("the model"), static_cast<int>(Basis::model));
  basis_->setAccessibleName(tr("Whose tokens the directions are of"));
  learn_->setToolTip(
      tr("Generate %1 columns of each scene and keep the statistics of their tokens with the model")
          .arg(kLearntColumns));
  learn_->hide();
  column()->addWidget(labelled(tr("Tokens o&f"), basis_, learn_));
  make_sliders();
  column()->addWidget(picture_);
  auto* foot = new QWidget;
  auto* foot_row = new QHBoxLayout(foot);
  foot_row->setContentsMargins(0, 0, 0, 0);
  foot_row->addWidget(reset_, 1);
  foot_row->addWidget(apply_, 1);
  column()->addWidget(foot);
  connect(basis_, &QComboBox::currentIndexChanged, this, [this] {
    learn_->setVisible(learning_.has_value());
    ask();
  });
  connect(learn_, &QPushButton::clicked, this, &DirectionsPage::learn_model);
  connect(reset_, &QPushButton::clicked, this, &DirectionsPage::reset);
  connect(apply_, &QPushButton::clicked, this, &DirectionsPage::keep);
  clear();
}

void DirectionsPage::make_sliders() {
  for (int i = 0; i < kSliders; ++i) {
    auto& row = rows_[static_cast<std::size_t>(i)];
    row.slider = level_slider(-kSliderTicks, kSliderTicks, 0, tr("Direction %1").arg(i + 1));
    row.slider->setProperty("role", "balance");  // its zero is in the middle
    row.slider->setToolTip(tr("Up to %1 standard deviations to both sides").arg(kSliderReach));
    row.share = new QLabel;
    row.share->setProperty("role", "small");
    row.share->setMinimumWidth(36);
    row.share->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row.line = labelled(tr("Direction &%1").arg(i + 1), row.slider, row.share);
    column()->addWidget(row.line);
    connect(row.slider, &QSlider::valueChanged, this, [this] { ask(); });
  }
}

// Once they are the canvas's, the sliders start from there.
void DirectionsPage::keep() {
  inspection()->apply(tokens_, false);
  for (const Row& row : rows_) {
    const QSignalBlocker block(row.slider);
    row.slider->setValue(0);
  }
}

void DirectionsPage::reset() {
  for (const Row& row : rows_) {
    const QSignalBlocker block(row.slider);
    row.slider->setValue(0);
  }
  ask();
}

std::vector<double> DirectionsPage::amounts() const {
  std::vector<double> result;
  for (const Row& row : rows_) result.push_back(kSliderReach * row.slider->value() / kSliderTicks);
  return result;
}

void DirectionsPage::clear() {
  tokens_.clear();
  picture_->clear();
  apply_->setEnabled(false);
}

void DirectionsPage::refresh() {
  const ColumnRange columns = inspection()->columns();
  const bool of_model = basis_->currentData().toInt() == static_cast<int>(Basis::model);
  const auto work = [this, columns, of_model,
                     wanted = amounts()](Inspection::Context& c) -> Inspection::Show {
    const auto* statistics = of_model ? c.memory.of_model(c.session) : &c.memory.of_canvas(c.session, c.row);
    if (statistics == nullptr) {
      return [this] {
        clear();
        learn_->setVisible(true);
        show_text(tr("This model carries no statistics of its tokens yet."));
      };
    }
    auto moves = wanted;
    moves.resize(std::min(moves.size(), statistics->components.size()));
    std::vector<inspect::Replacement> tokens;
    for (auto i = columns.begin; i < columns.end; ++i)
      tokens.push_back({i, inspect::move_token(inspect::token_of(c.row, i), *statistics, moves)});
    const auto shown = inspect::affected_by(c.row, columns);
    const auto before = to_image(inspect::to_rgb(c.memory.before(c.session, c.row, shown, c.stop())));
    const auto after = to_image(inspect::to_rgb(c.row.decode(shown, tokens, c.stop())));
    std::vector<double> explained;
    for (std::size_t k = 0; k < moves.size(); ++k) explained.push_back(statistics->explained(k));
    return [=, this] { show_moved(shown, before, after, explained, tokens); };
  };
  inspection()->preview("directions", this, work, failure());
}

void DirectionsPage::show_moved(ColumnRange shown, const QImage& before, const QImage& after,
                                const std::vector<double>& explained,
                                std::vector<inspect::Replacement> tokens) {
  tokens_ = std::move(tokens);
  learn_->setVisible(learning_.has_value());
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    rows_[k].line->setEnabled(k < explained.size());
    rows_[k].share->setText(k < explained.size() ? tr("%1 %").arg(100 * explained[k], 0, 'f', 0) : QString());
  }
  const int px = after.width() / static_cast<int>(shown.size());
  picture_->show_pictures(before, after);
  picture_->set_marked(static_cast<int>(tokens_.front().column - shown.begin) * px,
                       static_cast<int>(tokens_.back().column + 1 - shown.begin) * px);
  apply_->setEnabled(!inspection()->in_photo());
  show_text(inspection()->in_photo() ? tr("The photo's own columns cannot be changed.") : QString());
  show_on_canvas(shown, after);
}

void DirectionsPage::show_learning() {
  learn_->setText(learning_ ? tr("Stop") : tr("Learn"));
}

void DirectionsPage::learn_model() {
  if (learning_) return learning_->cancel();
  const auto ended = [this] {
    learning_.reset();
    show_learning();
    ask();
  };
  const auto progress = posted(inspection()->app(), this, [this](std::int64_t done, std::int64_t total) {
    show_text(tr("Generating: %L1 of %L2 columns").arg(done).arg(total));
  });
  learning_ = inspection()->run(
      "learn token statistics", this,
      [ended, progress](Inspection::Context& c) -> Inspection::Show {
        const auto& engine = c.session.engine();
        inspect::store_statistics(engine,
                                  inspect::learn_statistics(engine, kLearntColumns, progress, c.stop()));
        c.memory.forget_model();
        return ended;
      },
      [this](const Error& error) {
        learning_.reset();
        show_learning();
        show_failure(error);
      });
  show_learning();
}

}  // namespace equi::ui
