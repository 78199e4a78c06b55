#include "ui/inspector/influence_page.h"

namespace equi::ui {

InfluencePage::InfluencePage(Inspection* inspection, QWidget* parent)
    : InspectorPage(inspection, parent),
      substitute_(new QComboBox),
      dice_(tool_button(QStringLiteral("dice"), tr("Another random token"))),
      picture_(new SplitView),
      profile_(new ProfilePlot) {
  using inspect::Substitute;
  substitute_->addItem(tr("the mean token"), static_cast<int>(Substitute::mean));
  substitute_->addItem(tr("nothing (zero)"), static_cast<int>(Substitute::zero));
  substitute_->addItem(tr("a random token"), static_cast<int>(Substitute::random));
  substitute_->addItem(tr("its left neighbour"), static_cast<int>(Substitute::left));
  substitute_->addItem(tr("its right neighbour"), static_cast<int>(Substitute::right));
  substitute_->setAccessibleName(tr("What stands in for the token"));
  dice_->setEnabled(false);
  picture_->setAccessibleName(tr("Heat map of the influence"));
  picture_->setToolTip(tr("How much each pixel changes without the token"));
  column()->addWidget(labelled(tr("&Without it"), substitute_, dice_));
  column()->addWidget(picture_);
  column()->addWidget(profile_);
  connect(substitute_, &QComboBox::currentIndexChanged, this, [this] {
    dice_->setEnabled(substitute_->currentData().toInt() == static_cast<int>(inspect::Substitute::random));
    ask();
  });
  connect(dice_, &QToolButton::clicked, this, [this] {
    ++draw_;
    ask();
  });
}

void InfluencePage::clear() {
  picture_->clear();
  profile_->show_profile({});
}

void InfluencePage::refresh() {
  const ColumnRange columns = inspection()->columns();
  const auto substitute = static_cast<inspect::Substitute>(substitute_->currentData().toInt());
  inspection()->preview(
      "influence", this,
      [this, columns, substitute, draw = draw_](Inspection::Context& c) -> Inspection::Show {
        const auto& statistics = c.memory.best(c.session, c.row);
        std::vector<inspect::Replacement> others;
        for (auto i = columns.begin; i < columns.end; ++i)
          others.push_back({i, inspect::substitute_token(c.row, i, substitute, statistics, draw)});
        const auto shown = inspect::affected_by(c.row, columns);
        const auto& before = c.memory.before(c.session, c.row, shown, c.stop());
        auto influence = inspect::measure_influence(before, c.row.decode(shown, others, c.stop()), columns);
        const auto scale = inspect::full_scale_of(influence.heat);
        const auto heat = to_image(inspect::heat_over(before, influence.heat, scale));
        return [this, influence = std::move(influence), heat] { show_influence(influence, heat); };
      },
      failure());
}

void InfluencePage::show_influence(const inspect::Influence& influence, const QImage& heat) {
  influence_ = influence;
  const int px = influence.width / static_cast<int>(influence.columns.size());
  const int first = static_cast<int>(influence.own.begin - influence.columns.begin) * px;
  const int last = static_cast<int>(influence.own.end - influence.columns.begin) * px;
  picture_->show_picture(heat);
  picture_->set_marked(first, last);
  profile_->show_profile(
      {influence.profile, first, last, influence.reach_first, influence.reach_first + influence.reach_width});
  if (influence.reach_width == 0) {
    show_text(tr("Nothing changes."));
  } else {
    show_text(tr("%1 % of the change lies in the own %2 pixels, %3 % of it within %4 pixels.")
                  .arg(100 * influence.own_share, 0, 'f', 0)
                  .arg(last - first)
                  .arg(100 * influence.reach_share, 0, 'f', 0)
                  .arg(influence.reach_width));
  }
  show_on_canvas(influence.columns, heat);
}

}  // namespace equi::ui
