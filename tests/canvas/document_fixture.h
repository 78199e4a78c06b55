#pragma once

#include <cstring>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/canvas/document.h"
#include "tests/support/temp_folder.h"

namespace equi::canvas {

inline ModelIdentity test_model() {
  return {"test", "aaaa", "bbbb", 4};
}

// The token of a column in these tests: numbers that tell which one it is.
inline std::vector<float> test_token(float value) {
  return {value, value + 0.25F, value + 0.5F, value + 0.75F};
}

class DocumentTest : public ::testing::Test {
 protected:
  std::unique_ptr<Document> create(const std::string& name = "a.equi") {
    return Document::create(folder_ / name, test_model(), NewPanorama{7, 0, {}});
  }
  std::unique_ptr<Document> open(const std::string& name = "a.equi") {
    return Document::open(folder_ / name, test_model());
  }
  // The tokens of a context; each tells which one it is.
  static std::vector<float> context(std::int64_t columns = kContextColumns) {
    std::vector<float> tokens;
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto token = test_token(-1 - static_cast<float>(c));
      tokens.insert(tokens.end(), token.begin(), token.end());
    }
    return tokens;
  }
  static void extend(Document& document, std::int64_t count, FrameId frame = FrameId::forward,
                     float first = 0) {
    document.execute(Extend{frame, count});
    if (frame == FrameId::mirrored && !document.state().mirrored.started())
      document.append_context(frame, context());
    for (std::int64_t i = 0; i < count; ++i)
      document.append(frame, test_token(first + static_cast<float>(i)));
    document.flush();
  }
  static std::vector<float> firsts(Document& document, FrameId frame = FrameId::forward) {
    const auto tokens = document.tokens(frame, 0, document.state().frame(frame).columns());
    std::vector<float> out;
    for (std::size_t i = 0; i < tokens.size(); i += 4) out.push_back(tokens[i]);
    return out;
  }
  // A project of `count` columns as a program that was killed leaves it: with its log.
  void leave_log(const std::string& name, std::int64_t count) {
    const pid_t child = fork();
    if (child == 0) {
      const auto document = create(name);
      extend(*document, count);
      kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    ASSERT_TRUE(std::filesystem::exists(folder_ / (name + "-wal")));
  }
  testing::TempFolder folder_;
};

}  // namespace equi::canvas
