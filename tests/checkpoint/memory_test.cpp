// Importing reads only what it needs: a checkpoint with optimizer states ten times the weights.
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/checkpoint/import.h"
#include "tests/checkpoint/tiny_checkpoint.h"
#include "tests/support/golden_bundle.h"

namespace equi {
namespace {

using testing::PickleWriter;

constexpr std::int64_t kMegabyte = 1 << 20;

// Peak resident memory of this process in MiB.
double peak_megabytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024.0;
  }
  return -1;
}

void put(std::string& to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    to += i < 8 ? static_cast<char>(value >> (8 * i)) : static_cast<char>(0);
}

// A zip64 archive written to disk with holes for the data, so that gigabytes cost nothing.
class SparseZip {
 public:
  explicit SparseZip(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT, 0644)) {}
  ~SparseZip() { ::close(fd_); }

  void add(const std::string& name, const std::string& bytes, std::uint64_t hole = 0) {
    const std::uint64_t header = at_, size = bytes.size() + hole;
    std::string local;
    put(local, 0x04034b50, 4);
    put(local, 45, 2);
    put(local, 0, 12);
    put(local, 0xffffffff, 4);
    put(local, 0xffffffff, 4);
    put(local, name.size(), 2);
    put(local, 20, 2);
    local += name;
    put(local, 1, 2);
    put(local, 16, 2);
    put(local, size, 8);
    put(local, size, 8);
    write(local + bytes);
    at_ += hole;
    put(directory_, 0x02014b50, 4);
    put(directory_, 45, 2);
    put(directory_, 45, 2);
    put(directory_, 0, 12);
    put(directory_, 0xffffffff, 4);
    put(directory_, 0xffffffff, 4);
    put(directory_, name.size(), 2);
    put(directory_, 28, 2);
    put(directory_, 0, 10);
    put(directory_, 0xffffffff, 4);
    directory_ += name;
    put(directory_, 1, 2);
    put(directory_, 24, 2);
    put(directory_, size, 8);
    put(directory_, size, 8);
    put(directory_, header, 8);
    ++entries_;
  }

  void finish() {
    const std::uint64_t directory_at = at_;
    std::string end = directory_;
    const std::uint64_t end64_at = directory_at + directory_.size();
    put(end, 0x06064b50, 4);
    put(end, 44, 8);
    put(end, 45, 2);
    put(end, 45, 2);
    put(end, 0, 8);
    put(end, entries_, 8);
    put(end, entries_, 8);
    put(end, directory_.size(), 8);
    put(end, directory_at, 8);
    put(end, 0x07064b50, 4);
    put(end, 0, 4);
    put(end, end64_at, 8);
    put(end, 1, 4);
    put(end, 0x06054b50, 4);
    put(end, 0, 4);
    put(end, 0xffff, 2);
    put(end, 0xffff, 2);
    put(end, 0xffffffff, 4);
    put(end, 0xffffffff, 4);
    put(end, 0, 2);
    write(end);
  }

 private:
  void write(const std::string& bytes) {
    ASSERT_EQ(pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at_)),
              static_cast<ssize_t>(bytes.size()));
    at_ += bytes.size();
  }
  int fd_;
  std::uint64_t at_ = 0;
  std::uint64_t entries_ = 0;
  std::string directory_;
};

struct LargeGenerator {
  std::int64_t weight_bytes = 0;
  std::int64_t file_bytes = 0;
};

// About 300 MB of weights with a twin without averaging and optimizer states of 8 GB, all holes.
LargeGenerator write_large_generator(const std::filesystem::path& path) {
  auto config = testing::tiny_generator();
  config.class_count = 1'000'000;
  config.width = 72;
  LargeGenerator facts;
  PickleWriter writer;
  const auto specs = weight_specs(config);
  writer.dict();
  for (const std::string dict : {"model", "model_ema"}) {
    writer.text(dict).global("collections", "OrderedDict").raw(")R(");
    for (const auto& spec : specs) writer.text(spec.name).tensor(dict + spec.name, spec.shape);
    writer.raw("u");
  }
  writer.text("optimizer").dict().text("exp_avg").tensor("opt", {2'000'000'000}).end_dict();
  writer.text("args").global("argparse", "Namespace").raw(")\x81").dict();
  writer.text("model").text("tiny_model").text("vae_norm").real(0.5).end_dict().raw("b");
  SparseZip zip(path);
  zip.add("archive/data.pkl", writer.end_dict().finish());
  for (const std::string dict : {"model", "model_ema"}) {
    for (const auto& spec : specs) {
      std::int64_t bytes = sizeof(float);
      for (const auto size : spec.shape) bytes *= size;
      zip.add("archive/data/" + dict + spec.name, "", static_cast<std::uint64_t>(bytes));
      if (dict == "model") facts.weight_bytes += bytes;
    }
  }
  zip.add("archive/data/opt", "", 8'000'000'000);
  zip.finish();
  facts.file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  return facts;
}

TEST(ImportMemory, StaysWithinTheWeightsWhateverElseTheFileHolds) {
  const testing::TempFolder folder;
  const auto facts = write_large_generator(folder / "large.pth");
  ASSERT_GT(facts.file_bytes, 8000 * kMegabyte) << "larger than 4 GiB: zip64 offsets are in use";
  ASSERT_GT(facts.weight_bytes, 250 * kMegabyte);
  const pid_t child = fork();
  if (child == 0) {
    const double before = peak_megabytes();
    ImportOptions options;
    options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
    options.generator_checkpoint = folder / "large.pth";
    options.output = folder / "bundle";
    try {
      import_checkpoints(options);
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(98);
    }
    const double grown = peak_megabytes() - before;
    std::fprintf(stderr, "imported %.0f MiB from a file of %.0f MiB with %.0f MiB more memory\n",
                 static_cast<double>(facts.weight_bytes) / kMegabyte,
                 static_cast<double>(facts.file_bytes) / kMegabyte, grown);
    _exit(grown <= 1.3 * static_cast<double>(facts.weight_bytes) / kMegabyte ? 0 : 97);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "97: too much memory, 98: the import failed";
  EXPECT_EQ(Bundle::open(folder / "bundle", true).manifest().generator.class_count, 1'000'000);
}

}  // namespace
}  // namespace equi
