// The window and the token inspector.
#include <QDockWidget>
#include <utility>

#include "ui/frame/main_window.h"
#include "ui/inspector/equivariance_dialog.h"
#include "ui/inspector/inspector_panel.h"

namespace equi::ui {

void MainWindow::connect_inspector() {
  connect(inspector_, &InspectorPanel::jump, this, [this](qint64 column) {
    canvas_->center_on_column(static_cast<double>(column) + 0.5);
    canvas_->select({column, column + 1});
  });
  connect(inspector_, &InspectorPanel::overlay, canvas_, &CanvasView::set_overlay);
  connect(inspector_, &InspectorPanel::equivariance_wanted, actions_->get("tools.equivariance"),
          &QAction::trigger);
  actions_->on("tools.equivariance", this, [this] { EquivarianceDialog(app_, this).exec(); });
  auto* dock = findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
  actions_->on("tools.inspector", dock, [dock] {
    dock->show();
    dock->raise();
  });
  // The first column that is selected brings the inspector forward, unless it was closed.
  const bool already = inspector_->inspection()->any();
  connect(inspector_->inspection(), &Inspection::changed, dock, [this, dock, before = already]() mutable {
    const bool any = inspector_->inspection()->any();
    if (any && !std::exchange(before, any) && !dock->isHidden()) dock->raise();
    before = any;
  });
}

}  // namespace equi::ui
