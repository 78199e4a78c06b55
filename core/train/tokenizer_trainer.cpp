#include "core/train/tokenizer_trainer.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"
#include "core/model/weights.h"
#include "core/train/crops.h"
#include "core/train/losses.h"
#include "core/train/picture_grid.h"
#include "core/train/random.h"
#include "core/train/state_file.h"

namespace equi::train {
namespace {

constexpr std::int64_t kSampleColumns = 16;

bool of_decoder(const std::string& name) {
  return name.starts_with("decoder.") || name.starts_with("post_quant_layer.");
}

// Random weights. The posterior means start well above the posterior noise, and the decoder undoes that scale:
// otherwise the first thousand steps go into learning to be louder than the noise.
void initialise(model::Tokenizer& tokenizer, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  model::randomize_weights(*tokenizer, torch::kFloat32, mix(seed, Purpose::weights, 0));
  const double loud = 4.0 * tokenizer->config.posterior_std;
  tokenizer->quant_layer->weight.mul_(loud);
  tokenizer->post_quant_layer->weight.div_(loud);
}

// Convolutions in bfloat16 are at their quickest with the channels innermost.
void channels_last(model::Tokenizer& tokenizer) {
  for (auto& parameter : tokenizer->parameters()) {
    if (parameter.dim() != 4) continue;
    parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

void choose_trainable(const model::Tokenizer& tokenizer, bool decoder_only) {
  for (auto& item : tokenizer->named_parameters()) {
    item.value().requires_grad_(!decoder_only || of_decoder(item.key()));
  }
}

void check_data(const PictureCache& pictures, const TokenizerTraining& s) {
  if (pictures.index().height != s.config.image_height) {
    throw Error(ErrorKind::bad_input, "pictures",
                fmt::format("are {} px high, the model takes {}", pictures.index().height,
                            s.config.image_height));
  }
  if (pictures.training_count() < s.batch) {
    throw Error(ErrorKind::bad_input, "pictures",
                fmt::format("{} training pictures for a batch of {}", pictures.training_count(), s.batch),
                "add pictures or lower --batch");
  }
}

}  // namespace

TokenizerTrainer::TokenizerTrainer(const PictureCache& pictures, TokenizerTraining settings,
                                   std::shared_ptr<Communicator> processes)
    : pictures_(pictures),
      settings_(std::move(settings)),
      processes_(std::move(processes)),
      pool_(std::min(settings_.workers, settings_.batch)),
      average_(settings_.config) {
  check_data(pictures_, settings_);
  std::vector<std::shared_ptr<torch::nn::Module>> modules;
  for (std::int64_t i = 0; i < pool_.size(); ++i) {
    model::Tokenizer replica(settings_.config);
    if (i == 0) initialise(replica, settings_.seed);
    replica->to(settings_.device);
    if (i == 0 && settings_.update.precision == Precision::bfloat16) channels_last(replica);
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  updater_ = std::make_unique<Updater>(modules, settings_.update, processes_);
  for (const auto& replica : replicas_) choose_trainable(replica, settings_.decoder_only);
  updater_->share_averages(*average_);
}

void TokenizerTrainer::start_from(const std::filesystem::path& checkpoint) {
  const auto stored = read_facts(checkpoint);
  if (fact(stored, "architecture", checkpoint) != to_json(settings_.config)) {
    throw Error(ErrorKind::bad_input, checkpoint.string(), "is of another architecture than this run's");
  }
  std::vector<NamedTensor> averages, masters;
  for (const auto& named : updater_->state("tokenizer")) {
    if (named.name.starts_with("tokenizer.average.")) averages.push_back(named);
    if (named.name.starts_with("tokenizer.model.")) masters.push_back(named);
  }
  load_state(checkpoint, averages);
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < masters.size(); ++i) masters[i].tensor.detach().copy_(averages[i].tensor);
  updater_->publish();
}

torch::Tensor TokenizerTrainer::batch_of(Share share, std::int64_t step, std::int64_t columns) const {
  std::vector<torch::Tensor> crops;
  const auto first = processes_->rank() * settings_.batch;
  for (auto i = share.begin; i < share.end; ++i) {
    const auto draws = mix(settings_.seed, Purpose::crop, std::uint64_t(step), std::uint64_t(first + i));
    crops.push_back(draw_crop(pictures_, draws, columns * settings_.config.column_pixels()).pixels);
  }
  return to_images(crops).to(settings_.device);
}

TokenizerTrainer::Losses TokenizerTrainer::share(std::int64_t worker, std::int64_t step,
                                                 std::int64_t columns) {
  const auto part = share_of(settings_.batch, worker, pool_.size());
  const auto& tokenizer = replicas_[static_cast<std::size_t>(worker)];
  const auto first = processes_->rank() * settings_.batch;
  const auto images = batch_of(part, step, columns);
  std::vector<torch::Tensor> noises;
  for (auto i = part.begin; i < part.end; ++i) {
    const auto draws = mix(settings_.seed, Purpose::posterior, std::uint64_t(step), std::uint64_t(first + i));
    noises.push_back(
        posterior_noise(draws, columns, settings_.config.token_width, settings_.config.posterior_std));
  }
  auto compute = images.to(model::to_torch(settings_.update.precision));
  if (settings_.update.precision == Precision::bfloat16) {
    compute = compute.contiguous(torch::MemoryFormat::ChannelsLast);
  }
  torch::Tensor means;
  {
    const torch::AutoGradMode grad(!settings_.decoder_only);
    means = tokenizer->encode(compute);
  }
  const auto tokens = means + torch::stack(noises).to(means.options());
  const auto made = tokenizer->decode(tokens).to(torch::kFloat32);
  const auto l1 = (made - images).abs().mean();
  const auto gradient = gradient_loss(made, images);
  const auto kl = posterior_kl(means, images);
  const double weight = static_cast<double>(part.size()) / static_cast<double>(settings_.batch);
  ((l1 + settings_.gradient_weight * gradient + settings_.kl_weight * kl) * weight).backward();
  return {l1.item<double>() * weight, gradient.item<double>() * weight, kl.item<double>() * weight};
}

Metrics TokenizerTrainer::step(std::int64_t step, double rate) {
  Draws draws(mix(settings_.seed, Purpose::width, std::uint64_t(step)));
  const auto columns =
      settings_.min_columns + draws.below(settings_.max_columns - settings_.min_columns + 1);
  updater_->clear_gradients();
  std::vector<Losses> parts(static_cast<std::size_t>(pool_.size()));
  pool_.run([&](std::int64_t worker) { parts[std::size_t(worker)] = share(worker, step, columns); });
  auto sums = torch::zeros({3}, torch::kFloat64);
  for (const auto& part : parts) sums += torch::tensor({part.l1, part.gradient, part.kl}, torch::kFloat64);
  std::vector<torch::Tensor> shared = {sums};
  processes_->average(shared);
  const double l1 = shared[0][0].item<double>(), gradient = shared[0][1].item<double>();
  const double kl = shared[0][2].item<double>();
  const double loss = l1 + settings_.gradient_weight * gradient + settings_.kl_weight * kl;
  const double norm = std::isfinite(loss) ? updater_->apply(rate, step) : loss;
  return {{"loss", loss}, {"l1", l1}, {"gradient", gradient}, {"kl", kl}, {"gradient_norm", norm}};
}

torch::Tensor TokenizerTrainer::held_out_images() const {
  std::vector<torch::Tensor> crops;
  for (const auto picture : held_out_pictures(pictures_, settings_.held_out)) {
    crops.push_back(middle_crop(pictures_, picture, kSampleColumns * settings_.config.column_pixels()));
  }
  return to_images(crops);
}

Metrics TokenizerTrainer::held_out() {
  const torch::NoGradGuard no_grad;
  const auto images = held_out_images();
  std::vector<torch::Tensor> per_picture(static_cast<std::size_t>(images.size(0)));
  pool_.run([&](std::int64_t worker) {
    const torch::NoGradGuard no_grad_here;
    const auto part = share_of(images.size(0), worker, pool_.size());
    for (auto i = part.begin; i < part.end; ++i) {
      const auto picture = images.narrow(0, i, 1).to(settings_.device);
      const auto error = average_->decode(average_->encode(picture)).clamp(-1, 1) - picture;
      per_picture[std::size_t(i)] = torch::stack({error.abs().mean(), error.square().mean()}).cpu();
    }
  });
  const auto all = torch::stack(per_picture).to(torch::kFloat64);
  const double l1 = all.select(1, 0).mean().item<double>();
  const double decibel = (all.select(1, 1) / 4.0).clamp_min(1e-12).log10().mul(-10.0).mean().item<double>();
  return {{"l1", l1}, {"psnr", decibel}};
}

void TokenizerTrainer::write_samples(const std::filesystem::path& path) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> pictures;
  for (const auto& image : held_out_images().unbind(0)) {
    const auto one = image.unsqueeze(0).to(settings_.device);
    pictures.push_back(image);
    pictures.push_back(average_->decode(average_->encode(one)).squeeze(0));
  }
  write_grid(path, pictures, 4);
}

std::vector<NamedTensor> TokenizerTrainer::state() const {
  return updater_->state("tokenizer");
}

std::map<std::string, std::string> TokenizerTrainer::facts() const {
  return {{"architecture", to_json(settings_.config)},
          {"seed", std::to_string(settings_.seed)},
          {"data", pictures_.index().origin}};
}

model::Tokenizer load_tokenizer(const std::filesystem::path& checkpoint) {
  const auto stored = read_facts(checkpoint);
  if (fact(stored, "kind", checkpoint) != "tokenizer") {
    throw Error(ErrorKind::bad_input, checkpoint.string(), "is no tokenizer's checkpoint");
  }
  model::Tokenizer tokenizer(
      tokenizer_from_json(fact(stored, "architecture", checkpoint), checkpoint.string()));
  const torch::NoGradGuard no_grad;
  model::materialize_parameters(*tokenizer, torch::kFloat32);
  std::vector<NamedTensor> averages;
  for (auto& item : tokenizer->named_parameters()) {
    item.value().requires_grad_(false);
    averages.push_back({"tokenizer.average." + item.key(), item.value()});
  }
  load_state(checkpoint, averages);
  tokenizer->eval();
  return tokenizer;
}

}  // namespace equi::train
