#include "core/stream/scene.h"

#include "core/base/error.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

const model::Generator& generator() {
  return golden_model().generator;
}

TEST(Scene, TheEndsOfABlendAreTheClasses) {
  const torch::InferenceMode inference;
  SceneCache cache(generator());
  const Scene from{1}, start{1, 3, 0.0}, end{1, 3, 1.0}, to{3};
  const auto a = cache.batch({&from, 1}, true).first.clone(),
             a2 = cache.batch({&start, 1}, true).first.clone();
  const auto b = cache.batch({&to, 1}, true).first.clone(), b2 = cache.batch({&end, 1}, true).first.clone();
  EXPECT_TRUE(torch::equal(a, a2));
  EXPECT_TRUE(torch::allclose(b, b2, 1e-5, 1e-6));
}

TEST(Scene, ABlendInterpolatesTheEmbedding) {
  const torch::InferenceMode inference;
  SceneCache cache(generator());
  const Scene scene{0, 4, 0.3};
  const auto embedding = generator()->class_embedding(torch::tensor({0})) * 0.7 +
                         generator()->class_embedding(torch::tensor({4})) * 0.3;
  const auto expected = compute_conditions(generator(), embedding);
  const auto& ours = cache.batch({&scene, 1}, false);
  EXPECT_TRUE(torch::allclose(ours.first, expected.first, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(ours.layers[2].k, expected.layers[2].k, 1e-5, 1e-6));
}

TEST(Scene, TheUnconditionalRowsComeLast) {
  const torch::InferenceMode inference;
  SceneCache cache(generator());
  const std::vector<Scene> scenes = {{2}, {Scene::kNone}};
  const auto& batch = cache.batch(scenes, true);
  ASSERT_EQ(batch.first.size(0), 4);
  EXPECT_FALSE(torch::equal(batch.first[0], batch.first[1]));
  EXPECT_TRUE(torch::equal(batch.first[1], batch.first[2]));
  EXPECT_TRUE(torch::equal(batch.first[1], batch.first[3]));
  EXPECT_EQ(batch.layers.size(), static_cast<std::size_t>(golden_model().manifest.generator.blocks));
}

TEST(Scene, MorePlacesThanTheCacheHoldsStayCorrect) {
  const torch::InferenceMode inference;
  SceneCache cache(generator());
  const Scene first{0, 1, 0.01};
  const auto expected = cache.batch({&first, 1}, true).layers[1].v.clone();
  for (int i = 2; i < 40; ++i) {
    const Scene other{0, 1, 0.01 * i};
    EXPECT_FALSE(torch::equal(cache.batch({&other, 1}, true).layers[1].v, expected)) << i;
  }
  EXPECT_TRUE(torch::equal(cache.batch({&first, 1}, true).layers[1].v, expected));
}

TEST(Scene, UnknownClassesAndBlendsAreRefused) {
  const auto& config = golden_model().manifest.generator;
  EXPECT_NO_THROW(validate(Scene{Scene::kNone}, config));
  EXPECT_NO_THROW(validate(Scene{4, 99, 0.0}, config)) << "the target does not matter at 0";
  EXPECT_THROW(validate(Scene{-2}, config), Error);
  EXPECT_THROW(validate(Scene{5}, config), Error);
  EXPECT_THROW(validate(Scene{0, 5, 0.5}, config), Error);
  EXPECT_THROW(validate(Scene{0, 1, 1.5}, config), Error);
  EXPECT_THROW(validate(Scene{0, 1, std::numeric_limits<double>::quiet_NaN()}, config), Error);
}

TEST(Scene, AMorphChangesThePictureStepByStep) {
  const auto token_at = [&](Scene scene) {
    ColumnGenerator columns(generator(), quick_settings());
    make_columns(columns, 4);
    return make_columns(columns, 1, scene);
  };
  const auto from = token_at({0}), to = token_at({3});
  double last = 0.0;
  for (const double blend : {0.25, 0.5, 0.75, 1.0}) {
    const double distance = (token_at({0, 3, blend}) - from).norm().item<double>();
    EXPECT_GT(distance, last) << blend;
    last = distance;
  }
  EXPECT_TRUE(torch::allclose(token_at({0, 3, 1.0}), to, 1e-4, 1e-5));
}

}  // namespace
}  // namespace equi::stream
