#include "core/batch/seamless.h"

#include <gtest/gtest.h>

#include "core/batch/panorama_group.h"
#include "core/media/image.h"
#include "tests/batch/batch_fixture.h"

namespace equi::batch {
namespace {

struct Made {
  std::unique_ptr<PanoramaGroup> group;
  media::StripSource source;
  SeamlessOptions options;
};

Made panorama(std::int64_t columns) {
  SeamlessOptions options;
  options.columns = 8;
  options.blend_pixels = 8;
  options.seed = 5;
  options.settings = golden_engine()->default_settings();
  options.settings.guidance.scale = 2;
  options.settings.solver.evaluations = 4;
  auto group = std::make_unique<PanoramaGroup>(golden_engine(), options.settings,
                                               std::vector<PanoramaGroup::Row>{{1, 5}}, columns);
  while (group->made() < columns) group->make_column();
  auto source = group->picture(0);
  return {std::move(group), source, options};
}

std::shared_ptr<const LoopBridge> close(const Made& made) {
  return std::make_shared<LoopBridge>(make_loop_bridge(*golden_engine(), made.source, made.options));
}

media::Image whole(const media::StripSource& source) {
  media::Image image{static_cast<int>(source.width), source.height, {}};
  image.pixels.resize(std::size_t(image.width) * std::size_t(image.height) * 3);
  source.read(0, image.width, image.pixels);
  return image;
}

TEST(Seamless, ThePictureStaysAsItIsAwayFromItsEnds) {
  const auto made = panorama(40);
  const auto bridge = close(made);
  const auto ring = closed(made.source, bridge);
  const int px = golden_engine()->column_pixels();
  ASSERT_EQ(ring.width, 48 * px);
  const auto before = whole(made.source), after = whole(ring);
  for (int y = 0; y < before.height; ++y) {
    EXPECT_TRUE(
        std::equal(before.row(y) + 8 * 3, before.row(y) + (before.width - 8) * 3, after.row(y) + 8 * 3));
  }
}

TEST(Seamless, ItIsTheSameReadInPieces) {
  const auto made = panorama(40);
  const auto bridge = close(made);
  const auto ring = closed(made.source, bridge);
  const auto all = whole(ring);
  for (const int width : {7, 64, 100}) {
    for (std::int64_t x = 0; x < ring.width; x += width) {
      const int count = static_cast<int>(std::min<std::int64_t>(width, ring.width - x));
      std::vector<std::uint8_t> piece(std::size_t(count) * std::size_t(all.height) * 3);
      ring.read(x, count, piece);
      for (int y = 0; y < all.height; ++y) {
        ASSERT_TRUE(
            std::equal(piece.data() + y * count * 3, piece.data() + (y + 1) * count * 3, all.row(y) + x * 3))
            << x;
      }
    }
  }
}

// Mean squared difference between a pixel column and the one before it, around the ring.
double energy(const media::Image& ring, int x) {
  const int before = (x + ring.width - 1) % ring.width;
  double sum = 0;
  for (int y = 0; y < ring.height; ++y) {
    for (int c = 0; c < 3; ++c) {
      const double d = double(ring.row(y)[x * 3 + c]) - double(ring.row(y)[before * 3 + c]);
      sum += d * d;
    }
  }
  return sum / (3.0 * ring.height);
}

// Of the picture as it was before there was a bridge.
struct Inside {
  double mean = 0;          // of all its pixels
  double worst_border = 0;  // of the borders between its columns
};

Inside inside_of(const media::Image& picture) {
  const int px = golden_engine()->column_pixels();
  Inside inside;
  for (int x = 1; x < picture.width; ++x) {
    const double e = energy(picture, x);
    inside.mean += e / (picture.width - 1);
    if (x % px == 0) inside.worst_border = std::max(inside.worst_border, e);
  }
  return inside;
}

TEST(Seamless, TheSeamsAreNoWorseThanBordersOfColumnsInsideThePicture) {
  const auto made = panorama(40);
  const auto inside = inside_of(whole(made.source));
  const auto ring = whole(closed(made.source, close(made)));
  EXPECT_LE(energy(ring, made.source.width), inside.worst_border) << "where the bridge begins";
  EXPECT_LE(energy(ring, 0), inside.worst_border) << "where the ring closes";
}

TEST(Seamless, BothSeamsAreAsSoftAsTheEndThatTheyLieAt) {
  auto made = panorama(40);
  for (const std::int64_t blend : {0, 8, 32}) {
    made.options.blend_pixels = blend;
    for (const std::uint64_t seed : {5U, 6U, 7U}) {
      made.options.seed = seed;
      const auto bridge = close(made);
      const auto ring = whole(closed(made.source, bridge));
      const auto last =
          inside_of(whole(media::cut(made.source, made.source.width - bridge->end, bridge->end)));
      const auto first = inside_of(whole(media::cut(made.source, 0, bridge->end)));
      const double at_bridge = energy(ring, made.source.width), at_wrap = energy(ring, 0);
      EXPECT_LE(at_bridge, last.mean) << blend << " " << seed;
      EXPECT_LE(at_wrap, first.mean) << blend << " " << seed;
      EXPECT_NEAR(bridge->seam_at_bridge, at_bridge / last.mean, 1e-6);
      EXPECT_NEAR(bridge->seam_at_wrap, at_wrap / first.mean, 1e-6);
      EXPECT_LE(bridge->seam_at_wrap, bridge->decoded_at_wrap);
    }
  }
}

TEST(Seamless, OfSeveralBridgesTheOneWithTheSmallerSeamIsKept) {
  auto made = panorama(20);
  double of_one = 0, of_eight = 0;
  for (const std::int64_t candidates : {1, 8}) {
    made.options.candidates = candidates;
    const auto bridge = close(made);
    const double seam = std::max(bridge->decoded_at_bridge, bridge->decoded_at_wrap);
    (candidates == 1 ? of_one : of_eight) = seam;
    // The ends cross over to the decode that was measured, so that the border is almost the same.
    EXPECT_LE(std::max(1.0, seam), 1.05 * std::max(1.0, bridge->worst_seam));
    EXPECT_EQ(whole(closed(made.source, close(made))).pixels, whole(closed(made.source, bridge)).pixels)
        << "the same seed gives the same bridge";
  }
  EXPECT_LE(std::max(1.0, of_eight), 1.05 * std::max(1.0, of_one));
}

TEST(Seamless, RefusesWhatItCannotClose) {
  const auto made = panorama(20);
  auto options = made.options;
  options.columns = 1;
  EXPECT_THROW(make_loop_bridge(*golden_engine(), made.source, options), Error);
  EXPECT_THROW(make_loop_bridge(*golden_engine(), media::cut(made.source, 0, 21), made.options), Error);
  EXPECT_THROW(make_loop_bridge(*golden_engine(), media::cut(made.source, 0, 8), made.options), Error);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(make_loop_bridge(*golden_engine(), made.source, made.options, stop.get_token()), Error);
}

}  // namespace
}  // namespace equi::batch
