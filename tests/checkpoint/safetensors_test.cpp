#include "core/checkpoint/safetensors.h"

#include <cstring>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"
#include "tests/checkpoint/tiny_checkpoint.h"
#include "tests/support/golden_bundle.h"

namespace equi {
namespace {

using testing::write_bytes;

std::string with_header(const std::string& header, const std::string& data) {
  std::string length(8, '\0');
  const std::uint64_t size = header.size();
  std::memcpy(length.data(), &size, sizeof(size));
  return length + header + data;
}

class Safetensors : public ::testing::Test {
 protected:
  std::string open(const std::string& bytes) {
    write_bytes(folder_ / "bad.safetensors", bytes);
    try {
      SafetensorsFile::open(folder_ / "bad.safetensors");
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(exit_code(error.kind()), 2);
      EXPECT_NE(std::string(error.what()).find("bad.safetensors"), std::string::npos);
      return error.what();
    }
  }
  void refuses(const std::string& header, const std::string& reason) {
    const std::string message = open(with_header(header, std::string(16, 'x')));
    EXPECT_NE(message.find(reason), std::string::npos) << header << " -> " << message;
  }
  testing::TempFolder folder_;
};

TEST_F(Safetensors, AWrittenFileReadsBack) {
  const std::vector<float> values = {1.5F, -2.0F, 3.25F};
  const std::vector<std::uint16_t> halves = {1, 2};
  const auto bytes = [](const auto& list) {
    return [&list](const ByteSink& sink) { sink(std::as_bytes(std::span(list))); };
  };
  write_safetensors(folder_ / "a.safetensors",
                    {{"h", DType::bf16, {2}, bytes(halves)}, {"x", DType::f32, {1, 3}, bytes(values)}},
                    {{"by", "test"}});
  const auto file = SafetensorsFile::open(folder_ / "a.safetensors");
  ASSERT_NE(file.find("x"), nullptr);
  EXPECT_EQ(file.find("x")->shape, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(file.find("x")->offset % 64, 0U) << "the data starts aligned, the largest elements first";
  EXPECT_TRUE(std::ranges::equal(file.bytes(*file.find("x")), std::as_bytes(std::span(values))));
  EXPECT_TRUE(std::ranges::equal(file.bytes(*file.find("h")), std::as_bytes(std::span(halves))));
  EXPECT_EQ(file.metadata().at("by"), "test");
  EXPECT_EQ(file.find("y"), nullptr);
}

TEST_F(Safetensors, AWriterThatFailsLeavesNothing) {
  const auto fails = [](const ByteSink&) { throw Error(ErrorKind::io, "source", "is gone"); };
  EXPECT_THROW(write_safetensors(folder_ / "a", {{"x", DType::f32, {1}, fails}}, {}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Safetensors, TooShort) {
  EXPECT_NE(open("abc").find("too short"), std::string::npos);
}

TEST_F(Safetensors, AHeaderLengthThatOverflows) {
  EXPECT_NE(open(std::string(8, '\xff') + "{}").find("claims a header of 18446744073709551615"),
            std::string::npos);
  EXPECT_NE(open(std::string("\x64\0\0\0\0\0\0\0{}", 10)).find("claims a header of 100"), std::string::npos);
}

TEST_F(Safetensors, AHeaderThatIsNoJson) {
  refuses("{\"a\":", "not a JSON object");
  refuses("[1]", "not a JSON object");
  refuses(std::string(100000, '['), "nests too deep");
}

TEST_F(Safetensors, EntriesThatMakeNoSense) {
  refuses(R"({"a":1})", "a: its entry is no object");
  refuses(R"({"a":{"shape":[4],"data_offsets":[0,16]}})", "a: dtype is missing");
  refuses(R"({"a":{"dtype":"F99","shape":[4],"data_offsets":[0,16]}})", "a: unknown dtype F99");
  refuses(R"({"a":{"dtype":"F32","data_offsets":[0,16]}})", "a: shape is missing");
  refuses(R"({"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})", "no size");
  refuses(R"({"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}})", "no size");
}

TEST_F(Safetensors, AShapeWhoseProductOverflows) {
  refuses(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}})", "overflows");
  refuses(R"({"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,16]}})", "overflows");
}

TEST_F(Safetensors, OffsetsOutsideTheFileOrOverlapping) {
  refuses(R"({"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}})", "outside the file");
  refuses(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}})", "outside the file");
  refuses(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}})",
          "16 bytes are stored, its shape needs 8");
  refuses(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      "overlap");
}

TEST_F(Safetensors, A200GigabyteTensorInAKilobyteFile) {
  refuses(R"({"a":{"dtype":"F32","shape":[50000000000],"data_offsets":[0,200000000000]}})",
          "outside the file");
}

// A copy of the golden bundle to spoil.
class DamagedBundle : public ::testing::Test {
 protected:
  DamagedBundle() : bundle_(folder_ / "bundle") { std::filesystem::copy(testing::golden_bundle(), bundle_); }

  std::string open(bool check_hashes = false) {
    try {
      Bundle::open(bundle_, check_hashes);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(exit_code(error.kind()), 2);
      return error.what();
    }
  }
  void edit_manifest(const std::function<void(nlohmann::json&)>& edit) {
    auto document = nlohmann::json::parse(testing::read_bytes(bundle_ / "manifest.json"));
    edit(document);
    write_bytes(bundle_ / "manifest.json", document.dump());
  }
  testing::TempFolder folder_;
  std::filesystem::path bundle_;
};

TEST_F(DamagedBundle, AWholeOneOpens) {
  EXPECT_EQ(open(true), "");
}

TEST_F(DamagedBundle, AHashThatDoesNotMatch) {
  std::string bytes = testing::read_bytes(bundle_ / "generator.safetensors");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_bytes(bundle_ / "generator.safetensors", bytes);
  EXPECT_EQ(open(), "") << "only asked for";
  const std::string message = open(true);
  EXPECT_NE(message.find("generator.safetensors: its SHA-256"), std::string::npos) << message;
}

TEST_F(DamagedBundle, MissingFiles) {
  std::filesystem::remove(bundle_ / "tokenizer.safetensors");
  EXPECT_NE(open().find("tokenizer.safetensors: cannot be opened"), std::string::npos) << open();
  std::filesystem::remove(bundle_ / "manifest.json");
  EXPECT_NE(open().find("manifest.json: is missing"), std::string::npos) << open();
  std::filesystem::remove_all(bundle_);
  EXPECT_NE(open().find("is no folder"), std::string::npos) << open();
}

TEST_F(DamagedBundle, AManifestThatLies) {
  const auto refused = [&](const std::string& reason, const std::function<void(nlohmann::json&)>& edit) {
    const std::string before = testing::read_bytes(bundle_ / "manifest.json");
    edit_manifest(edit);
    EXPECT_NE(open().find(reason), std::string::npos) << reason << " -> " << open();
    write_bytes(bundle_ / "manifest.json", before);
  };
  refused("generator width is", [](auto& m) { m["generator"]["width"] = 2'000'000'000; });
  refused("generator heads is", [](auto& m) { m["generator"]["heads"] = 0; });
  refused("heads of even width", [](auto& m) { m["generator"]["heads"] = 3; });
  refused("tokenizer levels is",
          [](auto& m) { m["tokenizer"]["channel_multipliers"] = std::vector<int>(99, 1); });
  refused("encoder_blocks.4.", [](auto& m) { m["generator"]["blocks"] = 5; });
  refused("class names for", [](auto& m) { m["class_names"].push_back("more"); });
  refused("vae_norm must be positive", [](auto& m) { m["vae_norm"] = 0; });
  refused("vae_norm is missing", [](auto& m) { m.erase("vae_norm"); });
  refused("blocks is no whole number", [](auto& m) { m["generator"]["blocks"] = "four"; });
  refused("has format 99", [](auto& m) { m["format"] = 99; });
  refused("the manifest says BF16", [](auto& m) { m["dtype"] = "bfloat16"; });
}

TEST_F(DamagedBundle, AManifestThatIsNoJson) {
  write_bytes(bundle_ / "manifest.json", "{\"name\":");
  EXPECT_NE(open().find("is no JSON object"), std::string::npos);
  write_bytes(bundle_ / "manifest.json", std::string(100000, '['));
  EXPECT_NE(open().find("nests too deep"), std::string::npos);
}

}  // namespace
}  // namespace equi
