// Projects that were cut, changed, killed or that met a full disk.
#include <chrono>
#include <fstream>
#include <random>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tests/canvas/document_fixture.h"

namespace equi::canvas {
namespace {

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class DamagedProject : public DocumentTest {
 protected:
  // A finished project of 40 columns, as bytes.
  std::string whole() {
    {
      const auto document = create("whole.equi");
      extend(*document, 40);
      document->save_copy(folder_ / "small.equi");
    }
    return read_bytes(folder_ / "small.equi");
  }
  // What opening and reading everything says: empty when the picture is the right one.
  std::string outcome(const std::string& bytes) {
    write_bytes(folder_ / "bad.equi", bytes);
    try {
      const auto document = open("bad.equi");
      const auto found = firsts(*document);
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] != static_cast<float>(i)) return "a wrong picture";
      }
      return found.size() == 40 ? "" : "fewer columns";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("bad.equi"), std::string::npos) << error.what();
      return "refused";
    }
  }
};

TEST_F(DamagedProject, CutAtEveryLengthIsRefused) {
  const std::string bytes = whole();
  ASSERT_EQ(outcome(bytes), "");
  write_bytes(folder_ / "cut.equi", bytes);
  for (std::size_t length = bytes.size(); length-- > 0;) {
    std::filesystem::resize_file(folder_ / "cut.equi", length);
    ASSERT_THROW(open("cut.equi"), Error) << length << " of " << bytes.size();
    ASSERT_EQ(std::filesystem::file_size(folder_ / "cut.equi"), length) << "opening changed the file";
  }
}

TEST_F(DamagedProject, AChangedByteIsNeverAWrongPicture) {
  const std::string bytes = whole();
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    std::string changed = bytes;
    const std::size_t at = random() % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 << (random() % 8)));
    const std::string result = outcome(changed);
    EXPECT_TRUE(result.empty() || result == "refused") << result << " with byte " << at << " changed";
  }
}

TEST_F(DamagedProject, FilesThatAreNoProjects) {
  for (const std::string& bytes : {std::string(), std::string("hello"), std::string(10000, 'x')}) {
    EXPECT_EQ(outcome(bytes), "refused");
  }
  EXPECT_THROW(open("absent.equi"), Error);
  EXPECT_THROW(Document::open(folder_.path(), test_model()), Error);
}

TEST_F(DamagedProject, ANewerSchemaIsSaid) {
  whole();
  Database(folder_ / "small.equi", Database::Mode::open).execute("PRAGMA user_version = 99");
  try {
    open("small.equi");
    FAIL() << "a newer schema was opened";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("newer version (schema 99"), std::string::npos) << error.what();
  }
}

// A file of schema 1, which had no overview tiles.
TEST_F(DamagedProject, AnOlderSchemaIsMigrated) {
  whole();
  {
    const Database file(folder_ / "small.equi", Database::Mode::open);
    file.execute("DROP TABLE overview");
    file.execute("PRAGMA user_version = 1");
  }
  const auto document = open("small.equi");
  EXPECT_EQ(firsts(*document).size(), 40U);
  const std::vector<std::byte> picture(5);
  document->file().put_overview(3, -1, "key", picture);
  EXPECT_EQ(document->file().overview(3, -1, "key"), picture);
  EXPECT_FALSE(document->file().overview(3, -1, "other"));
  EXPECT_FALSE(document->file().has_overview(3, 0, "key"));
  const Database file(folder_ / "small.equi", Database::Mode::read_only);
  EXPECT_EQ(file.integer("PRAGMA user_version"), ProjectFile::kSchema);
}

// A number that says the segment has as many columns as before, modulo 2^64.
TEST_F(DamagedProject, AChunkBeyondEveryCanvasIsSaid) {
  whole();
  for (const char* number : {"1 << 56", "-1"}) {
    std::filesystem::copy_file(folder_ / "small.equi", folder_ / "chunk.equi",
                               std::filesystem::copy_options::overwrite_existing);
    Database(folder_ / "chunk.equi", Database::Mode::open)
        .execute("UPDATE chunks SET number = " + std::string(number));
    const auto document = open("chunk.equi");
    try {
      document->file().columns(document->state().forward.segments.front().segment);
      ADD_FAILURE() << number << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(error.what()).find("chunk.equi"), std::string::npos) << error.what();
    }
  }
}

TEST_F(DamagedProject, AFullDiskLeavesTheOldFile) {
  const std::string old_copy = whole();
  const auto document = open("whole.equi");
  extend(*document, 3000, FrameId::forward, 40);
  const pid_t child = fork();
  if (child == 0) {  // a limit on the size of files stands for a full disk
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{65536, 65536};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      const auto own = Document::open(folder_ / "whole.equi", test_model());
      own->save_copy(folder_ / "small.equi");
      _exit(1);
    } catch (const Error& error) {
      const bool clear = std::string(error.what()).find("cannot be") != std::string::npos;
      _exit(clear ? 0 : 2);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it did not fail, 2: the message is not clear";
  EXPECT_EQ(read_bytes(folder_ / "small.equi"), old_copy);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "small.equi.part"));
}

int g_commits_left = 0;

int kill_at_a_commit(void*) {
  if (g_commits_left-- == 0) raise(SIGKILL);
  return 0;
}

int watch_commits(sqlite3* database, char**, const sqlite3_api_routines*) {
  sqlite3_commit_hook(database, kill_at_a_commit, nullptr);
  return SQLITE_OK;
}

// A child begins the left side and is killed at its first commit, at its second one, and so on.
TEST_F(DocumentTest, AKillBetweenTwoCommitsLeavesNoPartOfAContext) {
  int commits = 0;
  for (bool killed = true; killed; ++commits) {
    const std::string name = "context" + std::to_string(commits) + ".equi";
    extend(*create(name), 20);
    const pid_t child = fork();
    if (child == 0) {
      g_commits_left = commits;
      sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch_commits));
      const auto document = open(name);
      extend(*document, 2, FrameId::mirrored);
      document->flush();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    killed = WIFSIGNALED(status);
    const Database file(folder_ / name, Database::Mode::open);  // as it is written, not as it is read
    auto row = file.prepare("SELECT state FROM history ORDER BY number DESC");
    ASSERT_TRUE(row.step());
    const std::string state = row.text(0);
    const bool begun = state.find("\"context\":16") != std::string::npos;
    const std::string none = R"("mirrored":{"context":0,"edits":[],"segments":[])";
    EXPECT_TRUE(begun || state.find(none) != std::string::npos) << commits << ": " << state;
  }
  EXPECT_GT(commits, 3) << "it was killed before, between and after";
}

// A child appends columns and tells after each flush how many are safe; it is killed at a random moment.
TEST_F(DocumentTest, FiftyKillsLoseNothingThatWasFlushed) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    const std::string name = "kill" + std::to_string(round) + ".equi";
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto document = Document::create(folder_ / name, test_model(), NewPanorama{});
      document->execute(Extend{FrameId::forward, 0});
      for (std::int64_t i = 0;; ++i) {
        document->append(FrameId::forward, test_token(static_cast<float>(i)));
        if (i % 7 != 0) continue;
        document->flush();
        const std::int64_t safe = i + 1;
        if (write(pipes[1], &safe, sizeof(safe)) != sizeof(safe)) _exit(1);
      }
    }
    close(pipes[1]);
    std::int64_t safe = 0;
    ASSERT_EQ(read(pipes[0], &safe, sizeof(safe)), static_cast<ssize_t>(sizeof(safe)));
    usleep(random() % 20000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (std::int64_t later = 0;
         read(pipes[0], &later, sizeof(later)) == static_cast<ssize_t>(sizeof(later));)
      safe = later;
    close(pipes[0]);
    const auto found = firsts(*open(name));
    ASSERT_GE(static_cast<std::int64_t>(found.size()), safe) << "round " << round;
    for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_EQ(found[i], static_cast<float>(i)) << "round " << round;
  }
}

// Nobody calls flush here: appending alone keeps what is on disk at most two seconds behind. Children that
// run side by side are killed at random moments.
TEST_F(DocumentTest, KillsLoseAtMostTheLastTwoSeconds) {
  struct Child {
    pid_t id = 0;
    int pipe = 0;
    double lives = 0;
  };
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  std::mt19937 random(5);
  std::vector<Child> children;
  const double begin = now();
  for (int i = 0; i < 6; ++i) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t id = fork();
    if (id == 0) {
      const auto document =
          Document::create(folder_ / ("slow" + std::to_string(i) + ".equi"), test_model(), NewPanorama{});
      document->execute(Extend{FrameId::forward, 0});
      for (std::int64_t c = 0;; ++c) {
        document->append(FrameId::forward, test_token(static_cast<float>(c)));
        if (now() - begin < 1.5 && write(pipes[1], &c, sizeof(c)) != sizeof(c)) _exit(1);
        usleep(5000);
      }
    }
    close(pipes[1]);
    children.push_back({id, pipes[0], 3.5 + static_cast<double>(random() % 1000) / 1e3});
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto& child = children[i];
    while (now() - begin < child.lives) usleep(10000);
    kill(child.id, SIGKILL);
    waitpid(child.id, nullptr, 0);
    std::int64_t old = 0;  // appended two seconds before the end, or earlier
    for (std::int64_t c = 0; read(child.pipe, &c, sizeof(c)) == static_cast<ssize_t>(sizeof(c));) old = c;
    close(child.pipe);
    const auto found = firsts(*open("slow" + std::to_string(i) + ".equi"));
    EXPECT_GT(static_cast<std::int64_t>(found.size()), old);
    for (std::size_t c = 0; c < found.size(); ++c) ASSERT_EQ(found[c], static_cast<float>(c));
  }
}

}  // namespace
}  // namespace equi::canvas
