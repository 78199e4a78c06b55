#include <cmath>

#include "core/cpu/linear.h"
#include "tests/cpu/cpu_fixture.h"

namespace equi::cpu {
namespace {

class RowKernels : public EveryTable {};

TEST_P(RowKernels, NormaliseScaleAndShift) {
  for (const std::int64_t width : {1, 12, 64, 100, 1280}) {
    const std::int64_t rows = 3, stride = width + 7;
    const auto x = torch::randn({rows, width}) * 3 + 2, weight = torch::randn({width}),
               bias = torch::randn({width}), shift = torch::randn({rows, stride}),
               scale = torch::randn({rows, stride});
    auto y = poisoned({rows, width}, operand_dtype());
    NormTask task;
    task.x = x.data_ptr<float>();
    task.rows = rows;
    task.width = width;
    task.eps = 1e-6;
    task.y = y.data_ptr();
    const auto core = torch::layer_norm(x.to(torch::kFloat64), {width}, {}, {}, 1e-6);
    const auto affine = core * weight + bias;
    if (width > 1) {
      run(kernels_, task);
      EXPECT_LE(relative_error(y, core), operand_error()) << width;
    }
    task.weight = weight.data_ptr<float>();
    task.bias = bias.data_ptr<float>();
    run(kernels_, task);
    EXPECT_LE(relative_error(y, affine), operand_error()) << width;
    task.shift = shift.data_ptr<float>();
    task.scale = scale.data_ptr<float>();
    task.modulation_stride = stride;
    run(kernels_, task);
    const auto modulated = affine * (1 + scale.narrow(1, 0, width)) + shift.narrow(1, 0, width);
    EXPECT_LE(relative_error(y, modulated), operand_error()) << width;
  }
}

// Rotation of interleaved pairs in double precision; angles [head_width / 2] for each of the leading rows.
torch::Tensor rotated(const torch::Tensor& x, const torch::Tensor& angles) {
  const auto pairs = x.to(torch::kFloat64).unflatten(-1, {-1, 2});
  const auto even = pairs.select(-1, 0), odd = pairs.select(-1, 1);
  return torch::stack({even * angles.cos() - odd * angles.sin(), odd * angles.cos() + even * angles.sin()},
                      -1)
      .flatten(-2);
}

// [..., head_width / 2] angles -> [..., 2, head_width] as the kernels take them.
torch::Tensor rope_rows(const torch::Tensor& angles) {
  const auto cos = torch::stack({angles.cos(), angles.cos()}, -1).flatten(-2);
  const auto sin = torch::stack({-angles.sin(), angles.sin()}, -1).flatten(-2);
  return torch::stack({cos, sin}, -2).to(torch::kFloat32).contiguous();
}

TEST_P(RowKernels, AttendToAFewKeys) {
  for (const bool rotate_keys : {true, false}) {
    for (const std::int64_t head_width : {4, 6, 32, 50}) {
      const std::int64_t rows = 3, heads = 2, keys = 5, width = heads * head_width;
      const auto q = torch::randn({rows, 3 * width});
      // Keys of one row may lie anywhere: here every second one in another tensor.
      const auto k = random_weights({2, rows, keys, width}), v = random_weights({2, rows, keys, width});
      const auto q_angles = torch::rand({head_width / 2}) * 6;
      const auto k_angles = torch::rand({keys, head_width / 2}) * 6;
      const auto q_rope = rope_rows(q_angles), k_rope = rope_rows(k_angles);
      std::vector<const void*> keys_at, values_at;
      std::vector<torch::Tensor> key_rows, value_rows;
      const std::vector<std::int64_t> strides(keys, keys * width);
      for (std::int64_t j = 0; j < keys; ++j) {
        key_rows.push_back(k[j % 2].select(1, j));
        value_rows.push_back(v[j % 2].select(1, j));
        keys_at.push_back(key_rows.back().data_ptr());
        values_at.push_back(value_rows.back().data_ptr());
      }
      auto scratch = poisoned({rows * heads * (keys + head_width)}, torch::kFloat32);
      auto y = poisoned({rows, width}, operand_dtype());
      AttendTask task;
      task.rows = rows;
      task.heads = heads;
      task.head_width = head_width;
      task.keys = keys;
      task.q = q.data_ptr<float>();
      task.q_stride = 3 * width;
      task.keys_at = keys_at.data();
      task.values_at = values_at.data();
      task.row_strides = strides.data();
      task.q_rope = q_rope.data_ptr<float>();
      task.k_rope = rotate_keys ? k_rope.data_ptr<float>() : nullptr;
      task.scratch = scratch.data_ptr<float>();
      task.y = y.data_ptr();
      run(kernels_, task);

      const auto split = [&](const torch::Tensor& t) { return t.unflatten(-1, {heads, head_width}); };
      const auto queries = rotated(split(q.narrow(1, 0, width)), q_angles);
      auto all_keys = split(torch::stack(key_rows, 1)).to(torch::kFloat64);  // [rows, keys, heads, w]
      if (rotate_keys) all_keys = rotated(all_keys, k_angles.unsqueeze(1));
      const auto all_values = split(torch::stack(value_rows, 1)).to(torch::kFloat64);
      const auto weights = torch::softmax(
          torch::einsum("rhw,rkhw->rhk", {queries, all_keys}) / std::sqrt(static_cast<double>(head_width)),
          -1);
      const auto expected = torch::einsum("rhk,rkhw->rhw", {weights, all_values}).flatten(1);
      EXPECT_LE(relative_error(y, expected), operand_error())
          << head_width << ", keys rotated " << rotate_keys;
    }
  }
}

TEST_P(RowKernels, ConvertToOperandsAndWeights) {
  const auto x = torch::randn({77}) * 100;
  auto operands = poisoned({77}, operand_dtype()), weights = poisoned({77}, weight_dtype());
  kernels_.to_operands(x.data_ptr<float>(), 77, operands.data_ptr());
  kernels_.to_weights(x.data_ptr<float>(), 77, weights.data_ptr());
  EXPECT_TRUE(torch::equal(operands, x.to(operand_dtype())));
  EXPECT_TRUE(torch::equal(weights, x.to(weight_dtype())));
}

TEST_P(RowKernels, KeepNumbersThatAreNotFinite) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto x = torch::tensor({inf, -inf, nan, 1.0F, 3.4e38F});
  auto weights = torch::zeros({5}, weight_dtype());
  kernels_.to_weights(x.data_ptr<float>(), 5, weights.data_ptr());
  const auto back = weights.to(torch::kFloat32);
  EXPECT_EQ(back[0].item<float>(), inf);
  EXPECT_EQ(back[1].item<float>(), -inf);
  EXPECT_TRUE(std::isnan(back[2].item<float>())) << "a NaN must reach the check of the column";
  auto y = torch::zeros({5}, operand_dtype());
  const auto zero = torch::zeros({5});
  kernels_.silu_of_sum(x.data_ptr<float>(), zero.data_ptr<float>(), 5, y.data_ptr());
  EXPECT_TRUE(y[2].isnan().item<bool>());
}

TEST_P(RowKernels, SiluOfASum) {
  const auto a = torch::cat({torch::linspace(-120, 120, 400), torch::randn({33})}), b = torch::randn({433});
  auto y = poisoned({433}, operand_dtype());
  kernels_.silu_of_sum(a.data_ptr<float>(), b.data_ptr<float>(), 433, y.data_ptr());
  const auto expected = torch::silu(a.to(torch::kFloat64) + b);
  EXPECT_LE((y.to(torch::kFloat64) - expected).abs().max().item<double>(), 120 * operand_error());
  EXPECT_LE(relative_error(y, expected), operand_error());
}

// The activations of products, over the whole range, number by number.
TEST_P(RowKernels, ActivationsAreExactEverywhere) {
  const auto v = torch::linspace(-30, 30, 6001);
  auto x = torch::ones({1, 1}).to(operand_dtype()), weight = torch::zeros({6001, 1}).to(weight_dtype());
  for (const auto epilogue : {Epilogue::silu, Epilogue::gelu}) {
    auto y = poisoned({6001}, operand_dtype());
    LinearTask task;
    task.weight = weight.data_ptr();
    task.bias = v.data_ptr<float>();
    task.in = 1;
    task.out = 6001;
    task.x = x.data_ptr();
    task.rows = 1;
    task.epilogue = epilogue;
    task.y = y.data_ptr();
    task.y_stride = 6001;
    run(kernels_, task);
    const auto wide = v.to(torch::kFloat64);
    const auto expected = epilogue == Epilogue::silu ? torch::silu(wide) : torch::gelu(wide);
    const auto bound = operand_error() * expected.abs() + 5e-7 * (1 + wide.abs());
    EXPECT_TRUE(((y.to(torch::kFloat64) - expected).abs() <= bound).all().item<bool>())
        << static_cast<int>(epilogue);
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, RowKernels, every_table(), table_name);

}  // namespace
}  // namespace equi::cpu
