#include "core/model/int8_weights.h"

#include <memory>

#include "core/cpu/huge_pages.h"
#include "core/cpu/int8.h"
#include "core/cpu/parallel.h"

namespace equi::model {
namespace {

constexpr const char* kBlocks = "weight_int8";
constexpr const char* kScales = "weight_scales";

std::vector<LinearImpl*> linear_layers(Generator& generator) {
  std::vector<LinearImpl*> layers;
  for (const auto* list : {&generator->encoder_blocks, &generator->diffloss->net->res_blocks}) {
    for (const auto& module : (*list)->modules(false)) {
      if (auto* layer = module->as<LinearImpl>()) layers.push_back(layer);
    }
  }
  return layers;
}

std::size_t bytes_of(const LinearImpl& layer) {
  return cpu::int8_bytes(layer.weight.size(0), layer.weight.size(1));
}

// blocks: zeroed.
Int8Weights quantize(const torch::Tensor& weight, std::int8_t* blocks) {
  constexpr std::int64_t kRows = 16;  // for a thread at least
  const std::int64_t out = weight.size(0), in = weight.size(1);
  Int8Weights made;
  made.scales = torch::empty({out}, torch::kFloat32);
  auto* scales = made.scales.data_ptr<float>();
  cpu::parallel_for(out, kRows, [&](std::int64_t begin, std::int64_t end) {
    const torch::NoGradGuard no_grad;
    const auto rows = weight.narrow(0, begin, end - begin).to(torch::kFloat32).contiguous();
    const auto* row = rows.const_data_ptr<float>();
    for (std::int64_t o = begin; o < end; ++o, row += in) cpu::quantize_row(row, in, o, blocks, scales + o);
  });
  return made;
}

}  // namespace

Int8Weights int8_weights(const LinearImpl& layer) {
  const auto buffers = layer.named_buffers(false);
  const auto* blocks = buffers.find(kBlocks);
  const auto* scales = buffers.find(kScales);
  if (blocks == nullptr || scales == nullptr) return {};
  return {*blocks, *scales};
}

void quantize_blocks(Generator& generator) {
  const torch::NoGradGuard no_grad;
  const auto layers = linear_layers(generator);
  std::size_t total = 0;
  for (const auto* layer : layers) total += bytes_of(*layer);
  const auto memory = std::make_shared<cpu::HugeBuffer>(total);
  auto* at = reinterpret_cast<std::int8_t*>(memory->data());
  for (auto* layer : layers) {
    auto made = quantize(layer->weight, at);
    const auto bytes = bytes_of(*layer);
    made.blocks = torch::from_blob(
        at, {static_cast<std::int64_t>(bytes)}, [memory](void*) {}, torch::kInt8);
    layer->register_buffer(kBlocks, made.blocks);
    layer->register_buffer(kScales, made.scales);
    at += bytes;
  }
}

}  // namespace equi::model
