#include "core/stream/window_decoder.h"

#include <exception>

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace equi::stream {
namespace {

// Each recording keeps the memory of its whole computation. Rows that grow show windows of a few lengths at
// their end, but almost all windows are full ones, alone or in full batches.
constexpr std::size_t kMostRecordings = 4;

c10::Stream current_stream(const torch::Device& device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device);
}

}  // namespace

const torch::Tensor& DecodedWindows::pixels() {
  if (made_ != nullptr) {
    const auto stream = current_stream(pixels_.device());
    made_->block(stream);
    pixels_.record_stream(stream);  // its memory is not given away while that stream may read it
    made_.reset();
  }
  return pixels_;
}

// While one exists, libtorch works on the decoder's stream, after all that the caller's stream was given.
class WindowDecoder::Beside {
 public:
  explicit Beside(const torch::Device& device)
      : device_(device),
        stream_(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device)) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  // What it still works on reads weights that may go with the decoder.
  ~Beside() {
    try {
      stream_.synchronize();
    } catch (const std::exception&) {  // a device that has failed: nothing reads any more
      return;
    }
  }

  template <class Work>
  DecodedWindows run(const torch::Tensor& tokens, const Work& work) const {
    if (tokens.device() == device_) {  // they may still be being made
      c10::Event given(device_.type());
      given.record(current_stream(device_));
      given.block(stream_);
      tokens.record_stream(stream_);
    }
    const c10::StreamGuard here(stream_);
    auto pixels = work();
    auto made = std::make_shared<c10::Event>(device_.type());
    made->record(stream_);
    return {std::move(pixels), std::move(made)};
  }

 private:
  torch::Device device_;
  c10::Stream stream_;
};

WindowDecoder::WindowDecoder(model::Tokenizer tokenizer)
    : WindowDecoder(tokenizer, cuda_recorder(tokenizer->post_quant_layer->weight.device())) {}

WindowDecoder::WindowDecoder(model::Tokenizer tokenizer, std::unique_ptr<WorkRecorder> recorder)
    : tokenizer_(std::move(tokenizer)),
      on_cpu_(model::CpuDecoder::of(tokenizer_)),
      on_gpu_(model::CudaDecoder::of(tokenizer_)),
      recorder_(std::move(recorder)) {
  const auto device = tokenizer_->post_quant_layer->weight.device();
  if (device.is_cuda()) beside_ = std::make_unique<Beside>(device);
}

WindowDecoder::~WindowDecoder() {
  beside_.reset();  // waits
}

bool WindowDecoder::works_beside() const {
  return beside_ != nullptr;
}

std::string WindowDecoder::fallback_reason() const {
  return refused_ ? recorder_->reason() : std::string();
}

DecodedWindows WindowDecoder::decode(const torch::Tensor& tokens) {
  const torch::InferenceMode inference;
  if (beside_ == nullptr) return {recorded_or_plain(tokens), nullptr};
  return beside_->run(tokens, [&] { return recorded_or_plain(tokens); });
}

torch::Tensor WindowDecoder::plain(const torch::Tensor& tokens) const {
  const std::int64_t columns = tokens.size(1);
  const auto pixels = pictures(columns == 1 ? tokens.repeat({1, 2, 1}) : tokens);
  return pixels.to(torch::kFloat32).narrow(3, 0, columns * config().column_pixels());
}

torch::Tensor WindowDecoder::pictures(const torch::Tensor& tokens) const {
  if (on_gpu_ != nullptr) return on_gpu_->decode(tokens);
  return on_cpu_ != nullptr ? on_cpu_->decode(tokens) : tokenizer_->decode(tokens);
}

torch::Tensor WindowDecoder::recorded_or_plain(const torch::Tensor& tokens) {
  const auto there = tokens.to(tokenizer_->post_quant_layer->weight.options());
  auto* recording = recording_for(there);
  if (recording == nullptr) return plain(there);
  recording->tokens.copy_(there);
  recording->work->replay();
  return recording->pixels.clone();
}

// A shape is recorded when it comes for the second time: by then the libraries have chosen their kernels.
WindowDecoder::Recording* WindowDecoder::recording_for(const torch::Tensor& tokens) {
  if (recorder_ == nullptr || refused_) return nullptr;
  const Shape shape{tokens.size(0), tokens.size(1)};
  if (const auto found = recordings_.find(shape); found != recordings_.end()) return &found->second;
  if (recordings_.size() >= kMostRecordings || seen_[shape]++ == 0) return nullptr;
  Recording recording{tokens.clone(), {}, nullptr};
  recording.work = recorder_->record([this, in = recording.tokens, out = &recordings_[shape].pixels] {
    auto pixels = plain(in);
    if (out->defined()) {
      out->copy_(pixels);
    } else {
      *out = pixels;
    }
  });
  recordings_[shape].tokens = recording.tokens;
  recordings_[shape].work = std::move(recording.work);
  if (recordings_[shape].work == nullptr) {
    refused_ = true;
    recordings_.erase(shape);
    return nullptr;
  }
  return &recordings_[shape];
}

}  // namespace equi::stream
