#include "core/scenes/noise.h"

#include <array>
#include <cmath>

#include "core/scenes/dice.h"

namespace equi::scenes {
namespace {

constexpr std::int64_t kDenseCells = 160;  // beyond this many cells, four gathers beat a matrix product

std::int64_t as_signed(std::uint64_t value) {
  return std::int64_t(value);
}

torch::Tensor shifted(const torch::Tensor& h, int bits) {
  return torch::bitwise_and(torch::bitwise_right_shift(h, bits), (std::int64_t{1} << (64 - bits)) - 1);
}

torch::Tensor mixed(torch::Tensor h) {
  h = torch::bitwise_xor(h, shifted(h, 30)).mul_(as_signed(0xBF58476D1CE4E5B9ULL));
  h = torch::bitwise_xor(h, shifted(h, 27)).mul_(as_signed(0x94D049BB133111EBULL));
  return torch::bitwise_xor(h, shifted(h, 31));
}

torch::Tensor to_uniform(const torch::Tensor& h) {
  return torch::bitwise_and(h, 0xFFFFFF).to(torch::kFloat32).mul_(0x1.0p-24);
}

// Where coordinates lie among the lattice points, and the weights of the points around them.
struct Taps {
  torch::Tensor cell;                   // [N] int64: the lowest point that counts
  std::array<torch::Tensor, 4> weight;  // [N] float32 each
  int count = 0;
};

Taps taps(const torch::Tensor& u, Curve curve) {
  const auto whole = u.floor();
  const auto t = (u - whole).to(torch::kFloat32);
  const auto cell = whole.to(torch::kInt64);
  if (curve == Curve::angular) return {cell, {1.0 - t, t}, 2};
  const auto t2 = t * t, t3 = t2 * t, s = 1.0 - t;
  return {cell - 1,
          {s * s * s / 6.0, (3.0 * t3 - 6.0 * t2 + 4.0) / 6.0, (-3.0 * t3 + 3.0 * t2 + 3.0 * t + 1.0) / 6.0,
           t3 / 6.0},
          4};
}

// From lattice points `first`.. along dimension 1 of `values` [R, n] to the coordinates: [R, N].
torch::Tensor interpolate(const torch::Tensor& values, const Taps& at, std::int64_t first) {
  const auto index = at.cell - first;
  const auto cells = values.size(1);
  if (cells <= kDenseCells) {
    auto matrix = torch::zeros({cells, index.size(0)}, values.options());
    for (int k = 0; k < at.count; ++k) {
      matrix.scatter_(0, (index + k).unsqueeze(0), at.weight[std::size_t(k)].unsqueeze(0));
    }
    return values.matmul(matrix);
  }
  auto sum = values.index_select(1, index).mul_(at.weight[0]);
  for (int k = 1; k < at.count; ++k) {
    sum.addcmul_(values.index_select(1, index + k), at.weight[std::size_t(k)]);
  }
  return sum;
}

double normalisation(int octaves, double gain) {
  double squares = 0.0, amplitude = 1.0;
  for (int k = 0; k < octaves; ++k, amplitude *= gain) squares += amplitude * amplitude;
  return 1.0 / std::sqrt(squares);
}

}  // namespace

torch::Tensor cell_random(const torch::Tensor& cells, std::uint64_t key) {
  return to_uniform(mixed((cells * as_signed(0x9E3779B97F4A7C15ULL)).add_(as_signed(key))));
}

torch::Tensor noise(const torch::Tensor& u, std::uint64_t key, Curve curve) {
  const auto at = taps(u, curve);
  auto sum = torch::zeros(u.sizes(), u.options().dtype(torch::kFloat32));
  for (int k = 0; k < at.count; ++k) {
    sum.addcmul_(cell_random(at.cell + k, key).sub_(0.5), at.weight[std::size_t(k)]);
  }
  return sum.mul_(curve == Curve::smooth ? 3.0 : 2.0);
}

torch::Tensor fbm(const torch::Tensor& u, std::uint64_t key, double frequency, int octaves, double gain,
                  Curve curve) {
  auto sum = noise(u * frequency, key, curve);
  double amplitude = 1.0;
  for (int k = 1; k < octaves; ++k) {
    frequency *= 2.0;
    amplitude *= gain;
    sum.add_(noise(u * frequency + 0.37 * k, mix_keys(key, std::uint64_t(k)), curve), amplitude);
  }
  return sum.mul_(normalisation(octaves, gain));
}

torch::Tensor noise(const torch::Tensor& u, const torch::Tensor& v, std::uint64_t key) {
  const auto across = taps(u, Curve::smooth), down = taps(v.reshape({-1}), Curve::smooth);
  const auto first_u = across.cell.min().item<std::int64_t>(),
             last_u = across.cell.max().item<std::int64_t>() + 3;
  const auto first_v = down.cell.min().item<std::int64_t>(),
             last_v = down.cell.max().item<std::int64_t>() + 3;
  const auto longs = u.options().dtype(torch::kInt64);
  const auto columns = torch::arange(first_u, last_u + 1, longs).mul_(as_signed(0x9E3779B97F4A7C15ULL));
  const auto rows = torch::arange(first_v, last_v + 1, longs).mul_(as_signed(0xD1B54A32D192ED03ULL));
  const auto lattice =
      to_uniform(mixed((columns.unsqueeze(1) + rows).add_(as_signed(key)))).sub_(0.5).mul_(4.0);
  return interpolate(interpolate(lattice, down, first_v).t().contiguous(), across, first_u);
}

torch::Tensor fbm(const torch::Tensor& u, const torch::Tensor& v, std::uint64_t key, int octaves,
                  double gain) {
  auto sum = noise(u, v, key);
  double frequency = 1.0, amplitude = 1.0;
  for (int k = 1; k < octaves; ++k) {
    frequency *= 2.0;
    amplitude *= gain;
    sum.add_(noise(u * frequency + 0.37 * k, v * frequency + 0.71 * k, mix_keys(key, std::uint64_t(k))),
             amplitude);
  }
  return sum.mul_(normalisation(octaves, gain));
}

torch::Tensor smoothstep(double from, double to, const torch::Tensor& value) {
  const auto t = ((value - from) / (to - from)).clamp_(0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

}  // namespace equi::scenes
