#include <fstream>

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/base/device.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "tests/support/temp_folder.h"

namespace equi {
namespace {

TEST(Error, IsOneLineWithFileReasonAndHint) {
  const Error error(ErrorKind::bad_input, "a\nb.ckpt", "is broken", "download it again");
  EXPECT_STREQ(error.what(), "a\\x0ab.ckpt: is broken (download it again)");
}

TEST(Error, ExitCodesTellKindsApart) {
  EXPECT_EQ(exit_code(ErrorKind::bad_input), 2);
  EXPECT_EQ(exit_code(ErrorKind::io), 2);
  EXPECT_EQ(exit_code(ErrorKind::cancelled), 130);
  EXPECT_EQ(exit_code(ErrorKind::internal), 1);
}

TEST(Error, TextFromFilesIsMadePrintable) {
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Hash, IsSha256) {
  const std::string text = "abc";  // FIPS 180-2, appendix B.1
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(sha256_hex({bytes, text.size()}), expected);
  const testing::TempFolder folder;
  std::ofstream(folder / "abc") << text;
  EXPECT_EQ(sha256_file(folder / "abc"), expected);
  EXPECT_THROW(sha256_file(folder / "absent"), Error);
}

TEST(Device, NamesAreRead) {
  EXPECT_EQ(parse_device("cpu"), Device{});
  for (const std::string bad : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x"}) {
    EXPECT_THROW(parse_device(bad), Error) << bad;
  }
  EXPECT_EQ(parse_precision("bf16"), Precision::bfloat16);
  EXPECT_EQ(parse_precision("int8"), Precision::int8);
  EXPECT_EQ(name(Precision::int8), "int8");
  EXPECT_THROW(parse_precision("int4"), Error);
  EXPECT_EQ(parse_tensor_precision("float32"), Precision::float32);
  EXPECT_THROW(parse_tensor_precision("int8"), Error);
}

TEST(Device, AutoIsTheCpuWhereNoDriverIs) {
  const auto& status = cuda_status();
  EXPECT_EQ(parse_device("auto").kind, status.torch_loaded ? Device::Kind::cuda : Device::Kind::cpu);
  EXPECT_NE(status.torch_loaded, status.devices.empty());
  for (const auto& each : status.devices) EXPECT_EQ(cuda_kernels_fit(each.index), each.major >= 8);
  EXPECT_FALSE(cuda_kernels_fit(static_cast<int>(status.devices.size())));
  if (!status.torch_loaded) {
    EXPECT_FALSE(status.reason.empty());
    EXPECT_EQ(cuda_kernel_symbol("equi_cuda_abi"), nullptr);
    EXPECT_EQ(cuda_library_symbol("libequicanvas_torch_graph.so", "equi_torch_graph_record"), nullptr);
  }
}

}  // namespace
}  // namespace equi
