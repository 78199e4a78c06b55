#include "core/stream/loop_bridge.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/sampling/flow_evaluator.h"
#include "core/sampling/noise.h"
#include "core/stream/column_generator.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/mirror.h"
#include "core/stream/seam.h"
#include "core/stream/streaming_decoder.h"

namespace equi::stream {
namespace {

constexpr std::uint32_t kFirstTake = 0x4c4f4f50;  // "LOOP": noise that no canvas uses
constexpr double kFreeTime = 0.35;                // a column that is not steered at all is free from here on
constexpr std::int64_t kJudgedColumns = 4;        // of the beginning, for the surprise
constexpr double kJudgedTimes[] = {0.8, 0.6, 0.4, 0.2};
constexpr double kSeamWeight = 1e3;
constexpr double kLeastEnergy = 0.25;  // of a picture: half a level, what rounding alone can give

void check(const BridgeSettings& s, const BridgeEnds& ends) {
  if (s.columns < 2 || s.columns > 256 || s.candidates < 1 || s.candidates > 64 || s.evaluations < 4 ||
      s.blend_pixels < 0) {
    throw Error(
        ErrorKind::bad_input, "bridge",
        fmt::format("{} columns, {} candidates, {} evaluations", s.columns, s.candidates, s.evaluations),
        "2 to 256 columns, 1 to 64 candidates, at least 4 evaluations");
  }
  if (ends.last.sizes() != ends.first.sizes()) {
    throw Error(ErrorKind::bad_input, "bridge", "the two ends have different sizes");
  }
}

// Guidance that has reached its full scale: the bridge is in the middle of a picture.
GenerationSettings steady(GenerationSettings settings) {
  settings.guidance.schedule = sampling::Guidance::Schedule::constant;
  settings.positions = PositionMode::stationary;
  return settings;
}

torch::Tensor noise_of(sampling::Frame frame, std::uint64_t seed, std::int64_t column, std::int64_t rows,
                       std::int64_t width) {
  std::vector<sampling::NoiseKey> keys;
  for (std::int64_t i = 0; i < rows; ++i) {
    keys.push_back({seed, frame, column, kFirstTake + static_cast<std::uint32_t>(i)});
  }
  return sampling::column_noise(keys, width);
}

// Tokens [n, E] -> [H, n * px, 3].
torch::Tensor decode(const model::Model& model, const torch::Tensor& tokens, const std::stop_token& stop) {
  StreamingDecoder decoder(model.tokenizer, model.manifest.vae_norm,
                           fitting_layout(model.manifest.window_columns, model.manifest.window_hop));
  const ColumnRange all{0, tokens.size(0)};
  const auto span = decoder.decode(
      all, all, [&](ColumnRange c) { return tokens.narrow(0, c.begin, c.size()); }, stop);
  return to_bytes(span.pixels);
}

// What could lie to the left of the beginning: [candidates, columns + C, E], in the forward direction, the
// beginning included.
torch::Tensor make_targets(const model::Model& model, const GenerationSettings& generation,
                           const BridgeEnds& ends, std::uint64_t seed, const BridgeSettings& s,
                           const std::stop_token& stop) {
  const std::int64_t px = model.manifest.tokenizer.column_pixels(), context = ends.first.size(1) / px;
  const auto known =
      context_tokens(model.tokenizer, model.manifest.vae_norm, ends.first, Side::left, context);
  ColumnGenerator generator(model.generator, generation, s.candidates);
  const Scene scene{ends.first_scene, ends.first_scene, 0.0};
  std::vector<torch::Tensor> rows;
  for (std::int64_t c = 0; c < context; ++c) {
    rows.push_back(known[c].unsqueeze(0).expand({s.candidates, -1}).contiguous());
    generator.accept(rows.back(), {&scene, 1});
  }
  const std::int64_t width = known.size(1);
  for (std::int64_t c = 0; c < s.columns; ++c) {
    const auto noise = noise_of(sampling::Frame::mirrored, seed, context + c, s.candidates, width);
    rows.push_back(generator.next(noise, {&scene, 1}, stop));
  }
  const auto mirrored = torch::stack(rows, 1);  // [candidates, C + columns, E]
  std::vector<torch::Tensor> targets;
  for (std::int64_t i = 0; i < s.candidates; ++i) {
    const auto own = flip(decode(model, mirrored[i], stop));
    // Where pixels and a decode of them meet there is a step; encoded, it would come back in every decode.
    const auto first = blend_edge(ends.first, own.narrow(1, s.columns * px, context * px), Side::left,
                                  std::min(s.blend_pixels, context * px));
    targets.push_back(encode_windows(model.tokenizer, model.manifest.vae_norm,
                                     torch::cat({own.narrow(1, 0, s.columns * px), first}, 1),
                                     model.manifest.window_columns, stop));
  }
  return torch::stack(targets, 0);
}

// Generates columns that are pulled towards targets, several candidates at once.
class SteeredStream {
 public:
  SteeredStream(const model::Model& model, const GenerationSettings& generation, const BridgeSettings& s)
      : stream_(model.generator, s.candidates, true),
        flow_(model.generator->diffloss->net,
              sampling::make_plan({sampling::Method::euler, {}, s.evaluations})),
        generation_(generation),
        state_(stream_.start(0)) {}

  void accept(const torch::Tensor& token, const Scene& scene) {
    if (state_.pending.defined()) state_ = stream_.advance(state_, spread(scene), generation_).state;
    state_.pending = token;
    ++state_.columns;
  }

  // `share` 0: the plain continuation; 1: the target itself.
  torch::Tensor next(const torch::Tensor& noise, const torch::Tensor& target, double share,
                     const Scene& scene, const std::stop_token& stop) {
    condition(scene);
    const double free_time = kFreeTime * (1.0 - share);
    const auto& times = flow_.plan().times;
    const auto token = sampling::integrate(flow_.plan(), noise.to(target.device()),
                                           [&](const torch::Tensor& z, std::int64_t i) {
                                             if (stop.stop_requested())
                                               throw Error(ErrorKind::cancelled, "", "stopped");
                                             const double t = times[static_cast<std::size_t>(i)];
                                             auto v = flow_.velocity(z, i, generation_.guidance.scale);
                                             if (t <= free_time) return v;
                                             const auto clean = z - v * t;
                                             return v - (target - clean) * (share / t);
                                           });
    if (!torch::isfinite(token).all().item<bool>()) {
      throw Error(ErrorKind::numeric, "bridge", "a token is not finite", "lower the guidance");
    }
    take(token);
    return token;
  }

  // Takes a column in and tells, for each candidate, how far from it the model's prediction was.
  torch::Tensor judge(const torch::Tensor& token, const torch::Tensor& noise, const Scene& scene) {
    condition(scene);
    const auto n = noise.to(token.device());
    const auto& times = flow_.plan().times;
    auto sum = torch::zeros({token.size(0)}, token.options());
    for (const double wanted : kJudgedTimes) {
      const auto index = nearest(times, wanted);
      const double t = times[static_cast<std::size_t>(index)];
      const auto v = flow_.velocity(n * t + token * (1.0 - t), index, 1.0);
      sum += (v - (n - token)).square().mean(1);
    }
    take(token);
    return sum / static_cast<double>(std::size(kJudgedTimes));
  }

 private:
  std::vector<Scene> spread(const Scene& scene) const {
    return std::vector<Scene>(static_cast<std::size_t>(stream_.batch()), scene);
  }
  void condition(const Scene& scene) {
    auto step = stream_.advance(state_, spread(scene), generation_);
    flow_.set_conditions(step.conditions);
    advanced_ = std::move(step.state);
  }
  void take(const torch::Tensor& token) {
    state_ = advanced_;
    state_.pending = token;
    ++state_.columns;
  }
  static std::int64_t nearest(const std::vector<double>& times, double wanted) {
    const auto closer = [wanted](double a, double b) { return std::abs(a - wanted) < std::abs(b - wanted); };
    return std::ranges::min_element(times, closer) - times.begin();
  }

  ContextStream stream_;
  sampling::FlowEvaluator flow_;
  GenerationSettings generation_;
  GeneratorState state_, advanced_;
};

// Energy at the two borders of the middle of a decode against that inside the ends, the worse of the two.
double worse_seam(const torch::Tensor& decoded, const BridgeEnds& ends) {
  const std::int64_t end = ends.last.size(1);
  const auto energy = gradient_energy(decoded);
  const auto ratio = [&](std::int64_t border, const torch::Tensor& inside) {
    const double own = std::max(gradient_energy(inside).mean().item<double>(), kLeastEnergy);
    return energy[border - 1].item<double>() / own;
  };
  return std::max(ratio(end, ends.last), ratio(decoded.size(1) - end, ends.first));
}

double smooth(double x) {
  return x * x * (3.0 - 2.0 * x);
}

}  // namespace

Bridge make_bridge(const model::Model& model, const GenerationSettings& generation, const BridgeEnds& ends,
                   std::uint64_t seed, const BridgeSettings& settings, const std::stop_token& stop) {
  const torch::InferenceMode inference;
  check(settings, ends);
  const auto steady_settings = steady(generation);
  const auto targets = make_targets(model, steady_settings, ends, seed, settings, stop);
  const std::int64_t width = targets.size(2), context = targets.size(1) - settings.columns;
  const auto known =
      context_tokens(model.tokenizer, model.manifest.vae_norm, ends.last, Side::right, context);
  SteeredStream stream(model, steady_settings, settings);
  std::vector<torch::Tensor> tokens;  // [candidates, E] each
  for (std::int64_t c = 0; c < context; ++c) {
    tokens.push_back(known[c].unsqueeze(0).expand({settings.candidates, -1}).contiguous());
    stream.accept(tokens.back(), {ends.last_scene, ends.last_scene, 0.0});
  }
  for (std::int64_t j = 0; j < settings.columns; ++j) {
    const double place = static_cast<double>(j + 1) / static_cast<double>(settings.columns);
    const Scene scene{ends.last_scene, ends.first_scene, ends.last_scene == ends.first_scene ? 0.0 : place};
    const auto noise = noise_of(sampling::Frame::forward, seed, context + j, settings.candidates, width);
    tokens.push_back(stream.next(noise, targets.select(1, j), smooth(place), scene, stop));
  }
  auto surprise = torch::zeros({settings.candidates}, targets.options());
  const std::int64_t judged = std::min(kJudgedColumns, context);
  for (std::int64_t c = 0; c < context; ++c) {
    tokens.push_back(targets.select(1, settings.columns + c));
    if (c >= judged) continue;
    const auto noise =
        noise_of(sampling::Frame::forward, seed, context + settings.columns + c, settings.candidates, width);
    surprise += stream.judge(tokens.back(), noise, {ends.first_scene, ends.first_scene, 0.0});
  }
  surprise /= static_cast<double>(judged);
  const auto rows = torch::stack(tokens, 1);  // [candidates, C + columns + C, E]
  Bridge best;
  double best_score = 0, worst_score = -1;
  for (std::int64_t i = 0; i < settings.candidates; ++i) {
    const auto pixels = decode(model, rows[i], stop);
    const double seam = worse_seam(pixels, ends), unexpected = surprise[i].item<double>();
    // Any seam that is there weighs more than any surprise: a squared error that is far below this.
    const double score = kSeamWeight * std::max(0.0, seam - 1) + unexpected;
    if (!best.pixels.defined() || score < best_score) {
      best.pixels = pixels;
      best.seam = seam;
      best.surprise = unexpected;
      best_score = score;
    }
    if (score > worst_score) {
      best.worst_seam = seam;
      best.worst_surprise = unexpected;
      worst_score = score;
    }
  }
  best.context = context;
  best.columns = settings.columns;
  return best;
}

}  // namespace equi::stream
