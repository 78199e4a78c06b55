// equicanvas-cli inspect, as a user starts it.
#include <fstream>

#include "core/media/animation.h"
#include "tests/cli/cli_fixture.h"

namespace equi {
namespace {

class InspectCli : public Cli {
 protected:
  nlohmann::json json(const std::string& arguments) {
    const auto outcome = run("inspect " + arguments + model() + "--json");
    EXPECT_EQ(outcome.code, 0) << arguments << " -> " << outcome.err;
    return outcome.code == 0 ? nlohmann::json::parse(outcome.out) : nlohmann::json();
  }
};

TEST_F(InspectCli, EveryCommandHasAnExample) {
  for (const std::string command : {"influence", "swap", "progressive", "directions", "equivariance"}) {
    const auto help = run("inspect " + command + " --help");
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_NE(help.out.find("Example"), std::string::npos) << command;
  }
}

TEST_F(InspectCli, InfluenceOfAPicturesColumn) {
  const auto report = json("influence " + photo() + " --column 5 --with zero -o " + at("i.png"));
  EXPECT_EQ(report["influence"]["column"], 5);
  EXPECT_GT(report["influence"]["own_share"].get<double>(), 0);
  EXPECT_LE(report["influence"]["own_share"].get<double>(), 1);
  EXPECT_EQ(report["token"]["values"].size(), 32U);
  EXPECT_GT(media::read_image(at("i.png")).height, 2 * 64);
}

TEST_F(InspectCli, InfluenceOfAllColumns) {
  const auto report = json("influence " + photo() + " -o " + at("all.png"));
  EXPECT_EQ(report["each"].size(), report["columns"][1].get<std::size_t>() + 1);
  double sum = 0;
  for (const double share : report["mean_profile"]) sum += share;
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST_F(InspectCli, SwapInAGeneratedPanorama) {
  const std::string source = "swap --scene 1 --columns 6 --seed 3 --column 2 ";
  const auto random = json(source + "--with random:4 -o " + at("s.png"));
  EXPECT_GT(random["change_squared_levels"].get<double>(), 0);
  EXPECT_EQ(json(source + "--with random:4 --amount 0")["change_squared_levels"], 0);
  EXPECT_EQ(json(source + "--with column:2")["change_squared_levels"], 0) << "its own token";
  EXPECT_EQ(json(source + "--with scene:1")["change_squared_levels"], 0) << "its own scene";
  EXPECT_GT(json(source + "--with scene:2")["change_squared_levels"].get<double>(), 0);
  EXPECT_GT(
      json(source + "--with picture:" + photo() + ":3 --blend linear --amount 0.5")["distance"].get<double>(),
      0);
}

TEST_F(InspectCli, ProgressiveAsAnimationAndStrip) {
  const auto gif = json("progressive " + photo() + " --frames 4 --order centre-out -o " + at("p.gif"));
  EXPECT_EQ(gif["frames"], 4);
  EXPECT_TRUE(std::filesystem::exists(at("p.gif")));
  json("progressive " + photo() + " --frames 3 --order prediction --range 2..9 -o " + at("p.png"));
  EXPECT_EQ(media::read_image(at("p.png")).height, 3 * 64 + 2 * 4);
  EXPECT_EQ(media::read_image(at("p.png")).width, 8 * 4);
}

TEST_F(InspectCli, DirectionsOfAPicture) {
  const auto report = json("directions " + photo() + " --components 2 --steps 3 -o " + at("d.png"));
  ASSERT_EQ(report["components"].size(), 2U);
  EXPECT_GE(report["components"][0]["spread"].get<double>(), report["components"][1]["spread"].get<double>());
  EXPECT_TRUE(std::filesystem::exists(at("d.png")));
}

TEST_F(InspectCli, EquivarianceOfAFolder) {
  std::filesystem::create_directory(at("photos"));
  std::filesystem::copy(photo(), at("photos/a.png"));
  std::ofstream(at("photos/broken.png")) << "no picture";
  const auto report = json("equivariance " + at("photos") + " --shifts 2,4 -o " + at("e.png"));
  EXPECT_EQ(report["pictures"].size(), 1U) << "the broken one is left out";
  EXPECT_GT(report["whole_columns"]["encode"].get<double>(), 0);
  EXPECT_EQ(report["shifts"].size(), 2U);
  EXPECT_TRUE(std::filesystem::exists(at("e.png")));
}

TEST_F(InspectCli, BadInputIsOneLineAndExitCode2) {
  const std::string swap = "inspect swap " + photo() + model();
  expect_error("inspect influence " + photo() + model() + "--column 400", "only columns 0 to");
  expect_error("inspect influence " + photo() + model() + "--column x..", "'x..' names none");
  expect_error("inspect influence " + at("absent.png") + model(), "absent.png");
  expect_error("inspect influence " + at("absent.equi") + model(), "absent.equi");
  expect_error(swap + "--column 3 --with column:900", "only columns 0 to");
  expect_error(swap + "--column 3 --with column:x", "'x' is not a number");
  expect_error(swap + "--column 3 --with scene:1", "were not generated");
  expect_error(swap + "--column 3 --with magic", "'magic' cannot stand in");
  expect_error("inspect progressive " + photo() + model() + "-o " + at("p.avi"), "not a picture format");
  expect_error("inspect directions " + photo() + model() + "--from model", "carries no statistics");
  expect_error("inspect equivariance " + photo() + model() + "--shifts 0", "0 pixels is not between");
  media::write_image(folder_ / "narrow.png", {3, 100, std::vector<std::uint8_t>(900)});
  expect_error("inspect influence " + at("narrow.png") + model(), "too narrow");
}

}  // namespace
}  // namespace equi
