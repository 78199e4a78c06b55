#include "core/eval/scene_quality.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/eval/measures.h"
#include "core/sampling/noise.h"
#include "core/scenes/scenes.h"
#include "core/stream/column_generator.h"
#include "core/stream/seam.h"
#include "core/stream/streaming_decoder.h"
#include "core/train/generator_trainer.h"

namespace equi::eval {
namespace {

constexpr std::int64_t kCrop = 16;              // columns of a judged crop
constexpr std::int64_t kNear = 16;              // where the near stretch begins
constexpr std::int64_t kStretch = 32;           // columns of a stretch
constexpr std::int64_t kCropHop = 4;            // between the crops of a stretch
constexpr std::int64_t kWindowedColumns = 128;  // at most
constexpr std::int64_t kPositions = 16;
constexpr std::int64_t kTimes = 16;       // for the position losses
constexpr std::uint64_t kFirstWorld = 1;  // training begins at 1,000,000

class Measurement {
 public:
  Measurement(const model::Model& model, const train::NamedClassifier& judge,
              const SceneQualityOptions& options, const QualityProgress& progress,
              const std::stop_token& stop)
      : model_(model),
        judge_(judge),
        options_(options),
        progress_(progress),
        stop_(stop),
        px_(model.manifest.tokenizer.column_pixels()),
        classes_(static_cast<std::int64_t>(model.manifest.class_names.size())) {}

  void on_rendered(SceneQuality& quality) {
    std::vector<torch::Tensor> tokens, features;
    std::vector<std::int64_t> labels;
    std::int64_t right = 0;
    const auto total = classes_ * options_.worlds;
    for (std::int64_t i = 0; i < total; ++i) {
      tell("rendered pictures", i, total);
      const auto label = i / options_.worlds;
      const auto picture = render(label, kFirstWorld + std::uint64_t(i % options_.worlds));
      const auto code = model_.tokenizer->encode(picture.unsqueeze(0).to(model_.options()));
      const auto rebuilt =
          model_.tokenizer->decode(code).squeeze(0).to(torch::kCPU, torch::kFloat32).clamp(-1, 1);
      quality.psnr_reconstruction +=
          stream::psnr(stream::to_bytes(picture), stream::to_bytes(rebuilt)) / double(total);
      quality.ssim_reconstruction += ssim(picture, rebuilt) / double(total);
      tokens.push_back(code.to(torch::kFloat32) * model_.manifest.vae_norm);
      labels.push_back(label);
      features.push_back(judge_.classifier->features(picture.unsqueeze(0)));
      right += judged(features.back()).item<std::int64_t>() == label ? 1 : 0;
    }
    quality.classifier_accuracy = double(right) / double(total);
    rendered_ = torch::cat(features);
    quality.frechet_rendered =
        frechet_distance(rendered_.slice(0, 0, total, 2), rendered_.slice(0, 1, total, 2));
    position_losses(quality, torch::cat(tokens), labels);
  }

  void on_generated(SceneQuality& quality, torch::Tensor* panoramas) {
    const auto tokens = generate(quality);  // [classes * panoramas, columns, E]
    const auto near = judge_stretch(tokens, kNear, quality.class_agreement_near, &quality.agreement_by_class);
    const auto far = judge_stretch(tokens, options_.far_column, quality.class_agreement_far, nullptr);
    quality.frechet_near = frechet_distance(near, rendered_);
    quality.frechet_far = frechet_distance(far, rendered_);
    for (std::int64_t label = 0; label < classes_; ++label) {
      quality.frechet_far_without_class.push_back(
          frechet_distance(without(far, label), without(rendered_, label)));
    }
    windows(quality, tokens);
    if (panoramas != nullptr)
      *panoramas = tokens.slice(0, 0, tokens.size(0), options_.panoramas).contiguous();
  }

 private:
  void tell(const char* what, std::int64_t done, std::int64_t total) const {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "evaluate", "stopped");
    if (progress_) progress_(what, double(done) / double(total));
  }

  torch::Tensor render(std::int64_t label, std::uint64_t seed) const {
    const auto first = static_cast<std::int64_t>(seed) * 3571;
    return scenes::render_scene(label, seed, model_.manifest.tokenizer.image_height, first, kCrop * px_)
        .clamp(-1, 1);
  }

  // Features [N, F], as many of each class one class after the other, without those of one.
  torch::Tensor without(const torch::Tensor& features, std::int64_t label) const {
    const auto each = features.size(0) / classes_;
    return torch::cat({features.narrow(0, 0, label * each),
                       features.narrow(0, (label + 1) * each, features.size(0) - (label + 1) * each)});
  }

  torch::Tensor judged(const torch::Tensor& features) const {
    return judge_.classifier->scores(features).argmax(1);
  }

  void position_losses(SceneQuality& quality, const torch::Tensor& tokens,
                       const std::vector<std::int64_t>& labels) const {
    const auto losses = train::position_losses(
        model_.generator, tokens.to(model_.options()),
        torch::tensor(labels, torch::kInt64).to(model::to_torch(model_.device)), kTimes, options_.seed);
    const auto* values = losses.const_data_ptr<double>();
    quality.position_losses.assign(values, values + std::min<std::int64_t>(losses.size(0), kPositions));
    const auto [low, high] = std::ranges::minmax(quality.position_losses);
    quality.position_loss_ratio = high / low;
  }

  torch::Tensor generate(SceneQuality& quality) const {
    const auto batch = classes_ * options_.panoramas, columns = options_.far_column + kStretch;
    stream::ColumnGenerator generator(model_.generator, options_.generation, batch);
    generator.start();
    std::vector<stream::Scene> scenes;
    for (std::int64_t i = 0; i < batch; ++i) scenes.push_back({i / options_.panoramas, 0, 0.0});
    const auto begin = std::chrono::steady_clock::now();
    std::vector<torch::Tensor> made;
    for (std::int64_t column = 0; column < columns; ++column) {
      if (column % 8 == 0) tell("generated columns", column, columns);
      std::vector<sampling::NoiseKey> keys;
      for (std::int64_t i = 0; i < batch; ++i) {
        keys.push_back({options_.seed + std::uint64_t(i), sampling::Frame::forward, column, 0});
      }
      const auto noise = sampling::column_noise(keys, model_.manifest.generator.token_width);
      made.push_back(generator.next(noise.to(model::to_torch(model_.device)), scenes, stop_).to(torch::kCPU));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    quality.columns_per_second = double(batch * columns) / took.count();
    return torch::stack(made, 1);
  }

  // Features of the crops of columns [first, first + kStretch) of every panorama; the part judged rightly.
  torch::Tensor judge_stretch(const torch::Tensor& tokens, std::int64_t first, double& agreement,
                              std::vector<double>* by_class) const {
    std::vector<torch::Tensor> features;
    std::vector<double> right(std::size_t(classes_), 0.0);
    std::int64_t crops = 0;
    for (std::int64_t i = 0; i < tokens.size(0); ++i) {
      tell("judged panoramas", i, tokens.size(0));
      const auto strip = decode_columns(model_, tokens[i], first, first + kStretch);
      crops = 0;
      for (std::int64_t at = 0; at + kCrop <= kStretch; at += kCropHop, ++crops) {
        features.push_back(
            judge_.classifier->features(strip.narrow(2, at * px_, kCrop * px_).clamp(-1, 1).unsqueeze(0)));
        const auto label = i / options_.panoramas;
        if (judged(features.back()).item<std::int64_t>() == label) right[std::size_t(label)] += 1.0;
      }
    }
    for (auto& r : right) r /= double(crops * options_.panoramas);
    agreement = 0.0;
    for (const auto r : right) agreement += r / double(classes_);
    if (by_class != nullptr) *by_class = right;
    return torch::cat(features);
  }

  // Ratios are averaged by their logarithms: twice and half the energy are no seam together.
  void windows(SceneQuality& quality, const torch::Tensor& tokens) const {
    const stream::WindowLayout layout{model_.manifest.window_columns, model_.manifest.window_hop};
    const auto columns = std::min(kWindowedColumns, tokens.size(1));
    std::vector<std::int64_t> borders;  // the middle of each cross-fade
    for (auto start = layout.hop; start + layout.window <= columns; start += layout.hop) {
      borders.push_back((start + layout.margin()) * px_ + layout.ramp * px_ / 2);
    }
    const auto seam = [&](const torch::Tensor& picture) {
      return std::log(stream::seam_ratio(picture, borders, layout.ramp * px_ / 2));
    };
    const auto rows = tokens.size(0);
    double squared = 0.0, ratio = 0.0, in_full = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) {
      tell("windows", i, rows);
      const auto row = tokens[i].narrow(0, 0, columns);
      const auto windowed = stream::to_bytes(decode_columns(model_, row, 0, columns));
      const auto full = stream::to_bytes(
          stream::decode_full_width(model_.tokenizer, model_.manifest.vae_norm, row.to(model_.options())));
      squared += (windowed.to(torch::kFloat64) - full.to(torch::kFloat64)).square().mean().item<double>();
      ratio += seam(windowed);
      in_full += seam(full);
    }
    quality.psnr_windowed = 10.0 * std::log10(255.0 * 255.0 * double(rows) / squared);
    quality.seam_ratio = std::exp(ratio / double(rows));
    quality.seam_ratio_full_width = std::exp(in_full / double(rows));
  }

  const model::Model& model_;
  const train::NamedClassifier& judge_;
  const SceneQualityOptions& options_;
  const QualityProgress& progress_;
  const std::stop_token& stop_;
  std::int64_t px_, classes_;
  torch::Tensor rendered_;  // features of the rendered pictures
};

}  // namespace

torch::Tensor decode_columns(const model::Model& model, const torch::Tensor& tokens, std::int64_t begin,
                             std::int64_t end) {
  stream::StreamingDecoder decoder(model.tokenizer, model.manifest.vae_norm,
                                   {model.manifest.window_columns, model.manifest.window_hop});
  const auto source = [&](stream::ColumnRange c) {
    return tokens.narrow(0, c.begin, c.size()).to(model.options());
  };
  return decoder.decode({0, tokens.size(0)}, {begin, end}, source).pixels.to(torch::kCPU, torch::kFloat32);
}

double class_agreement(const train::NamedClassifier& judge, const torch::Tensor& picture,
                       std::int64_t column_pixels, std::int64_t label) {
  const torch::InferenceMode inference;
  const auto strip = stream::from_bytes(picture);
  std::int64_t crops = 0, right = 0;
  for (std::int64_t x = 0; x + kCrop * column_pixels <= strip.size(2);
       x += kCropHop * column_pixels, ++crops) {
    const auto crop = strip.narrow(2, x, kCrop * column_pixels).clamp(-1, 1).unsqueeze(0);
    const auto scores = judge.classifier->scores(judge.classifier->features(crop));
    right += scores.argmax(1).item<std::int64_t>() == label ? 1 : 0;
  }
  return double(right) / double(crops);
}

SceneQuality measure_scene_quality(const model::Model& model, const train::NamedClassifier& judge,
                                   const SceneQualityOptions& options, torch::Tensor* panoramas,
                                   const QualityProgress& progress, const std::stop_token& stop) {
  if (model.manifest.class_names != judge.class_names ||
      model.manifest.class_names.size() != scenes::scene_list().size()) {
    throw Error(ErrorKind::bad_input, "classes",
                "of the model, the classifier and the built-in scenes differ",
                "train a classifier of these scenes: equicanvas-cli train classifier --scenes");
  }
  const torch::InferenceMode inference;
  SceneQuality quality;
  Measurement measurement(model, judge, options, progress, stop);
  measurement.on_rendered(quality);
  measurement.on_generated(quality, panoramas);
  return quality;
}

}  // namespace equi::eval
