#include "core/engine/difference.h"
#include "core/engine/tile_builder.h"
#include "core/engine/tile_pixels.h"
#include "tests/engine/engine_fixture.h"

namespace equi::engine {
namespace {

std::shared_ptr<Tile> blank(const TileKey& key, int width = 8, int height = 4, std::uint8_t value = 0) {
  auto tile = std::make_shared<Tile>();
  tile->key = key;
  tile->width = width;
  tile->height = height;
  tile->last = width;
  tile->settled_last = width;
  tile->pixels.assign(std::size_t(width) * std::size_t(height) * 3, value);
  return tile;
}

TEST(TileKey, CoversColumnsOnBothSidesOfZero) {
  EXPECT_EQ(tile_columns({0, 0}), (ColumnRange{0, 32}));
  EXPECT_EQ(tile_columns({2, -1}), (ColumnRange{-128, 0}));
  for (const int level : {0, 1, 5}) {
    for (const std::int64_t column : {-1000, -129, -1, 0, 31, 32, 12345}) {
      const ColumnRange columns = tile_columns({level, tile_index(level, column)});
      EXPECT_LE(columns.begin, column);
      EXPECT_GT(columns.end, column);
    }
  }
}

TEST(TileKey, AnyLevelHasAHeight) {
  EXPECT_EQ(tile_height(256, 0), 256);
  EXPECT_EQ(tile_height(256, 3), 32);
  EXPECT_EQ(tile_height(256, 9), 1);
  EXPECT_EQ(tile_height(256, kMaxLevel), 1) << "more bits than an int has";
}

TEST(TileCache, DropsTheLeastRecentlyUsedBeyondItsBudget) {
  TileCache cache(2500);
  for (std::int64_t i = 0; i < 4; ++i) cache.put(blank({0, i}, 16, 16));  // 768 bytes each and their record
  EXPECT_FALSE(cache.find({0, 0}));
  EXPECT_FALSE(cache.find({0, 1}));
  ASSERT_TRUE(cache.find({0, 2}));
  cache.put(blank({0, 5}, 16, 16));
  EXPECT_TRUE(cache.find({0, 2})) << "it was looked at";
  EXPECT_FALSE(cache.find({0, 3}));
  EXPECT_LE(cache.bytes(), cache.budget());
  cache.set_budget(0);
  EXPECT_TRUE(cache.find({0, 2})) << "the newest stays";
  EXPECT_FALSE(cache.find({0, 5}));
  cache.clear();
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(TileCache, AReplacedTileIsCountedOnce) {
  TileCache cache;
  cache.put(blank({0, 1}));
  const auto bytes = cache.bytes();
  cache.put(blank({0, 1}, 8, 4, 9));
  EXPECT_EQ(cache.bytes(), bytes);
  EXPECT_EQ(cache.find({0, 1})->pixels[0], 9);
}

TEST(TileCache, StaleTilesAreShownUntilTheyAreMadeAgain) {
  TileCache cache;
  for (std::int64_t i = -2; i < 2; ++i) cache.put(blank({0, i}));
  cache.put(blank({3, -1}));
  cache.mark_stale(-40, -30);
  EXPECT_TRUE(cache.find({0, -1}));
  EXPECT_TRUE(cache.is_stale({0, -1}));
  EXPECT_TRUE(cache.is_stale({0, -2}));
  EXPECT_FALSE(cache.is_stale({0, 0}));
  EXPECT_TRUE(cache.is_stale({3, -1}));
  EXPECT_TRUE(cache.is_stale({0, 7})) << "not there";
  cache.put(blank({0, -1}));
  EXPECT_FALSE(cache.is_stale({0, -1}));
  cache.keep_range(0, 32);
  EXPECT_FALSE(cache.find({0, -1}));
  EXPECT_TRUE(cache.find({0, 0}));
}

TEST(Halve, TakesTheMeanOfWhatExists) {
  auto left = blank({0, 0}, 8, 2), right = blank({0, 1}, 8, 2);
  for (std::size_t i = 0; i < left->pixels.size(); ++i) left->pixels[i] = static_cast<std::uint8_t>(i * 3);
  left->first = 3;
  right->last = 0;
  right->settled_last = 0;
  const Tile half = halve({1, 0}, left.get(), right.get());
  EXPECT_EQ(half.width, 8);
  EXPECT_EQ(half.height, 1);
  EXPECT_EQ(half.first, 1);
  EXPECT_EQ(half.last, 4);
  const auto at = [&](int x, int y) { return int{left->pixels[std::size_t(y * 8 + x) * 3]}; };
  EXPECT_EQ(half.pixels[2 * 3], (at(4, 0) + at(5, 0) + at(4, 1) + at(5, 1) + 2) / 4);
  EXPECT_EQ(half.pixels[1 * 3], (2 * at(3, 0) + 2 * at(3, 1) + 2) / 4) << "pixel 2 is outside the canvas";
}

class TileBuilderTest : public SessionTest {};

TEST_F(TileBuilderTest, TilesShowThePixelsOfTheSession) {
  const auto session = create();
  session->extend(FrameId::forward, 70);
  session->extend(FrameId::mirrored, 20);
  TileCache cache;
  TileBuilder builder(*session, cache, 1);
  const Strip all = whole(*session);
  const int px = golden_engine()->column_pixels();
  for (std::int64_t index = -1; index <= 2; ++index) {
    const auto tile = builder.build({0, index}, {});
    ASSERT_TRUE(tile);
    const ColumnRange columns = tile_columns(tile->key);
    const ColumnRange shown{std::max(columns.begin, std::int64_t{-20}),
                            std::min(columns.end, std::int64_t{70})};
    EXPECT_EQ(tile->first, (shown.begin - columns.begin) * px);
    EXPECT_EQ(tile->last, (shown.end - columns.begin) * px);
    const Strip as_strip{columns, {}, tile->height, tile->width, tile->pixels};
    EXPECT_EQ(cut(as_strip, shown), cut(all, shown)) << index;
  }
  EXPECT_EQ(builder.build({0, 3}, {}), nullptr) << "outside the canvas";
  EXPECT_TRUE(cache.find({0, 0})->complete());
  EXPECT_FALSE(cache.find({0, 1})->complete()) << "its right part is provisional";
}

TEST_F(TileBuilderTest, AGrowingEdgeIsMadeAnewAndItsSettledPartKept) {
  const auto grown = create("grown.equi"), once = create("once.equi");
  TileCache cache, fresh;
  for (const std::int64_t count : {3, 9, 8, 12}) {
    grown->extend(FrameId::forward, count);
    TileBuilder builder(*grown, cache, 1);
    EXPECT_FALSE(builder.is_current({0, 0}));
    builder.build({0, 0}, {});
    EXPECT_TRUE(builder.is_current({0, 0}));
  }
  once->extend(FrameId::forward, 32);
  const auto expected = TileBuilder(*once, fresh, 1).build({0, 0}, {});
  EXPECT_EQ(cache.find({0, 0})->pixels, expected->pixels);
}

// While a side grows: what counts as current is what a fresh tile would show, whether it was made once and
// left, or made anew at every column.
class GrowingEdges : public TileBuilderTest {
 protected:
  static void expect_current_tiles_are_right(Session& session, FrameId side, std::int64_t most,
                                             std::int64_t tile) {
    TileCache once, always;
    const TileKey key{0, tile};
    TileBuilder(session, once, 1).build(key, {});
    int remade = 0;
    for (std::int64_t grown = 1; grown <= most; ++grown) {
      session.extend(side, 1);
      TileCache fresh;
      const auto expected = TileBuilder(session, fresh, 1).build(key, {});
      TileBuilder again(session, always, 1);
      if (!again.is_current(key)) ++remade;
      again.build(key, {});
      EXPECT_EQ(always.find(key)->pixels, expected->pixels) << "after " << grown << " columns";
      if (TileBuilder(session, once, 1).is_current(key)) {
        EXPECT_EQ(once.find(key)->pixels, expected->pixels) << "after " << grown << " columns";
      }
    }
    EXPECT_LT(remade, most) << "a tile that has settled stays";
  }
};

TEST_F(GrowingEdges, OnTheLeftOfAGeneratedCanvas) {
  const auto session = create();
  session->extend(FrameId::forward, 40);
  expect_current_tiles_are_right(*session, FrameId::mirrored, 12, 0);
}

TEST_F(GrowingEdges, OnTheRightOfAFullTile) {
  const auto session = create();
  session->extend(FrameId::forward, 32);
  expect_current_tiles_are_right(*session, FrameId::forward, 12, 0);
}

TEST_F(GrowingEdges, OnBothSidesOfAPhotoOfWholeTiles) {
  const auto right = with_photo(32, "right.equi"), left = with_photo(32, "left.equi");
  expect_current_tiles_are_right(*right, FrameId::forward, 12, 0);
  expect_current_tiles_are_right(*left, FrameId::mirrored, 12, 0);
}

// Growth on one side makes nothing anew on the other.
TEST_F(GrowingEdges, AnUnsettledLeftEdgeStaysWhileTheRightGrows) {
  const auto session = create();
  session->extend(FrameId::forward, 40);
  session->extend(FrameId::mirrored, 2);
  TileCache cache;
  const auto tile = TileBuilder(*session, cache, 1).build({0, 0}, {});
  EXPECT_FALSE(tile->complete());
  session->extend(FrameId::forward, 5);
  EXPECT_TRUE(TileBuilder(*session, cache, 1).is_current({0, 0}));
}

// Stopped before it begins, again and again: each attempt gets on, and the pixels are those of one go. Whole
// tiles, and those with a frontier on either side.
TEST_F(TileBuilderTest, ATileThatIsAlwaysCutOffGetsDone) {
  const auto session = create("a.equi");
  session->extend(FrameId::forward, 70);
  session->extend(FrameId::mirrored, 20);
  std::stop_source stopped;
  stopped.request_stop();
  TileCache tiles, whole;
  for (std::int64_t index = -1; index <= 2; ++index) {
    std::shared_ptr<const Tile> unfinished, tile;
    int attempts = 0;
    for (; !tile && attempts <= TileCache::kTileColumns; ++attempts) {
      try {
        tile = TileBuilder(*session, tiles, 1, &unfinished).build({0, index}, stopped.get_token());
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::cancelled);
      }
    }
    ASSERT_NE(tile, nullptr) << index;
    EXPECT_EQ(unfinished, nullptr);
    EXPECT_EQ(tile->pixels, TileBuilder(*session, whole, 1).build({0, index}, {})->pixels) << index;
    if (index == 0) {
      EXPECT_GT(attempts, 1) << "it was never cut off";
    }
  }
}

// What was made before an edit is not taken for what is there after it.
TEST_F(TileBuilderTest, AnUnfinishedTileOfAnotherRevisionIsForgotten) {
  const auto session = create("a.equi");
  session->extend(FrameId::forward, 70);
  std::stop_source stopped;
  stopped.request_stop();
  TileCache tiles, whole;
  std::shared_ptr<const Tile> unfinished;
  EXPECT_THROW(TileBuilder(*session, tiles, 1, &unfinished).build({0, 1}, stopped.get_token()), Error);
  ASSERT_NE(unfinished, nullptr);
  session->execute(canvas::EditToken{33, session->document().put_token(std::vector<float>(
                                             std::size_t(session->engine().token_width()), 0.5F))});
  const auto tile = TileBuilder(*session, tiles, 2, &unfinished).build({0, 1}, {});
  EXPECT_EQ(tile->pixels, TileBuilder(*session, whole, 2).build({0, 1}, {})->pixels);
}

TEST_F(TileBuilderTest, LevelsAboveAreReduced) {
  const auto session = create();
  session->extend(FrameId::forward, 70);
  TileCache cache;
  TileBuilder builder(*session, cache, 1);
  const TileKey key{2, 0};
  EXPECT_EQ(builder.first_part(key), (TileKey{0, 0})) << "part after part, the deepest first";
  int parts = 0;
  while (!builder.is_current(key) && parts < 20) {
    builder.build(builder.first_part(key), {});
    ++parts;
  }
  EXPECT_EQ(parts, 6) << "three tiles of level 0, two of level 1, itself";
  const auto tile = cache.find(key);
  EXPECT_EQ(tile->width, 32 * golden_engine()->column_pixels());
  EXPECT_EQ(tile->height, golden_engine()->picture_height() / 4);
  EXPECT_EQ(tile->last, 70 * golden_engine()->column_pixels() / 4);
  const Strip all = whole(*session);  // the mean over 4 x 4 pixels, up to the rounding of two steps
  for (const int x : {0, 20, 69}) {
    int sum = 0;
    for (int dy = 0; dy < 4; ++dy) {
      for (int dx = 0; dx < 4; ++dx) sum += all.pixels[std::size_t((8 + dy) * all.width + 4 * x + dx) * 3];
    }
    EXPECT_NEAR(tile->pixels[std::size_t(2 * tile->width + x) * 3], sum / 16.0, 1.01);
  }
}

TEST(ChangedColumns, ReachAWindowFromTheFirstDifferentToken) {
  canvas::State a;
  a.forward.segments = {{1, 0, 100}};
  EXPECT_EQ(changed_columns(a, a, 16).size(), 0);
  canvas::State b = a;
  b.forward.segments = {{1, 0, 60}, {2, 0, 40}};
  EXPECT_EQ(changed_columns(a, b, 16), (ColumnRange{44, kEverywhere}));
  b = a;
  b.forward.segments[0].count = 120;
  EXPECT_EQ(changed_columns(a, b, 16), (ColumnRange{84, kEverywhere}));
  b = a;
  b.forward.edits[30] = 5;
  EXPECT_EQ(changed_columns(a, b, 16), (ColumnRange{14, kEverywhere}));
  b = a;
  b.mirrored.context = 16;
  b.mirrored.segments = {{3, 0, 20}};
  EXPECT_EQ(changed_columns(a, b, 16), (ColumnRange{-kEverywhere, 31})) << "the context and its band";
  b = a;
  b.photo = 1;
  EXPECT_EQ(changed_columns(a, b, 16), (ColumnRange{-kEverywhere, kEverywhere}));
}

}  // namespace
}  // namespace equi::engine
