#include "ui/inspector/inspector_panel.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QPushButton>
#include <QTabBar>
#include <QUrl>

#include "ui/app_controller.h"
#include "ui/frame/empty_state.h"
#include "ui/frame/panel_scroll.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QString dropped_file(const QMimeData* mime) {
  if (!mime->hasUrls() || mime->urls().size() != 1) return {};
  return mime->urls().first().toLocalFile();
}

}  // namespace

InspectorPanel::InspectorPanel(AppController* app, QWidget* parent)
    : QWidget(parent),
      app_(app),
      inspection_(new Inspection(app, this)),
      stack_(new QStackedWidget),
      facts_(new FactsView(inspection_)),
      pages_(new QTabWidget),
      influence_(new InfluencePage(inspection_)),
      swap_(new SwapPage(inspection_)),
      progressive_(new ProgressivePage(inspection_)),
      directions_(new DirectionsPage(inspection_)),
      on_canvas_(new QToolButton) {
  setProperty("role", "panel");
  setAttribute(Qt::WA_StyledBackground);
  setAcceptDrops(true);
  stack_->addWidget(new EmptyState(QStringLiteral("inspector"), tr("No column selected"),
                                   tr("Click a column of the canvas to see what its token means. Shift+click "
                                      "selects a span.")));
  stack_->addWidget(make_content());
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(stack_);
  connect(inspection_, &Inspection::changed, this, &InspectorPanel::update);
  connect(inspection_, &Inspection::jump, this, &InspectorPanel::jump);
  connect(inspection_, &Inspection::overlay, this, &InspectorPanel::pass_overlay);
  connect(on_canvas_, &QToolButton::toggled, this, [this](bool on) {
    app_->settings().set_value(QStringLiteral("inspector/on_canvas"), on);
    pass_overlay(overlay_columns_, overlay_);
  });
  update();
}

QWidget* InspectorPanel::make_content() {
  pages_->setDocumentMode(true);
  pages_->tabBar()->setDrawBase(false);
  pages_->setAccessibleName(tr("What to look at"));
  pages_->addTab(influence_, tr("Influence"));
  pages_->addTab(swap_, tr("Swap"));
  pages_->addTab(progressive_, tr("Build-up"));
  pages_->addTab(directions_, tr("Directions"));
  pages_->setCurrentIndex(app_->settings().value(QStringLiteral("inspector/page"), 0).toInt());
  connect(pages_, &QTabWidget::currentChanged, this,
          [this](int index) { app_->settings().set_value(QStringLiteral("inspector/page"), index); });
  on_canvas_->setText(tr("Show on the canvas"));
  on_canvas_->setIcon(icon(QStringLiteral("fit")));
  on_canvas_->setIconSize(QSize(Size::icon, Size::icon));
  on_canvas_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  on_canvas_->setCheckable(true);
  on_canvas_->setToolTip(tr("Show the same picture at its place in the canvas; nothing is changed"));
  on_canvas_->setChecked(app_->settings().value(QStringLiteral("inspector/on_canvas"), true).toBool());
  auto* equivariance = new QPushButton(tr("Equivariance check…"));
  equivariance->setProperty("role", "ghost");
  connect(equivariance, &QPushButton::clicked, this, &InspectorPanel::equivariance_wanted);

  auto* content = new QWidget;
  content->setProperty("role", "panel");
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(Space::m, Space::m, Space::m, Space::m);
  layout->setSpacing(Space::s);
  layout->addWidget(facts_);
  layout->addWidget(pages_);
  layout->addWidget(on_canvas_, 0, Qt::AlignLeft);
  layout->addStretch();
  layout->addWidget(equivariance, 0, Qt::AlignLeft);
  return new PanelScroll(content, tr("Inspector"));
}

void InspectorPanel::update() {
  stack_->setCurrentIndex(inspection_->any() ? 1 : 0);
  if (!inspection_->any()) pass_overlay({}, {});
}

void InspectorPanel::pass_overlay(ColumnRange columns, const QImage& picture) {
  overlay_columns_ = columns;
  overlay_ = picture;
  if (on_canvas_->isChecked()) {
    Q_EMIT overlay(columns, picture);
  } else {
    Q_EMIT overlay({}, {});
  }
}

void InspectorPanel::dragEnterEvent(QDragEnterEvent* event) {
  if (!dropped_file(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

// A picture or a project that is dropped here gives its tokens to the swap page.
void InspectorPanel::dropEvent(QDropEvent* event) {
  const QString path = dropped_file(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  pages_->setCurrentWidget(swap_);
  swap_->set_file(path);
}

}  // namespace equi::ui
