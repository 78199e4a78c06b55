#include "core/train/generator_trainer.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"
#include "core/model/weights.h"
#include "core/sampling/noise.h"
#include "core/stream/column_generator.h"
#include "core/stream/streaming_decoder.h"
#include "core/train/losses.h"
#include "core/train/picture_grid.h"
#include "core/train/random.h"
#include "core/train/shared_forward.h"
#include "core/train/state_file.h"

namespace equi::train {
namespace {

constexpr double kTimeEps = 1e-5;   // training times are t * (1 - eps) + eps
constexpr int kResampleSteps = 4;   // of Euler's method
constexpr int kResamplePasses = 2;  // the second looks back at what the first remade: errors add up
constexpr std::int64_t kSampleColumns = 24;
constexpr std::int64_t kSampleClasses = 16;
constexpr int kSampleEvaluations = 20;
constexpr const char* kClassEmbedding = "class_emb.weight";

// Random weights; the modulations and the last layer of the flow head start at zero, as the authors' do.
void initialise(model::Generator& generator, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  model::randomize_weights(*generator, torch::kFloat32, mix(seed, Purpose::weights, 1));
  for (auto& item : generator->named_parameters()) {
    const bool modulates = item.key().find("adaLN_modulation") != std::string::npos;
    if (modulates || item.key().starts_with("diffloss.net.final_layer.linear")) item.value().zero_();
  }
}

// No decay on 1-D parameters, biases and the flow head (algorithm.md section 4).
bool decays(const std::string& name, const torch::Tensor& weight) {
  return weight.dim() > 1 && !name.starts_with("diffloss.") && name != "fake_latent" &&
         name != "encoder_pos_embed_learned" && name != kClassEmbedding;
}

torch::Tensor velocity_errors(const model::Generator& generator, const torch::Tensor& clean,
                              const torch::Tensor& condition, const torch::Tensor& t,
                              const torch::Tensor& noise) {
  const auto time = (t * (1 - kTimeEps) + kTimeEps).unsqueeze(1);
  const auto noisy = time * noise + (1 - time) * clean;
  const auto made =
      generator->diffloss->net->forward(noisy.to(condition.dtype()), time.squeeze(1), condition);
  return (noise - clean - made.to(torch::kFloat32)).square();
}

void check_data(const LatentCache& latents, const GeneratorTraining& s) {
  if (latents.tokens.size(1) < s.config.train_columns) {
    throw Error(ErrorKind::bad_input, "latents",
                fmt::format("have {} columns, a training row takes {}", latents.tokens.size(1),
                            s.config.train_columns));
  }
  if (latents.tokens.size(0) < s.batch) {
    throw Error(ErrorKind::bad_input, "latents",
                fmt::format("{} rows for a batch of {}", latents.tokens.size(0), s.batch),
                "raise --latents or lower --batch");
  }
}

}  // namespace

GeneratorTrainer::GeneratorTrainer(LatentCache latents, model::Tokenizer tokenizer,
                                   GeneratorTraining settings, std::shared_ptr<Communicator> processes)
    : latents_(std::move(latents)),
      tokenizer_(std::move(tokenizer)),
      settings_(std::move(settings)),
      processes_(std::move(processes)),
      pool_(std::min(settings_.workers, settings_.batch)),
      average_(settings_.config) {
  check_data(latents_, settings_);
  std::vector<std::shared_ptr<torch::nn::Module>> modules;
  for (std::int64_t i = 0; i < pool_.size(); ++i) {
    model::Generator replica(settings_.config);
    if (i == 0) initialise(replica, settings_.seed);
    replica->to(settings_.device);
    replica->train();
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  updater_ = std::make_unique<Updater>(modules, settings_.update, processes_, pool_, decays);
  updater_->share_averages(*average_);
}

GeneratorTrainer::Batch GeneratorTrainer::draw(Share part, std::int64_t step) const {
  const auto& c = settings_.config;
  const auto first = processes_->rank() * settings_.batch;
  std::vector<torch::Tensor> tokens, context, times, noises, remade;
  std::vector<double> from;
  std::vector<std::int64_t> labels;
  std::vector<std::uint8_t> dropped;
  for (auto i = part.begin; i < part.end; ++i) {
    const auto at = [&](Purpose purpose) {
      return mix(settings_.seed, purpose, std::uint64_t(step), std::uint64_t(first + i));
    };
    Draws draws(at(Purpose::crop));
    const auto row = draws.below(latents_.tokens.size(0));
    const auto offset = draws.below(latents_.tokens.size(1) - c.train_columns + 1);
    tokens.push_back(latents_.tokens[row].narrow(0, offset, c.train_columns) +
                     posterior_noise(at(Purpose::posterior), c.train_columns, c.token_width,
                                     tokenizer_->config.posterior_std * latents_.vae_norm));
    labels.push_back(latents_.labels[row].item<std::int64_t>());
    dropped.push_back(Draws(at(Purpose::label_drop)).chance(c.label_drop) ? 1 : 0);
    auto time = generator_at(at(Purpose::flow_time));
    times.push_back(torch::rand({c.diffusion_batch_mul, c.train_columns}, time, torch::kFloat32));
    auto noise = generator_at(at(Purpose::flow_noise));
    noises.push_back(
        torch::randn({c.diffusion_batch_mul, c.train_columns, c.token_width}, noise, torch::kFloat32));
    if (settings_.context_noise > 0) {
      auto disturbed = generator_at(at(Purpose::context));
      const double level = Draws(at(Purpose::context)).uniform() * settings_.context_noise;
      context.push_back(tokens.back() +
                        torch::randn({c.train_columns, c.token_width}, disturbed, torch::kFloat32) * level);
    }
    if (settings_.resample > 0) {
      auto draws_of = generator_at(at(Purpose::resample));
      from.push_back(Draws(at(Purpose::resample)).uniform() * settings_.resample);
      remade.push_back(torch::randn({c.train_columns, c.token_width}, draws_of, torch::kFloat32));
    }
  }
  Batch batch;
  const auto device = settings_.device;
  batch.tokens = torch::stack(tokens).to(device);
  batch.context = context.empty() ? batch.tokens : torch::stack(context).to(device);
  if (!remade.empty()) {
    batch.remade = torch::stack(remade).to(device);
    batch.from = torch::tensor(from, torch::kFloat32).to(device);
  }
  batch.labels = torch::tensor(labels, torch::kInt64).to(device);
  batch.dropped = torch::tensor(dropped, torch::kUInt8).to(torch::kBool).to(device);
  batch.time = torch::stack(times, 1).flatten().to(device);  // repetitions outermost
  batch.noise = torch::stack(noises, 1).flatten(0, 2).to(device);
  return batch;
}

void GeneratorTrainer::start_from(const model::Generator& other) {
  const bool same_classes = other->config.class_count == settings_.config.class_count;
  updater_->start_from(*other,
                       same_classes ? std::set<std::string>{} : std::set<std::string>{kClassEmbedding});
}

torch::Tensor GeneratorTrainer::remade(const model::Generator& generator, const Batch& batch,
                                       const torch::Tensor& conditions) const {
  const auto columns = batch.tokens.size(1);
  const auto from = batch.from.unsqueeze(1).expand({-1, columns}).flatten();  // [B * T]
  const auto condition = conditions.flatten(0, 1);
  auto x =
      from.unsqueeze(1) * batch.remade.flatten(0, 1) + (1 - from.unsqueeze(1)) * batch.context.flatten(0, 1);
  for (int i = 0; i < kResampleSteps; ++i) {
    const auto time = from * (1.0 - double(i) / kResampleSteps);
    const auto velocity = generator->diffloss->net->forward(x.to(condition.dtype()), time, condition);
    x = x - from.unsqueeze(1) / kResampleSteps * velocity.to(torch::kFloat32);
  }
  return x.view_as(batch.tokens);
}

double GeneratorTrainer::share(std::int64_t worker, std::int64_t step, double shift) {
  const auto part = share_of(settings_.batch, worker, pool_.size());
  const auto& generator = replicas_[static_cast<std::size_t>(worker)];
  const auto compute = model::to_torch(settings_.update.precision);
  const auto batch = draw(part, step);
  // One embedding for each class and, last, the unconditional one; a dropped label takes that.
  const auto classes = settings_.config.class_count;
  const auto embeddings = torch::cat({generator->class_emb->weight, generator->unconditional_embedding(1)});
  const auto rows = batch.labels.masked_fill(batch.dropped, classes);
  const bool dropout = settings_.config.attention_dropout > 0 || settings_.config.projection_dropout > 0;
  auto context = batch.context.to(compute);
  const auto repeats = settings_.config.diffusion_batch_mul;
  const bool share_classes = !dropout && classes < part.size();
  const auto forward = [&](const torch::Tensor& seen) {
    return share_classes ? forward_shared(generator, seen, embeddings, rows, shift)
                         : generator->forward(seen, embeddings.index_select(0, rows), shift);
  };
  if (settings_.resample > 0) {
    const torch::NoGradGuard no_grad;
    for (int i = 0; i < kResamplePasses; ++i)
      context = remade(generator, batch, forward(context)).to(compute);
  }
  const auto conditions = forward(context);
  const auto condition = conditions.flatten(0, 1).repeat({repeats, 1});
  const auto clean = batch.tokens.flatten(0, 1).repeat({repeats, 1});
  const auto loss = velocity_errors(generator, clean, condition, batch.time, batch.noise).mean();
  const double weight = static_cast<double>(part.size()) / static_cast<double>(settings_.batch);
  (loss * weight).backward();
  return loss.item<double>() * weight;
}

Metrics GeneratorTrainer::step(std::int64_t step, double rate) {
  const auto shift = static_cast<double>(Draws(mix(settings_.seed, Purpose::rope_shift, std::uint64_t(step)))
                                             .below(std::max(settings_.config.shift_num, 1)));
  // Dropout is libtorch's own and draws from the process's one generator.
  torch::manual_seed(
      mix(settings_.seed, Purpose::dropout, std::uint64_t(step), std::uint64_t(processes_->rank())));
  updater_->clear_gradients();
  std::vector<double> parts(static_cast<std::size_t>(pool_.size()));
  pool_.run([&](std::int64_t worker) { parts[std::size_t(worker)] = share(worker, step, shift); });
  double sum = 0.0;
  for (const double part : parts) sum += part;
  std::vector<torch::Tensor> shared = {torch::full({1}, sum, torch::kFloat64)};
  processes_->average(shared);
  const double loss = shared[0].item<double>();
  const double norm = std::isfinite(loss) ? updater_->apply(rate, step) : loss;
  return {{"loss", loss}, {"gradient_norm", norm}};
}

torch::Tensor position_losses(const model::Generator& generator, const torch::Tensor& tokens,
                              const torch::Tensor& labels, std::int64_t times, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const auto rows = tokens.size(0), columns = tokens.size(1);
  const auto condition = generator->forward(tokens, generator->class_embedding(labels)).flatten(0, 1);
  const auto clean = tokens.flatten(0, 1);
  auto total = torch::zeros({columns}, torch::kFloat64);
  for (std::int64_t i = 0; i < times; ++i) {
    auto draws = generator_at(mix(seed, Purpose::flow_noise, 0, std::uint64_t(i)));
    const auto noise = torch::randn(clean.sizes(), draws, torch::kFloat32).to(clean.device());
    const auto t = torch::full({clean.size(0)}, (static_cast<double>(i) + 0.5) / static_cast<double>(times),
                               clean.options());
    const auto errors = velocity_errors(generator, clean, condition, t, noise);
    total += errors.mean(1).view({rows, columns}).mean(0).to(torch::kCPU, torch::kFloat64);
  }
  return total / static_cast<double>(times);
}

Metrics GeneratorTrainer::held_out() {
  const auto columns = settings_.config.train_columns;
  const auto losses =
      position_losses(average_, latents_.held_out_tokens.narrow(1, 0, columns).to(settings_.device),
                      latents_.held_out_labels.to(settings_.device), 8, settings_.seed);
  return {{"loss", losses.mean().item<double>()},
          {"position_ratio", (losses.max() / losses.min()).item<double>()}};
}

void GeneratorTrainer::write_samples(const std::filesystem::path& path) {
  const torch::NoGradGuard no_grad;
  const auto count = std::min<std::int64_t>(settings_.config.class_count, kSampleClasses);
  stream::GenerationSettings how;
  how.guidance.scale = settings_.sample_guidance;
  how.solver.method = sampling::Method::dpm2;
  how.solver.evaluations = kSampleEvaluations;
  how.hold_position = std::min(how.hold_position, double(settings_.config.train_columns - 1));
  stream::ColumnGenerator columns(average_, how, count);
  columns.start();
  std::vector<stream::Scene> scenes;
  for (std::int64_t label = 0; label < count; ++label) scenes.push_back({label, label, 0.0});
  std::vector<torch::Tensor> made;
  for (std::int64_t column = 0; column < kSampleColumns; ++column) {
    std::vector<sampling::NoiseKey> keys;
    for (std::int64_t label = 0; label < count; ++label) {
      keys.push_back({std::uint64_t(label) + 1, sampling::Frame::forward, column, 0});
    }
    made.push_back(columns.next(
        sampling::column_noise(keys, settings_.config.token_width).to(settings_.device), scenes));
  }
  std::vector<torch::Tensor> pictures;
  for (const auto& row : torch::stack(made, 1).unbind(0)) {
    pictures.push_back(stream::decode_full_width(tokenizer_, latents_.vae_norm, row));
  }
  write_grid(path, pictures, 2);
}

std::vector<NamedTensor> GeneratorTrainer::state() const {
  return updater_->state("generator");
}

std::map<std::string, std::string> GeneratorTrainer::facts() const {
  return {{"architecture", to_json(settings_.config)},
          {"seed", std::to_string(settings_.seed)},
          {"optimizer", updater_->optimizer()},
          {"vae_norm", fmt::format("{:.17g}", latents_.vae_norm)}};
}

model::Generator load_generator(const std::filesystem::path& checkpoint) {
  const auto stored = read_facts(checkpoint);
  if (fact(stored, "kind", checkpoint) != "generator") {
    throw Error(ErrorKind::bad_input, checkpoint.string(), "is no generator's checkpoint");
  }
  model::Generator generator(
      generator_from_json(fact(stored, "architecture", checkpoint), checkpoint.string()));
  const torch::NoGradGuard no_grad;
  model::materialize_parameters(*generator, torch::kFloat32);
  std::vector<NamedTensor> averages;
  for (auto& item : generator->named_parameters()) {
    item.value().requires_grad_(false);
    averages.push_back({"generator.average." + item.key(), item.value()});
  }
  load_state(checkpoint, averages);
  generator->eval();
  return generator;
}

}  // namespace equi::train
