#include "core/inspect/other_scene.h"

#include "core/base/error.h"
#include "core/stream/column_generator.h"

namespace equi::inspect {

torch::Tensor token_in_scene(const model::Generator& generator, const ColumnOrigin& origin,
                             const stream::Scene& scene, const std::stop_token& stop) {
  stream::validate(scene, generator->config);
  const auto n = static_cast<std::int64_t>(origin.scenes.size());
  stream::ColumnGenerator columns(generator, origin.settings.front());
  columns.start(0, origin.number - n);
  const auto use = [&](const stream::GenerationSettings& settings) {
    if (columns.settings() != settings) columns.set_settings(settings);
  };
  for (std::int64_t i = 0; i < n; ++i) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    const auto at = static_cast<std::size_t>(i);
    use(origin.settings[at]);
    columns.accept(origin.before.narrow(0, i, 1), {&origin.scenes[at], 1});
  }
  use(origin.settings.back());
  const auto noise = sampling::column_noise(origin.noise, generator->config.token_width).unsqueeze(0);
  return columns.next(noise, {&scene, 1}, stop)[0].to(torch::kCPU);
}

}  // namespace equi::inspect
