#include "ui/scenes/scene_model.h"

#include <QImage>
#include <QMimeData>

#include "ui/app_controller.h"
#include "ui/scenes/scene_mime.h"

namespace equi::ui {

QString readable_name(const QString& name) {
  QString text = name;
  text.replace(QLatin1Char('_'), QLatin1Char(' '));
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

QString scene_title(const engine::Engine& engine, std::int64_t scene) {
  const auto& names = engine.manifest().class_names;
  if (scene < 0 || scene >= static_cast<std::int64_t>(names.size())) return {};
  return readable_name(QString::fromStdString(names[static_cast<std::size_t>(scene)]));
}

SceneModel::SceneModel(AppController* app, QObject* parent) : QAbstractListModel(parent), app_(app) {
  connect(app, &AppController::engine_changed, this, &SceneModel::reload);
  connect(&app->thumbnails(), &ThumbnailMaker::ready, this, [this](qint64 scene) {
    const QModelIndex row = index(static_cast<int>(scene));
    Q_EMIT dataChanged(row, row, {ThumbnailRole});
  });
  reload();
}

QString SceneModel::model_key() const {
  return app_->engine() ? QString::fromStdString(app_->engine()->manifest().generator_sha256.substr(0, 16))
                        : QString();
}

void SceneModel::reload() {
  beginResetModel();
  names_.clear();
  favourites_.clear();
  if (const auto engine = app_->engine()) {
    for (const auto& name : engine->manifest().class_names) names_ << QString::fromStdString(name);
    favourites_ = app_->settings().favourites(model_key());
  }
  endResetModel();
}

int SceneModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(names_.size());
}

QVariant SceneModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= names_.size()) return {};
  const QString& name = names_[index.row()];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
      return readable_name(name);
    case Qt::ToolTipRole:
      if (app_->growth().bare_photo()) {
        return tr("%1 — click to continue the photo as this scene").arg(readable_name(name));
      }
      return tr("%1 — click to start a panorama, drag onto the canvas to change the scene there")
          .arg(readable_name(name));
    case SceneRole:
      return static_cast<qint64>(index.row());
    case FavouriteRole:
      return favourites_.contains(name);
    case ThumbnailRole:
      return app_->thumbnails().thumbnail(index.row());
    default:
      return {};
  }
}

Qt::ItemFlags SceneModel::flags(const QModelIndex& index) const {
  return QAbstractListModel::flags(index) | Qt::ItemIsDragEnabled;
}

QStringList SceneModel::mimeTypes() const {
  return {QLatin1String(kSceneMime)};
}

QMimeData* SceneModel::mimeData(const QModelIndexList& indexes) const {
  if (indexes.isEmpty()) return nullptr;
  auto* data = new QMimeData;
  data->setData(QLatin1String(kSceneMime), QByteArray::number(indexes.first().row()));
  return data;
}

bool SceneModel::favourite(qint64 scene) const {
  return scene >= 0 && scene < names_.size() && favourites_.contains(names_[scene]);
}

void SceneModel::set_favourite(qint64 scene, bool on) {
  if (scene < 0 || scene >= names_.size() || favourite(scene) == on) return;
  if (on) {
    favourites_ << names_[scene];
  } else {
    favourites_.removeAll(names_[scene]);
  }
  app_->settings().set_favourites(model_key(), favourites_);
  const QModelIndex row = index(static_cast<int>(scene));
  Q_EMIT dataChanged(row, row, {FavouriteRole});
}

SceneFilter::SceneFilter(QObject* parent) : QSortFilterProxyModel(parent) {
  setDynamicSortFilter(true);
  sort(0);
}

void SceneFilter::set_words(const QString& text) {
  words_ = text.simplified().toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
  invalidateFilter();
}

void SceneFilter::set_favourites_only(bool on) {
  favourites_only_ = on;
  invalidateFilter();
}

bool SceneFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  const QModelIndex index = sourceModel()->index(row, 0, parent);
  if (favourites_only_ && !index.data(SceneModel::FavouriteRole).toBool()) return false;
  const QString name = index.data(Qt::DisplayRole).toString().toLower();
  return std::all_of(words_.begin(), words_.end(), [&](const QString& word) { return name.contains(word); });
}

bool SceneFilter::lessThan(const QModelIndex& a, const QModelIndex& b) const {
  const bool first = a.data(SceneModel::FavouriteRole).toBool(),
             second = b.data(SceneModel::FavouriteRole).toBool();
  return first != second ? first : a.row() < b.row();
}

}  // namespace equi::ui
