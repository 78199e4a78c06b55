#include "core/train/classifier.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/train/state_file.h"

namespace equi::train {
namespace {

constexpr std::int64_t kWidths[] = {3, 16, 32, 48, ClassifierImpl::kFeatures};

std::vector<NamedTensor> weights_of(const Classifier& classifier) {
  std::vector<NamedTensor> all;
  for (const auto& item : classifier->named_parameters()) all.push_back({item.key(), item.value()});
  return all;
}

}  // namespace

ClassifierImpl::ClassifierImpl(std::int64_t classes)
    : head(register_module("head", model::Linear(kFeatures, classes))) {
  for (std::size_t i = 0; i + 1 < std::size(kWidths); ++i) {
    convolutions.push_back(
        register_module(fmt::format("conv{}", i), model::Conv2d(kWidths[i], kWidths[i + 1], 3)));
  }
}

torch::Tensor ClassifierImpl::features(const torch::Tensor& pictures) const {
  auto x = pictures;
  if (x.size(2) > kHeight) x = torch::avg_pool2d(x, x.size(2) / kHeight);
  for (const auto& convolution : convolutions) {
    // Stride 2 as a mean of the four places: a single picture then has no lattice of its own.
    x = torch::avg_pool2d(torch::relu(convolution->forward(x)), 2);
  }
  return x.mean({2, 3});
}

void save_classifier(const std::filesystem::path& path, const Classifier& classifier,
                     const std::vector<std::string>& class_names) {
  save_state(path, weights_of(classifier),
             {{"kind", "classifier"}, {"class_names", nlohmann::json(class_names).dump()}});
}

NamedClassifier load_classifier(const std::filesystem::path& path) {
  const auto facts = read_facts(path);
  if (fact(facts, "kind", path) != "classifier") {
    throw Error(ErrorKind::bad_input, path.string(), "is no classifier");
  }
  NamedClassifier named;
  const auto list = nlohmann::json::parse(fact(facts, "class_names", path), nullptr, false);
  if (!list.is_array() || list.empty() || list.size() > 65536) {
    throw Error(ErrorKind::bad_input, path.string(), "has no list of class names");
  }
  for (const auto& name : list) named.class_names.push_back(name.is_string() ? name.get<std::string>() : "");
  named.classifier = Classifier(static_cast<std::int64_t>(named.class_names.size()));
  const torch::NoGradGuard no_grad;
  model::materialize_parameters(*named.classifier, torch::kFloat32);
  for (auto& parameter : named.classifier->parameters()) parameter.requires_grad_(false);
  load_state(path, weights_of(named.classifier));
  named.classifier->eval();
  return named;
}

}  // namespace equi::train
