#pragma once

#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>

#include "ui/batch/batch_host.h"
#include "ui/batch/plan_form.h"
#include "ui/batch/queue_model.h"
#include "ui/frame/dialog.h"

namespace equi::ui {

// Batches: the plan on one page, the queue it became on the other. The batch goes on when the dialog is
// closed.
class BatchDialog : public HouseDialog {
  Q_OBJECT

 public:
  BatchDialog(AppController* app, BatchHost* host, QWidget* parent);

  PlanForm* form() const { return form_; }
  QTableView* table() const { return table_; }
  QueueModel* model() const { return model_; }
  QPushButton* start_button() const { return start_; }
  QPushButton* pause_button() const { return pause_; }
  QPushButton* new_button() const { return new_; }
  QToolButton* cancel_button() const { return cancel_; }
  QToolButton* retry_button() const { return retry_; }
  QToolButton* top_button() const { return top_; }
  QToolButton* down_button() const { return down_; }
  QLabel* status() const { return status_; }
  QLabel* note() const { return note_; }
  QLabel* reason() const { return reason_; }
  bool shows_queue() const { return pages_->currentWidget() == queue_page_; }

 private:
  QWidget* make_queue_page();
  QTableView* make_table();
  QLayout* make_tools();
  QLayout* make_buttons();
  QToolButton* tool(const char* icon, const QString& text, std::function<void()> work);
  void show_page();
  void show_note();
  void update_status();
  void update_tools();
  void show_reason();
  std::vector<std::int64_t> selected() const;
  void move_selected(int by);  // INT_MIN: to the top
  void begin();
  void open_other();

  AppController* app_;
  BatchHost* host_;
  QueueModel* model_;
  QStackedWidget* pages_;
  PlanForm* form_;
  QWidget* queue_page_ = nullptr;
  QTableView* table_ = nullptr;
  QToolButton* cancel_ = nullptr;
  QToolButton* retry_ = nullptr;
  QToolButton* top_ = nullptr;
  QToolButton* up_ = nullptr;
  QToolButton* down_ = nullptr;
  QLabel* status_ = nullptr;
  QLabel* note_ = nullptr;
  QLabel* reason_ = nullptr;  // why the selected picture failed: the table shows a line's beginning
  QProgressBar* bar_ = nullptr;
  QPushButton* start_ = nullptr;
  QPushButton* pause_ = nullptr;
  QPushButton* new_ = nullptr;
  QPushButton* open_ = nullptr;
  QPushButton* folder_ = nullptr;
};

}  // namespace equi::ui
