#include "app/cli/column_times.h"

#include "app/cli/bench.h"
#include "core/sampling/noise.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/streaming_decoder.h"

namespace equi::cli {
namespace {

constexpr int kEvaluations = 8;  // timed one by one
constexpr int kFewEvaluations = 16;
constexpr int kOverlappedHops = 6, kGrownHops = 3;

// One configuration of generator and decoder, warmed up.
class Bench {
 public:
  Bench(const model::Model& model, const stream::GenerationSettings& settings,
        const ColumnTimesOptions& options)
      : model_(model), settings_(settings), options_(options) {}

  ColumnTimes measure() {
    ColumnTimes times;
    times.first_column = timed([&] { start(); });
    warm_up();
    times.column = median_of(options_.columns, [&] { next(); });
    if (model_.device.kind == Device::Kind::cuda) {
      measure_by_difference(times);
    } else {
      measure_transformer(times);
      measure_flow(times);
    }
    if (options_.decode) measure_decoder(times);
    return times;
  }

 private:
  template <class Work>
  double timed(const Work& work) const {
    const Stopwatch watch;
    work();
    synchronize(model_.device);
    return watch.seconds();
  }

  template <class Work>
  double median_of(int count, const Work& work) const {
    std::vector<double> seconds;
    for (int i = 0; i < count; ++i) seconds.push_back(timed(work));
    return median(seconds);
  }

  torch::Tensor noise() const {
    const auto width = model_.manifest.generator.token_width;
    std::vector<sampling::NoiseKey> keys;
    for (std::int64_t b = 0; b < options_.batch; ++b) {
      keys.push_back({static_cast<std::uint64_t>(b), sampling::Frame::forward, generator_->column(), 0});
    }
    return sampling::column_noise(keys, width);
  }

  void start() {
    generator_.emplace(model_.generator, settings_, options_.batch);
    next();
  }

  torch::Tensor next() { return generator_->next(noise(), {&scene_, 1}); }

  // Far enough for every window to be full, with as little work as there is.
  void warm_up() {
    auto quick = settings_;
    quick.solver = {sampling::Method::euler, {}, 1};
    generator_->set_settings(quick);
    for (int i = 0; i < 2 + model_.manifest.generator.cond_length; ++i) next();
    generator_->set_settings(settings_);
    next();
  }

  double column_with(int evaluations) {
    auto settings = settings_;
    settings.solver.evaluations = evaluations;
    generator_->set_settings(settings);
    for (int i = 0; i < 2; ++i) next();  // records the graph
    return median_of(options_.columns, [&] { next(); });
  }

  // On a GPU a column is one graph: the transformer step is what two short plans, one twice as long, leave of
  // it, and the plan's evaluations, their modulations included, are the rest. Both go step by step, which
  // longer ones need not (ColumnProgram).
  void measure_by_difference(ColumnTimes& times) {
    const double few = column_with(kFewEvaluations), twice = column_with(2 * kFewEvaluations);
    generator_->set_settings(settings_);
    next();
    times.transformer = std::clamp(2 * few - twice, 0.0, times.column);
    times.evaluation = (times.column - times.transformer) / settings_.solver.evaluations;
  }

  void measure_transformer(ColumnTimes& times) {
    stream::ContextStream context(model_.generator, options_.batch, true);
    const auto& state = generator_->state();
    conditions_ = context.advance(state, scenes(), settings_).conditions.clone();
    times.transformer = median_of(options_.columns, [&] { context.advance(state, scenes(), settings_); });
  }

  void measure_flow(ColumnTimes& times) const {
    sampling::FlowEvaluator flow(model_.generator->diffloss->net, sampling::make_plan(settings_.solver));
    const auto last = static_cast<std::int64_t>(flow.plan().times.size()) - 1;
    const auto z = noise().to(conditions_.device());
    const double scale = settings_.guidance.scale;
    flow.set_conditions(conditions_);
    flow.velocity(z, 0, scale);
    std::int64_t index = 0;
    times.evaluation =
        median_of(kEvaluations, [&] { flow.velocity(z, std::min(last, index++ % (last + 1)), scale); });
    const double first = median_of(3, [&] {
      flow.set_conditions(conditions_);
      flow.velocity(z, 0, scale);
    });
    times.modulations = std::max(0.0, first - times.evaluation);
  }

  // Windows of new tokens, so that none is found in the decoder's cache; one panorama.
  void measure_decoder(ColumnTimes& times) const {
    const auto layout = stream::fitting_layout(model_.manifest.window_columns, model_.manifest.window_hop);
    stream::StreamingDecoder decoder(model_.tokenizer, model_.manifest.vae_norm, layout);
    std::vector<torch::Tensor> tokens;
    stream::ColumnGenerator generator(model_.generator, settings_);
    const auto make = [&](std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        tokens.push_back(generator.next(bench_noise(generator, model_.manifest.generator.token_width, 1),
                                        {&scene_, 1})[0]);
      }
    };
    const auto source = [&](stream::ColumnRange c) {
      return torch::stack(std::vector<torch::Tensor>(tokens.begin() + c.begin, tokens.begin() + c.end));
    };
    const auto show = [&](std::int64_t begin, std::int64_t end) {
      const auto extent = stream::ColumnRange{0, static_cast<std::int64_t>(tokens.size())};
      stream::to_bytes(decoder.decode(extent, {begin, end}, source).pixels);
    };
    const auto settled = [&] {
      return stream::WindowPlan(layout, {0, static_cast<std::int64_t>(tokens.size())}).settled_end();
    };
    // A row that has grown for a while: its windows are recorded where the decoder records them, and those
    // before the ones that are timed are in its cache.
    make(layout.window + layout.hop);
    for (int i = 0; i < kGrownHops; ++i) {
      show(settled() - 1, settled());
      make(layout.hop);
    }
    const std::int64_t begin = settled();
    show(begin - 1, begin);
    const std::int64_t windows = decoder.windows_decoded();
    const double made = timed([&] { make(layout.hop); });
    const std::int64_t end = settled();
    const double shown = timed([&] { show(begin, end); });
    const auto columns = static_cast<double>(end - begin);
    times.window = shown / static_cast<double>(decoder.windows_decoded() - windows);
    times.decode_column = shown / columns;
    times.end_to_end = (made + shown) / columns;
    if (!decoder.windows().works_beside()) return;
    // Where the decoder works beside the generator, each hop is decoded while the next one is made.
    std::int64_t at = end;
    const auto decode_ahead = [&] {
      const auto count = static_cast<std::int64_t>(tokens.size());
      decoder.decode_ahead({0, count}, {count - layout.window, count}, source);
    };
    make(layout.hop);
    decode_ahead();
    const double both = timed([&] {
      for (int i = 0; i < kOverlappedHops; ++i) {
        make(layout.hop);
        show(at, at + layout.hop);  // decoded meanwhile
        decode_ahead();
        at += layout.hop;
      }
    });
    times.end_to_end = both / static_cast<double>(at - end);
  }

  std::vector<stream::Scene> scenes() const {
    return std::vector<stream::Scene>(static_cast<std::size_t>(options_.batch), scene_);
  }

  const model::Model& model_;
  stream::GenerationSettings settings_;
  ColumnTimesOptions options_;
  stream::Scene scene_;
  std::optional<stream::ColumnGenerator> generator_;
  torch::Tensor conditions_;
};

}  // namespace

ColumnTimes measure_column(const model::Model& model, const stream::GenerationSettings& settings,
                           const ColumnTimesOptions& options) {
  const torch::InferenceMode inference;
  return Bench(model, settings, options).measure();
}

}  // namespace equi::cli
