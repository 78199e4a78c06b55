#include "ui/project/picture_settings.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

#include "ui/app_controller.h"
#include "ui/frame/actions.h"
#include "ui/frame/dialog.h"
#include "ui/frame/message_bar.h"
#include "ui/gui_thread.h"
#include "ui/project/project_actions.h"

namespace equi::ui {
namespace {

enum class RecordAnswer { photo, panorama };

QString summary_of(const batch::PictureRecord& record) {
  return PictureSettings::tr("%1, seed %2, %L3 columns")
      .arg(QString::fromStdString(printable(record.scene_name)))
      .arg(record.settings.seed)
      .arg(record.columns.size());
}

// What the panorama will not have; a space before each sentence.
QString missing_of(const batch::PictureRecord& record) {
  QString text;
  if (record.has_edits)
    text += QLatin1Char(' ') + PictureSettings::tr("Tokens that were replaced by hand are not among them.");
  if (record.seamless) {
    text += QLatin1Char(' ') +
            PictureSettings::tr("The columns that close it to a ring are made when it is exported.");
  }
  return text;
}

}  // namespace

PictureSettings::PictureSettings(AppController* app, Actions* actions, MessageBar* messages,
                                 ProjectActions* projects, QWidget* window)
    : QObject(projects),
      app_(app),
      actions_(actions),
      messages_(messages),
      projects_(projects),
      window_(window) {
  actions->on("file.settings", this, [this] { choose_picture(); });
}

void PictureSettings::look(
    const QString& path, std::function<void(const Record& record, const std::optional<Error>& damage)> then) {
  const auto found = std::make_shared<std::optional<batch::PictureRecord>>();
  jobs::JobSpec spec;
  spec.name = "look for settings";
  spec.priority = jobs::Priority::visible;
  spec.replaces = "picture settings";
  spec.run = [found, file = to_path(path)](const jobs::Context&) {
    *found = batch::find_picture_record(file);
  };
  spec.on_end = posted(app_, this, [found, then = std::move(then)](const std::optional<Error>& error) {
    if (error && error->kind() == ErrorKind::cancelled) return;
    then(*found ? std::make_shared<batch::PictureRecord>(std::move(**found)) : nullptr, error);
  });
  app_->files()->submit(std::move(spec));
}

void PictureSettings::open(const QString& path) {
  // What is no file, or comes before there is a model, has nothing to choose from: the canvas says why.
  if (!QFileInfo(path).isFile() || !app_->engine()) return app_->open_any(path);
  look(path, [this, path](const Record& record, const std::optional<Error>& damage) {
    if (!record && !damage) return app_->import_photo(path);
    if (!usable(path, record, damage)) return;
    const int answer =
        ask(window_, tr("This picture was made by EquiCanvas"),
            tr("It holds the settings that made it: %1.").arg(summary_of(*record)) + missing_of(*record),
            {tr("Use as a photo"), tr("Make a panorama with its settings"), tr("Cancel")});
    if (answer == static_cast<int>(RecordAnswer::photo)) app_->import_photo(path);
    if (answer == static_cast<int>(RecordAnswer::panorama)) restore(path, record);
  });
}

void PictureSettings::restore_from(const QString& path) {
  look(path, [this, path](const Record& record, const std::optional<Error>& damage) {
    if (!record && !damage) {
      messages_->show_message(
          MessageBar::Kind::error, tr("%1 holds no settings").arg(QFileInfo(path).fileName()),
          tr("Pictures exported by EquiCanvas do, unless another program saved them again."),
          {{tr("Use as a photo"), [this, path] { app_->import_photo(path); }}});
    } else if (usable(path, record, damage)) {
      restore(path, record);
    }
  });
}

void PictureSettings::choose_picture() {
  const QString path = QFileDialog::getOpenFileName(
      window_, tr("Settings from a picture"), app_->settings().folder(),
      tr("Pictures (%1)").arg(QStringLiteral("*.png *.jpg *.jpeg *.webp *.tif *.tiff")));
  if (path.isEmpty()) return;
  app_->settings().set_folder(QFileInfo(path).path());
  restore_from(path);
}

// Offers the picture as a photo where its record is of no use.
bool PictureSettings::usable(const QString& path, const Record& record, const std::optional<Error>& damage) {
  if (damage) {
    app_->log().add(Log::Level::warning, describe(*damage).detail);
    offer_photo(path, tr("The settings in this picture cannot be read"),
                tr("The record in %1 is damaged (the log says where). The picture itself can be a photo.")
                    .arg(QFileInfo(path).fileName()));
    return false;
  }
  if (record->has_photo) {
    offer_photo(
        path, tr("This picture continues a photo"),
        tr("The settings in %1 alone cannot make it again: the photo is not among them. Start from the "
           "photo itself, or go on from this picture.")
            .arg(QFileInfo(path).fileName()));
    return false;
  }
  if (record->shortened || record->other_model) {
    offer_photo(path, tr("This picture cannot be made again from its settings"),
                record->shortened
                    ? tr("%1 had no room for all of them. Open its project, or go on from this picture.")
                          .arg(QFileInfo(path).fileName())
                    : tr("%1 shows the tokens of one model as another one decodes them.")
                          .arg(QFileInfo(path).fileName()));
    return false;
  }
  return true;
}

void PictureSettings::offer_photo(const QString& path, const QString& title, const QString& text) {
  if (ask(window_, title, text, {tr("Use as a photo"), tr("Cancel")}) == 0) app_->import_photo(path);
}

void PictureSettings::restore(const QString& path, const Record& record) {
  const QString name = QFileInfo(path).fileName();
  const bool loaded = app_->engine() && app_->engine()->identity().same_model(record->model);
  if (!loaded && app_->library().find(record->model) == nullptr) {
    const QString model = QString::fromStdString(printable(record->model.name));
    messages_->show_message(
        MessageBar::Kind::error, tr("The model “%1” is not installed").arg(model),
        tr("The settings in %1 are for it; with another model they make another picture. Install it, then "
           "open the picture again.")
            .arg(name),
        {{tr("Models…"), [this] { actions_->get("tools.models")->trigger(); }},
         {tr("Use as a photo"), [this, path] { app_->import_photo(path); }}});
    return;
  }
  try {
    if (loaded) batch::restore_steps(*app_->engine(), *record);
  } catch (const Error& error) {
    return app_->report(Error(error.kind(), path.toStdString(), error.message(), error.hint()));
  }
  projects_->when_safe([this, name, record] {
    app_->project().restore(record);
    messages_->show_message(MessageBar::Kind::note, tr("A panorama with the settings of %1").arg(name),
                            summary_of(*record) + QLatin1Char('.') + missing_of(*record));
  });
}

}  // namespace equi::ui
