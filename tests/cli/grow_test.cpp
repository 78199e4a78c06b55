// generate and extend: panoramas in both directions, projects, Ctrl-C, a full disk.
#include <signal.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.h"
#include "tests/support/poisoned_bundle.h"

namespace equi {
namespace {

class CliGrow : public Cli {
 protected:
  nlohmann::json facts(const std::string& arguments, int code = 0) {
    const auto outcome = run(arguments + " --json" + model());
    EXPECT_EQ(outcome.code, code) << arguments << ": " << outcome.err;
    return outcome.out.empty() ? nlohmann::json() : nlohmann::json::parse(outcome.out);
  }
  media::Image picture(const std::string& name) { return media::read_image(folder_ / name); }

  // The part [from, to) of a picture's width.
  static std::vector<std::uint8_t> cut(const media::Image& image, int from, int to) {
    std::vector<std::uint8_t> out;
    for (int y = 0; y < image.height; ++y)
      out.insert(out.end(), image.row(y) + 3 * from, image.row(y) + 3 * to);
    return out;
  }
};

TEST_F(CliGrow, GrowsBothWaysAndKeepsTheProject) {
  const auto made = facts("generate --scene 1 --columns 30 --left 6 --steps 3 --seed 4 --project " +
                          at("a.equi") + " -o " + at("a.png"));
  EXPECT_EQ(made["width"], 36 * 4);
  EXPECT_EQ(made["height"], 64);
  EXPECT_EQ(made["made_left"], 6);
  EXPECT_EQ(made["made_right"], 30);
  EXPECT_EQ(made["first_column"], -6);
  EXPECT_EQ(made["evaluations"], 3);
  EXPECT_EQ(made["mode"], "streaming");
  const auto longer = facts("extend " + at("a.equi") + " --right 20 --left 4 -o " + at("b.png"));
  EXPECT_EQ(longer["columns"], 60);
  EXPECT_EQ(longer["first_column"], -10);
  facts("generate --scene 1 --columns 50 --left 10 --steps 3 --seed 4 -o " + at("once.png"));
  EXPECT_EQ(picture("b.png").pixels, picture("once.png").pixels) << "in two goes as in one";
}

TEST_F(CliGrow, AskedForFewColumnsTheLeftShowsNoMore) {
  const auto made = facts("generate --scene 1 --columns 3 --left 2 --steps 2 -o " + at("few.png"));
  EXPECT_EQ(made["width"], 5 * 4);
}

TEST_F(CliGrow, WidensAPhotoAndKeepsItsPixels) {
  const std::string common = "extend " + photo() + " --scene 2 --steps 2 ";
  const auto wide = facts(common + "--left 5 --right 7 --blend 8 -o " + at("wide.png"));
  EXPECT_EQ(wide["width"], (5 + 24 + 7) * 4);
  facts(common + "--right 1 --blend 0 -o " + at("kept.png"));
  EXPECT_EQ(cut(picture("wide.png"), 5 * 4 + 8, 5 * 4 + 88), cut(picture("kept.png"), 8, 88));
  EXPECT_NE(cut(picture("wide.png"), 5 * 4, 5 * 4 + 8), cut(picture("kept.png"), 0, 8));
}

TEST_F(CliGrow, AProjectChangesItsSceneFromItsEnd) {
  facts("generate --scene 1 --columns 10 --steps 2 --project " + at("a.equi"));
  std::filesystem::copy_file(folder_ / "a.equi", folder_ / "b.equi");
  facts("extend " + at("a.equi") + " --right 10 -o " + at("same.png"));
  facts("extend " + at("b.equi") + " --right 10 --scene 3 --ramp 4 -o " + at("other.png"));
  EXPECT_NE(cut(picture("same.png"), 40, 80), cut(picture("other.png"), 40, 80));
}

TEST_F(CliGrow, ReferenceModeIsTheSamplerStepByStep) {
  const auto made =
      facts("generate --mode reference --scene 1 --columns 6 --steps 4 --seed 5 -o " + at("exact.png"));
  EXPECT_EQ(made["mode"], "reference");
  EXPECT_EQ(made["steps"], 4);
  EXPECT_EQ(picture("exact.png").width, 24);
  expect_error("generate --mode reference --scene 1 --left 3" + model() + "-o " + at("x.png"), "--left");
  expect_error("generate --mode reference --scene 1 --solver heun" + model() + "-o " + at("x.png"), "Euler");
}

// The authors' schedule rises over the columns of the picture.
TEST_F(CliGrow, ALinearScheduleEndsWithThePicture) {
  const std::string make =
      "generate --scene 1 --columns 40 --steps 4 --seed 5 --guidance 7 --schedule linear ";
  facts(make + "-o " + at("a.png"));
  facts(make + "--guidance-ramp 40 -o " + at("b.png"));
  facts(make + "--guidance-ramp 16 -o " + at("c.png"));
  EXPECT_EQ(picture("a.png").pixels, picture("b.png").pixels);
  EXPECT_NE(picture("a.png").pixels, picture("c.png").pixels);
}

TEST_F(CliGrow, BadInputIsOneLineAndExitCode2) {
  const std::string out = " -o " + at("x.png");
  expect_error("generate --scene 1 --columns 99999999999999" + model() + out, "is not between 1 and");
  expect_error("generate --scene 1 --columns 900000000" + model() + out, "pixels in a row");
  for (const auto& [columns, ending] : {std::pair{"4096", "webp"}, {"16376", "jpg"}}) {  // before any is made
    expect_error(
        std::string("generate --scene 1 --columns ") + columns + model() + " -o " + at("x.") + ending,
        "pixels in a row");
  }
  expect_error("generate --scene 1 --left -1" + model() + out, "-1 is not between");
  expect_error("generate --scene 1" + model(), "there is nothing to write");
  expect_error("generate --scene 1 --solver magic" + model() + out, "magic");
  for (const char* scale : {"1000", "-1", "nan"})
    expect_error(std::string("generate --scene 1 --guidance ") + scale + model() + out, "guidance");
  expect_error("generate --mode reference --scene 1 --guidance -1" + model() + out, "guidance");
  expect_error("generate --scene 1 --guidance-ramp -5" + model() + out, "-5 columns");
  expect_error("generate --scene 1" + model() + " -o " + at("x.bmp"), "x.bmp");
  expect_error("extend " + photo() + " --scene 1" + model() + out, "by nothing");
  expect_error("extend " + photo() + " --right 3" + model() + out, "a photo needs one");
  expect_error("extend " + photo() + " --scene 1 --right -3" + model() + out, "-3 is not between");
  expect_error("extend " + photo() + " --scene 1 --right 3 --blend -1" + model() + out, "blend");
  expect_error("extend " + at("absent.jpg") + " --scene 1 --right 3" + model() + out, "absent.jpg");
  expect_error("extend " + at("absent.equi") + " --right 3" + model(), "absent.equi");
  std::ofstream(at("text.equi")) << "no project";
  expect_error("extend " + at("text.equi") + " --right 3" + model(), "text.equi");
  facts("generate --scene 1 --columns 2 --steps 1 --project " + at("a.equi"));
  expect_error("generate --scene 1 --columns 2 --steps 1 --project " + at("a.equi") + model(),
               "exists already");
  expect_error("extend " + at("a.equi") + " --right 3 --steps 4" + model(), "with its own settings");
}

TEST_F(CliGrow, ANumberThatIsNotFiniteIsExitCode3AndKeepsTheRest) {
  testing::make_poisoned_bundle(folder_ / "poisoned");
  const std::string poisoned = " --model " + at("poisoned");
  ASSERT_EQ(run("generate --scene 1 --columns 8 --steps 2 --project " + at("a.equi") + poisoned).code, 0);
  const auto outcome =
      run("extend " + at("a.equi") + " --scene 4 --ramp 0 --right 5 -o " + at("rest.png") + poisoned);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("column 8: the token is not finite"), std::string::npos) << outcome.err;
  EXPECT_EQ(picture("rest.png").width, 8 * 4);
}

TEST_F(CliGrow, ARefusedExtensionLeavesTheProjectAsItIs) {
  facts("generate --scene 1 --columns 10 --steps 2 --project " + at("a.equi"));
  std::filesystem::copy_file(folder_ / "a.equi", folder_ / "b.equi");
  expect_error("extend " + at("b.equi") + " --right 4 --scene 3" + model() + "-o " + at("absent/x.png"),
               "absent");
  facts("extend " + at("a.equi") + " --right 10 -o " + at("a.png"));
  facts("extend " + at("b.equi") + " --right 10 -o " + at("b.png"));
  EXPECT_EQ(picture("a.png").pixels, picture("b.png").pixels);
}

TEST_F(CliGrow, NumbersAreDecimal) {
  EXPECT_EQ(facts("generate --scene 1 --columns 2 --steps 1 --seed 010 -o " + at("a.png"))["seed"], 10);
  for (const std::string seed : {"-1", "99999999999999999999999", "''", "0x10"}) {
    const auto refused =
        run("generate --scene 1 --columns 2 --steps 1 --seed " + seed + model() + "-o " + at("b.png"));
    EXPECT_EQ(refused.code, 2) << seed;
    EXPECT_NE(refused.err.find("--seed"), std::string::npos) << refused.err;
  }
}

TEST_F(CliGrow, APictureCarriesItsSettings) {
  facts("generate --scene 1 --columns 8 --steps 2 --seed 77 -o " + at("a.png"));
  const auto read = run("export --read " + at("a.png") + " --json");
  ASSERT_EQ(read.code, 0) << read.err;
  EXPECT_EQ(nlohmann::json::parse(read.out)["seed"], 77);
}

TEST_F(CliGrow, AFolderWithThePicturesNameIsRefusedBeforeTheFirstColumn) {
  std::filesystem::create_directory(folder_ / "x.png");
  expect_error("generate --scene 1 --columns 4" + model() + "-o " + at("x.png"), "x.png");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "x.png"));
}

// Starts the program, waits for its first line of progress, presses Ctrl-C.
TEST_F(CliGrow, CtrlCKeepsWhatWasMade) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const std::string bundle = testing::golden_bundle().string(), project = at("a.equi"), output = at("a.png");
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipes[1], STDERR_FILENO);
    dup2(pipes[1], STDOUT_FILENO);
    close(pipes[0]);
    execl(EQUI_CLI, EQUI_CLI, "generate", "--model", bundle.c_str(), "--scene", "1", "--columns", "3000",
          "--steps", "60", "--project", project.c_str(), "-o", output.c_str(), nullptr);
    _exit(127);
  }
  close(pipes[1]);
  FILE* lines = fdopen(pipes[0], "r");
  std::array<char, 256> line{};
  ASSERT_NE(fgets(line.data(), line.size(), lines), nullptr);
  EXPECT_EQ(std::string(line.data()), "columns: 300 of 3000\n");
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  fclose(lines);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const int columns = picture("a.png").width / 4;
  EXPECT_GE(columns, 300);
  EXPECT_LT(columns, 3000);
  const auto longer = facts("extend " + project + " --right 1");
  EXPECT_EQ(longer["columns"], columns + 1);
}

TEST_F(CliGrow, AFullDiskIsSaidAndTheProjectStaysWhole) {
  const std::string command = "sh -c \"trap '' XFSZ; ulimit -f 400; exec " + std::string(EQUI_CLI) +
                              " generate --scene 1 --columns 20000 --steps 8 --project " + at("a.equi") +
                              model() + "\" 2> " + at("errors");
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  std::ifstream in(at("errors"));
  const std::string errors(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(errors.find("a.equi: cannot be used"), std::string::npos) << errors;
  const auto longer = facts("extend " + at("a.equi") + " --right 1");
  EXPECT_GT(longer["columns"], 1);
}

}  // namespace
}  // namespace equi
