#pragma once

#include <QComboBox>
#include <QFormLayout>
#include <QListWidget>
#include <QStackedWidget>

#include "ui/frame/dialog.h"

namespace equi::ui {

class AppController;
class EmptyState;
struct ModelEntry;

// The installed models: what each is, which one is used, on which device and in which precision; import,
// names of classes, removal. Also where one lands when there is no model or it is damaged.
class ModelsDialog : public HouseDialog {
  Q_OBJECT

 public:
  ModelsDialog(AppController* app, QWidget* parent);

  QListWidget* list() const { return list_; }
  QPushButton* use_button() const { return use_; }
  QPushButton* remove_button() const { return remove_; }
  QLabel* problem() const { return problem_; }
  QComboBox* device() const { return device_; }
  QComboBox* precision() const { return precision_; }

 private:
  QWidget* make_details();
  QWidget* make_device_row();
  void refresh();
  void show_selected();
  void run_on(const QString& device, const QString& precision);
  void look_for_devices();
  void show_choice();
  const ModelEntry* selected() const;
  void use_selected();
  void remove_selected();
  void edit_classes();
  void import();

  AppController* app_;
  QStackedWidget* pages_;
  QListWidget* list_;
  QLabel* name_;
  QLabel* problem_;
  QFormLayout* facts_;
  QPushButton* use_;
  QPushButton* classes_;
  QPushButton* remove_;
  QComboBox* device_;
  QComboBox* precision_;
  QLabel* state_;
};

}  // namespace equi::ui
