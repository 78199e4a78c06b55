#include "ui/project/project_actions.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMimeData>
#include <QPointer>

#include "ui/app_controller.h"
#include "ui/frame/actions.h"
#include "ui/frame/dialog.h"
#include "ui/frame/message_bar.h"
#include "ui/frame/save_file.h"
#include "ui/project/picture_settings.h"

namespace equi::ui {
namespace {

bool is_project(const QString& path) {
  return QFileInfo(path).suffix().compare(QLatin1String("equi"), Qt::CaseInsensitive) == 0;
}

}  // namespace

ProjectActions::ProjectActions(AppController* app, Actions* actions, MessageBar* messages, QWidget* window)
    : QObject(window), app_(app), actions_(actions), messages_(messages), window_(window) {
  picture_settings_ = new PictureSettings(app, actions, messages, this, window);
  recent_ = new QMenu(tr("Open &recent"), window);
  QMenu* file = actions->menu(Menu::file);
  file->insertMenu(actions->get("file.photo"), recent_);
  connect(file, &QMenu::aboutToShow, this, &ProjectActions::fill_recent);
  fill_recent();
  actions->on("file.new", this, [this] { when_safe([this] { app_->project().start_untitled(); }); });
  actions->on("file.open", this, [this] { choose_project(); });
  actions->on("file.photo", this, [this] { choose_photo(); });
  actions->on("file.save", this, [this] { save(); });
  actions->on("file.save_as", this, [this] { save_as(); });
  actions->on("edit.paste", this, [this] { paste(); });
  connect(&app->project(), &ProjectKeeper::model_missing, this,
          [this](const QString& path, const QString& model) {
            messages_->show_message(
                MessageBar::Kind::error, tr("The model “%1” is not installed").arg(model),
                tr("%1 was made with it; tokens mean nothing to another model. Install it, then open the "
                   "project again.")
                    .arg(path.isEmpty() ? tr("The recovered panorama") : QFileInfo(path).fileName()),
                {{tr("Models…"), [this] { actions_->get("tools.models")->trigger(); }}});
          });
  connect(&app->project(), &ProjectKeeper::not_autosaved, this, [this] {
    const QString name = QFileInfo(app_->project().path()).fileName();
    messages_->show_message(MessageBar::Kind::warning, tr("Not saved automatically"),
                            tr("%1 was changed by another program since it was opened here.").arg(name),
                            {{tr("Save…"), [this] { save(); }}});
  });
  connect(&app->project(), &ProjectKeeper::opened, this, &ProjectActions::offer_recovery);
  if (app->has_canvas()) offer_recovery();  // the window was made again
}

void ProjectActions::when_safe(std::function<void()> next) {
  if (!app_->project().dirty()) return next();
  const int answer = ask(window_, tr("Save “%1” before closing it?").arg(app_->project().title()),
                         tr("What was made since it was last saved would be lost."),
                         {tr("Save"), tr("Don't save"), tr("Cancel")}, 1);
  if (answer == 0) {
    save(std::move(next));
  } else if (answer == 1) {
    next();
  }
}

void ProjectActions::open(const QString& path) {
  if (!is_project(path)) return picture_settings_->open(path);
  when_safe([this, path] { app_->open_any(path); });
}

void ProjectActions::choose_project() {
  const QString path = QFileDialog::getOpenFileName(window_, tr("Open project"), app_->settings().folder(),
                                                    tr("EquiCanvas projects (*.equi)"));
  if (path.isEmpty()) return;
  app_->settings().set_folder(QFileInfo(path).path());
  open(path);
}

void ProjectActions::choose_photo() {
  const QString path = QFileDialog::getOpenFileName(
      window_, tr("Open photo"), app_->settings().folder(),
      tr("Pictures (%1)").arg(QStringLiteral("*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp")));
  if (path.isEmpty()) return;
  app_->settings().set_folder(QFileInfo(path).path());
  open(path);
}

void ProjectActions::paste() {
  const QMimeData* data = QApplication::clipboard()->mimeData();  // null when nothing was ever copied
  // The file before its pixels: a file may hold settings, and some file managers copy both.
  if (data != nullptr && data->hasUrls() && !data->urls().isEmpty() && data->urls().first().isLocalFile()) {
    open(data->urls().first().toLocalFile());
  } else if (data != nullptr && data->hasImage()) {
    app_->import_photo(qvariant_cast<QImage>(data->imageData()));
  } else {
    messages_->show_message(MessageBar::Kind::note, tr("There is no picture on the clipboard"));
  }
}

void ProjectActions::save(std::function<void()> next) {
  const QString path = app_->project().path();
  if (path.isEmpty()) return save_as(std::move(next));
  const QPointer<ProjectActions> self(this);
  app_->project().look_elsewhere([this, self, path, next = std::move(next)](bool changed) {
    if (!self) return;
    if (changed) return replace(path, next);
    save_to(path, next);
  });
}

// The present file holds what another window or the command line wrote since it was opened here.
void ProjectActions::replace(const QString& path, std::function<void()> next) {
  const int answer = ask(window_, tr("“%1” was changed by another program").arg(QFileInfo(path).fileName()),
                         tr("Since it was opened here. Replacing it loses what the other program wrote."),
                         {tr("Save as…"), tr("Replace"), tr("Cancel")}, 1);
  if (answer == 0) {
    save_as(std::move(next));
  } else if (answer == 1) {
    save_to(path, std::move(next));
  }
}

void ProjectActions::save_as(std::function<void()> next) {
  const QString present = app_->project().path();
  const QString proposal =
      present.isEmpty() ? QDir(app_->settings().folder()).filePath(tr("panorama") + QStringLiteral(".equi"))
                        : present;
  const QString path =
      choose_save_file(window_, tr("Save project"), proposal, tr("EquiCanvas projects (*.equi)"));
  if (path.isEmpty()) return;
  app_->settings().set_folder(QFileInfo(path).path());
  save_to(path, std::move(next));
}

void ProjectActions::save_to(const QString& path, std::function<void()> next) {
  // A window that was made again meanwhile (another language) has other actions.
  const QPointer<ProjectActions> self(this);
  app_->project().save(path, [this, self, path, next = std::move(next)](const std::optional<Error>& error) {
    if (!self) return;
    const QString failure = tr("The project could not be saved");
    if (!error) {
      messages_->withdraw(failure);
      messages_->show_message(MessageBar::Kind::note, tr("Saved"), path);
      if (next) next();
      return;
    }
    app_->report(*error);
    const ErrorText text = describe(*error);
    messages_->show_message(MessageBar::Kind::error, failure, text.detail,
                            {{tr("Save as…"), [this] { save_as(); }}});
  });
}

void ProjectActions::fill_recent() {
  recent_->clear();
  for (const QString& path : app_->settings().recent()) {
    const QFileInfo info(path);
    QAction* action = recent_->addAction(info.fileName(), this, [this, path] { open(path); });
    action->setToolTip(QDir::toNativeSeparators(path));
    action->setStatusTip(QDir::toNativeSeparators(path));
  }
  recent_->setEnabled(!recent_->isEmpty());
  if (recent_->isEmpty()) return;
  recent_->addSeparator();
  recent_->addAction(tr("Clear the list"), this, [this] { app_->settings().clear_recent(); });
}

// Once, when the window has its first document.
void ProjectActions::offer_recovery() {
  if (std::exchange(offered_, true)) return;
  left_ = app_->project().leftovers();
  offer_leftover();
}

// False when something has become of it meanwhile, as while the present project was being saved.
bool ProjectActions::take(const Leftover& leftover) {
  return std::erase_if(left_, [&](const Leftover& each) { return each.file == leftover.file; }) > 0;
}

// One at a time: the next one once something has become of this one.
void ProjectActions::offer_leftover() {
  if (left_.empty()) return;
  const Leftover newest = left_.front();
  const QString name =
      newest.origin.isEmpty() ? tr("an untitled panorama") : QFileInfo(newest.origin).fileName();
  const QString title = tr("The program did not end properly");
  const auto recover = [this, newest, title] {
    offer_leftover();  // it stands until what is on the canvas is safe
    when_safe([this, newest, title] {
      if (app_->replacing()) {  // another one is on its way to the canvas; the offer stands
        Q_EMIT app_->notice(tr("Wait until the model is loaded."));
        return;
      }
      if (!take(newest)) return;
      messages_->withdraw(title);
      app_->project().recover(newest);
      offer_leftover();
    });
  };
  const auto discard = [this, newest] {
    if (take(newest)) remove_leftover(newest);
    offer_leftover();
  };
  messages_->show_message(MessageBar::Kind::warning, title,
                          tr("%1 of %2 was not saved and can be recovered.")
                              .arg(name, QLocale().toString(newest.changed, QLocale::ShortFormat)),
                          {{tr("Recover"), recover}, {tr("Discard"), discard}});
}

}  // namespace equi::ui
