#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/model/weights.h"
#include "core/stream/settings.h"
#include "core/train/classifier.h"

// How good a model of the built-in scenes is, on worlds that no training has seen.
namespace equi::eval {

struct SceneQualityOptions {
  std::int64_t worlds = 6;         // of each class, for the figures on rendered pictures
  std::int64_t panoramas = 3;      // of each class, made side by side
  std::int64_t far_column = 1000;  // the far figures are from the 32 columns after it
  std::uint64_t seed = 1;          // of the noise
  stream::GenerationSettings generation;
};

struct SceneQuality {
  double psnr_reconstruction = 0.0;  // dB, mean over pictures of 16 columns
  double ssim_reconstruction = 0.0;
  double psnr_windowed = 0.0;  // dB, windowed against full-width decode of generated columns 0..127
  // Gradient energy in the windows' cross-fades against outside them, geometric mean over the panoramas, and
  // the same places in the full-width decode, which has no windows: what of it is the pictures' own.
  double seam_ratio = 0.0, seam_ratio_full_width = 0.0;
  double class_agreement_near = 0.0;             // 0..1, columns 16-48
  double class_agreement_far = 0.0;              // columns far .. far + 32
  double frechet_near = 0.0, frechet_far = 0.0;  // against rendered pictures, in the classifier's features
  // The far one with one class left out, here and among the rendered pictures: far below frechet_far where
  // that class has gone away from its pictures.
  std::vector<double> frechet_far_without_class;
  double frechet_rendered = 0.0;     // two halves of the rendered pictures: what no difference looks like
  double classifier_accuracy = 0.0;  // of the judge, on rendered pictures
  double position_loss_ratio = 0.0;  // largest / smallest held-out loss over 16 positions
  std::vector<double> position_losses;
  std::vector<double> agreement_by_class;  // near
  double columns_per_second = 0.0;         // generated, all panoramas together
};

// Where the progress stands: what is done now, and how far (0..1).
using QualityProgress = std::function<void(const std::string& what, double done)>;

// Generates as the app does: ColumnGenerator in the given mode, StreamingDecoder. The model's class i has to
// be the classifier's class i. Throws Error(bad_input) when the class names differ, Error(cancelled) when
// stopped. `panoramas`, when given, receives the tokens [classes, columns, E] of each class's first panorama.
SceneQuality measure_scene_quality(const model::Model& model, const train::NamedClassifier& judge,
                                   const SceneQualityOptions& options, torch::Tensor* panoramas = nullptr,
                                   const QualityProgress& progress = {}, const std::stop_token& stop = {});

// The part (0..1) of the crops of 16 columns, every 4 columns, of a picture [H, w, 3] uint8 that the judge
// holds for `label`. Precondition: w is at least 16 columns of `column_pixels`.
double class_agreement(const train::NamedClassifier& judge, const torch::Tensor& picture,
                       std::int64_t column_pixels, std::int64_t label);

// The pixels [3, H, columns * 16] of columns [begin, end) of a row of tokens [T, E].
torch::Tensor decode_columns(const model::Model& model, const torch::Tensor& tokens, std::int64_t begin,
                             std::int64_t end);

}  // namespace equi::eval
