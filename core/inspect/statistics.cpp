#include "core/inspect/statistics.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <torch/torch.h>

#include "core/base/error.h"
#include "core/sampling/noise.h"

namespace equi::inspect {
namespace {

Token to_token(const torch::Tensor& values) {
  const auto flat = values.to(torch::kFloat32).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

// An eigenvector's sign means nothing; this one does not change from run to run.
torch::Tensor with_fixed_sign(const torch::Tensor& component) {
  const auto largest = component.abs().argmax();
  return component * component[largest.item<std::int64_t>()].sign();
}

}  // namespace

double TokenStatistics::explained(std::size_t k) const {
  return variance > 0 ? spread[k] * spread[k] / variance : 0.0;
}

TokenStatistics compute_statistics(TokenView tokens, std::int64_t width, std::int64_t components) {
  const torch::InferenceMode inference;
  const std::int64_t count = static_cast<std::int64_t>(tokens.size()) / std::max<std::int64_t>(width, 1);
  if (count < 1 || width < 1) throw Error(ErrorKind::bad_input, "tokens", "there are none");
  const auto rows = torch::from_blob(const_cast<float*>(tokens.data()), {count, width}, torch::kFloat32)
                        .to(torch::kFloat64);
  if (!torch::isfinite(rows).all().item<bool>()) {
    throw Error(ErrorKind::numeric, "tokens", "some of their numbers are not finite");
  }
  const auto mean = rows.mean(0);
  const auto centred = rows - mean;  // [count, E]
  const auto covariance = centred.t().mm(centred) / static_cast<double>(std::max<std::int64_t>(1, count - 1));
  TokenStatistics result;
  result.count = count;
  result.mean = to_token(mean);
  result.deviation = to_token(covariance.diagonal().clamp_min(0).sqrt());
  result.variance = covariance.trace().item<double>();
  const std::int64_t wanted = std::min({components, count - 1, width});
  if (wanted < 1) return result;
  const auto [values, vectors] = torch::linalg_eigh(covariance);  // rising; vectors in columns
  for (std::int64_t k = 0; k < wanted; ++k) {
    result.spread.push_back(std::sqrt(std::max(0.0, values[width - 1 - k].item<double>())));
    result.components.push_back(to_token(with_fixed_sign(vectors.select(1, width - 1 - k))));
  }
  return result;
}

Token random_token(const TokenStatistics& statistics, std::uint64_t draw, std::int64_t column) {
  Token token(statistics.mean.size());
  sampling::fill_noise({draw, sampling::Frame::forward, column, 0}, token);
  for (std::size_t i = 0; i < token.size(); ++i) {
    token[i] = statistics.mean[i] + statistics.deviation[i] * token[i];
  }
  return token;
}

Token move_token(TokenView token, const TokenStatistics& statistics, const std::vector<double>& amounts) {
  if (amounts.size() > statistics.components.size() || token.size() != statistics.mean.size()) {
    throw Error(
        ErrorKind::bad_input, "directions",
        fmt::format("{} amounts and {} numbers; there are {} components of {} numbers", amounts.size(),
                    token.size(), statistics.components.size(), statistics.mean.size()));
  }
  Token moved(token.begin(), token.end());
  for (std::size_t k = 0; k < amounts.size(); ++k) {
    const double step = amounts[k] * statistics.spread[k];
    if (step == 0) continue;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i] = static_cast<float>(double(moved[i]) + step * double(statistics.components[k][i]));
    }
  }
  return moved;
}

double position_along(TokenView token, const TokenStatistics& statistics, std::size_t k) {
  if (!(statistics.spread[k] > 0)) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    sum += (double(token[i]) - double(statistics.mean[i])) * double(statistics.components[k][i]);
  }
  return sum / statistics.spread[k];
}

}  // namespace equi::inspect
