#pragma once

#include <array>
#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "core/media/image.h"
#include "tests/support/golden_bundle.h"

namespace equi {

// The program as a user starts it.
struct Outcome {
  int code = -1;
  std::string out;  // standard output
  std::string err;
};

class Cli : public ::testing::Test {
 protected:
  Outcome run(const std::string& arguments) {
    const auto errors = folder_ / "stderr";
    const std::string command = std::string(EQUI_CLI) + " " + arguments + " 2>" + errors.string();
    Outcome outcome;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> piece{};
    for (std::size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;)
      outcome.out.append(piece.data(), n);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::ifstream in(errors);
    outcome.err.assign(std::istreambuf_iterator<char>(in), {});
    return outcome;
  }
  void expect_error(const std::string& arguments, const std::string& what) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_NE(outcome.err.find(what), std::string::npos) << arguments << " -> " << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << "one line: " << outcome.err;
  }
  static std::string golden(const std::string& name) { return testing::golden_data(name).string(); }
  static std::string model() { return " --model " + testing::golden_bundle().string() + " "; }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  // A picture of soft stripes, 150 x 100.
  std::string photo() {
    media::Image image{150, 100, std::vector<std::uint8_t>(150 * 100 * 3)};
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 150; ++x) {
        std::uint8_t* pixel = image.row(y) + x * 3;
        pixel[0] = static_cast<std::uint8_t>(x);
        pixel[1] = static_cast<std::uint8_t>(2 * y);
        pixel[2] = 90;
      }
    }
    media::write_image(folder_ / "photo.png", image);
    return at("photo.png");
  }
  testing::TempFolder folder_;
};

}  // namespace equi
