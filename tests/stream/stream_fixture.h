#pragma once

#include <gtest/gtest.h>

#include "core/model/weights.h"
#include "core/sampling/noise.h"
#include "core/stream/column_generator.h"
#include "tests/support/golden_bundle.h"

namespace equi::stream {

// The authors' tiny model, loaded once for the program, and short ways to make columns with it.
inline const model::Model& golden_model() {
  static const model::Model model = [] {
    torch::set_num_threads(2);
    return model::load_model(Bundle::open(testing::golden_bundle()), {}, Precision::float32);
  }();
  return model;
}

inline const SafetensorsFile& golden_file() {
  static const auto file = SafetensorsFile::open(testing::golden_data("generator_tiny_io.safetensors"));
  return file;
}

inline torch::Tensor recorded(const std::string& name) {
  return model::map_tensor(golden_file(), *golden_file().find(name));
}

inline double relative_error(const torch::Tensor& ours, const torch::Tensor& expected) {
  return ((ours - expected).norm() / expected.norm()).item<double>();
}

// Cheap settings for tests that are about something else than numbers.
inline GenerationSettings quick_settings() {
  GenerationSettings settings;
  settings.guidance.scale = 3.0;
  settings.solver = {sampling::Method::euler, {}, 2};
  return settings;
}

// Takes in the columns of one continuation that come last, [count, E]: the first is number `first` of a frame
// that begins at `origin`.
inline void replay(ColumnGenerator& generator, const torch::Tensor& tokens, std::int64_t origin,
                   std::int64_t first, std::span<const Scene> scenes) {
  generator.start(origin, first);
  for (std::int64_t i = 0; i < tokens.size(0); ++i)
    generator.accept(tokens.narrow(0, i, 1), scenes.subspan(static_cast<std::size_t>(i), 1));
}

// `count` columns of one continuation: [count, E].
inline torch::Tensor make_columns(ColumnGenerator& generator, std::int64_t count, Scene scene = {},
                                  std::uint64_t seed = 1) {
  std::vector<torch::Tensor> tokens;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto noise = sampling::column_noise({seed, sampling::Frame::forward, generator.column(), 0},
                                              golden_model().manifest.generator.token_width);
    tokens.push_back(generator.next(noise.unsqueeze(0), {&scene, 1})[0]);
  }
  return torch::stack(tokens);
}

}  // namespace equi::stream
