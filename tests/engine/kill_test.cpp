// The program killed at any moment: what reopens is a prefix of what it was making, and decodes equal.
#include <random>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/engine/engine_fixture.h"

namespace equi::engine {
namespace {

// Starts `equicanvas-cli extend PROJECT`, waits for a few lines of progress and a moment, kills it.
void kill_while_extending(const std::filesystem::path& project, const char* side, int lines,
                          useconds_t moment) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const std::string bundle = testing::golden_bundle().string(), file = project.string();
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipes[1], STDERR_FILENO);
    close(pipes[0]);
    close(pipes[1]);
    execl(EQUI_CLI, EQUI_CLI, "extend", file.c_str(), side, "40", "--model", bundle.c_str(), "--precision",
          "float32", nullptr);
    _exit(127);
  }
  close(pipes[1]);
  FILE* progress = fdopen(pipes[0], "r");
  char line[256];
  for (int i = 0; i < lines && fgets(line, sizeof(line), progress) != nullptr;) ++i;
  usleep(moment);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  fclose(progress);
}

TEST_F(SessionTest, FiftyKillsLeaveAPrefixThatDecodesEqual) {
  create("killed.equi");
  const auto straight = create("straight.equi");
  std::mt19937 random(11);
  std::int64_t grown = 0;
  for (int round = 0; round < 50; ++round) {
    const bool left = round % 7 == 6;
    kill_while_extending(folder_ / "killed.equi", left ? "--left" : "--right", static_cast<int>(random() % 4),
                         static_cast<useconds_t>(random() % 30000));
    const auto session = open("killed.equi");
    const ColumnRange extent = session->extent();
    grown = extent.size();
    if (straight->extent().end < extent.end)
      straight->extend(FrameId::forward, extent.end - straight->extent().end);
    if (straight->extent().begin > extent.begin)
      straight->extend(FrameId::mirrored, straight->extent().begin - extent.begin);
    ASSERT_LE(extent.begin, 0) << "round " << round << ": the columns on the right are all there";
    if (extent.size() == 0) continue;
    ASSERT_EQ(session->tokens(extent), straight->tokens(extent)) << "round " << round;
    if (round % 10 != 9) continue;
    const ColumnRange settled = session->settled();
    ASSERT_EQ(session->pixels(settled).pixels, straight->pixels(settled).pixels) << "round " << round;
  }
  EXPECT_GT(grown, 100) << "the kills came while it grew";
}

}  // namespace
}  // namespace equi::engine
