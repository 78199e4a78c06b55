#include "core/stream/context_stream.h"

#include <algorithm>

#include "core/model/rope.h"
#include "core/stream/transformer_cpu.h"

namespace equi::stream {
namespace {

constexpr std::int64_t kRopeGrowth = 64;  // rows; unlimited windows ask for more and more
constexpr std::size_t kSpareWindows = 3;  // the state's, the next one's, and one that a bookmark let go

// Whether nobody but `tensor` itself can see its numbers.
bool unshared(const torch::Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

}  // namespace

std::size_t GeneratorState::bytes() const {
  std::size_t total = pending.defined() ? pending.nbytes() : 0;
  for (const auto& each : keys) total += each.nbytes();
  for (const auto& each : values) total += each.nbytes();
  return total;
}

std::int64_t replay_columns(const GeneratorConfig& config) {
  return config.cond_length == 0 ? 0 : std::int64_t{config.cond_length} * config.blocks + 1;
}

ContextStream::ContextStream(model::Generator generator, std::int64_t batch, bool both_branches,
                             model::Backend backend)
    : generator_(std::move(generator)),
      batch_(batch),
      both_branches_(both_branches),
      scenes_(generator_, backend) {
  const bool bounded = generator_->config.cond_length > 0;
  if (backend != model::Backend::automatic || !bounded || !model::fits_cpu_kernels(*generator_)) return;
  const torch::InferenceMode inference;
  cpu_ = std::make_unique<CpuTransformer>(generator_, batch, both_branches);
  conditions_ = torch::empty({rows(), generator_->config.width});
}

ContextStream::ContextStream(ContextStream&& other) noexcept = default;
ContextStream& ContextStream::operator=(ContextStream&& other) noexcept = default;
ContextStream::~ContextStream() = default;

double ContextStream::cross_position(const GeneratorState& state, const GenerationSettings& settings) {
  const auto position = static_cast<double>(state.columns - 1);
  return settings.positions == PositionMode::reference ? position
                                                       : std::min(position, settings.hold_position);
}

GeneratorState ContextStream::start(std::int64_t origin) const {
  const auto& config = generator_->config;
  GeneratorState state;
  state.origin = origin;
  state.batch = batch_;
  const auto none = torch::empty({rows(), 0, config.heads, config.head_width()},
                                 generator_->z_proj->weight.options().requires_grad(false));
  state.keys.assign(static_cast<std::size_t>(config.blocks), none);
  state.values = state.keys;
  return state;
}

const torch::Tensor& ContextStream::relative_rope(std::int64_t count) {
  if (!relative_rope_.defined() || relative_rope_.size(0) < count) {
    const auto table =
        model::rope_table(model::positions_from(0, count + kRopeGrowth), generator_->config.head_width());
    relative_rope_ = table.to(generator_->fake_latent.device());
  }
  return relative_rope_;
}

const torch::Tensor& ContextStream::cross_rope(double position) {
  if (position != cross_position_) {
    const auto table = model::rope_table(model::positions_from(position, 1), generator_->config.head_width());
    cross_rope_ = table.to(generator_->fake_latent.device());
    cross_position_ = position;
  }
  return cross_rope_;
}

// Appends the column's key and value to the windows, attends, then drops what the next column will not see.
torch::Tensor ContextStream::self_attention(const model::GeneratorBlockImpl& block, const torch::Tensor& x,
                                            torch::Tensor& keys, torch::Tensor& values) {
  const auto& attention = *block.attn;
  const auto parts = attention.qkv->forward(block.norm1->forward(x)).unflatten(-1, {3, attention.heads, -1});
  const auto q = parts.select(2, 0);  // [R, 1, heads, head_width]
  keys = torch::cat({keys, parts.select(2, 1)}, 1);
  values = torch::cat({values, parts.select(2, 2)}, 1);
  const std::int64_t count = keys.size(1), window = generator_->config.cond_length;
  const auto& rope = relative_rope(count);
  const auto rotated_q = model::apply_rope(q, rope.narrow(0, count - 1, 1));
  const auto rotated_k = model::apply_rope(keys, rope.narrow(0, 0, count));
  const auto mixed = torch::scaled_dot_product_attention(rotated_q.transpose(1, 2), rotated_k.transpose(1, 2),
                                                         values.transpose(1, 2));
  if (window > 0 && count > window) {
    keys = keys.narrow(1, count - window, window);
    values = values.narrow(1, count - window, window);
  }
  return x + attention.proj->forward(mixed.transpose(1, 2).flatten(2));
}

ContextStream::Result ContextStream::advance(const GeneratorState& state, std::span<const Scene> scenes,
                                             const GenerationSettings& settings) {
  const torch::InferenceMode inference;
  const auto& conditions = scenes_.batch(scenes, both_branches_);
  if (state.columns == 0) return {conditions.first, state};
  if (cpu_) return advance_on_cpu(state, conditions, cross_position(state, settings));
  GeneratorState next = state;
  const auto& rope = cross_rope(cross_position(state, settings));
  const auto pending = state.pending.to(generator_->z_proj->weight.options());
  auto x = generator_->image_tokens(pending.unsqueeze(1));  // [B, 1, d]
  if (both_branches_) x = x.repeat({2, 1, 1});
  for (std::size_t i = 0; i < next.keys.size(); ++i) {
    const auto& block = generator_->encoder_blocks->at<model::GeneratorBlockImpl>(i);
    x = self_attention(block, x, next.keys[i], next.values[i]);
    x = block.cross_attention(x, conditions.layers[i], rope);
    x = block.feed_forward(x);
  }
  next.pending = torch::Tensor();
  return {generator_->encoder_norm->forward(x).squeeze(1), next};
}

// Memory for the windows of a new state: that of an old one that nobody holds any more, so that a row that
// only grows allocates nothing.
Windows& ContextStream::spare_windows(std::int64_t columns) {
  const auto usable = [&](const Windows& w) {
    return w.keys.front().size(1) == columns && std::ranges::all_of(w.keys, unshared) &&
           std::ranges::all_of(w.values, unshared);
  };
  const auto found = std::ranges::find_if(windows_, usable);
  if (found != windows_.end()) return *found;
  if (windows_.size() >= kSpareWindows) windows_.erase(windows_.begin());
  auto& windows = windows_.emplace_back();
  const auto& config = generator_->config;
  for (int i = 0; i < config.blocks; ++i) {
    for (auto* each : {&windows.keys, &windows.values}) {
      each->push_back(torch::empty({rows(), columns, config.heads, config.head_width()},
                                   generator_->z_proj->weight.options().requires_grad(false)));
    }
  }
  return windows;
}

ContextStream::Result ContextStream::advance_on_cpu(const GeneratorState& state,
                                                    const SceneConditions& conditions, double position) {
  Windows before{state.keys, state.values};
  for (auto* each : {&before.keys, &before.values}) {
    for (auto& tensor : *each) tensor = tensor.contiguous();  // a state from elsewhere may be views
  }
  const std::int64_t columns = state.keys.front().size(1) + 1, window = generator_->config.cond_length;
  auto& after = spare_windows(std::min(columns, window));
  const auto pending = state.pending.to(torch::kFloat32).contiguous();
  cpu_->step(pending.const_data_ptr<float>(), conditions, position, before, after,
             conditions_.data_ptr<float>());
  return {conditions_, {state.origin, state.batch, state.columns, {}, after.keys, after.values}};
}

}  // namespace equi::stream
