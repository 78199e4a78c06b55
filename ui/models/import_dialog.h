#pragma once

#include <QComboBox>
#include <QLineEdit>
#include <QProgressBar>
#include <optional>

#include "core/checkpoint/import.h"
#include "core/jobs/job_queue.h"
#include "ui/frame/dialog.h"

namespace equi::ui {

class AppController;

// Imports the authors' published checkpoints into a bundle in the user's models folder, with progress; can be
// cancelled at any moment and leaves nothing half done.
class ImportDialog : public HouseDialog {
  Q_OBJECT

 public:
  ImportDialog(AppController* app, QWidget* parent);
  ~ImportDialog() override;

  QLineEdit* tokenizer() const { return tokenizer_; }
  QLineEdit* generator() const { return generator_; }
  QLineEdit* name_field() const { return name_; }
  QPushButton* start_button() const { return start_; }
  QLabel* status() const { return status_; }
  bool running() const { return job_.has_value(); }

 protected:
  void reject() override;

 private:
  QWidget* file_field(QLineEdit*& field, const QString& title, const QString& filter);
  std::optional<ImportOptions> options();
  void check();
  void start();
  void ended(const std::optional<Error>& error, const QString& folder);

  AppController* app_;
  QLineEdit* tokenizer_ = nullptr;
  QLineEdit* generator_ = nullptr;
  QLineEdit* classes_ = nullptr;
  QLineEdit* name_;
  QLineEdit* licence_;
  QComboBox* dtype_;
  QProgressBar* bar_;
  QLabel* status_;
  QPushButton* start_;
  QWidget* form_;
  std::optional<jobs::Job> job_;
};

}  // namespace equi::ui
