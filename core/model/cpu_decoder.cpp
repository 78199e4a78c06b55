#include "core/model/cpu_decoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Context.h>

#include "core/base/error.h"
#include "core/cpu/isa.h"
#include "core/cpu/parallel.h"

namespace equi::model {
namespace {

constexpr std::int64_t kNumbersForAThread = std::int64_t{16} * 1024;

std::int64_t rows_for_a_thread(const torch::Tensor& x) {
  return std::max(std::int64_t{1}, kNumbersForAThread / (x.size(2) * x.size(3)));
}

// [B, H, W, C] -> the same memory as libtorch's convolutions want to see it, and back.
torch::Tensor channels_second(const torch::Tensor& x) {
  return x.permute({0, 3, 1, 2});
}
torch::Tensor channels_last(const torch::Tensor& x) {
  return x.permute({0, 2, 3, 1}).contiguous();
}

torch::Tensor convolved(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return channels_last(at::mkldnn_convolution(channels_second(x), weight, bias, {0, 0}, {1, 1}, {1, 1}, 1));
}

char* row_of(const torch::Tensor& pictures, std::int64_t index) {
  return static_cast<char*>(pictures.data_ptr()) +
         index * pictures.stride(0) * static_cast<std::int64_t>(pictures.element_size());
}

}  // namespace

std::shared_ptr<const CpuDecoder> CpuDecoder::of(const Tokenizer& tokenizer) {
  const auto& weight = tokenizer->post_quant_layer->weight;
  const bool wide = weight.scalar_type() == torch::kFloat32;
  if (!weight.is_cpu() || (!wide && weight.scalar_type() != torch::kBFloat16)) return nullptr;
  const auto& kernels =
      cpu::kernels(cpu::best_isa(), wide ? cpu::WeightType::float32 : cpu::WeightType::bfloat16);
  if (kernels.operand_bytes != static_cast<std::size_t>(weight.element_size()) ||
      !at::globalContext().hasMKLDNN()) {
    return nullptr;
  }
  static HeldDecoders<CpuDecoder> held;
  return held.get(tokenizer,
                  [&] { return std::shared_ptr<const CpuDecoder>(new CpuDecoder(tokenizer, kernels)); });
}

CpuDecoder::CpuDecoder(const Tokenizer& tokenizer, const cpu::Kernels& kernels)
    : kernels_(kernels), weights_(tokenizer, tokenizer->post_quant_layer->weight.scalar_type()) {}

CpuDecoder::~CpuDecoder() = default;

// For each picture and channel what GroupNorm multiplies with and adds: [B, 2, C] float32. Rows are summed
// one by one and then in their order, so that the number of threads does not matter.
torch::Tensor CpuDecoder::scales(const Weights::Norm& norm, const torch::Tensor& x) const {
  const auto batch = x.size(0), height = x.size(1), width = x.size(2), channels = x.size(3);
  const auto sums = torch::empty({batch, height, 2, channels}, torch::kFloat32);
  const auto rows = x.flatten(0, 1);
  cpu::parallel_for(batch * height, rows_for_a_thread(x), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      kernels_.image.sums(row_of(rows, r), width, channels, sums.data_ptr<float>() + r * 2 * channels);
    }
  });
  auto scales = torch::empty({batch, 2, channels}, torch::kFloat32);
  const auto in_group = channels / norm.groups;
  const auto numbers = static_cast<double>(in_group * height * width);
  std::vector<double> totals(static_cast<std::size_t>(2 * channels));
  for (std::int64_t b = 0; b < batch; ++b) {
    std::ranges::fill(totals, 0.0);
    const float* from = sums.const_data_ptr<float>() + b * height * 2 * channels;
    for (std::int64_t r = 0; r < height; ++r) {
      for (auto& total : totals) total += *from++;
    }
    float* scale = scales.data_ptr<float>() + b * 2 * channels;
    for (std::int64_t first = 0; first < channels; first += in_group) {
      const auto sum = [&](std::int64_t at) {
        return std::accumulate(totals.begin() + at, totals.begin() + at + in_group, 0.0) / numbers;
      };
      const double mean = sum(first), variance = std::max(sum(channels + first) - mean * mean, 0.0);
      const double inverse = 1.0 / std::sqrt(variance + GroupNormImpl::kEps);
      for (std::int64_t c = first; c < first + in_group; ++c) {
        const double factor = inverse * norm.weight.const_data_ptr<float>()[c];
        scale[c] = static_cast<float>(factor);
        scale[channels + c] = static_cast<float>(norm.bias.const_data_ptr<float>()[c] - mean * factor);
      }
    }
  }
  return scales;
}

torch::Tensor CpuDecoder::image(const torch::Tensor& x, const torch::Tensor& scales, bool swish,
                                std::int64_t border) const {
  const auto batch = x.size(0), height = x.size(1) + 2 * border;
  auto y = torch::empty({batch, height, x.size(2) + 2 * border, x.size(3)}, x.options());
  cpu::parallel_for(batch * height, rows_for_a_thread(x), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end;) {
      const std::int64_t b = at / height, last = std::min(end, (b + 1) * height);
      cpu::ImageTask task;
      task.x = row_of(x, b);
      task.height = x.size(1);
      task.width = x.size(2);
      task.channels = x.size(3);
      if (scales.defined()) {
        task.scale = scales.const_data_ptr<float>() + b * 2 * task.channels;
        task.shift = task.scale + task.channels;
      }
      task.swish = swish;
      task.border = border;
      task.y = row_of(y, b);
      kernels_.image.image(task, at - b * height, last - b * height);
      at = last;
    }
  });
  return y;
}

torch::Tensor CpuDecoder::bordered(const torch::Tensor& x) const {
  return image(x, {}, false, 1);
}

torch::Tensor CpuDecoder::normed(const Weights::Norm& norm, const torch::Tensor& x, bool swish,
                                 std::int64_t border) const {
  return image(x, scales(norm, x), swish, border);
}

void CpuDecoder::add(const torch::Tensor& x, const torch::Tensor& y) const {
  const auto bytes = static_cast<std::int64_t>(x.element_size());
  cpu::parallel_for(x.numel(), kNumbersForAThread, [&](std::int64_t begin, std::int64_t end) {
    kernels_.image.add(static_cast<const char*>(x.const_data_ptr()) + begin * bytes, end - begin,
                       static_cast<char*>(y.data_ptr()) + begin * bytes);
  });
}

torch::Tensor CpuDecoder::run(const Weights::Resnet& block, const torch::Tensor& x) const {
  auto h = convolved(normed(block.norm1, x, true, 1), block.conv1.weight, block.conv1.bias);
  h = convolved(normed(block.norm2, h, true, 1), block.conv2.weight, block.conv2.bias);
  add(block.shortcut.weight.defined() ? convolved(x, block.shortcut.weight, block.shortcut.bias) : x, h);
  return h;
}

torch::Tensor CpuDecoder::run(const Weights::Attention& block, const torch::Tensor& x) const {
  const auto places = normed(block.norm, x, false, 0).flatten(1, 2);  // [B, H * W, C]
  const auto parts = torch::linear(places, block.weight, block.bias).unsqueeze(1).chunk(3, 3);
  const auto mixed = torch::scaled_dot_product_attention(parts[0], parts[1], parts[2]).squeeze(1);
  const auto y = torch::linear(mixed, block.out.weight, block.out.bias).view(x.sizes());
  add(x, y);
  return y;
}

torch::Tensor CpuDecoder::enlarged(const Weights::Level& level, const torch::Tensor& x) const {
  const auto parts = convolved(bordered(x), level.enlarge.weight, level.enlarge.bias);
  const auto batch = x.size(0), height = x.size(1);
  auto y = torch::empty(
      {batch, height * level.stride.vertical, x.size(2) * level.stride.horizontal, x.size(3)}, x.options());
  for (std::int64_t b = 0; b < batch; ++b) {
    cpu::EnlargeTask task;
    task.x = row_of(x, b);
    task.parts = row_of(parts, b);
    task.height = height;
    task.width = x.size(2);
    task.channels = x.size(3);
    task.vertical = level.stride.vertical;
    task.horizontal = level.stride.horizontal;
    task.y = row_of(y, b);
    cpu::parallel_for(height, rows_for_a_thread(parts), [&](std::int64_t begin, std::int64_t end) {
      kernels_.image.enlarge(task, begin, end);
    });
  }
  return y;
}

torch::Tensor CpuDecoder::decode(const torch::Tensor& tokens) const {
  if (tokens.size(1) < 2) {
    throw Error(ErrorKind::bad_input, "tokenizer", "1 column given",
                "the reflected convolutions need at least 2");
  }
  const torch::InferenceMode inference;
  const auto& w = weights_;
  const auto columns = w.decoder->decoder1d->along_columns(w.post_quant_layer->along_columns(tokens));
  // [B, T, z * rows] -> [B, rows, T, z]
  auto h = columns.unflatten(2, {w.decoder->z_channels, -1}).permute({0, 3, 1, 2}).contiguous();
  h = convolved(bordered(h), w.conv_in.weight, w.conv_in.bias);
  h = run(w.after, run(w.between, run(w.before, h)));
  for (const auto& level : w.levels) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      h = run(level.blocks[i], h);
      if (!level.attention.empty()) h = run(level.attention[i], h);
    }
    if (level.enlarge.weight.defined()) h = enlarged(level, h);
  }
  h = convolved(normed(w.norm_out, h, true, 1), w.conv_out.weight, w.conv_out.bias);
  return channels_second(h);
}

}  // namespace equi::model
