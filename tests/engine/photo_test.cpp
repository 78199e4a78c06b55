// A photo continued on both sides: its own pixels inside, bands that cross over at its edges.
#include <cmath>

#include <torch/torch.h>

#include "core/stream/seam.h"
#include "tests/engine/engine_fixture.h"

namespace equi::engine {
namespace {

constexpr int kColumns = 24;
constexpr std::int64_t kBand = 8;  // pixels, two columns of the tiny model

Strip photo_strip(int columns) {
  const int px = golden_engine()->column_pixels();
  return {{0, columns}, {0, 0}, golden_engine()->picture_height(), columns * px, stripes(columns)};
}

torch::Tensor to_tensor(const Strip& strip) {
  return torch::tensor(torch::ArrayRef<std::uint8_t>(strip.pixels), torch::kUInt8)
      .reshape({strip.height, strip.width, 3});
}

TEST_F(SessionTest, APhotoAloneIsShownBitForBit) {
  const auto session = with_photo(kColumns);
  EXPECT_EQ(session->extent(), (ColumnRange{0, kColumns}));
  EXPECT_EQ(whole(*session).pixels, stripes(kColumns));
  EXPECT_EQ(session->settled(), (ColumnRange{2, kColumns - 2})) << "the bands may still cross over";
}

TEST_F(SessionTest, APhotoKeepsItsPixelsOutsideTheBands) {
  const auto session = with_photo(kColumns, "a.equi", kBand);
  session->extend(FrameId::forward, 12);
  session->extend(FrameId::mirrored, 10);
  EXPECT_EQ(session->extent(), (ColumnRange{-10, kColumns + 12}));
  const Strip all = whole(*session), photo = photo_strip(kColumns);
  EXPECT_EQ(cut(all, {2, kColumns - 2}), cut(photo, {2, kColumns - 2}));
  EXPECT_NE(cut(all, {0, 2}), cut(photo, {0, 2}));
  EXPECT_NE(cut(all, {kColumns - 2, kColumns}), cut(photo, {kColumns - 2, kColumns}));
}

TEST_F(SessionTest, WithoutABandEveryPixelOfThePhotoIsKept) {
  const auto session = with_photo(kColumns, "a.equi", 0);
  session->extend(FrameId::forward, 9);
  session->extend(FrameId::mirrored, 9);
  EXPECT_EQ(cut(whole(*session), {0, kColumns}), stripes(kColumns));
  EXPECT_EQ(session->settled().begin, -2) << "mirrored columns 0 to 17 of 25 are settled";
}

TEST_F(SessionTest, TheOrderOfTheSidesOfAPhotoDoesNotMatter) {
  const auto a = with_photo(kColumns, "a.equi"), b = with_photo(kColumns, "b.equi");
  a->extend(FrameId::forward, 10);
  a->extend(FrameId::mirrored, 10);
  b->extend(FrameId::mirrored, 3);
  b->extend(FrameId::forward, 4);
  b->extend(FrameId::mirrored, 7);
  b->extend(FrameId::forward, 6);
  EXPECT_EQ(all_tokens(*a), all_tokens(*b));
  EXPECT_EQ(whole(*a).pixels, whole(*b).pixels);
}

TEST_F(SessionTest, AReopenedPhotoGoesOn) {
  std::vector<float> tokens;
  {
    const auto session = with_photo(kColumns);
    session->extend(FrameId::forward, 8);
    session->extend(FrameId::mirrored, 8);
    tokens = all_tokens(*session);
    session->undo();
    session->undo();
  }
  const auto session = open();
  EXPECT_EQ(whole(*session).pixels, stripes(kColumns));
  session->extend(FrameId::mirrored, 8);
  session->extend(FrameId::forward, 8);
  EXPECT_EQ(all_tokens(*session), tokens);
}

TEST_F(SessionTest, ANarrowPhotoIsContinuedFromWhatItHas) {
  for (const int columns : {2, 3, 15}) {
    const auto session = with_photo(columns, "narrow" + std::to_string(columns) + ".equi", 1000);
    session->extend(FrameId::forward, 20);
    session->extend(FrameId::mirrored, 20);
    EXPECT_EQ(session->extent(), (ColumnRange{-20, columns + 20}));
    EXPECT_EQ(whole(*session).width, (columns + 40) * golden_engine()->column_pixels());
  }
}

// Both bands have a part in the middle column of three: each side keeps what the other has crossed over.
TEST_F(SessionTest, TheSecondSideOfANarrowPhotoLeavesTheFirstSidesBandAlone) {
  const auto session = with_photo(3, "narrow.equi", 1000);
  session->extend(FrameId::mirrored, 20);
  const auto half = [&](int from) {
    const auto strip = session->pixels({0, 3});
    std::vector<std::uint8_t> kept;
    for (int y = 0; y < strip.height; ++y) {
      const auto* row = strip.pixels.data() + std::size_t(y) * std::size_t(strip.width) * 3;
      kept.insert(kept.end(), row + std::ptrdiff_t(from) * strip.width * 3 / 2,
                  row + std::ptrdiff_t(from + 1) * strip.width * 3 / 2);
    }
    return kept;
  };
  const auto left = half(0), photo = half(1);
  session->extend(FrameId::forward, 20);
  EXPECT_EQ(half(0), left);
  EXPECT_NE(half(1), photo) << "its own band";
}

TEST_F(SessionTest, TokensOfAPhotoDoNotDependOnWhatIsAskedFor) {
  constexpr int kWide = 50;
  const auto whole_row = with_photo(kWide, "whole.equi"), parts = with_photo(kWide, "parts.equi");
  const auto all = whole_row->tokens({0, kWide});
  const auto width = static_cast<std::ptrdiff_t>(golden_engine()->token_width());
  for (const ColumnRange columns : {ColumnRange{30, 31}, ColumnRange{27, 40}, ColumnRange{3, 50}}) {
    const std::vector<float> expected(all.begin() + columns.begin * width, all.begin() + columns.end * width);
    EXPECT_EQ(parts->tokens(columns), expected) << columns.begin;
  }
}

TEST_F(SessionTest, EncodingAPhotoCanBeStopped) {
  const auto session = with_photo(kColumns);
  std::stop_source stop;
  stop.request_stop();
  const auto expect_cancelled = [&](const auto& call) {
    try {
      call();
      ADD_FAILURE() << "it was not stopped";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
  };
  expect_cancelled([&] { session->tokens({0, kColumns}, stop.get_token()); });
  EXPECT_EQ(session->extend(FrameId::mirrored, 1, {}, stop.get_token()), 0);
  EXPECT_EQ(session->document().history().size(), 2U) << "no context, no entry";
  EXPECT_EQ(session->tokens({0, kColumns}).size(), kColumns * std::size_t(golden_engine()->token_width()));
}

// The gradient energy at the photo's edges against that around it, on both sides of many seeds: the mirrored
// frame continues as well as the forward one.
TEST_F(SessionTest, TheLeftSeamIsAsGoodAsTheRightOne) {
  double left = 0, right = 0;
  const std::int64_t px = golden_engine()->column_pixels();
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto session = create("seed" + std::to_string(seed) + ".equi", quick_panorama(seed));
    session->import_photo(kColumns * static_cast<int>(px), golden_engine()->picture_height(),
                          stripes(kColumns), quick_panorama(seed), 16);
    session->extend(FrameId::forward, 8);
    session->extend(FrameId::mirrored, 8);
    const auto seam = [&](std::int64_t edge) {
      return stream::seam_ratio(to_tensor(session->pixels({edge - 8, edge + 8})), {8 * px}, 2);
    };
    left += seam(0);
    right += seam(kColumns);
  }
  RecordProperty("seam_left", std::to_string(left / 6));
  RecordProperty("seam_right", std::to_string(right / 6));
  EXPECT_LT(left, 1.5 * right);
  EXPECT_LT(right, 1.5 * left);
}

TEST_F(SessionTest, PhotosThatDoNotFitAreRefused) {
  const auto session = create();
  const int px = golden_engine()->column_pixels(), height = golden_engine()->picture_height();
  const auto import = [&](int width, int rows, std::size_t bytes, std::int64_t band) {
    session->import_photo(width, rows, std::vector<std::uint8_t>(bytes), quick_panorama(), band);
  };
  const auto size = [](int width, int rows) { return std::size_t(width) * std::size_t(rows) * 3; };
  EXPECT_THROW(import(px, height, size(px, height), 8), Error) << "one column";
  EXPECT_THROW(import(2 * px + 1, height, size(2 * px + 1, height), 8), Error);
  EXPECT_THROW(import(2 * px, height - 1, size(2 * px, height - 1), 8), Error);
  EXPECT_THROW(import(2 * px, height, 5, 8), Error);
  EXPECT_THROW(import(2 * px, height, size(2 * px, height), -1), Error);
  EXPECT_EQ(session->document().history().size(), 1U) << "nothing has happened";
}

}  // namespace
}  // namespace equi::engine
