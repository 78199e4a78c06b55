// A packed cache is replaced whole or not at all, by one writer at a time, and under nobody's feet.
#include "core/train/picture_cache.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/train/picture_fixture.h"

namespace equi::train {
namespace {

class PictureCacheWriting : public ::testing::Test {
 protected:
  static torch::Tensor grey() { return torch::full({3, 32, 16}, 7, torch::kUInt8); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(cache_)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  static std::vector<torch::Tensor> pictures(const PictureCache& cache) {
    std::vector<torch::Tensor> all;
    for (std::size_t i = 0; i < cache.index().pictures.size(); ++i) {
      all.push_back(cache.pixels(static_cast<std::int64_t>(i)).clone());
    }
    return all;
  }
  static void expect_equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i])) << "picture " << i;
  }
  testing::TempFolder folder_;
  std::filesystem::path cache_ = folder_ / "cache";
};

TEST_F(PictureCacheWriting, LeavesItsPicturesToWhoHasItOpen) {
  const auto old = testing::striped_cache(cache_, 4);
  const auto before = pictures(old);
  PictureCacheWriter writer(cache_, 32, {"one"}, "another");
  writer.add(grey(), 0, "1");
  expect_equal(pictures(PictureCache::open(cache_)), before);
  writer.finish();
  expect_equal(pictures(old), before);
  const auto anew = PictureCache::open(cache_);
  EXPECT_EQ(anew.index().origin, "another");
  expect_equal(pictures(anew), {grey()});
}

TEST_F(PictureCacheWriting, LeavesTheOldOneWholeWhenItIsGivenUp) {
  const auto before = pictures(testing::striped_cache(cache_, 4));
  const auto names = files();
  {
    PictureCacheWriter writer(cache_, 32, {"one"}, "another");
    writer.add(grey(), 0, "1");
  }
  EXPECT_TRUE(PictureCache::matches(cache_, "stripes"));
  expect_equal(pictures(PictureCache::open(cache_)), before);
  EXPECT_EQ(files(), names);
}

TEST_F(PictureCacheWriting, IsForOneAtATime) {
  {
    PictureCacheWriter first(cache_, 32, {"one"}, "first");
    first.add(grey(), 0, "1");
    try {
      const PictureCacheWriter second(cache_, 32, {"one"}, "second");
      ADD_FAILURE() << "two at once";
    } catch (const Error& e) {
      EXPECT_EQ(e.where(), cache_.string());
      EXPECT_NE(std::string(e.what()).find("another program is packing pictures there"), std::string::npos)
          << e.what();
    }
    first.finish();
  }
  expect_equal(pictures(PictureCache::open(cache_)), {grey()});
  const PictureCacheWriter third(cache_, 32, {"one"}, "third");
}

}  // namespace
}  // namespace equi::train
