#pragma once

#include <QObject>
#include <memory>

#include "core/engine/engine.h"
#include "core/jobs/job_queue.h"
#include "ui/models/model_library.h"

namespace equi::ui {

// The model in use. Loading is a job of the device's worker; the window goes on meanwhile.
class ModelHost : public QObject {
  Q_OBJECT

 public:
  ModelHost(std::shared_ptr<jobs::JobQueue> device, QObject* parent);

  std::shared_ptr<const engine::Engine> engine() const { return engine_; }  // null: none
  bool loading() const { return loading_; }
  const std::optional<Error>& problem() const { return problem_; }  // why the last load failed

  struct Choice {
    std::filesystem::path bundle;
    QString device, precision;  // as the settings name them
  };
  const Choice& wanted() const { return wanted_; }  // of the last load
  const Choice& used() const { return used_; }      // of engine()

  // Loads a bundle, the one before stays in use until then. `device` as parse_device reads it: a device that
  // is not there is an error.
  void load(const std::filesystem::path& bundle, const QString& device, const QString& precision);

 Q_SIGNALS:
  void loading_changed();
  void ready();                           // engine() is another one
  void failed(const equi::Error& error);  // engine() is the one before

 private:
  std::shared_ptr<jobs::JobQueue> device_;
  std::shared_ptr<const engine::Engine> engine_;
  std::optional<Error> problem_;
  Choice wanted_, used_;
  bool loading_ = false;
  std::uint64_t asked_ = 0;
};

}  // namespace equi::ui
