#include "ui/scenes/scene_dialog.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/app_controller.h"
#include "ui/scenes/scene_delegate.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

SceneDialog::SceneDialog(AppController* app, std::int64_t column, QWidget* parent)
    : HouseDialog(tr("Change scene"), parent),
      search_(new QLineEdit),
      filter_(new SceneFilter(this)),
      list_(new QListView),
      ramp_(new QSpinBox) {
  resize(608, 540);
  set_heading(tr("Another scene from column %L1 on").arg(column),
              tr("What lies further out is made again. Undo brings it back."));
  search_->setPlaceholderText(tr("Search scenes"));
  search_->setAccessibleName(tr("Search scenes"));
  search_->setClearButtonEnabled(true);
  search_->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  filter_->setSourceModel(new SceneModel(app, this));
  list_->setModel(filter_);
  list_->setAccessibleName(tr("Scenes"));
  list_->setItemDelegate(new SceneDelegate(list_));
  list_->setViewMode(QListView::IconMode);
  list_->setResizeMode(QListView::Adjust);
  list_->setMovement(QListView::Static);
  list_->setUniformItemSizes(true);
  list_->setMouseTracking(true);
  list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  ramp_->setRange(0, 4096);
  ramp_->setValue(app->settings().ramp());
  ramp_->setSuffix(tr(" columns"));
  ramp_->setSpecialValueText(tr("at once"));
  auto* ramp_label = new QLabel(tr("&Morph over"));
  ramp_label->setBuddy(ramp_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Change scene"));
  buttons->button(QDialogButtonBox::Ok)->setEnabled(false);

  auto* row = new QHBoxLayout;
  row->addWidget(ramp_label);
  row->addWidget(ramp_);
  row->addStretch();
  row->addWidget(buttons);
  content()->addWidget(search_);
  content()->addWidget(list_, 1);
  content()->addLayout(row);

  connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
    filter_->set_words(text);
    if (!text.isEmpty()) list_->setCurrentIndex(filter_->index(0, 0));  // Enter takes it
  });
  search_->installEventFilter(this);
  connect(list_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this, buttons] { buttons->button(QDialogButtonBox::Ok)->setEnabled(scene().has_value()); });
  connect(list_, &QListView::doubleClicked, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  search_->setFocus();
}

// Down goes from the search to the scenes.
bool SceneDialog::eventFilter(QObject* watched, QEvent* event) {
  const bool down =
      event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Down;
  if (watched != search_ || !down) return HouseDialog::eventFilter(watched, event);
  if (!scene()) list_->setCurrentIndex(filter_->index(0, 0));
  list_->setFocus(Qt::TabFocusReason);
  return true;
}

std::optional<std::int64_t> SceneDialog::scene() const {
  const QModelIndexList chosen = list_->selectionModel()->selectedIndexes();
  if (chosen.isEmpty()) return std::nullopt;
  return chosen.first().data(SceneModel::SceneRole).toLongLong();
}

}  // namespace equi::ui
