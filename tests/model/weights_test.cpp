#include "core/model/weights.h"

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/model/int8_weights.h"
#include "tests/support/golden_bundle.h"

namespace equi::model {
namespace {

TEST(Weights, AreTheMappedFileItselfOnTheCpu) {
  const auto bundle = Bundle::open(testing::golden_bundle());
  const auto model = load_model(bundle, {}, Precision::float32);
  const auto mapped = bundle.generator().file()->bytes();
  for (const auto& parameter : model.generator->parameters()) {
    const auto* data = static_cast<const std::byte*>(parameter.const_data_ptr());
    EXPECT_GE(data, mapped.data());
    EXPECT_LT(data, mapped.data() + mapped.size());
  }
}

TEST(Weights, OutliveTheBundle) {
  Model model = load_model(Bundle::open(testing::golden_bundle()), {}, Precision::float32);
  EXPECT_TRUE(torch::isfinite(model.generator->z_proj->weight).all().item<bool>());
}

TEST(Weights, ConvertToBfloat16) {
  const auto bundle = Bundle::open(testing::golden_bundle());
  const auto exact = load_model(bundle, {}, Precision::float32);
  const auto rounded = load_model(bundle, {}, Precision::bfloat16);
  const auto& a = exact.generator->z_proj->weight;
  EXPECT_TRUE(torch::equal(rounded.generator->z_proj->weight, a.to(torch::kBFloat16)));
}

TEST(Weights, EightBitsAreMadeForTheBlocksAndTheParametersStay) {
  const auto bundle = Bundle::open(testing::golden_bundle());
  const auto model = load_model(bundle, {}, Precision::int8);
  const auto exact = load_model(bundle, {}, Precision::float32);
  const auto& blocks = *model.generator->encoder_blocks;
  const auto& qkv = blocks[0]->as<GeneratorBlockImpl>()->attn->qkv;
  const auto made = int8_weights(*qkv);
  ASSERT_TRUE(made.blocks.defined());
  const auto most = (*exact.generator->encoder_blocks)[0]->as<GeneratorBlockImpl>()->attn->qkv->weight.abs();
  EXPECT_TRUE(torch::allclose(made.scales * 127, most.amax(1)));
  EXPECT_EQ(made.blocks.abs().max().item<int>(), 127);
  EXPECT_FALSE(int8_weights(*model.generator->z_proj).blocks.defined());
  std::int64_t in_blocks = 0, with_bits = 0;
  for (const auto* list : {&model.generator->encoder_blocks, &model.generator->diffloss->net->res_blocks}) {
    for (const auto& module : (*list)->modules(false)) {
      const auto* layer = module->as<LinearImpl>();
      if (layer == nullptr) continue;
      ++in_blocks;
      with_bits += int8_weights(*layer).blocks.defined() ? 1 : 0;
    }
  }
  EXPECT_GT(in_blocks, 0);
  EXPECT_EQ(with_bits, in_blocks);
  EXPECT_EQ(model.generator->z_proj->weight.scalar_type(), to_torch(Precision::int8));
}

TEST(Weights, EightBitsAreRefusedOnAGpu) {
  try {
    load_model(Bundle::open(testing::golden_bundle()), {Device::Kind::cuda, 0}, Precision::int8);
    FAIL() << "8-bit weights on a GPU were accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find("int8"), std::string::npos) << error.what();
  }
}

TEST(Weights, AMissingKeyIsNamed) {
  GeneratorConfig other = Bundle::open(testing::golden_bundle()).manifest().generator;
  other.blocks += 1;
  Generator generator(other);
  try {
    load_weights(*generator, Bundle::open(testing::golden_bundle()).generator(), {}, Precision::float32);
    FAIL() << "a block without weights was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("encoder_blocks.4."), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("generator.safetensors"), std::string::npos) << error.what();
  }
}

TEST(Weights, AWrongShapeIsNamed) {
  GeneratorConfig other = Bundle::open(testing::golden_bundle()).manifest().generator;
  other.class_count += 1;
  Generator generator(other);
  try {
    load_weights(*generator, Bundle::open(testing::golden_bundle()).generator(), {}, Precision::float32);
    FAIL() << "a class without an embedding was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("class_emb.weight has shape [5, 64]"), std::string::npos)
        << error.what();
  }
}

TEST(Weights, RandomOnesDependOnTheSeedAlone) {
  const auto config = Bundle::open(testing::golden_bundle()).manifest().generator;
  Generator a(config), b(config), c(config);
  randomize_weights(*a, torch::kFloat32, 5);
  randomize_weights(*b, torch::kFloat32, 5);
  randomize_weights(*c, torch::kFloat32, 6);
  EXPECT_TRUE(torch::equal(a->z_proj->weight, b->z_proj->weight));
  EXPECT_FALSE(torch::equal(a->z_proj->weight, c->z_proj->weight));
}

TEST(Weights, AMachineWithoutCudaSaysWhy) {
  if (cuda_status().torch_loaded) GTEST_SKIP() << "this machine has a CUDA device";
  try {
    load_model(Bundle::open(testing::golden_bundle()), {Device::Kind::cuda, 0}, Precision::float32);
    FAIL() << "CUDA without a device was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_FALSE(error.message().empty());
  }
}

}  // namespace
}  // namespace equi::model
