#pragma once

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/engine/session.h"
#include "tests/support/golden_bundle.h"

namespace equi::engine {

// The authors' tiny model, loaded once for the program.
inline std::shared_ptr<const Engine> golden_engine() {
  static const auto engine = Engine::load(testing::golden_bundle());
  return engine;
}

// Cheap settings for tests that are about something else than numbers.
inline canvas::NewPanorama quick_panorama(std::uint64_t seed = 7, std::int64_t scene = 1) {
  canvas::NewPanorama panorama;
  panorama.seed = seed;
  panorama.scene = scene;
  panorama.settings.guidance.scale = 3.0;
  panorama.settings.solver = {sampling::Method::euler, {}, 2};
  return panorama;
}

// A photo of the model's height with a pattern that is not symmetric.
inline std::vector<std::uint8_t> stripes(int columns) {
  const int width = columns * golden_engine()->column_pixels(), height = golden_engine()->picture_height();
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {40 + 3 * x, 200 - 2 * y, x * y / 8 + 60})
        rgb.push_back(static_cast<std::uint8_t>(value & 255));
    }
  }
  return rgb;
}

class SessionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Session> create(const std::string& name = "a.equi",
                                  const canvas::NewPanorama& panorama = quick_panorama()) {
    return Session::create(golden_engine(), folder_ / name, panorama);
  }
  std::unique_ptr<Session> open(const std::string& name = "a.equi") {
    return Session::open(golden_engine(), folder_ / name);
  }
  std::unique_ptr<Session> with_photo(int columns, const std::string& name = "a.equi",
                                      std::int64_t blend_pixels = 8) {
    auto session = create(name);
    const int px = golden_engine()->column_pixels();
    session->import_photo(columns * px, golden_engine()->picture_height(), stripes(columns), quick_panorama(),
                          blend_pixels);
    return session;
  }
  static Strip whole(Session& session) { return session.pixels(session.extent()); }
  static std::vector<float> all_tokens(Session& session) { return session.tokens(session.extent()); }

  testing::TempFolder folder_;
};

// The part of a strip that shows some columns.
inline std::vector<std::uint8_t> cut(const Strip& strip, ColumnRange columns) {
  const auto px = static_cast<std::size_t>(strip.width) / static_cast<std::size_t>(strip.columns.size());
  const auto width = static_cast<std::size_t>(strip.width);
  const auto from = static_cast<std::size_t>(columns.begin - strip.columns.begin) * px;
  const auto count = static_cast<std::size_t>(columns.size()) * px;
  std::vector<std::uint8_t> out;
  for (std::size_t y = 0; y < static_cast<std::size_t>(strip.height); ++y) {
    const auto* row = strip.pixels.data() + (y * width + from) * 3;
    out.insert(out.end(), row, row + count * 3);
  }
  return out;
}

}  // namespace equi::engine
