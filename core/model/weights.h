#pragma once

#include <torch/torch.h>

#include "core/base/device.h"
#include "core/checkpoint/bundle.h"
#include "core/model/generator.h"
#include "core/model/tokenizer.h"

namespace equi::model {

torch::Device to_torch(const Device& device);
torch::ScalarType to_torch(Precision precision);  // of activations, and of weights outside the blocks
torch::ScalarType to_torch(DType dtype);

// A stored tensor as a torch tensor over the mapped file: no copy; the mapping lives as long as the tensor.
// Read-only memory: writing to it is an error of the program.
torch::Tensor map_tensor(const SafetensorsFile& file, const StoredTensor& stored);

// Gives every parameter of `module` its weights from `file`. On the CPU, in the file's own precision, the
// parameters are the mapped file itself; otherwise they are converted (into large pages on the CPU) and moved
// one by one.
// Throws Error(bad_input) naming the file and the key when one is missing or has another shape.
void load_weights(torch::nn::Module& module, const SafetensorsFile& file, const Device& device,
                  Precision precision);

// A bundle, ready to run.
struct Model {
  Manifest manifest;
  Device device;
  Precision precision = Precision::float32;
  Tokenizer tokenizer{nullptr};
  Generator generator{nullptr};

  torch::TensorOptions options() const;  // device and dtype of activations
};

// Opens a bundle on a device. Modules are in evaluation mode and need no gradients. Loads libtorch's CUDA
// part when the device asks for it. Throws Error as Bundle::open and load_weights do, and Error(unsupported)
// for int8 on a GPU.
Model load_model(const Bundle& bundle, const Device& device, Precision precision);

// Fills a module with random weights at a scale that keeps activations sane: linear and convolution weights
// uniform (Xavier), norms one, biases zero, embeddings N(0, 0.02). For benchmarks, tests and the start of
// training.
void randomize_weights(torch::nn::Module& module, const torch::TensorOptions& options, std::uint64_t seed);

}  // namespace equi::model
