#include "core/eval/golden.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "tests/support/golden_bundle.h"

namespace equi::eval {
namespace {

// Every recorded output that the issue names; a name that verify stopped knowing would make this fail.
const std::set<std::string> kTokenizerOutputs = {"latent_mean_64", "recon_64", "latent_mean_96", "recon_96",
                                                 "decoded_random"};
const std::set<std::string> kGeneratorOutputs = {"z_cond",
                                                 "z_uncond",
                                                 "flow_v",
                                                 "flow_v_cfg3",
                                                 "sample_cfg1_tokens",
                                                 "sample_cfg3_linear_tokens",
                                                 "sample_cfg7_constant_tokens",
                                                 "continue_tokens",
                                                 "loss_value",
                                                 "rope_8",
                                                 "grad.z_proj.weight",
                                                 "grad.class_emb.weight",
                                                 "grad.encoder_blocks.0.attn.qkv.weight",
                                                 "grad.encoder_blocks.1.attn2.k.weight",
                                                 "grad.diffloss.net.res_blocks.0.adaLN_modulation.1.weight",
                                                 "grad.diffloss.net.final_layer.linear.weight"};

std::map<std::string, GoldenResult> verify(const Device& device, Precision precision,
                                           const std::string& file) {
  const auto model = model::load_model(Bundle::open(testing::golden_bundle(), true), device, precision);
  std::map<std::string, GoldenResult> computed;
  for (auto& result : verify_golden(model, SafetensorsFile::open(testing::golden_data(file)))) {
    if (result.skipped.empty()) computed[result.name] = result;
  }
  return computed;
}

void expect_within(const std::map<std::string, GoldenResult>& results, const std::set<std::string>& names,
                   double bound) {
  for (const auto& name : names) {
    ASSERT_TRUE(results.contains(name)) << name << " was not computed";
    EXPECT_LE(results.at(name).error, bound) << name;
  }
}

TEST(Golden, TokenizerInFloat32OnTheCpu) {
  expect_within(verify({}, Precision::float32, "tokenizer_tiny_io.safetensors"), kTokenizerOutputs, 1e-4);
}

TEST(Golden, GeneratorInFloat32OnTheCpu) {
  expect_within(verify({}, Precision::float32, "generator_tiny_io.safetensors"), kGeneratorOutputs, 1e-4);
}

TEST(Golden, VelocitiesInBfloat16OnTheCpu) {
  expect_within(verify({}, Precision::bfloat16, "generator_tiny_io.safetensors"), {"flow_v", "flow_v_cfg3"},
                3e-2);
}

// No bound is promised for a picture in bfloat16; it has to be the same picture.
TEST(Golden, TheTokenizerRunsInBfloat16OnTheCpu) {
  const auto results = verify({}, Precision::bfloat16, "tokenizer_tiny_io.safetensors");
  for (const auto& name : kTokenizerOutputs) {
    ASSERT_TRUE(results.contains(name)) << name;
    EXPECT_LE(results.at(name).error, 0.1) << name;
    EXPECT_FALSE(results.at(name).bound) << name;
  }
}

TEST(Golden, EverythingInFloat32OnCuda) {
  if (!cuda_status().torch_loaded) GTEST_SKIP() << "no CUDA device: " << cuda_status().reason;
  const Device cuda{Device::Kind::cuda, 0};
  expect_within(verify(cuda, Precision::float32, "tokenizer_tiny_io.safetensors"), kTokenizerOutputs, 1e-3);
  expect_within(verify(cuda, Precision::float32, "generator_tiny_io.safetensors"), kGeneratorOutputs, 1e-3);
}

TEST(Golden, VelocitiesInBfloat16OnCuda) {
  if (!cuda_status().torch_loaded) GTEST_SKIP() << "no CUDA device: " << cuda_status().reason;
  expect_within(verify({Device::Kind::cuda, 0}, Precision::bfloat16, "generator_tiny_io.safetensors"),
                {"flow_v", "flow_v_cfg3"}, 3e-2);
}

}  // namespace
}  // namespace equi::eval
