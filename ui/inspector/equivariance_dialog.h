#pragma once

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <optional>

#include "core/jobs/job_queue.h"
#include "ui/frame/dialog.h"
#include "ui/inspector/equivariance_plot.h"

namespace equi::ui {

class AppController;

// How well the model's tokenizer commutes with moving a picture sideways: of the canvas, of a picture, or of
// a folder of pictures.
class EquivarianceDialog : public HouseDialog {
  Q_OBJECT

 public:
  explicit EquivarianceDialog(AppController* app, QWidget* parent = nullptr);
  ~EquivarianceDialog() override;

  void check_canvas();
  void check_files(const QStringList& paths);
  void check_folder(const QString& folder);  // the pictures in it and below
  void save(const QString& path);            // .png: the plot, .json: the numbers

  EquivariancePlot* plot() const { return plot_; }
  QLabel* text() const { return text_; }
  bool running() const { return running_; }

 private:
  void check_chosen_pictures();
  void choose_folder();
  void choose_save();
  void start();
  void show_result(const std::vector<inspect::Equivariance>& results, int left_out);
  void finish(const QString& text);

  AppController* app_;
  EquivariancePlot* plot_;
  QLabel* text_;
  QProgressBar* progress_;
  QPushButton *canvas_, *pictures_, *folder_, *save_;
  std::optional<jobs::Job> job_;
  bool running_ = false;
  std::uint64_t round_ = 0;
};

}  // namespace equi::ui
