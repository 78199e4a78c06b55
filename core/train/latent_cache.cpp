#include "core/train/latent_cache.h"

#include <atomic>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/train/crops.h"
#include "core/train/files.h"
#include "core/train/random.h"
#include "core/train/state_file.h"
#include "core/train/worker_pool.h"

namespace equi::train {
namespace {

std::string describe(const LatentSettings& s, const std::string& origin) {
  return fmt::format("{}; {} crops of {} columns, {} held out, seed {}, {}", origin, s.count, s.columns,
                     s.held_out, s.seed, name(s.precision));
}

std::vector<NamedTensor> named(const LatentCache& c) {
  return {{"tokens", c.tokens},
          {"labels", c.labels},
          {"held_out_tokens", c.held_out_tokens},
          {"held_out_labels", c.held_out_labels}};
}

LatentCache allocate(const model::Tokenizer& tokenizer, const LatentSettings& s, std::int64_t held_out) {
  const std::int64_t width = tokenizer->config.token_width;
  return {torch::empty({s.count, s.columns, width}), torch::empty({s.count}),
          torch::empty({held_out, s.columns, width}), torch::empty({held_out}), 1.0};
}

bool load(const std::filesystem::path& file, const std::string& origin, LatentCache& cache) {
  if (!std::filesystem::exists(file)) return false;
  const auto facts = read_facts(file);
  if (!facts.contains("origin") || facts.at("origin") != origin) return false;
  cache.vae_norm = number_fact(facts, "vae_norm", file, 1e-30, 1e6);
  load_state(file, named(cache));
  return true;
}

}  // namespace

LatentCache encode_latents(const std::filesystem::path& file, const model::Tokenizer& tokenizer,
                           const PictureCache& pictures, const LatentSettings& s, const std::string& origin,
                           std::int64_t workers,
                           const std::function<void(std::int64_t, std::int64_t)>& progress,
                           const std::stop_token& stop) {
  const torch::NoGradGuard no_grad;
  const auto held = held_out_pictures(pictures, s.held_out);
  auto cache = allocate(tokenizer, s, static_cast<std::int64_t>(held.size()));
  const auto whole_origin = describe(s, origin);
  if (!load(file, whole_origin, cache)) {
    auto encoder = std::dynamic_pointer_cast<model::TokenizerImpl>(
        std::make_shared<model::TokenizerImpl>(tokenizer->config));
    auto own = encoder->parameters();
    const auto given = tokenizer->parameters();
    const auto compute = model::to_torch(s.precision);
    for (std::size_t i = 0; i < own.size(); ++i) {
      own[i].requires_grad_(false);
      own[i].set_data(given[i].detach().to(s.device, compute));
    }
    const auto pixels = s.columns * tokenizer->config.column_pixels();
    const auto total = s.count + static_cast<std::int64_t>(held.size());
    std::atomic<std::int64_t> next = 0, done = 0;
    WorkerPool pool(workers);
    pool.run([&](std::int64_t worker) {
      const torch::NoGradGuard no_grad_here;
      for (auto i = next++; i < total; i = next++) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "latents", "stopped while encoding");
        const bool training = i < s.count;
        const auto crop =
            training ? draw_crop(pictures, mix(s.seed, Purpose::latent_crop, 0, std::uint64_t(i)), pixels)
                     : Crop{label_of(pictures, held[std::size_t(i - s.count)]),
                            middle_crop(pictures, held[std::size_t(i - s.count)], pixels)};
        const auto row = training ? i : i - s.count;
        const auto image = to_images({crop.pixels}).to(s.device, compute);
        (training ? cache.tokens : cache.held_out_tokens)
            .select(0, row)
            .copy_(encoder->encode(image).squeeze(0));
        (training ? cache.labels : cache.held_out_labels)
            .select(0, row)
            .fill_(static_cast<float>(crop.label));
        ++done;
        if (worker == 0 && progress) progress(done, total);
      }
    });
    cache.vae_norm = 1.0 / cache.tokens.std().item<double>();
    cache.tokens.mul_(cache.vae_norm);
    cache.held_out_tokens.mul_(cache.vae_norm);
    make_folder(file.parent_path());
    save_state(file, named(cache),
               {{"origin", whole_origin}, {"vae_norm", fmt::format("{:.17g}", cache.vae_norm)}});
  }
  cache.labels = cache.labels.to(torch::kInt64);
  cache.held_out_labels = cache.held_out_labels.to(torch::kInt64);
  return cache;
}

}  // namespace equi::train
