#include "core/cpu/int8.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace equi::cpu {
namespace {

// One row, output 5 of a matrix.
struct Row {
  explicit Row(const torch::Tensor& w) : q(torch::zeros({bytes(w.numel())}, torch::kInt8)) {
    quantize_row(w.const_data_ptr<float>(), w.numel(), 5, q.data_ptr<std::int8_t>(), &scale);
  }
  static std::int64_t bytes(std::int64_t in) { return static_cast<std::int64_t>(int8_bytes(6, in)); }
  torch::Tensor q;
  float scale = -1;
};

TEST(QuantizeRow, UsesTheWholeRangeAndLeavesOtherOutputsAlone) {
  for (const std::int64_t in : {1, 63, 64, 65, 200}) {
    const auto w = torch::randn({in});
    const Row row(w);
    EXPECT_FLOAT_EQ(row.scale * 127, w.abs().max().item<float>());
    const auto outputs = row.q.view({-1, kInt8Outputs, kInt8Chunk}).transpose(0, 1).flatten(1);
    EXPECT_EQ(outputs[5].abs().max().item<int>(), 127);
    EXPECT_EQ(outputs.abs().sum().item<std::int64_t>(), outputs[5].abs().sum().item<std::int64_t>());
    EXPECT_TRUE(outputs[5].narrow(0, in, outputs.size(1) - in).eq(0).all().item<bool>());
    const auto stands_for = outputs[5].narrow(0, 0, in).to(torch::kFloat32) * row.scale;
    EXPECT_LE((stands_for - w).abs().max().item<float>(), row.scale * 0.5001F);
  }
}

TEST(QuantizeRow, ZerosAndTheSmallestNumbersStayFinite) {
  for (const auto& w : {torch::zeros({70}), torch::full({64}, std::numeric_limits<float>::denorm_min())}) {
    const Row row(w);
    EXPECT_TRUE(std::isfinite(row.scale));
    EXPECT_TRUE(row.q.eq(0).all().item<bool>());
  }
}

TEST(QuantizeRow, ARowThatIsNotFiniteIsSeen) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    auto w = torch::ones({192});
    w[130] = bad;
    EXPECT_TRUE(std::isnan(Row(w).scale));
  }
}

}  // namespace
}  // namespace equi::cpu
