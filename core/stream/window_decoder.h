#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <torch/torch.h>

#include "core/model/cpu_decoder.h"
#include "core/model/cuda_decoder.h"
#include "core/stream/work_recorder.h"

namespace c10 {
struct Event;
}

namespace equi::stream {

// Pixels of windows of one length, perhaps still being made on a stream of the decoder's own.
class DecodedWindows {
 public:
  DecodedWindows(torch::Tensor pixels, std::shared_ptr<c10::Event> made)
      : pixels_(std::move(pixels)), made_(std::move(made)) {}

  // [B, 3, H, columns * 16] float32, about [-1, 1]. Work that libtorch's current stream gets after this call
  // finds them made; the caller does not wait.
  const torch::Tensor& pixels();

 private:
  torch::Tensor pixels_;
  std::shared_ptr<c10::Event> made_;  // null: they are
};

// The tokenizer's decoder for windows, as quick as the device allows. On a GPU it has a stream of its own, so
// that it works beside the generator, and each window shape that comes again is recorded once and replayed
// (one launch in place of some hundred). It is a model::CpuDecoder or a model::CudaDecoder where one applies,
// elsewhere a plain call. What the pixels are does not depend on any of that. Not thread-safe.
class WindowDecoder {
 public:
  // For the device that the tokenizer is on.
  explicit WindowDecoder(model::Tokenizer tokenizer);
  // With another recorder, or none.
  WindowDecoder(model::Tokenizer tokenizer, std::unique_ptr<WorkRecorder> recorder);
  ~WindowDecoder();

  const TokenizerConfig& config() const { return tokenizer_->config; }
  // Whether it works beside the caller, so that asking early pays.
  bool works_beside() const;

  // tokens [B, n, E] with n >= 1, in generator space divided by vae_norm, on any device. A single column is
  // decoded beside a copy of itself: the reflected convolutions need a neighbour.
  DecodedWindows decode(const torch::Tensor& tokens);

  std::size_t recorded() const { return recordings_.size(); }
  // Why it does without recordings although the device has them; empty otherwise.
  std::string fallback_reason() const;

 private:
  using Shape = std::pair<std::int64_t, std::int64_t>;  // windows, columns
  struct Recording {
    torch::Tensor tokens, pixels;  // the memory that the recorded work reads and writes
    std::unique_ptr<RecordedWork> work;
  };
  class Beside;  // a stream of its own

  torch::Tensor plain(const torch::Tensor& tokens) const;
  torch::Tensor pictures(const torch::Tensor& tokens) const;  // of two columns at least
  torch::Tensor recorded_or_plain(const torch::Tensor& tokens);
  Recording* recording_for(const torch::Tensor& tokens);

  model::Tokenizer tokenizer_;
  std::shared_ptr<const model::CpuDecoder> on_cpu_;
  std::shared_ptr<const model::CudaDecoder> on_gpu_;  // neither: the tokenizer itself
  std::unique_ptr<Beside> beside_;                    // null: on the caller's stream
  std::unique_ptr<WorkRecorder> recorder_;
  bool refused_ = false;       // it could not be recorded once: never again
  std::map<Shape, int> seen_;  // how often a shape came, until it is recorded
  std::map<Shape, Recording> recordings_;
};

}  // namespace equi::stream
