#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QWidget>
#include <optional>
#include <utility>
#include <vector>

#include "core/batch/plan.h"

namespace equi::ui {

class AppController;
class DiskWatch;

// What a batch is to make: scenes, seeds, widths and settings, where it goes and under which names, with the
// number of pictures and what they take kept up to date.
class PlanForm : public QWidget {
  Q_OBJECT

 public:
  explicit PlanForm(AppController* app, QWidget* parent = nullptr);
  ~PlanForm() override;  // what was chosen is there again when the dialog is

  // Nothing while a field is wrong; problem() says which.
  std::optional<batch::Plan> plan() const { return plan_; }
  void set_columns_per_second(double rate);
  // That the pictures will not fit on the disk, as far as is known; empty: they will.
  QString space_warning() const;
  // What went wrong with the plan outside of the form; until the next change.
  void show_problem(const QString& text);
  // A folder that is not there yet, beside the one used last.
  void propose_folder();
  // Keeps the parent of the folder for the next batch.
  void remember_folder();

  QListWidget* scenes() const { return scenes_; }
  QLineEdit* filter() const { return filter_; }
  QLineEdit* seeds() const { return seeds_; }
  QLineEdit* widths() const { return widths_; }
  QLineEdit* guidance() const { return guidance_; }
  QLineEdit* steps() const { return steps_; }
  QLineEdit* folder() const { return folder_; }
  QLineEdit* pattern() const { return pattern_; }
  QComboBox* format() const { return format_; }
  QCheckBox* seamless() const { return seamless_; }
  QLabel* facts() const { return facts_; }
  QLabel* problem() const { return problem_; }

 Q_SIGNALS:
  void changed();

 private:
  QWidget* make_scenes();
  QWidget* make_settings();
  QWidget* make_folder();
  void fill_scenes();
  QStringList chosen_scenes() const;
  std::vector<std::pair<const char*, QLineEdit*>> texts() const;  // with their keys in the settings
  void filter_scenes();
  void update_plan();
  batch::Plan read() const;                   // throws Error(bad_input) about a field
  void show_facts(const batch::Plan& plan);   // how many, how large, how long
  void check(const batch::Plan& plan) const;  // throws Error(bad_input): names, limits

  AppController* app_;
  QListWidget* scenes_ = nullptr;
  QLineEdit* filter_ = nullptr;
  QLineEdit* seeds_ = nullptr;
  QLineEdit* widths_ = nullptr;
  QLineEdit* guidance_ = nullptr;
  QLineEdit* steps_ = nullptr;
  QLineEdit* folder_ = nullptr;
  QLineEdit* pattern_ = nullptr;
  QComboBox* format_ = nullptr;
  QCheckBox* seamless_ = nullptr;
  QLabel* facts_ = nullptr;
  QLabel* problem_ = nullptr;
  DiskWatch* disk_;
  double columns_per_second_ = 0;
  std::optional<batch::Plan> plan_;
};

}  // namespace equi::ui
