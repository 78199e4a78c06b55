#include "core/sampling/reference_sampler.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/sampling/guided_step.h"

namespace equi::sampling {
namespace {

double guidance_at(const ReferenceSettings& s, std::int64_t column) {
  if (!s.linear_schedule) return s.guidance;
  return 1.0 + (s.guidance - 1.0) * static_cast<double>(column + 1) / static_cast<double>(s.columns);
}

// Integrates one column. condition: [B, d], or [2B, d] with the unconditional half last when guided.
torch::Tensor euler(const model::Generator& generator, const torch::Tensor& condition, torch::Tensor z,
                    double scale, bool guided, const ReferenceSettings& s, const std::stop_token& stop) {
  const double dt = -1.0 / static_cast<double>(s.steps);
  const auto times_options = torch::TensorOptions().dtype(torch::kFloat32).device(z.device());
  for (std::int64_t i = s.steps; i >= 1; --i) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    const auto input = guided ? torch::cat({z, z}, 0) : z;
    const auto t =
        torch::full({input.size(0)}, static_cast<double>(i) / static_cast<double>(s.steps), times_options);
    const auto v = generator->diffloss->net->forward(input, t, condition);
    z = guided ? guided_step(z, v, scale, dt) : z + dt * v;
  }
  return z;
}

void check(const model::Generator& generator, const torch::Tensor& embedding, const torch::Tensor& noise,
           std::int64_t prefix_columns, const ReferenceSettings& s) {
  const auto width = generator->config.token_width;
  const bool fits = s.columns >= 1 && prefix_columns <= s.columns && s.steps >= 1 && noise.dim() == 3 &&
                    noise.size(0) == s.columns - prefix_columns && noise.size(1) == embedding.size(0) &&
                    noise.size(2) == width;
  if (fits) return;
  throw Error(
      ErrorKind::bad_input, "reference sampler",
      fmt::format("noise of {} numbers does not fit {} columns after {} given ones, batch {}, width {}",
                  noise.numel(), s.columns, prefix_columns, embedding.size(0), width));
}

}  // namespace

torch::Tensor sample_reference(const model::Generator& generator, const torch::Tensor& embedding,
                               const torch::Tensor& noise, const torch::Tensor& prefix,
                               const ReferenceSettings& settings, const ColumnProgress& progress,
                               const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const std::int64_t batch = embedding.size(0);
  const std::int64_t given = prefix.defined() ? prefix.size(1) : 0;
  check(generator, embedding, noise, given, settings);
  const bool guided = settings.guidance != 1.0;
  auto branches = embedding;
  if (guided) branches = torch::cat({embedding, generator->unconditional_embedding(batch)}, 0);
  auto tokens = torch::zeros({batch, settings.columns, generator->config.token_width}, embedding.options());
  if (given > 0) tokens.narrow(1, 0, given).copy_(prefix);
  for (std::int64_t k = given; k < settings.columns; ++k) {
    const auto both = guided ? torch::cat({tokens, tokens}, 0) : tokens;
    const auto condition = generator->forward(both, branches).select(1, k);
    const auto z = noise[k - given].to(tokens.options());
    const auto token = euler(generator, condition, z, guidance_at(settings, k), guided, settings, stop);
    if (!torch::isfinite(token).all().item<bool>()) {
      throw Error(ErrorKind::numeric, fmt::format("column {}", k), "the token is not finite");
    }
    tokens.select(1, k).copy_(token);
    if (progress) progress(k + 1);
  }
  return tokens;
}

}  // namespace equi::sampling
