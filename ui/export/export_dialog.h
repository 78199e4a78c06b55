#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>

#include "ui/disk_watch.h"
#include "ui/export/canvas_export.h"
#include "ui/export/export_preview.h"
#include "ui/export/format_options.h"
#include "ui/frame/dialog.h"

namespace equi::ui {

// Export of the whole panorama or a span: format and its options, a preview, what it will take on the disk,
// what the format cannot hold and how to split it, progress. Stays open beside the window while it works; an
// export goes on when it is closed.
class ExportDialog : public HouseDialog {
  Q_OBJECT

 public:
  enum class Span { whole, selection, columns };

  ExportDialog(AppController* app, CanvasExport* work, QWidget* parent);

  // What the fields say. Parts included.
  ExportRequest request() const;

  QComboBox* range() const { return range_; }  // data: Span
  QSpinBox* from() const { return from_; }
  QSpinBox* to() const { return to_; }  // the last column, included
  QComboBox* format() const { return format_; }
  FormatOptions* options() const { return options_; }
  QCheckBox* seamless() const { return seamless_; }
  QCheckBox* split() const { return split_; }
  QLineEdit* target() const { return target_; }
  QLabel* facts() const { return facts_; }
  QLabel* problem() const { return problem_; }
  QPushButton* export_button() const { return export_; }
  QPushButton* stop_button() const { return stop_; }
  ExportPreview* preview() const { return preview_; }

 private:
  // Built in export_dialog_form.cpp.
  void build();
  QWidget* make_range();
  QWidget* make_target();
  QWidget* make_form();
  QLayout* make_buttons();

  void connect_parts();
  void choose_target();
  QString proposed_name() const;  // without ending
  void fill_ranges();
  void range_chosen();
  void show_range();
  void format_chosen();
  QString problem_of(const media::ExportOptions& options) const;
  QString facts_of(const media::ExportOptions& options) const;
  std::uint64_t needed_bytes() const;
  void update_facts();
  void refresh_facts();
  void sample_later();
  void update_preview();
  void take_sample(const QImage& begin, const QImage& end, double bytes_per_pixel, quint64 round);
  void check_and_start();
  void start(const ExportRequest& request, const QString& there, const std::optional<Error>& error);
  void show_running();
  void show_problem(const char* role, const QString& text);
  stream::ColumnRange columns() const;
  std::int64_t picture_width() const;  // pixels, the bridge included

  AppController* app_;
  CanvasExport* work_;
  ExportPreview* preview_;
  QWidget* form_ = nullptr;
  QComboBox* range_ = nullptr;
  QSpinBox* from_ = nullptr;
  QSpinBox* to_ = nullptr;
  QComboBox* format_ = nullptr;
  FormatOptions* options_ = nullptr;
  QCheckBox* seamless_ = nullptr;
  QCheckBox* split_ = nullptr;
  QLineEdit* target_ = nullptr;
  QLabel* facts_ = nullptr;
  QLabel* problem_ = nullptr;
  QProgressBar* bar_ = nullptr;
  QPushButton* export_ = nullptr;
  QPushButton* stop_ = nullptr;
  QPushButton* close_ = nullptr;
  DiskWatch* disk_;
  QTimer later_;
  bool checking_ = false;  // the target is being looked at
  bool told_ = false;      // how the last export ended; until something is changed
  quint64 round_ = 0;
  double bytes_per_pixel_ = 0;  // measured on the sample; 0: not yet
};

}  // namespace equi::ui
