#include "core/model/weights.h"

#include <optional>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cpu/isa.h"
#include "core/model/int8_weights.h"
#include "core/model/precision.h"
#include "core/model/weight_arena.h"

namespace equi::model {

torch::Device to_torch(const Device& device) {
  if (device.kind == Device::Kind::cpu) return {torch::kCPU};
  if (!cuda_status().torch_loaded) {
    throw Error(ErrorKind::unsupported, device.name(), cuda_status().reason, "use cpu");
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(device.index)};
}

torch::ScalarType to_torch(Precision precision) {
  const bool wide =
      precision == Precision::float32 || (precision == Precision::int8 && !cpu::has_bfloat16_products());
  return wide ? torch::kFloat32 : torch::kBFloat16;
}

torch::ScalarType to_torch(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return torch::kFloat64;
    case DType::f32:
      return torch::kFloat32;
    case DType::f16:
      return torch::kFloat16;
    case DType::bf16:
      return torch::kBFloat16;
    case DType::i64:
      return torch::kInt64;
    case DType::i32:
      return torch::kInt32;
    case DType::i16:
      return torch::kInt16;
    case DType::i8:
      return torch::kInt8;
    case DType::u8:
      return torch::kUInt8;
    case DType::boolean:
      break;
  }
  return torch::kBool;
}

torch::Tensor map_tensor(const SafetensorsFile& file, const StoredTensor& stored) {
  const auto bytes = file.bytes(stored);
  const auto options = torch::TensorOptions().dtype(to_torch(stored.dtype));
  if (bytes.empty()) return torch::empty(stored.shape, options);
  // The mapping is never written: parameters loaded from it need no gradient and stay in evaluation mode.
  auto* data = const_cast<std::byte*>(bytes.data());
  auto mapped = torch::from_blob(
      data, stored.shape, [keep = file.file()](void*) {}, options);
  const bool aligned = reinterpret_cast<std::uintptr_t>(data) % size_of(stored.dtype) == 0;
  return aligned ? mapped : mapped.clone();
}

void load_weights(torch::nn::Module& module, const SafetensorsFile& file, const Device& device,
                  Precision precision) {
  const torch::NoGradGuard no_grad;
  const std::string path = file.file()->path().string();
  std::optional<WeightArena> arena;
  for (auto& item : module.named_parameters()) {
    const StoredTensor* stored = file.find(item.key());
    if (stored == nullptr) throw Error(ErrorKind::bad_input, path, item.key() + " is missing");
    torch::Tensor& parameter = item.value();
    if (parameter.sizes() != torch::IntArrayRef(stored->shape)) {
      throw Error(ErrorKind::bad_input, path,
                  fmt::format("{} has shape [{}], the architecture needs [{}]", item.key(),
                              fmt::join(stored->shape, ", "), fmt::join(parameter.sizes(), ", ")));
    }
    parameter.requires_grad_(false);
    const auto mapped = map_tensor(file, *stored);
    // Convolutions are quickest with the channels innermost; what is copied anyway gets that order.
    const bool image = mapped.dim() == 4;
    if (device.kind == Device::Kind::cuda) {
      const auto there = mapped.to(to_torch(device), to_torch(precision));
      parameter.set_data(image ? there.contiguous(torch::MemoryFormat::ChannelsLast) : there);
      continue;
    }
    if (mapped.scalar_type() == to_torch(precision)) {
      parameter.set_data(mapped);
      continue;
    }
    if (!arena) arena.emplace(module, to_torch(precision));
    auto own = arena->take(mapped.sizes());
    if (image) own = own.as_strided(own.sizes(), c10::get_channels_last_strides_2d(own.sizes()));
    parameter.set_data(own.copy_(mapped));
  }
  module.eval();
}

torch::TensorOptions Model::options() const {
  return torch::TensorOptions().dtype(to_torch(precision)).device(to_torch(device));
}

Model load_model(const Bundle& bundle, const Device& device, Precision precision) {
  check_precision(precision, device);
  Model model;
  model.manifest = bundle.manifest();
  model.device = device;
  model.precision = precision;
  model.tokenizer = Tokenizer(bundle.manifest().tokenizer);
  model.generator = Generator(bundle.manifest().generator);
  load_weights(*model.tokenizer, bundle.tokenizer(), device, precision);
  if (precision == Precision::int8) {  // from the file's own numbers, not from what they are rounded to below
    load_weights(*model.generator, bundle.generator(), device, parse_precision(model.manifest.dtype, device));
    quantize_blocks(model.generator);
  }
  load_weights(*model.generator, bundle.generator(), device, precision);
  return model;
}

namespace {

void xavier_uniform(torch::Tensor& weight, torch::Generator& generator) {
  const double receptive = weight.dim() > 2 ? static_cast<double>(weight[0][0].numel()) : 1.0;
  const double fans = static_cast<double>(weight.size(0) + weight.size(1)) * receptive;
  const double limit = std::sqrt(6.0 / fans);
  weight.uniform_(-limit, limit, generator);
}

}  // namespace

void randomize_weights(torch::nn::Module& module, const torch::TensorOptions& options, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  materialize_parameters(module, options);
  auto generator = torch::make_generator<at::CPUGeneratorImpl>(seed);
  for (auto& item : module.named_parameters()) {
    torch::Tensor& p = item.value();
    auto values = torch::empty(p.sizes(), torch::kFloat32);
    const std::string& key = item.key();
    const bool embedding =
        key == "class_emb.weight" || key == "fake_latent" || key == "encoder_pos_embed_learned";
    if (embedding) {
      values.normal_(0.0, 0.02, generator);
    } else if (p.dim() == 1) {
      values.fill_(key.ends_with("weight") ? 1.0 : 0.0);
    } else {
      xavier_uniform(values, generator);
    }
    p.copy_(values);
  }
}

}  // namespace equi::model
