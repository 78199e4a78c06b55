// What training sees of the pictures: pure functions of seed, step and number.
#include "core/train/crops.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/train/random.h"
#include "core/train/worker_pool.h"
#include "tests/train/picture_fixture.h"

namespace equi::train {
namespace {

TEST(Crops, AreTheSameForTheSameDrawAndDifferOtherwise) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 20);
  const auto start = mix(1, Purpose::crop, 5, 3);
  EXPECT_TRUE(torch::equal(draw_crop(cache, start, 192).pixels, draw_crop(cache, start, 192).pixels));
  EXPECT_FALSE(torch::equal(draw_crop(cache, start, 192).pixels,
                            draw_crop(cache, mix(1, Purpose::crop, 6, 3), 192).pixels));
}

TEST(Crops, ShowBothClassesAndBothDirections) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 20);
  int seen[2][2] = {};
  for (std::uint64_t i = 0; i < 64; ++i) {
    const auto crop = draw_crop(cache, mix(1, Purpose::crop, i, 0), 192);
    const auto row = crop.pixels[0][0].to(torch::kInt32);
    const bool rises = row[191].item<int>() > row[0].item<int>();
    ++seen[crop.label][rises ? 1 : 0];
  }
  for (const auto& label : seen) {
    EXPECT_GT(label[0], 4);
    EXPECT_GT(label[1], 4);
  }
}

TEST(Crops, NeverComeFromHeldOutPictures) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 32);
  EXPECT_EQ(cache.held_out_count(), 4);
  EXPECT_EQ(cache.training_count(), 60);
  for (const auto picture : held_out_pictures(cache, 4)) {
    const auto& training = cache.training(label_of(cache, picture));
    EXPECT_EQ(std::ranges::count(training, picture), 0);
  }
}

TEST(Crops, MirrorAPictureThatIsTooNarrow) {
  const testing::TempFolder folder;
  const auto cache = testing::striped_cache(folder / "cache", 2, 100);
  const auto crop = draw_crop(cache, mix(1, Purpose::crop, 0, 0), 256);
  ASSERT_EQ(crop.pixels.size(2), 256);
  EXPECT_TRUE(torch::equal(crop.pixels.narrow(2, 0, 100), crop.pixels.narrow(2, 100, 100).flip(2)) ||
              torch::equal(crop.pixels.narrow(2, 156, 100), crop.pixels.narrow(2, 56, 100).flip(2)));
}

TEST(Draws, AreUniformAndIndependentOfTheProcessCount) {
  Draws draws(mix(7, Purpose::width, 0));
  double sum = 0;
  for (int i = 0; i < 4000; ++i) sum += draws.uniform();
  EXPECT_NEAR(sum / 4000, 0.5, 0.02);
  EXPECT_NE(mix(7, Purpose::width, 0), mix(7, Purpose::crop, 0));
}

TEST(WorkerPool, SharesEverythingOnceAndPassesErrorsOn) {
  WorkerPool pool(3);
  std::vector<int> done(10, 0);
  pool.run([&](std::int64_t worker) {
    const auto part = share_of(10, worker, pool.size());
    for (auto i = part.begin; i < part.end; ++i) ++done[std::size_t(i)];
  });
  EXPECT_EQ(done, std::vector<int>(10, 1));
  EXPECT_THROW(pool.run([](std::int64_t worker) {
    if (worker == 1) throw Error(ErrorKind::bad_input, "share", "cannot be done");
  }),
               Error);
  pool.run([](std::int64_t) {});  // still works
}

TEST(WorkerPool, DoesEachItemOnceWhoeverIsFree) {
  WorkerPool pool(3);
  for (const std::size_t count : {0, 1, 2, 100}) {
    std::vector<int> done(count, 0);
    pool.each(count, [&](std::size_t i) { ++done[i]; });
    EXPECT_EQ(done, std::vector<int>(count, 1));
  }
}

}  // namespace
}  // namespace equi::train
