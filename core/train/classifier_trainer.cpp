#include "core/train/classifier_trainer.h"

#include <cmath>

#include <fmt/format.h>

#include "core/model/weights.h"
#include "core/train/crops.h"
#include "core/train/random.h"

namespace equi::train {
namespace {

constexpr std::int64_t kColumn = 16;  // pixels

// A picture [1, 3, H, W] as a decoder might have made it.
torch::Tensor worn(torch::Tensor picture, Draws& draws) {
  if (draws.chance(0.4)) {
    const auto small = torch::avg_pool2d(picture, 2);
    const double amount = draws.uniform();
    picture = picture * (1 - amount) + small.repeat_interleave(2, 2).repeat_interleave(2, 3) * amount;
  }
  picture = picture * (0.9 + 0.2 * draws.uniform()) + (draws.uniform() - 0.5) * 0.1;
  if (draws.chance(0.3)) {
    auto noise = generator_at(draws.bits());
    picture = picture + torch::randn(picture.sizes(), noise, torch::kFloat32) * (0.06 * draws.uniform());
  }
  return picture.clamp(-1.0, 1.0);
}

}  // namespace

ClassifierTrainer::ClassifierTrainer(const PictureCache& pictures, ClassifierTraining settings,
                                     std::shared_ptr<Communicator> processes)
    : pictures_(pictures),
      settings_(std::move(settings)),
      processes_(std::move(processes)),
      pool_(std::min(settings_.workers, settings_.batch)),
      average_(pictures.class_count()) {
  std::vector<std::shared_ptr<torch::nn::Module>> modules;
  for (std::int64_t i = 0; i < pool_.size(); ++i) {
    Classifier replica(pictures.class_count());
    if (i == 0) model::randomize_weights(*replica, torch::kFloat32, mix(settings_.seed, Purpose::weights, 2));
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  updater_ = std::make_unique<Updater>(modules, settings_.update, processes_, pool_);
  updater_->share_averages(*average_);
}

double ClassifierTrainer::share(std::int64_t worker, std::int64_t step) {
  const auto part = share_of(settings_.batch, worker, pool_.size());
  const auto first = processes_->rank() * settings_.batch;
  std::vector<torch::Tensor> images;
  std::vector<std::int64_t> labels;
  for (auto i = part.begin; i < part.end; ++i) {
    const auto crop = draw_crop(
        pictures_, mix(settings_.seed, Purpose::crop, std::uint64_t(step), std::uint64_t(first + i)),
        settings_.columns * kColumn);
    Draws draws(mix(settings_.seed, Purpose::context, std::uint64_t(step), std::uint64_t(first + i)));
    images.push_back(worn(to_images({crop.pixels}), draws));
    labels.push_back(crop.label);
  }
  const auto& classifier = replicas_[std::size_t(worker)];
  const auto scores = classifier->scores(classifier->features(torch::cat(images)));
  const auto loss = torch::nll_loss(torch::log_softmax(scores, 1), torch::tensor(labels, torch::kInt64));
  const double weight = static_cast<double>(part.size()) / static_cast<double>(settings_.batch);
  (loss * weight).backward();
  return loss.item<double>() * weight;
}

Metrics ClassifierTrainer::step(std::int64_t step, double rate) {
  updater_->clear_gradients();
  std::vector<double> parts(static_cast<std::size_t>(pool_.size()));
  pool_.run([&](std::int64_t worker) { parts[std::size_t(worker)] = share(worker, step); });
  double loss = 0.0;
  for (const double part : parts) loss += part;
  std::vector<torch::Tensor> shared = {torch::full({1}, loss, torch::kFloat64)};
  processes_->average(shared);
  loss = shared[0].item<double>();
  const double norm = std::isfinite(loss) ? updater_->apply(rate, step) : loss;
  return {{"loss", loss}, {"gradient_norm", norm}};
}

Metrics ClassifierTrainer::held_out() {
  const torch::NoGradGuard no_grad;
  std::int64_t right = 0, all = 0;
  for (const auto picture : held_out_pictures(pictures_, settings_.held_out)) {
    const auto image = to_images({middle_crop(pictures_, picture, settings_.columns * kColumn)});
    const auto label = average_->scores(average_->features(image)).argmax(1).item<std::int64_t>();
    right += label == label_of(pictures_, picture) ? 1 : 0;
    ++all;
  }
  return {{"accuracy", static_cast<double>(right) / static_cast<double>(std::max<std::int64_t>(all, 1))}};
}

std::map<std::string, std::string> ClassifierTrainer::facts() const {
  return {{"architecture", fmt::format("classifier of {} classes", pictures_.class_count())},
          {"seed", std::to_string(settings_.seed)},
          {"optimizer", updater_->optimizer()}};
}

}  // namespace equi::train
