#include "ui/inspector/facts_view.h"

#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kNearestShown = 3;

QLabel* fact_label() {
  auto* label = new QLabel;
  label->setFont(role_font(TextRole::mono));
  return label;
}

QLabel* fact_caption(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("role", "small");
  return label;
}

QString fact_number(const std::optional<double>& value) {
  return value ? QString::number(*value, 'f', 2) : QStringLiteral("–");
}

}  // namespace

FactsView::FactsView(Inspection* inspection, QWidget* parent)
    : QWidget(parent),
      inspection_(inspection),
      heading_(new QLabel),
      place_(new QLabel),
      plot_(new TokenPlot),
      norm_(fact_label()),
      left_(fact_label()),
      right_(fact_label()),
      nearest_(new QWidget),
      nearest_row_(new QHBoxLayout(nearest_)) {
  heading_->setProperty("role", "heading");
  place_->setProperty("role", "muted");
  place_->setWordWrap(true);
  norm_->setToolTip(tr("Length of the token"));
  left_->setToolTip(tr("Distance to the token of the column on the left"));
  right_->setToolTip(tr("Distance to the token of the column on the right"));
  nearest_row_->setContentsMargins(0, 0, 0, 0);
  nearest_row_->setSpacing(Space::xs);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(Space::m);
  grid->setVerticalSpacing(0);
  grid->addWidget(norm_, 0, 0);
  grid->addWidget(left_, 0, 1);
  grid->addWidget(right_, 0, 2);
  grid->addWidget(fact_caption(tr("length")), 1, 0);
  grid->addWidget(fact_caption(tr("to the left")), 1, 1);
  grid->addWidget(fact_caption(tr("to the right")), 1, 2);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(heading_);
  layout->addWidget(place_);
  layout->addWidget(plot_);
  layout->addLayout(grid);
  layout->addWidget(nearest_);
  connect(inspection, &Inspection::changed, this, &FactsView::refresh);
  refresh();
}

void FactsView::refresh() {
  if (!inspection_->any()) return;
  const ColumnRange columns = inspection_->columns();
  heading_->setText(column_text(columns));
  inspection_->preview("facts", this, [this, columns](Inspection::Context& c) -> Inspection::Show {
    inspect::NearestSettings settings;
    settings.count = kNearestShown;
    auto facts = inspect::facts_of(c.row, columns.begin, settings, c.stop());
    const auto scene = QString::fromStdString(inspect::scene_text(c.session, columns.begin));
    return [this, facts = std::move(facts), scene] { show_facts(facts, scene); };
  });
}

void FactsView::show_facts(const inspect::TokenFacts& facts, const QString& scene) {
  const QString frame = facts.frame == 0 ? tr("forward frame") : tr("mirrored frame");
  place_->setText(inspection_->in_photo()
                      ? tr("photo · %1 numbers").arg(facts.token.size())
                      : tr("%1 · %2 · %3 numbers").arg(scene, frame).arg(facts.token.size()));
  plot_->show_token(facts.token);
  norm_->setText(fact_number(facts.norm));
  left_->setText(fact_number(facts.left_distance));
  right_->setText(fact_number(facts.right_distance));
  while (QLayoutItem* item = nearest_row_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  nearest_row_->addWidget(fact_caption(tr("alike")));
  for (const auto& each : facts.nearest) {
    auto* chip = new QPushButton(tr("%L1  %2").arg(each.column).arg(each.cosine, 0, 'f', 2));
    chip->setProperty("role", "ghost");
    chip->setToolTip(tr("Go to column %L1 (cosine %2)").arg(each.column).arg(each.cosine, 0, 'f', 3));
    chip->setCursor(Qt::PointingHandCursor);
    connect(chip, &QPushButton::clicked, inspection_,
            [this, column = each.column] { inspection_->jump_to(column); });
    nearest_row_->addWidget(chip);
  }
  nearest_row_->addStretch();
  nearest_->setVisible(!facts.nearest.empty());
}

}  // namespace equi::ui
