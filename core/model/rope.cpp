#include "core/model/rope.h"

#include <cmath>

namespace equi::model {

namespace {
constexpr double kRopeBase = 10000.0;
}

torch::Tensor rope_table(const torch::Tensor& positions, std::int64_t head_width) {
  const auto exponents = torch::arange(0, head_width, 2, torch::kFloat64) / static_cast<double>(head_width);
  const auto frequencies = torch::exp(exponents * -std::log(kRopeBase));
  const auto angles = torch::outer(positions.to(torch::kFloat64), frequencies);
  return torch::stack({angles.cos(), angles.sin()}, -1).to(torch::kFloat32);
}

torch::Tensor positions_from(double first, std::int64_t count) {
  return torch::arange(count, torch::kFloat64) + first;
}

torch::Tensor apply_rope(const torch::Tensor& x, const torch::Tensor& table) {
  const auto pairs = x.to(torch::kFloat32).unflatten(-1, {-1, 2});  // [B, T, heads, head_width/2, 2]
  const auto even = pairs.select(-1, 0), odd = pairs.select(-1, 1);
  const auto rows = table.unsqueeze(0).unsqueeze(2);  // [1, T, 1, head_width/2, 2]
  const auto cos = rows.select(-1, 0), sin = rows.select(-1, 1);
  return torch::stack({even * cos - odd * sin, odd * cos + even * sin}, -1).flatten(-2).to(x.dtype());
}

}  // namespace equi::model
