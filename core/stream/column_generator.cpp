#include "core/stream/column_generator.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/stream/column_engine.h"

namespace equi::stream {
namespace {

std::int64_t checked_batch(std::int64_t batch) {
  if (batch < 1) throw Error(ErrorKind::bad_input, "generator", fmt::format("{} continuations", batch));
  return batch;
}

bool all_finite(const torch::Tensor& token) {            // [B, E] float32
  const auto here = token.to(torch::kCPU).contiguous();  // one small copy, no kernels that would only say yes
  const float* data = here.const_data_ptr<float>();
  return std::all_of(data, data + here.numel(), [](float x) { return std::isfinite(x); });
}

void require_finite(const torch::Tensor& token, std::int64_t column) {
  if (all_finite(token)) return;
  throw Error(ErrorKind::numeric, fmt::format("column {}", column), "the token is not finite",
              "a lower guidance or float32 precision may help; the columns before it are kept");
}

}  // namespace

ColumnGenerator::ColumnGenerator(model::Generator generator, const GenerationSettings& settings,
                                 std::int64_t batch, bool both_branches, model::Backend backend)
    : stream_(std::move(generator), checked_batch(batch), both_branches, backend), backend_(backend) {
  set_settings(settings);
  start();
}

void ColumnGenerator::set_settings(const GenerationSettings& settings) {
  validate(settings, stream_.generator()->config);
  if (!stream_.both_branches() && settings.guidance.scale != 1.0) {
    throw Error(ErrorKind::bad_input, "guidance",
                fmt::format("{} needs the unconditional branch", settings.guidance.scale));
  }
  if (!flow_ || settings.solver != settings_.solver) {
    const auto plan = sampling::make_plan(settings.solver);
    flow_.emplace(stream_.generator()->diffloss->net, plan, backend_);
    if (backend_ == model::Backend::automatic) {
      engine_ = ColumnEngine::on_device(stream_.generator(), plan, stream_.batch(), stream_.both_branches());
    }
  }
  settings_ = settings;
}

void ColumnGenerator::start(std::int64_t origin, std::int64_t first) {
  state_ = stream_.start(origin);
  state_.columns = first;
}

std::vector<Scene> ColumnGenerator::spread(std::span<const Scene> scenes) const {
  const auto batch = static_cast<std::size_t>(stream_.batch());
  if (scenes.size() == batch) return {scenes.begin(), scenes.end()};
  if (scenes.size() == 1) return std::vector<Scene>(batch, scenes[0]);
  throw Error(ErrorKind::bad_input, "scenes",
              fmt::format("{} given for {} continuations", scenes.size(), batch));
}

void ColumnGenerator::check_rows(const torch::Tensor& rows, const char* what) const {
  const auto width = stream_.generator()->config.token_width;
  if (rows.dim() == 2 && rows.size(0) == stream_.batch() && rows.size(1) == width) return;
  throw Error(ErrorKind::bad_input, what,
              fmt::format("{} numbers for {} tokens of width {}", rows.numel(), stream_.batch(), width));
}

void ColumnGenerator::accept(const torch::Tensor& token, std::span<const Scene> scenes) {
  const torch::InferenceMode inference;
  check_rows(token, "token");
  const auto own = token.to(stream_.generator()->fake_latent.device(), torch::kFloat32)
                       .clone(torch::MemoryFormat::Contiguous);
  require_finite(own, column());
  auto next = state_.pending.defined() ? with_pending(scenes) : state_;
  next.pending = own;
  ++next.columns;
  state_ = std::move(next);
}

torch::Tensor ColumnGenerator::next(const torch::Tensor& noise, std::span<const Scene> scenes,
                                    const std::stop_token& stop) {
  const torch::InferenceMode inference;
  check_rows(noise, "noise");
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
  const double scale = settings_.guidance.at(state_.columns);
  const auto z = noise.to(stream_.generator()->fake_latent.device(), torch::kFloat32);
  ColumnEngine::Result made;
  if (engine_) {
    made = engine_->next(state_, stream_.conditions(spread(scenes)),
                         ContextStream::cross_position(state_, settings_), scale, z);
  } else {
    auto step = stream_.advance(state_, spread(scenes), settings_);
    flow_->set_conditions(step.conditions);
    made = {flow_->sample(z, scale, stop), std::move(step.state)};
  }
  require_finite(made.token, column());
  made.state.pending = made.token;
  ++made.state.columns;
  state_ = std::move(made.state);
  return made.token;
}

// The state with its pending token in the windows.
GeneratorState ColumnGenerator::with_pending(std::span<const Scene> scenes) {
  if (!engine_) return stream_.advance(state_, spread(scenes), settings_).state;
  return engine_->advance(state_, stream_.conditions(spread(scenes)),
                          ContextStream::cross_position(state_, settings_));
}

void ColumnGenerator::restore(const GeneratorState& state) {
  const auto expected = stream_.start(0);
  const auto fits = [&](const std::vector<torch::Tensor>& windows) {
    if (windows.size() != expected.keys.size()) return false;
    for (const auto& w : windows) {
      const auto& e = expected.keys.front();
      if (w.dim() != 4 || w.size(0) != e.size(0) || w.size(2) != e.size(2) || w.size(3) != e.size(3) ||
          w.size(1) != windows.front().size(1) || w.device() != e.device() || w.dtype() != e.dtype()) {
        return false;
      }
    }
    return true;
  };
  if (!fits(state.keys) || !fits(state.values) || state.columns < 0 || state.batch != stream_.batch() ||
      state.pending.defined() != (state.columns > 0)) {
    throw Error(ErrorKind::bad_input, "generator state", "it belongs to another model or batch");
  }
  if (state.pending.defined()) check_rows(state.pending, "generator state");
  state_ = state;
}

}  // namespace equi::stream
