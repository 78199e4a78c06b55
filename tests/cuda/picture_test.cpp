// The kernels on pictures against the plain loops that define them: fresh random inputs, poisoned outputs,
// odd sizes. On the GPU (skipped, and says so, where there is none) and, from the same sources, by emulation.
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/base/cuda_loader.h"
#include "core/cuda/kernels.h"
#include "core/cuda/plain_picture.h"
#include "tests/cuda/emulation/emulation.h"
#include "tests/cuda/guarded_memory.h"

namespace equi::cuda {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;
using MakeOp = std::function<EquiPictureOp(const Tensors&)>;

struct Size {
  int pictures, height, width, channels;
  int pixels() const { return height * width; }
};

std::ostream& operator<<(std::ostream& out, const Size& s) {
  return out << s.pictures << " x " << s.height << " x " << s.width << " x " << s.channels;
}

// One octet, some that do not fill a slice, whole slices and what hangs over them; a pixel for each thread,
// many chunks, and (the last one, and the one before it enlarged) several pixels for each thread.
constexpr std::array<Size, 9> kSizes = {{{2, 3, 5, 8},
                                         {1, 2, 2, 24},
                                         {2, 7, 9, 40},
                                         {1, 5, 3, 128},
                                         {1, 9, 13, 152},
                                         {2, 3, 6, 512},
                                         {1, 37, 41, 16},
                                         {1, 225, 227, 24},
                                         {1, 450, 453, 24}}};
// For a GPU, which is quick enough.
constexpr std::array<Size, 3> kLargeSizes = {{{1, 256, 256, 128}, {2, 128, 131, 256}, {1, 16, 16, 512}}};

class CudaPictures : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    run_ = emulated() ? equi_cuda_run_picture_ops
                      : reinterpret_cast<decltype(run_)>(cuda_kernel_symbol("equi_cuda_run_picture_ops"));
    if (run_ == nullptr) GTEST_SKIP() << "our CUDA kernels are not loaded: " << cuda_status().reason;
  }

  static bool emulated() { return GetParam() == std::string("Emulated"); }

  static std::vector<Size> sizes() {
    std::vector<Size> all(kSizes.begin(), kSizes.end());
    if (!emulated()) all.insert(all.end(), kLargeSizes.begin(), kLargeSizes.end());
    return all;
  }

  // The list by the plain loops and by the kernels, alone and overlapping, threads in three orders; `outputs`
  // must agree with the loops' and be the same bits each time.
  void check(const Tensors& inputs, const std::vector<MakeOp>& make,
             const std::map<std::string, double>& outputs) const {
    Tensors plain, first;
    for (const auto& [name, tensor] : inputs) plain[name] = tensor.clone();
    run_plain(list(make, plain));
    for (const int way : {0, 1, 2}) {
      Tensors here;
      for (const auto& [name, tensor] : inputs) here[name] = emulated() ? guarded(tensor) : tensor.cuda();
      run(list(make, here), way);
      for (const auto& [name, bound] : outputs) {
        const auto bits = here.at(name).cpu();
        const auto ours = bits.to(torch::kFloat64), wanted = plain.at(name).to(torch::kFloat64);
        const auto compare = [&, way = way, &name = name](const torch::Tensor& a, const torch::Tensor& b,
                                                          double most) {
          EXPECT_LE(((a - b).norm() / b.norm()).item<double>(), most) << name << ", way " << way;
        };
        compare(ours, wanted, bound);
        if (name == "sums")
          compare(ours.select(2, 1), wanted.select(2, 1), bound);  // squares, which are smaller
        const auto& before = first.try_emplace(name, bits.clone()).first->second;
        EXPECT_TRUE(torch::equal(bits, before)) << name << ", way " << way;
      }
    }
  }

 private:
  void run(const std::vector<EquiPictureOp>& ops, int way) const {
    using emulation::Order;
    const Order orders[] = {Order::forward, Order::warp_by_warp, Order::shuffled};
    emulation::set_order(orders[way]);
    const auto ended = emulation::threads_ended();
    if (!emulated()) torch::zeros({1}).cuda().item<float>();
    ASSERT_EQ(run_(ops.data(), static_cast<std::int64_t>(ops.size()), way == 0 ? 0 : 1, nullptr), 0);
    if (!emulated()) return;
    std::string what;
    EXPECT_EQ(emulation::synchronize(&what), 0) << what;
    EXPECT_GT(emulation::threads_ended(), ended);
  }

  static std::vector<EquiPictureOp> list(const std::vector<MakeOp>& make, const Tensors& tensors) {
    std::vector<EquiPictureOp> ops;
    for (const auto& one : make) ops.push_back(one(tensors));
    return ops;
  }

  decltype(&equi_cuda_run_picture_ops) run_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(On, CudaPictures, ::testing::Values("Gpu", "Emulated"),
                         [](const auto& where) { return std::string(where.param); });

constexpr double kFloatBound = 1e-4;  // sums in another order, quick exponentials
constexpr double kHalfBound = 4e-3;   // results stored as bfloat16

float* numbers(const Tensors& t, const char* name) {
  return static_cast<float*>(t.at(name).data_ptr());
}
void* halves(const Tensors& t, const char* name) {
  return t.at(name).data_ptr();
}

torch::Tensor poisoned(at::IntArrayRef shape, torch::ScalarType type = torch::kFloat32) {
  return torch::full(shape, std::numeric_limits<float>::quiet_NaN(), type);
}
torch::Tensor no_picture(const Size& s) {
  return poisoned({s.pictures, s.height, s.width, s.channels}, torch::kBFloat16);
}
torch::Tensor no_sums(const Size& s) {
  return poisoned({s.pictures, picture_cut(s.pixels(), s.channels).chunks, 2, s.channels});
}

// Channels with means far from 0, each its own.
torch::Tensor picture(const Size& s) {
  const auto noise = torch::randn({s.pictures, s.height, s.width, s.channels});
  return (noise + 10 * torch::randn({s.channels})).to(torch::kBFloat16);
}

MakeOp adding(const Size& s, const char* a, const char* b, const char* bias, const char* y,
              const char* sums) {
  return [=](const Tensors& t) {
    EquiPictureOp op{};
    op.kind = EQUI_PICTURE_ADD;
    op.add = {s.pictures,
              s.pixels(),
              s.channels,
              halves(t, a),
              b != nullptr ? halves(t, b) : nullptr,
              bias != nullptr ? numbers(t, bias) : nullptr,
              y != nullptr ? halves(t, y) : nullptr,
              numbers(t, sums)};
    return op;
  };
}

MakeOp scaling(const Size& s, int groups, const char* sums, const char* shift, const char* scales) {
  return [=](const Tensors& t) {
    EquiPictureOp op{};
    op.kind = EQUI_PICTURE_SCALES;
    op.scales = {s.pictures,
                 s.pixels(),
                 s.channels,
                 groups,
                 1e-6F,
                 numbers(t, sums),
                 shift != nullptr ? numbers(t, shift) : nullptr,
                 numbers(t, "weight"),
                 numbers(t, "bias"),
                 numbers(t, scales)};
    return op;
  };
}

MakeOp imaging(const Size& s, int border, bool swish, const char* x, const char* scales, const char* y) {
  return [=](const Tensors& t) {
    EquiPictureOp op{};
    op.kind = EQUI_PICTURE_IMAGE;
    op.image = {s.pictures,  s.height,      s.width,      s.channels,
                border,      swish ? 1 : 0, halves(t, x), scales != nullptr ? numbers(t, scales) : nullptr,
                halves(t, y)};
    return op;
  };
}

TEST_P(CudaPictures, SumsOfPicturesAndWhatANormNeedsOfThem) {
  for (const auto& s : sizes()) {
    SCOPED_TRACE(::testing::Message() << s);
    const Tensors inputs = {{"a", picture(s)},
                            {"b", picture(s)},
                            {"shift", torch::randn({s.channels})},
                            {"y", no_picture(s)},
                            {"sums", no_sums(s)}};
    check(inputs, {adding(s, "a", "b", "shift", "y", "sums")}, {{"y", 0.0}, {"sums", kFloatBound}});
    check(inputs, {adding(s, "a", nullptr, "shift", "y", "sums")}, {{"y", 0.0}, {"sums", kFloatBound}});
    check(inputs, {adding(s, "a", "b", nullptr, "y", "sums")}, {{"y", 0.0}, {"sums", kFloatBound}});
    check(inputs, {adding(s, "a", nullptr, nullptr, nullptr, "sums")}, {{"sums", kFloatBound}});
  }
}

TEST_P(CudaPictures, Enlargements) {
  for (const auto& s : sizes()) {
    if (s.pictures * s.pixels() * s.channels > 1'500'000) continue;
    for (const auto& [vertical, horizontal] : {std::pair{2, 2}, {2, 1}, {3, 2}}) {
      SCOPED_TRACE(::testing::Message() << s << " by " << vertical << " and " << horizontal);
      const Size larger{s.pictures, s.height * vertical, s.width * horizontal, s.channels};
      const Tensors inputs = {
          {"x", picture(s)},
          {"parts", picture({s.pictures, s.height, s.width, vertical * horizontal * s.channels})},
          {"shift", torch::randn({vertical * horizontal, s.channels})},
          {"y", no_picture(larger)},
          {"sums", no_sums(larger)}};
      const auto make = [&, v = vertical, h = horizontal](const Tensors& t) {
        EquiPictureOp op{};
        op.kind = EQUI_PICTURE_ENLARGE;
        op.enlarge = {s.pictures,
                      s.height,
                      s.width,
                      s.channels,
                      v,
                      h,
                      halves(t, "x"),
                      halves(t, "parts"),
                      numbers(t, "shift"),
                      halves(t, "y"),
                      numbers(t, "sums")};
        return op;
      };
      check(inputs, {make}, {{"y", 0.0}, {"sums", kFloatBound}});
    }
  }
}

TEST_P(CudaPictures, FactorsOfANorm) {
  for (const auto& s : sizes()) {
    for (const int in_group : {s.channels, s.channels / 2, s.channels / 4, s.channels / 8, 1}) {
      SCOPED_TRACE(::testing::Message() << s << ", groups of " << in_group);
      const int chunks = picture_cut(s.pixels(), s.channels).chunks;
      const auto means = 30 * torch::randn({s.pictures, chunks, 1, s.channels});
      const auto around = torch::rand({s.pictures, chunks, 1, s.channels}) * 10;
      const Tensors inputs = {{"sums", torch::cat({means, around}, 2)},
                              {"shift", 100 + torch::randn({s.channels})},
                              {"weight", torch::randn({s.channels})},
                              {"bias", torch::randn({s.channels})},
                              {"scales", poisoned({s.pictures, 2, s.channels})}};
      for (const char* shift : {"shift", static_cast<const char*>(nullptr)})
        check(inputs, {scaling(s, s.channels / in_group, "sums", shift, "scales")}, {{"scales", 1e-6}});
    }
  }
}

TEST_P(CudaPictures, NormalisedPicturesWithABorder) {
  for (const auto& s : sizes()) {
    for (const int border : {0, 1}) {
      SCOPED_TRACE(::testing::Message() << s << ", border " << border);
      const Size larger{s.pictures, s.height + 2 * border, s.width + 2 * border, s.channels};
      const Tensors inputs = {{"x", picture(s)},
                              {"scales", torch::randn({s.pictures, 2, s.channels})},
                              {"y", no_picture(larger)}};
      for (const bool swish : {false, true})
        check(inputs, {imaging(s, border, swish, "x", "scales", "y")}, {{"y", kHalfBound}});
      check(inputs, {imaging(s, border, false, "x", nullptr, "y")}, {{"y", 0.0}});
    }
  }
}

// The whole way from a sum to a convolution's input, each kernel perhaps begun before the one in front has
// ended, against libtorch's norm; means that are large beside what lies around them.
TEST_P(CudaPictures, AChainIsLibtorchsNorm) {
  for (const auto& s : sizes()) {
    SCOPED_TRACE(::testing::Message() << s);
    const int groups = s.channels / 4;
    const Size larger{s.pictures, s.height + 2, s.width + 2, s.channels};
    Tensors inputs = {{"a", picture(s)},
                      {"b", picture(s)},
                      {"shift", 20 * torch::randn({s.channels})},
                      {"sum", no_picture(s)},
                      {"sums", no_sums(s)},
                      {"more_sums", no_sums(s)},
                      {"weight", torch::randn({s.channels})},
                      {"bias", torch::randn({s.channels})},
                      {"scales", poisoned({s.pictures, 2, s.channels})},
                      {"more_scales", poisoned({s.pictures, 2, s.channels})},
                      {"y", no_picture(s)},
                      {"z", no_picture(larger)}};
    const auto normed = [&](const torch::Tensor& x) {
      const auto y = torch::group_norm(x.permute({0, 3, 1, 2}).to(torch::kFloat64), groups,
                                       inputs.at("weight").to(torch::kFloat64),
                                       inputs.at("bias").to(torch::kFloat64), 1e-6);
      return torch::silu(y);
    };
    const auto sum =
        (inputs.at("a").to(torch::kFloat32) + inputs.at("b").to(torch::kFloat32) + inputs.at("shift"))
            .to(torch::kBFloat16);
    const auto y = normed(sum);
    const auto last = y.permute({0, 2, 3, 1}).to(torch::kBFloat16).to(torch::kFloat64) + inputs.at("shift");
    const auto z = torch::reflection_pad2d(normed(last), {1, 1, 1, 1}).permute({0, 2, 3, 1});
    const std::vector<MakeOp> chain = {adding(s, "a", "b", "shift", "sum", "sums"),
                                       scaling(s, groups, "sums", nullptr, "scales"),
                                       imaging(s, 0, true, "sum", "scales", "y"),
                                       adding(s, "y", nullptr, nullptr, nullptr, "more_sums"),
                                       scaling(s, groups, "more_sums", "shift", "more_scales"),
                                       imaging(s, 1, true, "y", "more_scales", "z")};
    check(inputs, chain, {{"sum", kHalfBound}, {"y", kHalfBound}, {"z", 2 * kHalfBound}});
    Tensors plain;
    for (const auto& [name, tensor] : inputs) plain[name] = tensor.clone();
    std::vector<EquiPictureOp> ops;
    for (const auto& one : chain) ops.push_back(one(plain));
    run_plain(ops);
    const auto error = [](const torch::Tensor& ours, const torch::Tensor& wanted) {
      return ((ours.to(torch::kFloat64) - wanted).norm() / wanted.norm()).item<double>();
    };
    EXPECT_LE(error(plain.at("y"), y.permute({0, 2, 3, 1})), kHalfBound);
    EXPECT_LE(error(plain.at("z"), z), 2 * kHalfBound);
  }
}

TEST_P(CudaPictures, WhatTheyCannotDoIsRefused) {
  const Size s{1, 2, 1, 8};
  Tensors t = {{"x", picture(s)}, {"y", no_picture({1, 4, 3, 8})}};
  const auto refused = [&](const EquiPictureOp& op) {
    const auto run = emulated() ? equi_cuda_run_picture_ops
                                : reinterpret_cast<decltype(&equi_cuda_run_picture_ops)>(
                                      cuda_kernel_symbol("equi_cuda_run_picture_ops"));
    return run(&op, 1, 0, nullptr) != 0;
  };
  auto op = imaging(s, 1, false, "x", nullptr, "y")(t);
  EXPECT_TRUE(refused(op)) << "one pixel has no neighbour to reflect";
  op.image.border = 0;
  op.image.channels = 4;
  EXPECT_TRUE(refused(op)) << "channels come in eights";
}

}  // namespace
}  // namespace equi::cuda
