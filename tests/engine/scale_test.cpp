// A canvas of a million columns, with tokens out of a few: opening, looking at it anywhere, zooming out.
#include <chrono>
#include <fstream>
#include <random>

#include "core/engine/tile_builder.h"
#include "tests/engine/engine_fixture.h"

namespace equi::engine {
namespace {

constexpr std::int64_t kLong = 1'000'000;

double seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024.0;
  }
  return 0;
}

class ScaleTest : public SessionTest {
 protected:
  void SetUp() override {
    auto document =
        canvas::Document::create(folder_ / "long.equi", golden_engine()->identity(), quick_panorama());
    document->execute(canvas::Extend{FrameId::forward, kLong});
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<std::vector<float>> some(61);
    for (auto& token : some) {
      token.resize(static_cast<std::size_t>(golden_engine()->token_width()));
      for (float& value : token) value = normal(random);
    }
    for (std::int64_t c = 0; c < kLong; ++c)
      document->append(FrameId::forward, some[static_cast<std::size_t>(c) % some.size()]);
    document->flush();
  }
};

TEST_F(ScaleTest, AMillionColumnsOpenAtOnceAndDecodeAnywhere) {
  const double before = resident_mib();
  std::unique_ptr<Session> session;
  const double open_s = seconds([&] { session = open("long.equi"); });
  EXPECT_EQ(session->extent(), (ColumnRange{0, kLong}));
  std::vector<double> spans;
  for (const std::int64_t at : {std::int64_t{0}, kLong / 2, kLong - 64})
    spans.push_back(seconds([&] { session->pixels({at, at + 64}); }));
  EXPECT_EQ(session->pixels({610, 642}).pixels, session->pixels({610 + 61 * 8000, 642 + 61 * 8000}).pixels)
      << "the same tokens at the same place of the grid: the same pixels, wherever";
  session->extend(FrameId::forward, 2);
  RecordProperty("open_s", std::to_string(open_s));
  RecordProperty("span_ms_start_middle_end", std::to_string(spans[0] * 1e3) + " " +
                                                 std::to_string(spans[1] * 1e3) + " " +
                                                 std::to_string(spans[2] * 1e3));
  EXPECT_LT(open_s, 1.0);
  EXPECT_LT(spans[1], 5 * spans[0] + 1.0);
  EXPECT_LT(spans[2], 5 * spans[0] + 1.0);
  EXPECT_LT(resident_mib() - before, 200) << "64 MiB of chunks, a few windows";
}

TEST_F(ScaleTest, ZoomingOutCostsTheSameHoweverLongItIs) {
  const auto session = open("long.equi");
  TileCache cache;
  TileBuilder builder(*session, cache, 1);
  const int top = 15;  // 1,048,576 columns
  EXPECT_EQ(builder.first_part({top, 0}), (TileKey{top, 0})) << "not a tree of parts";
  const auto tile = builder.build({top, 0}, {});
  EXPECT_TRUE(tile->sampled);
  EXPECT_EQ(tile->height, 1);
  EXPECT_EQ(tile->last, (kLong * golden_engine()->column_pixels() + (1 << top) - 1) >> top);
  EXPECT_TRUE(builder.is_current({top, 0}));
}

// Stopped before it begins, again and again, with a frontier at the canvas's end: each attempt gets on, and
// the pixels are those of one go.
TEST_F(ScaleTest, AZoomedOutTileThatIsAlwaysCutOffGetsDone) {
  const auto session = open("long.equi");
  std::stop_source stopped;
  stopped.request_stop();
  for (const TileKey key : {TileKey{15, 0}, {11, 1}, {11, (kLong >> 16)}}) {
    TileCache tiles, whole;
    std::shared_ptr<const Tile> unfinished, tile;
    int attempts = 0;
    for (; !tile && attempts <= TileBuilder::kParts; ++attempts) {
      try {
        tile = TileBuilder(*session, tiles, 1, &unfinished).build(key, stopped.get_token());
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::cancelled);
      }
    }
    ASSERT_NE(tile, nullptr);
    ASSERT_TRUE(tile->sampled);
    EXPECT_GT(attempts, 1) << "it was never cut off";
    EXPECT_EQ(unfinished, nullptr);
    EXPECT_EQ(tile->pixels, TileBuilder(*session, whole, 1).build(key, {})->pixels);
  }
}

class OverviewTest : public SessionTest {};

TEST_F(OverviewTest, WhatWasSeenIsThereWhenOneZoomsOutLater) {
  std::vector<std::uint8_t> seen;
  {
    const auto session = create();
    session->extend(FrameId::forward, 1100);
    TileCache cache;
    TileBuilder builder(*session, cache, 1);
    for (std::int64_t i = 8; i < 24; ++i) builder.build({0, i}, {});
    ASSERT_TRUE(cache.find({3, 1})) << "eight whole tiles make one of the overview";
    seen = cache.find({3, 1})->pixels;
    EXPECT_FALSE(cache.find({4, 1}));
    for (std::int64_t i = 24; i < 32; ++i) builder.build({0, i}, {});
    ASSERT_TRUE(cache.find({4, 1})) << "and two of those the next one";
  }
  const auto session = open();
  TileCache cache;
  TileBuilder builder(*session, cache, 1);
  EXPECT_EQ(builder.first_part({3, 1}), (TileKey{3, 1}));
  const auto tile = builder.build({3, 1}, {});
  EXPECT_EQ(builder.first_part({4, 1}), (TileKey{4, 1}));
  EXPECT_FALSE(cache.find({0, 8})) << "nothing was decoded";
  EXPECT_EQ(tile->pixels, seen);
  session->extend(FrameId::forward, 40);
  EXPECT_EQ(builder.first_part({3, 1}), (TileKey{3, 1})) << "growth leaves it alone";
  session->execute(canvas::EditToken{300, session->document().put_token(session->tokens({0, 1}))});
  EXPECT_EQ(session->pixels_key({600, 640}), open()->pixels_key({600, 640}));
  cache.clear();
  EXPECT_EQ(builder.first_part({3, 1}), (TileKey{0, 8})) << "an edit does not";
  session->undo();
  EXPECT_EQ(builder.first_part({3, 1}), (TileKey{3, 1})) << "and its undo brings it back";
}

TEST_F(OverviewTest, KeysTellPixelsApart) {
  const auto session = create();
  session->extend(FrameId::forward, 60);
  const auto middle = session->pixels_key({16, 32});
  EXPECT_NE(middle, session->pixels_key({17, 33}));
  session->extend(FrameId::forward, 10);
  session->extend(FrameId::mirrored, 20);
  EXPECT_EQ(session->pixels_key({16, 32}), middle);
  const auto left = session->pixels_key({-8, 8});
  session->execute(canvas::EditToken{1, session->document().put_token(session->tokens({5, 6}))});
  EXPECT_NE(session->pixels_key({-8, 8}), left);
  session->undo();
  session->execute(canvas::Regenerate{40});
  session->extend(FrameId::forward, 30);
  EXPECT_EQ(session->pixels_key({16, 32}), middle) << "windows end before";
  EXPECT_NE(session->pixels_key({28, 38}), middle);
}

}  // namespace
}  // namespace equi::engine
