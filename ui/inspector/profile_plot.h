#pragma once

#include <QWidget>
#include <vector>

namespace equi::ui {

// The profile of an influence: the change in each pixel column, under the picture it belongs to.
class ProfilePlot : public QWidget {
  Q_OBJECT

 public:
  explicit ProfilePlot(QWidget* parent = nullptr);

  // values: one for each pixel column; the own columns are pixels [own_first, own_last), the interval that
  // holds most of the change [reach_first, reach_last).
  struct Profile {
    std::vector<double> values;
    int own_first = 0, own_last = 0;
    int reach_first = 0, reach_last = 0;
  };
  void show_profile(Profile profile);
  const Profile& profile() const { return profile_; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Profile profile_;
};

}  // namespace equi::ui
