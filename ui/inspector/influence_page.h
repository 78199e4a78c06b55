#pragma once

#include "core/inspect/influence.h"
#include "ui/inspector/page.h"
#include "ui/inspector/profile_plot.h"
#include "ui/inspector/split_view.h"

namespace equi::ui {

// Where the selected tokens work: the picture with something else in their place minus the picture as it is.
class InfluencePage : public InspectorPage {
  Q_OBJECT

 public:
  explicit InfluencePage(Inspection* inspection, QWidget* parent = nullptr);

  QComboBox* substitute() const { return substitute_; }
  SplitView* picture() const { return picture_; }
  ProfilePlot* profile() const { return profile_; }
  const inspect::Influence& influence() const { return influence_; }

 protected:
  void refresh() override;
  void clear() override;

 private:
  void show_influence(const inspect::Influence& influence, const QImage& heat);

  QComboBox* substitute_;
  QToolButton* dice_;
  SplitView* picture_;
  ProfilePlot* profile_;
  std::uint64_t draw_ = 1;
  inspect::Influence influence_;
};

}  // namespace equi::ui
