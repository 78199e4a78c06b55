#include "ui/models/model_host.h"

#include "core/engine/threads.h"
#include "ui/gui_thread.h"

namespace equi::ui {

ModelHost::ModelHost(std::shared_ptr<jobs::JobQueue> device, QObject* parent)
    : QObject(parent), device_(std::move(device)) {}

void ModelHost::load(const std::filesystem::path& bundle, const QString& device, const QString& precision) {
  loading_ = true;
  wanted_ = {bundle, device, precision};
  problem_.reset();
  Q_EMIT loading_changed();
  const std::uint64_t number = ++asked_;
  auto loaded = std::make_shared<std::shared_ptr<const engine::Engine>>();
  device_->submit(
      {.name = "load a model",
       .priority = jobs::Priority::visible,
       .replaces = "model.load",
       .run =
           [=, device = device.toStdString(), precision = precision.toStdString()](const jobs::Context&) {
             engine::use_interactive_threads();
             *loaded = engine::Engine::load(bundle, parse_device(device),
                                            engine::parse_precision_choice(precision));
           },
       .on_end =
           [this, number, loaded](const std::optional<Error>& error) {
             post(this, [this, number, loaded, error] {
               if (number != asked_) return;  // another one was asked for meanwhile
               loading_ = false;
               problem_ = error;
               if (!error) {
                 engine_ = std::move(*loaded);
                 used_ = wanted_;
               }
               Q_EMIT loading_changed();
               if (error) {
                 Q_EMIT failed(*error);
               } else {
                 Q_EMIT ready();
               }
             });
           }});
}

}  // namespace equi::ui
