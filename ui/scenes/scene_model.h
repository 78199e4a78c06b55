#pragma once

#include <QAbstractListModel>
#include <QSortFilterProxyModel>
#include <QStringList>

#include "core/engine/engine.h"

namespace equi::ui {

class AppController;

// The classes of the present model, one row each.
class SceneModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role { SceneRole = Qt::UserRole, FavouriteRole, ThumbnailRole };

  SceneModel(AppController* app, QObject* parent);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QStringList mimeTypes() const override;
  QMimeData* mimeData(const QModelIndexList& indexes) const override;

  bool favourite(qint64 scene) const;
  void set_favourite(qint64 scene, bool on);

 private:
  void reload();
  QString model_key() const;

  AppController* app_;
  QStringList names_;
  QStringList favourites_;
};

// Favourites first, then the model's order; filtered by the words of a search.
class SceneFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  explicit SceneFilter(QObject* parent);
  void set_words(const QString& text);
  void set_favourites_only(bool on);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& a, const QModelIndex& b) const override;

 private:
  QStringList words_;
  bool favourites_only_ = false;
};

// A class name as people write it: "tall_building" -> "Tall building".
QString readable_name(const QString& name);
// The same of a class of the model; empty when it has no such class.
QString scene_title(const engine::Engine& engine, std::int64_t scene);

}  // namespace equi::ui
