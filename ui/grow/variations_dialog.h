#pragma once

#include <QImage>
#include <QLabel>
#include <QToolButton>
#include <optional>
#include <vector>

#include "core/jobs/job_queue.h"
#include "ui/frame/dialog.h"

namespace equi::ui {

class AppController;

// One continuation that can be kept: a picture that grows, a number to press.
class CandidateCard : public QToolButton {
  Q_OBJECT

 public:
  CandidateCard(int number, QWidget* parent);
  void show_picture(const QImage& picture, double share);  // share of its columns that are made
  const QImage& picture() const { return picture_; }
  bool complete() const { return share_ >= 1; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int number_;
  QImage picture_;
  double share_ = 0;
};

// Several continuations from a column on, side by side, each growing as one watches. A click or 1 to 9 keeps
// one; "other ones" tries the next takes; Escape keeps what was there.
class VariationsDialog : public HouseDialog {
  Q_OBJECT

 public:
  VariationsDialog(AppController* app, std::int64_t column, QWidget* parent);
  ~VariationsDialog() override;

  std::int64_t column() const { return column_; }
  const std::vector<CandidateCard*>& cards() const { return cards_; }
  bool finished() const;  // every continuation is there
  std::optional<std::uint32_t> kept() const { return kept_; }

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void done(int result) override;

 private:
  void start();
  void keep(std::size_t candidate);

  AppController* app_;
  std::int64_t column_;
  std::int64_t count_;
  std::uint32_t first_take_ = 1;
  std::vector<CandidateCard*> cards_;
  QLabel* status_;
  std::optional<jobs::Job> job_;
  std::uint64_t round_ = 0;
  std::optional<std::uint32_t> kept_;
};

}  // namespace equi::ui
