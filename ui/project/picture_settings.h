#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/batch/picture_record.h"

namespace equi::ui {

class Actions;
class AppController;
class MessageBar;
class ProjectActions;

// Pictures that the program made itself: the settings inside them can make the panorama again.
class PictureSettings : public QObject {
  Q_OBJECT

 public:
  PictureSettings(AppController* app, Actions* actions, MessageBar* messages, ProjectActions* projects,
                  QWidget* window);

  // A file that was opened, dropped or pasted as a picture becomes the canvas; when it holds settings, the
  // user is asked whether it is to be that or the panorama that they make.
  void open(const QString& path);
  // "Settings from a picture…": the panorama at once, without that question.
  void restore_from(const QString& path);

 private:
  using Record = std::shared_ptr<const batch::PictureRecord>;
  // Looks for the record on the file worker; the error says how it is damaged. Only the newest look counts.
  void look(const QString& path,
            std::function<void(const Record& record, const std::optional<Error>& damage)> then);
  void choose_picture();
  bool usable(const QString& path, const Record& record, const std::optional<Error>& damage);
  void offer_photo(const QString& path, const QString& title, const QString& text);
  void restore(const QString& path, const Record& record);

  AppController* app_;
  Actions* actions_;
  MessageBar* messages_;
  ProjectActions* projects_;
  QWidget* window_;
};

}  // namespace equi::ui
