#pragma once

#include <QMenu>
#include <QObject>
#include <functional>
#include <vector>

#include "ui/project/working_copy.h"

namespace equi::ui {

class Actions;
class AppController;
class MessageBar;
class PictureSettings;

// The File menu: new, open, save, recent files, the question about unsaved changes, the offer to recover what
// a crash left behind.
class ProjectActions : public QObject {
  Q_OBJECT

 public:
  ProjectActions(AppController* app, Actions* actions, MessageBar* messages, QWidget* window);

  // Does `next` once nothing unsaved can be lost by it: at once, after saving, or not at all.
  void when_safe(std::function<void()> next);
  // Opens a project or a picture, whatever the file is; a picture of the program's own makes it ask.
  void open(const QString& path);
  PictureSettings* picture_settings() const { return picture_settings_; }
  void save(std::function<void()> next = {});
  void save_as(std::function<void()> next = {});

 private:
  void replace(const QString& path, std::function<void()> next);
  void save_to(const QString& path, std::function<void()> next);
  void choose_project();
  void choose_photo();
  void paste();
  void fill_recent();
  void offer_recovery();
  void offer_leftover();
  bool take(const Leftover& leftover);

  AppController* app_;
  Actions* actions_;
  MessageBar* messages_;
  QWidget* window_;
  QMenu* recent_;
  PictureSettings* picture_settings_;
  bool offered_ = false;
  std::vector<Leftover> left_;  // by a crash, not yet decided about; the newest first
};

}  // namespace equi::ui
