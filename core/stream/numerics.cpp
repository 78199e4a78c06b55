#include "core/stream/numerics.h"

#include <algorithm>

#include "core/sampling/noise.h"
#include "core/stream/column_generator.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/seam.h"
#include "core/stream/streaming_decoder.h"

namespace equi::stream {
namespace {

double relative_error(const torch::Tensor& ours, const torch::Tensor& exact) {
  return ((ours - exact).norm() / exact.norm()).item<double>();
}

// The picture of a row of tokens [columns, E], decoded window by window.
torch::Tensor picture(const model::Model& model, const torch::Tensor& tokens) {
  const auto layout = fitting_layout(model.manifest.window_columns, model.manifest.window_hop);
  StreamingDecoder decoder(model.tokenizer, model.manifest.vae_norm, layout);
  const ColumnRange all{0, tokens.size(0)};
  const auto span =
      decoder.decode(all, all, [&](ColumnRange c) { return tokens.narrow(0, c.begin, c.size()); });
  return to_bytes(span.pixels);
}

double decibels(const torch::Tensor& picture, const torch::Tensor& reference) {
  return std::min(psnr(picture, reference), NumericsReport::kEqual);
}

// The rows of tokens, [columns, E] each.
struct Rows {
  torch::Tensor exact, following, on_its_own;
};

Rows make_rows(const model::Model& exact, const model::Model& ours, const GenerationSettings& settings,
               std::int64_t scene_class, std::int64_t columns, std::uint64_t seed) {
  const Scene scene{scene_class};
  const std::int64_t width = exact.manifest.generator.token_width;
  ColumnGenerator reference(exact.generator, settings, 1, true, model::Backend::tensors);
  ColumnGenerator following(ours.generator, settings), alone(ours.generator, settings);
  std::vector<torch::Tensor> rows[3];
  for (std::int64_t k = 0; k < columns; ++k) {
    const auto noise = sampling::column_noise({seed, sampling::Frame::forward, k, 0}, width).unsqueeze(0);
    const auto token = reference.next(noise, {&scene, 1});
    const auto before = following.state();
    rows[0].push_back(token[0]);
    rows[1].push_back(following.next(noise, {&scene, 1})[0].to(torch::kCPU));
    rows[2].push_back(alone.next(noise, {&scene, 1})[0].to(torch::kCPU));
    following.restore(before);
    following.accept(token, {&scene, 1});
  }
  return {torch::stack(rows[0]), torch::stack(rows[1]), torch::stack(rows[2])};
}

}  // namespace

NumericsReport compare_numerics(const model::Model& exact, const model::Model& ours,
                                const GenerationSettings& settings, std::int64_t scene, std::int64_t columns,
                                std::uint64_t seed) {
  const torch::InferenceMode inference;
  const auto rows = make_rows(exact, ours, settings, scene, columns, seed);
  NumericsReport report;
  for (std::int64_t k = 0; k < columns; ++k) {
    const double error = relative_error(rows.following[k], rows.exact[k]);
    report.token_error_mean += error / static_cast<double>(columns);
    report.token_error_worst = std::max(report.token_error_worst, error);
  }
  const std::int64_t quarter = columns / 4;
  report.token_error_on_its_own = relative_error(rows.on_its_own.narrow(0, columns - quarter, quarter),
                                                 rows.exact.narrow(0, columns - quarter, quarter));
  const auto reference = picture(exact, rows.exact);
  report.exact_picture = reference;
  report.own_picture = picture(ours, rows.on_its_own);
  report.psnr = decibels(picture(exact, rows.following), reference);
  report.psnr_on_its_own = decibels(picture(exact, rows.on_its_own), reference);
  report.psnr_of_decoder = decibels(picture(ours, rows.exact), reference);
  return report;
}

}  // namespace equi::stream
