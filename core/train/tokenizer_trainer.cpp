#include "core/train/tokenizer_trainer.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"
#include "core/model/weights.h"
#include "core/train/crops.h"
#include "core/train/linear_start.h"
#include "core/train/losses.h"
#include "core/train/picture_grid.h"
#include "core/train/random.h"
#include "core/train/state_file.h"

namespace equi::train {
namespace {

constexpr std::int64_t kSampleColumns = 16;
constexpr double kBranchScale = 0.1;
constexpr std::int64_t kLinearPictures = 64, kLinearColumns = 12;  // for the closed form

bool of_decoder(const std::string& name) {
  return name.starts_with("decoder.") || name.starts_with("post_quant_layer.");
}

// Random weights, of which the ends of the residual branches are small, so that at first the shortcuts carry
// the picture. The posterior means start well above the posterior noise, and the decoder undoes that scale:
// otherwise the first thousand steps go into learning to be louder than the noise.
void initialise(model::Tokenizer& tokenizer, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  model::randomize_weights(*tokenizer, torch::kFloat32, mix(seed, Purpose::weights, 0));
  for (auto& item : tokenizer->named_parameters()) {
    const bool ends = item.key().ends_with("conv2.weight") || item.key().ends_with("proj_out.weight");
    if (ends) item.value().mul_(kBranchScale);
  }
  const double loud = 10.0 * tokenizer->config.posterior_std;
  tokenizer->quant_layer->weight.mul_(loud);
  tokenizer->post_quant_layer->weight.div_(loud);
}

void start_from_pictures(model::Tokenizer& tokenizer, const PictureCache& pictures,
                         const TokenizerTraining& s) {
  std::vector<torch::Tensor> crops;
  for (std::int64_t i = 0; i < kLinearPictures; ++i) {
    const auto draws = mix(s.seed, Purpose::latent_crop, 1, std::uint64_t(i));
    crops.push_back(draw_crop(pictures, draws, kLinearColumns * s.config.column_pixels()).pixels);
  }
  start_linear(tokenizer, to_images(crops), s.seed);
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
    throw Error(
        ErrorKind::bad_input, "pictures",
        fmt::format("are {} px high, the model takes {}", pictures.index().height, s.config.image_height));
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
    if (i == 0 && settings_.linear_start) start_from_pictures(replica, pictures_, settings_);
    replica->to(settings_.device);
    if (i == 0 && settings_.update.precision == Precision::bfloat16) channels_last(replica);
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  updater_ = std::make_unique<Updater>(modules, settings_.update, processes_, pool_);
  for (const auto& replica : replicas_) choose_trainable(replica, settings_.decoder_only);
  updater_->share_averages(*average_);
  if (settings_.adversary.start >= 0) {
    settings_.adversary.precision = settings_.update.precision;
    adversary_ =
        std::make_unique<Adversary>(settings_.adversary, pool_, settings_.device, processes_, settings_.seed);
  }
}

void TokenizerTrainer::start_from(const model::Tokenizer& other) {
  if (to_json(other->config) != to_json(settings_.config)) {
    throw Error(ErrorKind::bad_input, "tokenizer", "the one to start from is of another architecture",
                "choose the preset it was made with");
  }
  updater_->start_from(*other, {});
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

double TokenizerTrainer::weight_of(const Work& work) const {
  return static_cast<double>(work.images.size(0)) / static_cast<double>(settings_.batch);
}

void TokenizerTrainer::forward(std::int64_t worker, std::int64_t step, std::int64_t columns, Work& work) {
  const auto part = share_of(settings_.batch, worker, pool_.size());
  const auto& tokenizer = replicas_[static_cast<std::size_t>(worker)];
  const auto first = processes_->rank() * settings_.batch;
  work.images = batch_of(part, step, columns);
  const double noise = settings_.noise > 0 ? settings_.noise : settings_.config.posterior_std;
  std::vector<torch::Tensor> noises;
  for (auto i = part.begin; i < part.end; ++i) {
    const auto draws = mix(settings_.seed, Purpose::posterior, std::uint64_t(step), std::uint64_t(first + i));
    noises.push_back(posterior_noise(draws, columns, settings_.config.token_width, noise));
  }
  auto compute = work.images.to(model::to_torch(settings_.update.precision));
  if (settings_.update.precision == Precision::bfloat16) {
    compute = compute.contiguous(torch::MemoryFormat::ChannelsLast);
  }
  torch::Tensor means;
  {
    const torch::AutoGradMode grad(!settings_.decoder_only);
    means = tokenizer->encode(compute);
  }
  const auto tokens = means + torch::stack(noises).to(means.options());
  work.made = tokenizer->decode(tokens).to(torch::kFloat32);
  work.kl = posterior_kl(means, work.images);
}

// The losses of `made` and their gradients with respect to it: what comes before is linear in these, so that
// the adaptive weight can be decided between here and the one backward pass.
void TokenizerTrainer::losses(std::int64_t worker, std::int64_t step, Work& work) {
  const double weight = weight_of(work);
  const auto note = [&](const char* name, const torch::Tensor& value) {
    work.losses[name] = value.item<double>() * weight;
  };
  const auto made = work.made.detach().requires_grad_(true);
  const auto l1 = (made - work.images).abs().mean();
  const auto gradient = gradient_loss(made, work.images);
  auto rebuild = l1 + settings_.gradient_weight * gradient;
  note("l1", l1);
  note("gradient", gradient);
  for (const auto& [name, value] : settings_.external.measure(made, work.images, step)) {
    note(name.c_str(), value);
    rebuild = rebuild + settings_.external.weight(name) * value;
  }
  note("kl", work.kl);
  work.rebuild = torch::autograd::grad({rebuild * weight}, {made})[0];
  if (adversary_ == nullptr || adversary_->share(step) == 0.0) return;
  const auto fool = adversary_->fool(worker, made);
  note("adversarial", fool);
  work.fool = torch::autograd::grad({fool * weight}, {made})[0];
  const auto& last = replicas_[static_cast<std::size_t>(worker)]->decoder->conv_out->weight;
  work.rebuild_last = torch::autograd::grad({work.made}, {last}, {work.rebuild}, true)[0];
  work.fool_last = torch::autograd::grad({work.made}, {last}, {work.fool}, true)[0];
}

double TokenizerTrainer::adaptive_weight(const std::vector<Work>& works, std::int64_t step) const {
  const double share = adversary_ == nullptr ? 0.0 : adversary_->share(step);
  if (share == 0.0) return 0.0;
  auto rebuild = works[0].rebuild_last.to(torch::kFloat32, false, true);
  auto fool = works[0].fool_last.to(torch::kFloat32, false, true);
  for (std::size_t i = 1; i < works.size(); ++i) {
    rebuild += works[i].rebuild_last;
    fool += works[i].fool_last;
  }
  std::vector<torch::Tensor> both = {rebuild, fool};
  processes_->average(both);
  const double weight = settings_.adversary.weight * adaptive_ratio(both[0], both[1]);
  return share * std::min(weight, settings_.adversary.most);
}

void TokenizerTrainer::backward(Work& work, double adversarial_weight) const {
  const auto at_made = adversarial_weight > 0 ? work.rebuild + work.fool * adversarial_weight : work.rebuild;
  if (settings_.decoder_only) {
    torch::autograd::backward({work.made}, {at_made});
  } else {
    const auto at_kl = torch::full({}, settings_.kl_weight * weight_of(work), work.kl.options());
    torch::autograd::backward({work.made, work.kl}, {at_made, at_kl});
  }
}

Metrics TokenizerTrainer::averaged(const std::vector<Work>& works) const {
  std::map<std::string, double> sums;
  for (const auto& work : works) {
    for (const auto& [name, value] : work.losses) sums[name] += value;
  }
  auto values = torch::empty({static_cast<std::int64_t>(sums.size())}, torch::kFloat64);
  std::int64_t i = 0;
  for (const auto& entry : sums) values[i++] = entry.second;
  std::vector<torch::Tensor> shared = {values};
  processes_->average(shared);
  Metrics metrics;
  i = 0;
  for (const auto& entry : sums) metrics.emplace_back(entry.first, shared[0][i++].item<double>());
  return metrics;
}

Metrics TokenizerTrainer::step(std::int64_t step, double rate) {
  Draws draws(mix(settings_.seed, Purpose::width, std::uint64_t(step)));
  const auto columns = settings_.min_columns + draws.below(settings_.max_columns - settings_.min_columns + 1);
  updater_->clear_gradients();
  std::vector<Work> works(static_cast<std::size_t>(pool_.size()));
  pool_.run([&](std::int64_t worker) {
    auto& work = works[static_cast<std::size_t>(worker)];
    forward(worker, step, columns, work);
    losses(worker, step, work);
  });
  auto parts = averaged(works);
  double loss = 0.0;
  for (const auto& [name, value] : parts) {
    if (name == "l1") loss += value;
    if (name == "gradient") loss += settings_.gradient_weight * value;
    if (name == "kl") loss += settings_.kl_weight * value;
    if (name == "lpips" || name == "features") loss += settings_.external.weight(name) * value;
  }
  Metrics metrics = {{"loss", loss}};
  metrics.insert(metrics.end(), parts.begin(), parts.end());
  const bool fooling = adversary_ != nullptr && adversary_->active(step);
  const double weight = fooling ? adaptive_weight(works, step) : 0.0;
  if (!std::isfinite(loss) || !std::isfinite(weight)) {
    metrics.emplace_back("gradient_norm", loss + weight);
    return metrics;
  }
  pool_.run([&](std::int64_t worker) { backward(works[static_cast<std::size_t>(worker)], weight); });
  metrics.emplace_back("gradient_norm", updater_->apply(rate, step));
  if (fooling) {
    metrics.emplace_back("adversarial_weight", weight);
    std::vector<torch::Tensor> real, made;
    for (const auto& work : works) {
      real.push_back(work.images);
      made.push_back(work.made.detach());
    }
    metrics.emplace_back("discriminator", adversary_->learn(real, made, rate, step));
  }
  return metrics;
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
  auto all = updater_->state("tokenizer");
  if (adversary_ != nullptr) {
    for (auto& named : adversary_->state()) all.push_back(std::move(named));
  }
  return all;
}

void TokenizerTrainer::state_loaded() {
  updater_->publish();
  if (adversary_ != nullptr) adversary_->state_loaded();
}

std::map<std::string, std::string> TokenizerTrainer::facts() const {
  return {{"architecture", to_json(settings_.config)},
          {"seed", std::to_string(settings_.seed)},
          {"optimizer", updater_->optimizer()},
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
