#include "core/checkpoint/import.h"

#include <cstring>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/checkpoint/convert.h"
#include "core/checkpoint/torch_file.h"
#include "tests/support/golden_bundle.h"

namespace equi {
namespace {

ImportOptions golden_options(const std::filesystem::path& output) {
  ImportOptions options;
  options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
  options.generator_checkpoint = testing::golden_data("generator_tiny.pth");
  options.output = output;
  return options;
}

TEST(Import, FindsTheArchitectureOfTheGoldenTokenizer) {
  const auto c = Bundle::open(testing::golden_bundle()).manifest().tokenizer;
  EXPECT_EQ(c.image_channels, 3);
  EXPECT_EQ(c.image_height, 64);
  EXPECT_EQ(c.encoder_channels, 32);
  EXPECT_EQ(c.decoder_channels, 32);
  EXPECT_EQ(c.channel_multipliers, (std::vector<int>{1, 1, 2}));
  EXPECT_EQ(c.halves_width, (std::vector<bool>{true, true}));
  EXPECT_EQ(c.level_attention, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(c.blocks_per_level, 1);
  EXPECT_EQ(c.token_width, 32);
  EXPECT_EQ(c.column_pixels(), 4);
}

TEST(Import, FindsTheArchitectureOfTheGoldenGenerator) {
  const auto manifest = Bundle::open(testing::golden_bundle()).manifest();
  const auto& c = manifest.generator;
  EXPECT_EQ(c.model_name, "golden_tiny");
  EXPECT_EQ(c.width, 64);
  EXPECT_EQ(c.heads, 4);
  EXPECT_EQ(manifest.heads_source, "from the model's name golden_tiny");
  EXPECT_EQ(c.blocks, 4);
  EXPECT_EQ(c.mlp_width, 256);
  EXPECT_EQ(c.class_count, 5);
  EXPECT_EQ(c.condition_tokens, 16);
  EXPECT_EQ(c.cond_length, 3);
  EXPECT_EQ(c.flow_width, 96);
  EXPECT_EQ(c.flow_depth, 3);
  EXPECT_EQ(c.time_features, 256);
  EXPECT_EQ(c.sampling_steps, 100) << "args holds it as a text";
  EXPECT_EQ(c.guidance_schedule, "linear");
  EXPECT_DOUBLE_EQ(manifest.vae_norm, 0.05493);
  EXPECT_EQ(manifest.class_names.front(), "class 0");
}

TEST(Import, TakesTheAveragedWeightsUnchanged) {
  const auto bundle = Bundle::open(testing::golden_bundle());
  const auto tokenizer = TorchFile::open(testing::golden_data("tokenizer_tiny.ckpt"));
  const auto generator = TorchFile::open(testing::golden_data("generator_tiny.pth"));
  const auto same = [](const SafetensorsFile& ours, const std::string& name, const TorchFile& theirs,
                       const std::string& dict, const std::string& stored_name) {
    const auto stored = theirs.tensor(dict, stored_name);
    const auto a = ours.bytes(*ours.find(name));
    const auto b = theirs.file()->bytes().subspan(stored.offset, stored.size);
    return std::ranges::equal(a, b);
  };
  EXPECT_TRUE(same(bundle.tokenizer(), "encoder.conv_in.weight", tokenizer, "state_dict",
                   "ema_encoder.conv_inweight"));
  EXPECT_FALSE(
      same(bundle.tokenizer(), "encoder.conv_in.weight", tokenizer, "state_dict", "encoder.conv_in.weight"));
  EXPECT_TRUE(same(bundle.tokenizer(), "decoder.up.2.attn.1.q.weight", tokenizer, "state_dict",
                   "ema_decoder.up2attn1qweight"));
  EXPECT_TRUE(same(bundle.generator(), "z_proj.weight", generator, "model_ema", "z_proj.weight"));
  EXPECT_FALSE(same(bundle.generator(), "z_proj.weight", generator, "model", "z_proj.weight"));
}

TEST(Import, LeavesTrainingOnlyTensorsOut) {
  const auto bundle = Bundle::open(testing::golden_bundle());
  EXPECT_EQ(bundle.tokenizer().tensors().size(), weight_specs(bundle.manifest().tokenizer).size());
  EXPECT_EQ(bundle.generator().tensors().size(), weight_specs(bundle.manifest().generator).size());
}

TEST(Import, RoundsToBfloat16WhenAsked) {
  const testing::TempFolder folder;
  auto options = golden_options(folder / "half");
  options.dtype = "bfloat16";
  import_checkpoints(options);
  const auto half = Bundle::open(folder / "half", true);
  const auto full = Bundle::open(testing::golden_bundle());
  const auto* stored = half.generator().find("z_proj.weight");
  EXPECT_EQ(stored->dtype, DType::bf16);
  float value = 0;
  std::uint16_t rounded = 0;
  std::memcpy(&value, full.generator().bytes(*full.generator().find("z_proj.weight")).data(), sizeof(value));
  std::memcpy(&rounded, half.generator().bytes(*stored).data(), sizeof(rounded));
  EXPECT_EQ(rounded, to_bfloat16(value));
}

TEST(Import, RoundsToNearestEven) {
  const auto bits = [](std::uint32_t pattern) {
    float value = 0;
    std::memcpy(&value, &pattern, sizeof(value));
    return to_bfloat16(value);
  };
  EXPECT_EQ(bits(0x3f808000), 0x3f80) << "a tie goes to the even neighbour below";
  EXPECT_EQ(bits(0x3f818000), 0x3f82) << "a tie goes to the even neighbour above";
  EXPECT_EQ(bits(0x3f808001), 0x3f81);
  EXPECT_EQ(bits(0x7f800001) & 0x7fc0, 0x7fc0) << "NaN stays NaN";
}

TEST(Import, WritesTheHashesOfBothFiles) {
  const auto& folder = testing::golden_bundle();
  const auto manifest = Bundle::open(folder).manifest();
  EXPECT_EQ(manifest.tokenizer_sha256, sha256_file(folder / "tokenizer.safetensors"));
  EXPECT_EQ(manifest.generator_sha256, sha256_file(folder / "generator.safetensors"));
}

TEST(Import, TakesClassNamesFromAFile) {
  const testing::TempFolder folder;
  testing::TempFolder names;
  std::ofstream(names / "five.txt") << "alps\r\nsea\nforest\n沙漠\ncity\n";
  std::ofstream(names / "four.txt") << "a\nb\nc\nd\n";
  auto options = golden_options(folder / "named");
  options.class_names = names / "five.txt";
  EXPECT_EQ(import_checkpoints(options).class_names,
            (std::vector<std::string>{"alps", "sea", "forest", "沙漠", "city"}));
  options.output = folder / "other";
  std::ofstream(names / "endless.txt");
  std::filesystem::resize_file(names / "endless.txt", std::uintmax_t{1} << 30);  // zeros that take no room
  for (const auto& bad :
       {names / "four.txt", names / "endless.txt", names.path(), std::filesystem::path("/dev/zero")}) {
    options.class_names = bad;
    try {
      import_checkpoints(options);
      ADD_FAILURE() << "took " << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.where(), bad.string());
    }
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "other"));
}

TEST(Import, NamesTheBundleAfterItsFolderHoweverThatIsWritten) {
  const testing::TempFolder folder;
  EXPECT_EQ(import_checkpoints(golden_options(folder / "places/")).name, "places");
}

TEST(Import, ReportsProgressUpToTheEnd) {
  const testing::TempFolder folder;
  double last = 0;
  import_checkpoints(golden_options(folder / "b"), [&](double done, const std::string&) {
    EXPECT_GE(done, last);
    last = done;
  });
  EXPECT_DOUBLE_EQ(last, 1.0);
}

TEST(Import, LeavesNothingWhenStopped) {
  const testing::TempFolder folder;
  std::stop_source source;
  const auto stop_in_the_middle = [&](double done, const std::string&) {
    if (done > 0.5) source.request_stop();
  };
  try {
    import_checkpoints(golden_options(folder / "b"), stop_in_the_middle, source.get_token());
    FAIL() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Import, RefusesAScaleThatNoBundleCanHave) {
  const testing::TempFolder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double scale : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), infinity, 1e9}) {
    auto options = golden_options(folder / "b");
    options.vae_norm = scale;
    try {
      import_checkpoints(options);
      ADD_FAILURE() << "took " << scale;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(error.what()).find("vae_norm must be positive"), std::string::npos)
          << error.what();
      EXPECT_EQ(error.where(), "--vae-norm") << "the folder of the bundle is not at fault";
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << scale;
  }
}

TEST(Import, NeverOverwritesAFolder) {
  const testing::TempFolder folder;
  std::ofstream(folder / "precious") << "x";
  EXPECT_THROW(import_checkpoints(golden_options(folder.path())), Error);
  EXPECT_TRUE(std::filesystem::exists(folder / "precious"));
}

TEST(Manifest, SurvivesARoundTrip) {
  const auto manifest = Bundle::open(testing::golden_bundle()).manifest();
  const auto again = manifest_from_json(manifest_to_json(manifest), "test");
  EXPECT_EQ(again.tokenizer, manifest.tokenizer);
  EXPECT_EQ(again.generator, manifest.generator);
  EXPECT_EQ(again.class_names, manifest.class_names);
  EXPECT_EQ(manifest_to_json(again), manifest_to_json(manifest));
}

}  // namespace
}  // namespace equi
