#pragma once

#include <QPushButton>
#include <array>

#include "ui/inspector/page.h"
#include "ui/inspector/split_view.h"

namespace equi::ui {

// Sliders along the principal components of the tokens, for the selected columns.
class DirectionsPage : public InspectorPage {
  Q_OBJECT

 public:
  static constexpr int kSliders = 6;
  enum class Basis { canvas, model };

  explicit DirectionsPage(Inspection* inspection, QWidget* parent = nullptr);

  QComboBox* basis() const { return basis_; }
  QSlider* slider(int i) const { return rows_[static_cast<std::size_t>(i)].slider; }
  QLabel* share(int i) const { return rows_[static_cast<std::size_t>(i)].share; }
  SplitView* picture() const { return picture_; }
  QPushButton* apply() const { return apply_; }
  QPushButton* learn() const { return learn_; }

  void reset();

 protected:
  void refresh() override;
  void clear() override;

 private:
  struct Row {
    QWidget* line;
    QSlider* slider;
    QLabel* share;
  };
  void make_sliders();
  void keep();
  void learn_model();
  void show_learning();
  std::vector<double> amounts() const;  // standard deviations
  void show_moved(ColumnRange shown, const QImage& before, const QImage& after,
                  const std::vector<double>& explained, std::vector<inspect::Replacement> tokens);

  QComboBox* basis_;
  QPushButton* learn_;
  std::array<Row, kSliders> rows_{};
  SplitView* picture_;
  QPushButton *reset_, *apply_;
  std::vector<inspect::Replacement> tokens_;
  std::optional<jobs::Job> learning_;
};

}  // namespace equi::ui
