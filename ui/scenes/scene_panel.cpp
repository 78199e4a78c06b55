#include "ui/scenes/scene_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/app_controller.h"
#include "ui/frame/empty_state.h"
#include "ui/scenes/scene_delegate.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

ScenePanel::ScenePanel(AppController* app, QWidget* parent)
    : QWidget(parent), app_(app), model_(new SceneModel(app, this)), filter_(new SceneFilter(this)) {
  setProperty("role", "panel");
  setAttribute(Qt::WA_StyledBackground);
  filter_->setSourceModel(model_);

  search_ = new QLineEdit;
  search_->setPlaceholderText(tr("Search scenes"));
  search_->setClearButtonEnabled(true);
  search_->setAccessibleName(tr("Search scenes"));
  search_->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  favourites_ = new QToolButton;
  favourites_->setIcon(icon(QStringLiteral("star")));
  favourites_->setIconSize(QSize(Size::icon, Size::icon));
  favourites_->setCheckable(true);
  favourites_->setToolTip(tr("Only favourites"));
  favourites_->setAccessibleName(tr("Only favourites"));

  list_ = new QListView;
  list_->setProperty("role", "plain");
  list_->setObjectName(QStringLiteral("scenes"));
  list_->setAccessibleName(tr("Scenes"));
  list_->setModel(filter_);
  list_->setItemDelegate(new SceneDelegate(list_));
  list_->setViewMode(QListView::IconMode);
  list_->setResizeMode(QListView::Adjust);
  list_->setMovement(QListView::Static);
  list_->setUniformItemSizes(true);
  list_->setSpacing(2);
  list_->setMouseTracking(true);
  list_->setDragEnabled(true);
  list_->setDragDropMode(QAbstractItemView::DragOnly);
  list_->setSelectionMode(QAbstractItemView::SingleSelection);
  list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  list_->setContextMenuPolicy(Qt::CustomContextMenu);
  list_->viewport()->installEventFilter(this);
  list_->installEventFilter(this);

  message_ = new QLabel;
  message_->setProperty("role", "muted");
  message_->setAlignment(Qt::AlignCenter);
  message_->setWordWrap(true);
  message_->setContentsMargins(Space::l, Space::l, Space::l, Space::l);

  auto* empty =
      new EmptyState(QStringLiteral("models"), tr("No model yet"),
                     tr("A model makes the scenes. Import the published checkpoints, or put a model "
                        "folder into the models folder."));
  connect(empty->add_button(tr("Models…"), true), &QPushButton::clicked, this, &ScenePanel::models_wanted);
  no_model_ = empty;

  pages_ = new QStackedWidget;
  pages_->addWidget(list_);
  pages_->addWidget(message_);
  pages_->addWidget(no_model_);

  auto* top = new QHBoxLayout;
  top->setContentsMargins(Space::s, Space::s, Space::s, Space::s);
  top->setSpacing(Space::xs);
  top->addWidget(search_);
  top->addWidget(favourites_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(top);
  layout->addWidget(pages_, 1);

  connect(search_, &QLineEdit::textChanged, filter_, &SceneFilter::set_words);
  connect(search_, &QLineEdit::returnPressed, this, [this] {
    if (filter_->rowCount() > 0) Q_EMIT chosen(filter_->index(0, 0).data(SceneModel::SceneRole).toLongLong());
  });
  connect(favourites_, &QToolButton::toggled, filter_, &SceneFilter::set_favourites_only);
  connect(list_, &QListView::clicked, this, [this](const QModelIndex& index) {
    Q_EMIT chosen(index.data(SceneModel::SceneRole).toLongLong());
  });
  connect(list_, &QListView::customContextMenuRequested, this, &ScenePanel::context_menu);
  for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
    connect(filter_, signal, this, &ScenePanel::update_state);
  }
  connect(filter_, &QAbstractItemModel::modelReset, this, &ScenePanel::update_state);
  connect(model_, &QAbstractItemModel::modelReset, this, [this] { shown_scene_ = -1; });
  connect(app, &AppController::canvas_changed, this, &ScenePanel::show_scene);
  connect(&app->host(), &ModelHost::loading_changed, this, &ScenePanel::update_state);
  connect(&app->library(), &ModelLibrary::changed, this, &ScenePanel::update_state);
  connect(&app->project(), &ProjectKeeper::changed, this, &ScenePanel::update_state);
  update_state();
}

void ScenePanel::update_state() {
  const bool model = app_->engine() != nullptr;
  search_->setEnabled(model);
  favourites_->setEnabled(model);
  list_->setEnabled(!app_->replacing());
  if (!model) {
    const bool waiting = app_->host().loading() || !app_->library().scanned();
    message_->setText(tr("Loading the model…"));
    pages_->setCurrentWidget(waiting ? static_cast<QWidget*>(message_) : no_model_);
  } else if (filter_->rowCount() == 0) {
    message_->setText(search_->text().isEmpty() ? tr("No favourites yet. The star on a scene makes it one.")
                                                : tr("No scene matches “%1”.").arg(search_->text()));
    pages_->setCurrentWidget(message_);
  } else {
    pages_->setCurrentWidget(list_);
  }
}

// Selects the scene that the canvas goes on with on the right, once: the user may be on the way to another.
void ScenePanel::show_scene() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return;
  const auto at = snapshot->state.scene_at(snapshot->extent.end);
  const std::int64_t scene = at.blend > 0 ? at.to : at.from;
  if (scene == shown_scene_) return;
  shown_scene_ = scene;
  list_->setCurrentIndex(filter_->mapFromSource(model_->index(static_cast<int>(scene))));
}

void ScenePanel::toggle_favourite(const QModelIndex& index) {
  const qint64 scene = index.data(SceneModel::SceneRole).toLongLong();
  model_->set_favourite(scene, !model_->favourite(scene));
}

void ScenePanel::context_menu(const QPoint& position) {
  const QModelIndex index = list_->indexAt(position);
  if (!index.isValid()) return;
  const qint64 scene = index.data(SceneModel::SceneRole).toLongLong();
  QMenu menu;
  menu.addAction(icon(QStringLiteral("play")), tr("Start a panorama"), this,
                 [this, scene] { Q_EMIT chosen(scene); });
  menu.addAction(icon(QStringLiteral("star")),
                 model_->favourite(scene) ? tr("Remove from favourites") : tr("Add to favourites"), this,
                 [this, index = QPersistentModelIndex(index)] { toggle_favourite(index); });
  menu.exec(list_->viewport()->mapToGlobal(position));
}

bool ScenePanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == list_->viewport() &&
      (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonRelease)) {
    auto* mouse = static_cast<QMouseEvent*>(event);
    const QModelIndex index = list_->indexAt(mouse->position().toPoint());
    const bool on_star =
        mouse->button() == Qt::LeftButton && index.isValid() &&
        SceneDelegate::star_rect(list_->visualRect(index)).contains(mouse->position().toPoint());
    if (on_star) {
      if (event->type() == QEvent::MouseButtonPress) toggle_favourite(index);
      return true;
    }
  }
  if (watched == list_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    const QModelIndex index = list_->currentIndex();
    if (index.isValid() && (key == Qt::Key_Return || key == Qt::Key_Enter)) {
      Q_EMIT chosen(index.data(SceneModel::SceneRole).toLongLong());
      return true;
    }
    if (index.isValid() && key == Qt::Key_Asterisk) {
      toggle_favourite(index);
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace equi::ui
