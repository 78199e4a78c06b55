// The numerics guard: what our kernels and bfloat16 may do to tokens and pixels.
#include "core/stream/numerics.h"

#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

GenerationSettings guarded_settings() {
  GenerationSettings settings;
  settings.guidance.scale = 3.0;
  settings.solver = {sampling::Method::corrected2, {}, 6};
  return settings;
}

TEST(Numerics, OurKernelsInFloat32AreExact) {
  const auto r = compare_numerics(golden_model(), golden_model(), guarded_settings(), 2, 16, 7);
  EXPECT_LE(r.token_error_worst, 1e-4);
  EXPECT_LE(r.token_error_on_its_own, 1e-3);
  EXPECT_GE(r.psnr, 50.0);
}

TEST(Numerics, Bfloat16KeepsTokensAndPixels) {
  const auto narrow = model::load_model(Bundle::open(testing::golden_bundle()), {}, Precision::bfloat16);
  const auto r = compare_numerics(golden_model(), narrow, guarded_settings(), 2, 16, 7);
  EXPECT_LE(r.token_error_mean, 3e-2);
  EXPECT_LE(r.token_error_worst, 1e-1);
  EXPECT_LE(r.token_error_on_its_own, 2e-1);
  EXPECT_GE(r.psnr, 25.0);
  EXPECT_GT(r.token_error_worst, 1e-5) << "bfloat16 was not used";
}

TEST(Numerics, TakesEveryLayoutThatGenerationTakes) {
  auto odd = golden_model();
  odd.manifest.window_columns = 5;  // a cross-fade of 4 columns has no room there
  odd.manifest.window_hop = 2;
  EXPECT_GE(compare_numerics(odd, odd, guarded_settings(), 2, 8, 7).psnr, 50.0);
}

// Everything but the weights is as in bfloat16 or, where the processor does not multiply that, in float32.
TEST(Numerics, EightBitWeightsKeepTokensAndPixels) {
  const auto narrow = model::load_model(Bundle::open(testing::golden_bundle()), {}, Precision::int8);
  const auto r = compare_numerics(golden_model(), narrow, guarded_settings(), 2, 16, 7);
  EXPECT_LE(r.token_error_mean, 3e-2);
  EXPECT_LE(r.token_error_worst, 1e-1);
  EXPECT_LE(r.token_error_on_its_own, 2e-1);
  EXPECT_GE(r.psnr, 25.0);
  EXPECT_GT(r.token_error_worst, 1e-3) << "8-bit weights were not used";
}

}  // namespace
}  // namespace equi::stream
