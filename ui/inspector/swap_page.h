#pragma once

#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>

#include "core/inspect/swap.h"
#include "ui/inspector/page.h"
#include "ui/inspector/split_view.h"

namespace equi::ui {

// Another token in the selected columns: from elsewhere, blended in as far as wanted, seen before it is kept.
class SwapPage : public InspectorPage {
  Q_OBJECT

 public:
  enum class From { column, scene, file, random, mean };

  explicit SwapPage(Inspection* inspection, QWidget* parent = nullptr);

  // Takes tokens out of a picture or another project.
  void set_file(const QString& path);

  QComboBox* from() const { return from_; }
  QSpinBox* other_column() const { return column_number_; }
  QComboBox* scene() const { return scene_; }
  QSpinBox* file_column() const { return file_column_; }
  QSlider* amount() const { return amount_; }
  QComboBox* blend() const { return blend_; }
  SplitView* picture() const { return picture_; }
  QPushButton* apply() const { return apply_; }
  QPushButton* go_on() const { return go_on_; }

 protected:
  void refresh() override;
  void clear() override;

 private:
  void make_sources();
  void fill_scenes();
  void choose_file();
  void keep(bool go_on);
  void show_swap(ColumnRange shown, const QImage& before, const QImage& after, const QString& text,
                 std::vector<inspect::Replacement> tokens);
  From source() const { return static_cast<From>(from_->currentData().toInt()); }
  // What the worker needs to find the other token.
  std::function<inspect::Token(Inspection::Context&, std::int64_t)> finder() const;

  QComboBox* from_;
  QStackedWidget* detail_;
  QSpinBox* column_number_;
  QComboBox* scene_;
  QPushButton* file_;
  QSpinBox* file_column_;
  QToolButton* dice_;
  QSlider* amount_;
  QLabel* percent_;
  QComboBox* blend_;
  SplitView* picture_;
  QPushButton *apply_, *go_on_;
  QString path_;
  std::uint64_t draw_ = 1;
  std::vector<inspect::Replacement> tokens_;  // those that are seen
};

}  // namespace equi::ui
