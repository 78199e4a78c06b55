#include "core/train/muon.h"

#include <algorithm>
#include <cmath>

namespace equi::train {
namespace {

constexpr int kIterations = 5;
constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;  // Jordan et al. 2024
constexpr std::int64_t kLeast = 16;                       // rows and columns
constexpr double kAdamSize = 0.2;                         // root mean square of an Adam step

bool holds(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

}  // namespace

bool moved_by_muon(const std::string& name, const torch::Tensor& weight) {
  if (weight.dim() < 2 || weight.size(0) < kLeast || weight.numel() / weight.size(0) < kLeast) return false;
  return !holds(name, "class_emb") && !holds(name, "pos_embed") && !holds(name, "latent");
}

torch::Tensor muon_step(const torch::Tensor& update) {
  auto x = update.reshape({update.size(0), -1});
  const auto rows = static_cast<double>(x.size(0)), columns = static_cast<double>(x.size(1));
  const bool tall = rows > columns;
  if (tall) x = x.t();
  x = (x / (x.norm() + 1e-7)).to(torch::kBFloat16);
  for (int i = 0; i < kIterations; ++i) {
    const auto square = x.mm(x.t());
    x = kA * x + (kB * square + kC * square.mm(square)).mm(x);
  }
  if (tall) x = x.t();
  return x.to(torch::kFloat32).reshape(update.sizes()).mul_(kAdamSize * std::sqrt(std::max(rows, columns)));
}

}  // namespace equi::train
