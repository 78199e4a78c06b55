#pragma once

#include <functional>
#include <memory>
#include <string>

#include <torch/torch.h>

namespace equi::stream {

// Work that always does the same to the same memory, recorded once.
class RecordedWork {
 public:
  virtual ~RecordedWork() = default;
  // Does it again, on libtorch's current stream. Throws Error(internal) with the device's words.
  virtual void replay() = 0;
};

// Records what libtorch does on a device, so that it costs one launch afterwards.
class WorkRecorder {
 public:
  virtual ~WorkRecorder() = default;
  // Calls `body` once; what it does is recorded, and not yet done where the device records without doing.
  // Nothing of its shapes may depend on values, and it must have run before, so that libraries have chosen
  // their kernels. Memory that it allocates belongs to the recording. Null when it cannot be recorded.
  virtual std::unique_ptr<RecordedWork> record(const std::function<void()>& body) = 0;
  // Why the last recording failed; empty when none has.
  virtual const std::string& reason() const = 0;
};

// Calls the body anew at each replay: any device, for tests.
std::unique_ptr<WorkRecorder> plain_recorder();

// CUDA graphs. Null when our library for them is not there.
std::unique_ptr<WorkRecorder> cuda_recorder(const torch::Device& device);

}  // namespace equi::stream
