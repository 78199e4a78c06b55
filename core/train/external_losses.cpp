#include "core/train/external_losses.h"

#include <optional>

#include <torch/script.h>

#include "core/base/error.h"

namespace equi::train {
namespace {

std::optional<torch::jit::Module> load(const std::filesystem::path& path, torch::Device device) {
  if (path.empty()) return std::nullopt;
  try {
    auto module = torch::jit::load(path.string(), device);
    module.eval();
    for (const auto& parameter : module.parameters()) parameter.set_requires_grad(false);
    return module;
  } catch (const std::exception&) {
    throw Error(ErrorKind::bad_input, path.string(), "is no TorchScript module that can be loaded",
                "write it with torch.jit.script or torch.jit.trace and save()");
  }
}

}  // namespace

struct ExternalLosses::Modules {
  std::optional<torch::jit::Module> lpips, features;
};

ExternalLosses::ExternalLosses(const Settings& settings, torch::Device device)
    : settings_(settings), modules_(std::make_shared<Modules>()) {
  modules_->lpips = load(settings.lpips, device);
  modules_->features = load(settings.features, device);
}

std::vector<std::pair<std::string, torch::Tensor>> ExternalLosses::measure(const torch::Tensor& made,
                                                                           const torch::Tensor& wanted,
                                                                           std::int64_t step) const {
  std::vector<std::pair<std::string, torch::Tensor>> losses;
  if (modules_ == nullptr) return losses;
  if (modules_->lpips) {
    losses.emplace_back("lpips", modules_->lpips->forward({made, wanted}).toTensor().mean());
  }
  if (modules_->features && step >= settings_.features_start) {
    const auto a = modules_->features->forward({made}).toTensor();
    const auto b = modules_->features->forward({wanted}).toTensor();
    losses.emplace_back("features", (1 - torch::cosine_similarity(a, b.detach(), -1)).mean());
  }
  return losses;
}

double ExternalLosses::weight(const std::string& name) const {
  return name == "lpips" ? settings_.lpips_weight : settings_.features_weight;
}

}  // namespace equi::train
