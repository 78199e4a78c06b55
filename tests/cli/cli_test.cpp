// The program as a user starts it: output, files, exit codes.
#include <cstring>
#include <fstream>
#include <span>

#include "core/base/cuda_loader.h"
#include "tests/cli/cli_fixture.h"

namespace equi {
namespace {

TEST_F(Cli, HelpAndVersion) {
  EXPECT_EQ(run("--help").code, 0);
  EXPECT_EQ(run("--version").out, std::string(EQUI_VERSION) + "\n");
  for (const std::string command : {"import", "info", "verify", "reconstruct", "generate", "extend"}) {
    const auto help = run(command + " --help");
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_NE(help.out.find("Example"), std::string::npos) << command << " shows no example";
  }
}

// libgomp tells what it was given when it is loaded.
TEST_F(Cli, ThreadsDoNotSpinForLong) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "not under a sanitizer";
#endif
  const auto spins_of = [&](const char* environment, const std::string& arguments) {
    const std::string whole =
        std::string("env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT OMP_DISPLAY_ENV=verbose ") + environment + " " +
        EQUI_CLI + " " + arguments + " > " + at("all") + " 2>&1";
    EXPECT_EQ(std::system(whole.c_str()), 0) << whole;
    std::ifstream in(at("all"));
    const std::string all(std::istreambuf_iterator<char>(in), {});
    const std::string key = "GOMP_SPINCOUNT = '";
    const auto begin = all.find(key);
    EXPECT_EQ(all.find(key, begin + 1), std::string::npos) << "the libraries were set up twice";
    if (begin == std::string::npos) return std::string("not told");
    return all.substr(begin + key.size(), all.find('\'', begin + key.size()) - begin - key.size());
  };
  EXPECT_EQ(spins_of("", "generate --help"), "3000");
  EXPECT_EQ(spins_of("GOMP_SPINCOUNT=77", "generate --help"), "77") << "the user's choice";
  EXPECT_NE(spins_of("OMP_WAIT_POLICY=active", "generate --help"), "3000") << "another one";
}

TEST_F(Cli, ImportThenInfo) {
  const auto imported = run("import --tokenizer " + golden("tokenizer_tiny.ckpt") + " --generator " +
                            golden("generator_tiny.pth") + " --dtype bf16 --json -o " + at("bundle"));
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(nlohmann::json::parse(imported.out)["manifest"]["dtype"], "bfloat16");
  const auto info = run("info --check --json " + at("bundle"));
  ASSERT_EQ(info.code, 0) << info.err;
  const auto facts = nlohmann::json::parse(info.out);
  EXPECT_EQ(facts["generator"]["width"], 64);
  EXPECT_EQ(facts["tokenizer"]["image_height"], 64);
  EXPECT_EQ(facts["class_names"].size(), 5U);
}

TEST_F(Cli, InfoWithoutAModelTellsTheDevices) {
  const auto info = run("info --json");
  ASSERT_EQ(info.code, 0) << info.err;
  EXPECT_EQ(nlohmann::json::parse(info.out)["version"], EQUI_VERSION);
}

TEST_F(Cli, VerifyAcceptsTheGoldenData) {
  const auto outcome = run("verify --json" + model() + "--golden " + golden("tokenizer_tiny_io.safetensors") +
                           " --golden " + golden("generator_tiny_io.safetensors"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto report = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_EQ(report["compared"], 21);
  EXPECT_LE(report["largest_relative_error"], 1e-4);
}

// The golden file with one number of one tensor changed.
TEST_F(Cli, VerifyNamesWhatDiffers) {
  const auto file = SafetensorsFile::open(golden("generator_tiny_io.safetensors"));
  std::ifstream in(golden("generator_tiny_io.safetensors"), std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  bytes[file.find("flow_v")->offset + 3] = '\x41';
  std::ofstream(at("changed.safetensors"), std::ios::binary) << bytes;
  const auto outcome = run("verify" + model() + "--golden " + at("changed.safetensors"));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("1 outside the bound"), std::string::npos) << outcome.out;
  EXPECT_GT(outcome.out.rfind("flow_v "), outcome.out.rfind("within")) << "the largest error comes last";
}

TEST_F(Cli, VerifyRefusesAFileThatItKnowsNothingOf) {
  std::ofstream(at("empty.safetensors"), std::ios::binary) << std::string("\x02\0\0\0\0\0\0\0{}", 10);
  expect_error("verify" + model() + "--golden " + at("empty.safetensors"),
               "no tensor in it has a name that verify knows");
}

// Names of tensors are a stranger's text.
TEST_F(Cli, VerifyTakesNoNumberOutOfANameUnseen) {
  const auto with_tensor = [&](const std::string& name) {
    const std::string header = R"({")" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    const auto size = static_cast<std::uint64_t>(header.size());
    std::string bytes(sizeof(size), '\0');
    std::memcpy(bytes.data(), &size, sizeof(size));
    std::ofstream(at("named.safetensors"), std::ios::binary) << bytes + header + std::string(4, '\0');
    return "verify" + model() + "--golden " + at("named.safetensors");
  };
  expect_error(with_tensor("rope_300000000"), "named.safetensors");
  expect_error(with_tensor("flow_v_cfg..."), "named.safetensors");
  expect_error(with_tensor("recon_" + std::string(300000, 'a')), "no tensor in it");
}

TEST_F(Cli, ReconstructsAPhoto) {
  const auto outcome = run("reconstruct --json " + photo() + " " + at("rebuilt.png") + model());
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto report = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(report["columns"], 24) << "150 x 100 at height 64 is 96 wide, in columns of 4";
  const auto rebuilt = media::read_image(at("rebuilt.png"));
  EXPECT_EQ(rebuilt.width, 96);
  EXPECT_EQ(rebuilt.height, 64);
  EXPECT_TRUE(report["psnr_db"].is_number());
}

TEST_F(Cli, GeneratesTheSamePictureFromTheSameSeed) {
  const std::string settings = "generate --scene 1 --columns 6 --steps 4 --json" + model();
  ASSERT_EQ(run(settings + "--seed 5 -o " + at("a.png")).code, 0);
  ASSERT_EQ(run(settings + "--seed 5 -o " + at("b.png")).code, 0);
  ASSERT_EQ(run(settings + "--seed 6 -o " + at("c.png")).code, 0);
  const auto a = media::read_image(at("a.png"));
  EXPECT_EQ(a.width, 24);
  EXPECT_EQ(a.pixels, media::read_image(at("b.png")).pixels);
  EXPECT_NE(a.pixels, media::read_image(at("c.png")).pixels);
}

TEST_F(Cli, ScenesAreListedAndRendered) {
  const auto list = run("scenes --json");
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_GE(nlohmann::json::parse(list.out)["scenes"].size(), 12U);
  const std::string settings = "scenes --scene dunes --height 32 --columns 4 --json ";
  ASSERT_EQ(run(settings + "--rows 2 -o " + at("a.png")).code, 0);
  ASSERT_EQ(run(settings + "-o " + at("b.png")).code, 0);
  const auto two = media::read_image(at("a.png")), one = media::read_image(at("b.png"));
  EXPECT_EQ(one.width, 64);
  EXPECT_EQ(one.height, 32);
  EXPECT_EQ(two.height, 32 + 4 + 32);
  EXPECT_TRUE(std::ranges::equal(one.pixels, std::span(two.pixels).first(one.pixels.size())));
  ASSERT_EQ(run("scenes --scene \"Alpine lake\" --height 32 --columns 4 -o " + at("title.png")).code, 0)
      << "the title that the list shows";
}

TEST_F(Cli, EvaluatesTheDemoModel) {
  const Outcome outcome =
      run("evaluate demo --model models/demo --worlds 2 --panoramas 1 --far-column 16 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto figures = nlohmann::json::parse(outcome.out);
  EXPECT_GT(figures.at("psnr_reconstruction").get<double>(), 26.0);
  EXPECT_GT(figures.at("psnr_windowed").get<double>(), 30.0);
  EXPECT_LT(figures.at("seam_ratio").get<double>() / figures.at("seam_ratio_full_width").get<double>(), 1.1);
  EXPECT_GT(figures.at("class_agreement_near").get<double>(), 0.7) << "of 15 classes; few panoramas";
  EXPECT_GT(figures.at("position_loss_ratio").get<double>(), 1.0);
  const auto without = figures.at("frechet_far_without_class").get<std::vector<double>>();
  ASSERT_EQ(without.size(), 15);
  for (const double distance : without) EXPECT_GT(distance, 0.0);
  EXPECT_NE(std::ranges::min(without), std::ranges::max(without));
}

// The numerics guard on the demo model (the kernels' own bounds are in stream_test).
TEST_F(Cli, BenchNumericsJudgesBfloat16) {
  const Outcome outcome = run("bench numerics --model models/demo --scene 2 --columns 32 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto figures = nlohmann::json::parse(outcome.out);
  EXPECT_LT(figures.at("token_error_mean").get<double>(), 3e-2);
  EXPECT_GT(figures.at("token_error_mean").get<double>(), 1e-5) << "bfloat16 was not used";
  EXPECT_GT(figures.at("psnr").get<double>(), 40.0);
  EXPECT_GT(figures.at("psnr_of_decoder").get<double>(), 40.0);
  EXPECT_NEAR(figures.at("class_agreement").get<double>(), figures.at("class_agreement_exact").get<double>(),
              0.2)
      << "one crop of the five";
  expect_error("bench numerics --model models/demo --scene 15", "scene");
}

TEST_F(Cli, BenchOperationsIsForGpus) {
  expect_error("bench operations --device cpu", "device");
  if (!cuda_status().kernels_loaded || !cuda_kernels_fit(0))
    GTEST_SKIP() << "no GPU for the rest: " << cuda_status().reason;
  const Outcome outcome = run("bench operations --size small --solver euler --evaluations 60 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const auto& part : nlohmann::json::parse(outcome.out).at("parts")) {
    int operations = 0;
    for (const auto& kind : part.at("kinds")) {
      operations += kind.at("count").get<int>();
      EXPECT_GT(kind.at("seconds_each").get<double>(), 0.0);
    }
    EXPECT_EQ(operations, part.at("operations").get<int>());
  }
}

TEST_F(Cli, APlanThatIsTooLargeForTheDiskIsSaidBeforeItStarts) {
  const auto plan = [&](std::int64_t seeds, std::int64_t columns) {
    std::ofstream(folder_ / "plan.json") << nlohmann::json{
        {"model", testing::golden_bundle().string()}, {"folder", at("out")}, {"scenes", {"0"}},
        {"seeds", {{"from", 1}, {"count", seeds}}},   {"widths", {columns}}, {"batch", 1}};
    const auto outcome = run("batch " + at("plan.json") + " --dry-run --json");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out).at("space").get<std::string>();
  };
  EXPECT_EQ(plan(2, 4), "");
  EXPECT_NE(plan(100000, 10'000'000).find("are needed, the disk has"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(Cli, OutputThatCannotBeWrittenIsNoCrashAndNoSuccess) {
  const auto code = [](const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const std::string cli = EQUI_CLI;
  for (const std::string errors : {" 2>/dev/full", " 2>&-"}) {
    EXPECT_EQ(code(cli + " info " + at("absent") + errors), 2) << errors;
    EXPECT_EQ(code(cli + " generate --scene 1 --columns 12 --steps 1" + model() + "-o " + at("x.png") +
                   " >/dev/null" + errors),
              0)
        << errors;
  }
  EXPECT_EQ(code(cli + " scenes --json >/dev/full 2>" + at("said")), 2);
  EXPECT_EQ(code("TMPDIR=/nonexistent " + cli + " generate --scene 1 --columns 4 --steps 1" + model() +
                 "-o " + at("y.png") + " 2>" + at("said")),
            2);
}

TEST_F(Cli, BadInputIsOneLineAndExitCode2) {
  const std::string out = " -o " + at("x.png");
  expect_error("info " + at("absent"), "is no folder");
  expect_error("generate --scene nowhere" + model() + out, "'nowhere' is none of the model's 5 classes");
  expect_error("generate --scene 9" + model() + out, "'9' is none of the model's 5 classes");
  expect_error("generate --scene 1 --columns 0" + model() + out, "0 is not between");
  expect_error("generate --scene 1 --columns -5" + model() + out, "-5 is not between");
  expect_error("generate --scene 1 --columns 4 --steps 2 --device moon" + model() + out,
               "'moon' is not a device");
  expect_error("generate --scene 1 --columns 4 --steps 2" + model() + "-o " + at("x.gif"),
               "not a picture format");
  expect_error("generate --scene 1 --columns 4 --steps 2" + model() + "-o " + at("absent/x.png"),
               "cannot be written");
  expect_error("scenes --scene moon" + out, "there is no scene of this name");
  expect_error("scenes --scene dunes -o " + at("x.gif"), "not a picture format");
  expect_error("scenes --scene dunes --columns 4096 -o " + at("x.jpg"), "pixels in a row");
  expect_error("scenes --rows 100 --columns 4096" + out, "too large");
  EXPECT_EQ(run("scenes --height 5" + out).code, 2);
  expect_error("reconstruct " + at("absent.jpg") + " " + at("y.png") + model(), "absent.jpg: cannot be read");
  std::ofstream(at("text.png")) << "no picture";
  expect_error("reconstruct " + at("text.png") + " " + at("y.png") + model(), "is not a picture");
  std::ofstream(at("empty.png")).flush();
  expect_error("reconstruct " + at("empty.png") + " " + at("y.png") + model(), "the file is empty");
  EXPECT_EQ(run("generate --columns x").code, 2);
  for (const std::string option : {"--context-noise 9", "--resample 1.5"}) {
    const auto refused = run("train generator --scenes --tokenizer absent --run " + at("run") + " " + option);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find(option.substr(0, option.find(' '))), std::string::npos) << refused.err;
  }
  EXPECT_EQ(run("frobnicate").code, 2);
  EXPECT_EQ(run("").code, 2);
}

}  // namespace
}  // namespace equi
