// What every built-in scene promises: a world without an end, seen through views of any size at any place.
#include "core/scenes/scenes.h"

#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"

namespace equi::scenes {
namespace {

struct Scene {
  std::int64_t label = 0;

  torch::Tensor view(std::int64_t height, std::int64_t first_x, std::int64_t width,
                     std::uint64_t seed = 7) const {
    return render_scene(label, seed, height, first_x, width);
  }
};

void for_every_scene(const std::function<void(const Scene&)>& check) {
  for (std::size_t label = 0; label < scene_list().size(); ++label) {
    SCOPED_TRACE(scene_list()[label].name);
    check({std::int64_t(label)});
  }
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

double mean_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().mean().item<double>();
}

TEST(EveryScene, IsFiniteAndInRangeAtAnyHeight) {
  for_every_scene([](const Scene& scene) {
    for (const std::int64_t height : {16, 37, 64, 130}) {
      const auto picture = scene.view(height, -height, 2 * height + 1);
      EXPECT_EQ(picture.sizes(), (std::vector<std::int64_t>{3, height, 2 * height + 1}));
      EXPECT_EQ(picture.scalar_type(), torch::kFloat32);
      EXPECT_TRUE(torch::isfinite(picture).all().item<bool>()) << height;
      EXPECT_LE(picture.abs().max().item<float>(), 1.0F) << height;
    }
  });
}

TEST(EveryScene, IsAPureFunction) {
  for_every_scene(
      [](const Scene& scene) { EXPECT_TRUE(scene.view(48, 100, 96).equal(scene.view(48, 100, 96))); });
}

TEST(EveryScene, WideViewContainsNarrowOne) {
  for_every_scene([](const Scene& scene) {
    for (const std::int64_t first_x : {0, -301, 123'457}) {
      const auto wide = scene.view(48, first_x, 600);
      EXPECT_LE(largest_difference(wide.narrow(2, 173, 1), scene.view(48, first_x + 173, 1)), 1e-3)
          << first_x;
      EXPECT_LE(largest_difference(wide.narrow(2, 211, 80), scene.view(48, first_x + 211, 80)), 1e-3)
          << first_x;
    }
  });
}

TEST(EveryScene, IsRightFarOut) {
  for_every_scene([](const Scene& scene) {
    for (const std::int64_t first_x : {-1'000'000'000, 1'000'000'000 - 400}) {
      const auto wide = scene.view(128, first_x, 400);
      EXPECT_LE(largest_difference(wide.narrow(2, 77, 120), scene.view(128, first_x + 77, 120)), 1e-3);
      EXPECT_GT(wide.std(2).max().item<double>(), 0.02) << "details along x are still there";
      EXPECT_LT(mean_difference(wide.narrow(2, 0, 200), wide.narrow(2, 1, 200)), 0.12)
          << "neighbours still agree";
    }
  });
}

TEST(EveryScene, ShowsTheSameWorldAtAnotherResolution) {
  for_every_scene([](const Scene& scene) {
    const auto coarse = scene.view(64, 32, 192);
    const auto fine = torch::avg_pool2d(scene.view(128, 64, 384).unsqueeze(0), 2).squeeze(0);
    const double psnr = 10.0 * std::log10(4.0 / (coarse - fine).square().mean().item<double>());
    EXPECT_GT(psnr, 27.0);
  });
}

TEST(EveryScene, DiffersFromSeedToSeed) {
  for_every_scene([](const Scene& scene) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      EXPECT_GT(mean_difference(scene.view(32, 0, 128, seed), scene.view(32, 0, 128, seed + 1)), 0.01)
          << seed;
    }
  });
}

TEST(EveryScene, LooksAlikeEverywhereInOneWorld) {
  for_every_scene([](const Scene& scene) {
    const auto mean_color = [&](std::int64_t first_x) { return scene.view(32, first_x, 640).mean({1, 2}); };
    EXPECT_LT(largest_difference(mean_color(0), mean_color(5'000'000)), 0.12);
    EXPECT_LT(largest_difference(mean_color(0), mean_color(-700'000'000)), 0.12);
  });
}

// Correlation of the picture with itself moved by every lag of 2 picture heights up to half the view.
TEST(EveryScene, HasNoPeriod) {
  for_every_scene([](const Scene& scene) {
    const std::int64_t height = 24, width = 2048;
    auto columns = scene.view(height, 0, width).reshape({3 * height, width});
    columns = columns - columns.mean(1, true);
    const auto products = columns.t().matmul(columns);
    const double own = products.diagonal().mean().item<double>();
    for (std::int64_t lag = 2 * height; lag <= width / 2; ++lag) {
      ASSERT_LT(products.diagonal(lag).mean().item<double>() / own, 0.6) << "repeats after " << lag << " px";
    }
  });
}

TEST(EveryScene, RendersTheSameOnTheGpu) {
  if (!cuda_status().torch_loaded) GTEST_SKIP() << "no GPU: " << cuda_status().reason;
  for_every_scene([](const Scene& scene) {
    const auto there = render_scene(scene.label, 7, 64, 5, 200, torch::kCUDA).cpu();
    EXPECT_LT(mean_difference(there, scene.view(64, 5, 200)), 1e-3);
  });
}

TEST(SceneList, HasAtLeastTwelveScenesWithNamesOfTheirOwn) {
  std::set<std::string> names, titles;
  for (const auto& scene : scene_list()) {
    names.insert(scene.name);
    titles.insert(scene.title);
    EXPECT_EQ(scene.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << scene.name;
  }
  EXPECT_GE(names.size(), 12U);
  EXPECT_EQ(names.size(), scene_list().size());
  EXPECT_EQ(titles.size(), scene_list().size());
}

TEST(SceneList, EachSceneLooksDifferent) {
  std::vector<torch::Tensor> views;
  for (std::size_t i = 0; i < scene_list().size(); ++i) {
    views.push_back(render_scene(std::int64_t(i), 3, 32, 0, 256));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_GT(mean_difference(views[i], views[j]), 0.03)
          << scene_list()[i].name << ", " << scene_list()[j].name;
    }
  }
}

TEST(RenderScene, RefusesBadInput) {
  const auto refused = [](std::int64_t label, std::int64_t height, std::int64_t first_x, std::int64_t width) {
    try {
      render_scene(label, 1, height, first_x, width);
    } catch (const Error& e) {
      return e.kind() == ErrorKind::bad_input && !e.hint().empty();
    }
    return false;
  };
  const auto count = std::int64_t(scene_list().size());
  EXPECT_TRUE(refused(-1, 64, 0, 64));
  EXPECT_TRUE(refused(count, 64, 0, 64));
  EXPECT_TRUE(refused(0, 15, 0, 64));
  EXPECT_TRUE(refused(0, 2049, 0, 64));
  EXPECT_TRUE(refused(0, 64, 0, 0));
  EXPECT_TRUE(refused(0, 64, 0, -5));
  EXPECT_TRUE(refused(0, 2048, 0, (std::int64_t{1} << 26) / 2048 + 1));
  EXPECT_TRUE(refused(0, 64, 1'000'000'001, 64));
  EXPECT_TRUE(refused(0, 64, -1'000'000'001, 64));
  EXPECT_TRUE(refused(0, 64, std::numeric_limits<std::int64_t>::min(), 64));
}

}  // namespace
}  // namespace equi::scenes
