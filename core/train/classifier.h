#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/model/layers.h"

namespace equi::train {

// A small convolutional network that tells the scenes apart: the judge of generated panoramas. Four
// convolutions of stride 2 on a picture of 64 px height, mean over all places, one linear layer.
struct ClassifierImpl : torch::nn::Module {
  explicit ClassifierImpl(std::int64_t classes);

  // Pictures [B, 3, H, W] float32 in [-1, 1], H a multiple of 64 -> features [B, kFeatures], the space of the
  // Frechet distance.
  torch::Tensor features(const torch::Tensor& pictures) const;
  // Features -> scores [B, classes].
  torch::Tensor scores(const torch::Tensor& features) const { return head->forward(features); }

  static constexpr std::int64_t kFeatures = 64;
  static constexpr std::int64_t kHeight = 64;
  std::vector<model::Conv2d> convolutions;
  model::Linear head;
};
TORCH_MODULE(Classifier);

// With the names of its classes. Throw Error(bad_input or io) naming the file.
void save_classifier(const std::filesystem::path& path, const Classifier& classifier,
                     const std::vector<std::string>& class_names);
struct NamedClassifier {
  Classifier classifier{nullptr};
  std::vector<std::string> class_names;
};
NamedClassifier load_classifier(const std::filesystem::path& path);

}  // namespace equi::train
