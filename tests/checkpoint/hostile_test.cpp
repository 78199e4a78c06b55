// The bad input that issue 2 lists: each gives one clear line with the file, the key and the reason.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/checkpoint/import.h"
#include "core/checkpoint/torch_file.h"
#include "tests/checkpoint/tiny_checkpoint.h"
#include "tests/support/golden_bundle.h"

namespace equi {
namespace {

using testing::GeneratorFile;
using testing::PickleWriter;
using testing::write_bytes;

// What importing this generator file (beside the golden tokenizer) says; empty when it works.
class HostileImport : public ::testing::Test {
 protected:
  std::string import(const std::string& bytes, const std::string& dtype = "float32") {
    write_bytes(folder_ / "bad.pth", bytes);
    ImportOptions options;
    options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
    options.generator_checkpoint = folder_ / "bad.pth";
    options.output = folder_ / "bundle";
    options.dtype = dtype;
    try {
      import_checkpoints(options);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(exit_code(error.kind()), 2);
      EXPECT_FALSE(std::filesystem::exists(folder_ / "bundle")) << "something half-made was left";
      return error.what();
    }
  }
  testing::TempFolder folder_;
};

void expect_one_line(const std::string& message, const std::string& key, const std::string& reason) {
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_NE(message.find("bad.pth"), std::string::npos) << message;
  EXPECT_NE(message.find(key), std::string::npos) << message;
  EXPECT_NE(message.find(reason), std::string::npos) << message;
}

TEST_F(HostileImport, AWholeFileIsImported) {
  EXPECT_EQ(import(GeneratorFile().zip()), "");
}

TEST_F(HostileImport, ATruncatedZip) {
  const std::string whole = GeneratorFile().zip();
  expect_one_line(import(whole.substr(0, whole.size() / 2)), "", "cut off");
  expect_one_line(import(whole.substr(0, 10)), "", "too short");
  expect_one_line(import(""), "", "too short");
  expect_one_line(import(std::string(1000, 'x')), "", "no PyTorch file");
}

TEST_F(HostileImport, EveryTruncationIsAnError) {
  const std::string whole = testing::read_bytes(testing::golden_data("generator_tiny.pth"));
  for (std::size_t length = 0; length < whole.size(); length += whole.size() / 97) {
    EXPECT_NE(import(whole.substr(0, length)), "") << length;
  }
}

TEST_F(HostileImport, ATruncatedTensor) {
  GeneratorFile file;
  file.data["z_proj.weight"].resize(100);
  expect_one_line(import(file.zip()), "model_ema/z_proj.weight", "its storage holds 25");
}

TEST_F(HostileImport, AShapeWhoseProductOverflows) {
  GeneratorFile file;
  file.shapes["fake_latent"] = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  expect_one_line(import(file.zip()), "model_ema/fake_latent", "overflows");
  file.shapes["fake_latent"] = {-1, 16};
  expect_one_line(import(file.zip()), "model_ema/fake_latent", "overflows");
}

TEST_F(HostileImport, A200GigabyteTensorInAKilobyteFile) {
  GeneratorFile file;
  file.shapes["fake_latent"] = {1, 50'000'000'000};
  expect_one_line(import(file.zip()), "model_ema/fake_latent", "needs 50000000000 elements");
}

TEST_F(HostileImport, ASizeThatWouldSizeAnAllocation) {
  GeneratorFile file;
  file.shapes["class_emb.weight"] = {2'000'000'000, 16};
  expect_one_line(import(file.zip()), "class_count", "not between");
}

TEST_F(HostileImport, AMissingKey) {
  GeneratorFile file;
  file.shapes.erase("diffloss.net.cond_embed.bias");
  expect_one_line(import(file.zip()), "model_ema/diffloss.net.cond_embed.bias", "is missing");
}

TEST_F(HostileImport, AKeyWithTheWrongShape) {
  GeneratorFile file;
  file.shapes["encoder_norm.weight"] = {8};
  expect_one_line(import(file.zip()), "model_ema/encoder_norm.weight",
                  "has shape [8], the architecture needs [16]");
}

TEST_F(HostileImport, NaNAndInfinityInTheWeights) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    GeneratorFile file;
    std::memcpy(file.data["z_proj.bias"].data() + 4, &bad, sizeof(bad));
    expect_one_line(import(file.zip()), "z_proj.bias", "NaN or infinity");
    expect_one_line(import(file.zip(), "bfloat16"), "z_proj.bias", "NaN or infinity");
  }
}

TEST_F(HostileImport, AnUnknownElementType) {
  GeneratorFile file;
  file.storage = "QUInt4x2Storage";
  expect_one_line(import(file.zip()), "", "neither model_ema nor model");
  file.storage = "LongStorage";
  for (auto& [name, bytes] : file.data) bytes.resize(bytes.size() * 2);
  expect_one_line(import(file.zip()), "fake_latent", "integer elements");
}

TEST_F(HostileImport, CodeInAPickleNeverRunsAndDoesNotStopTheImport) {
  const auto marker = folder_ / "owned";
  GeneratorFile file;
  file.extra = [&](PickleWriter& writer) {
    writer.text("payload").global("os", "system").raw("(").text("touch " + marker.string()).raw("tR");
    writer.text("posix").global("posix", "system").raw("(").text("touch " + marker.string()).raw("tR");
    writer.text("built")
        .global("builtins", "eval")
        .raw("(")
        .text("1")
        .raw("tR")
        .raw("}")
        .text("x")
        .raw("Nsb");
  };
  EXPECT_EQ(import(file.zip()), "");
  EXPECT_FALSE(std::filesystem::exists(marker));
  EXPECT_EQ(Bundle::open(folder_ / "bundle", true).manifest().generator.width, 16);
}

TEST_F(HostileImport, DeepNesting) {
  constexpr int kDepth = 1'000'000;
  GeneratorFile file;
  file.extra = [](PickleWriter& writer) {
    writer.text("deep").raw(")");
    for (int i = 0; i < kDepth; ++i) writer.raw("\x85");  // a tuple of the tuple before
    writer.text("lists").raw(std::string(kDepth, ']')).raw(std::string(kDepth - 1, 'a'));
  };
  EXPECT_EQ(import(file.zip()), "");
}

TEST_F(HostileImport, AMemoOfTwoBillionEntries) {
  GeneratorFile file;
  file.extra = [](PickleWriter& writer) { writer.text("k").raw("Nr\xff\xff\xff\x7f"); };
  EXPECT_EQ(import(file.zip()), "");
}

// A byte each in the file, fifty in memory.
TEST_F(HostileImport, MillionsOfMemosMarksAndCopies) {
  for (const char opcode : {'\x94', '(', '2'}) {
    const std::string pickle = "\x80\x04N" + std::string(9'000'000, opcode) + ".";
    const std::string zip = testing::make_zip({{"archive/data.pkl", pickle}});
    expect_one_line(import(zip), "", "too many");
  }
}

TEST_F(HostileImport, APickleThatBreaksItsOwnRules) {
  for (const std::string bad :
       {"", ".", "}", "(", "t.", "u.", "h\x05.", "}s.", "X\xff\xff\xff\xff", "\xff", "NR.", "0."}) {
    const std::string zip = testing::make_zip({{"archive/data.pkl", "\x80\x02" + bad}});
    expect_one_line(import(zip), "byte", "damaged pickle");
  }
}

TEST_F(HostileImport, ACompressedEntry) {
  GeneratorFile file;
  std::vector<testing::ZipItem> items = {{"archive/data.pkl", file.pickle()}};
  for (const auto& [name, bytes] : file.data) items.push_back({"archive/data/" + name, bytes, 8});
  expect_one_line(import(testing::make_zip(items)), "archive/data/", "compressed");
}

TEST_F(HostileImport, BigEndianData) {
  const std::string zip =
      testing::make_zip({{"archive/data.pkl", GeneratorFile().pickle()}, {"archive/byteorder", "big"}});
  expect_one_line(import(zip), "", "big-endian");
}

TEST_F(HostileImport, HeadsThatCannotBeKnown) {
  GeneratorFile file;
  auto zip = file.zip();
  for (auto at = zip.find("tiny_model"); at != std::string::npos; at = zip.find("tiny_model")) {
    zip.replace(at, 10, "some_model");
  }
  expect_one_line(import(zip), "heads", "--heads");
}

TEST_F(HostileImport, ATokenizerThatBelongsToAnotherModel) {
  GeneratorFile file;
  file.shapes["z_proj.weight"] = {16, 8};
  expect_one_line(import(file.zip()), "8", "different models");
}

TEST_F(HostileImport, AMissingFileAndAFolder) {
  ImportOptions options;
  options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
  options.generator_checkpoint = folder_ / "absent.pth";
  options.output = folder_ / "bundle";
  EXPECT_THROW(import_checkpoints(options), Error);
  options.generator_checkpoint = folder_.path();
  EXPECT_THROW(import_checkpoints(options), Error);
}

// Runs `action` as a user without rights (root passes every permission check) and returns its exit code.
int as_nobody(const std::function<int()>& action) {
  const pid_t child = fork();
  if (child == 0) {
    const bool dropped = geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
    _exit(dropped ? action() : 99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(HostileImport, AFolderWithoutPermission) {
  namespace fs = std::filesystem;
  write_bytes(folder_ / "good.pth", GeneratorFile().zip());
  fs::copy_file(testing::golden_data("tokenizer_tiny.ckpt"), folder_ / "good.ckpt");
  fs::create_directory(folder_ / "closed");
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_exec | fs::perms::others_read);
  fs::permissions(folder_ / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  const bool owned = geteuid() != 0 || chown((folder_ / "closed").c_str(), 65534, 65534) == 0;
  ASSERT_TRUE(owned);
  const int code = as_nobody([&] {
    ImportOptions options;
    options.tokenizer_checkpoint = folder_ / "good.ckpt";
    options.generator_checkpoint = folder_ / "good.pth";
    options.output = folder_ / "closed" / "bundle";
    try {
      import_checkpoints(options);
      return 0;
    } catch (const Error& error) {
      const std::string message = error.what();
      const bool clear =
          message.find("closed") != std::string::npos && message.find("ermission") != std::string::npos;
      return clear ? exit_code(error.kind()) : 98;
    }
  });
  EXPECT_EQ(code, 2);
}

TEST_F(HostileImport, NamesFromAFileCannotBreakTheTerminal) {
  GeneratorFile file;
  file.shapes.erase("encoder_norm.bias");
  file.extra = [](PickleWriter& writer) { writer.text("\x1b[2J\n").raw("N"); };
  EXPECT_EQ(import(file.zip()).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace equi
