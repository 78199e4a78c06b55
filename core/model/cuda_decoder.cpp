#include "core/model/cuda_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <fmt/format.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"

namespace equi::model {
namespace {

constexpr std::int64_t kOctet = 8;  // channels that a thread has
constexpr int kOverlap = 1;         // kernels may begin before the one in front has ended

bool fits(const Tokenizer& tokenizer) {
  const auto& c = tokenizer->config;
  const auto usable = [](std::int64_t channels) {
    return channels % kOctet == 0 && channels <= cuda::kMostChannels;
  };
  return tokenizer->post_quant_layer->weight.scalar_type() == torch::kBFloat16 && usable(c.z_channels) &&
         std::ranges::all_of(c.channel_multipliers,
                             [&](int m) { return usable(std::int64_t{m} * c.decoder_channels); });
}

CudaDecoder::Kernels loaded_kernels() {
  const auto abi = reinterpret_cast<decltype(&equi_cuda_abi)>(cuda_kernel_symbol("equi_cuda_abi"));
  if (abi == nullptr || abi() != EQUI_CUDA_ABI) return nullptr;
  return reinterpret_cast<CudaDecoder::Kernels>(cuda_kernel_symbol("equi_cuda_run_picture_ops"));
}

c10::Stream current_stream(const torch::Device& device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device);
}
void* current_handle(const torch::Device& device) {
  return device.is_cuda() ? current_stream(device).native_handle() : nullptr;
}

// [B, H, W, C] -> the same memory as libtorch's convolutions want to see it, and back.
torch::Tensor channels_second(const torch::Tensor& x) {
  return x.permute({0, 3, 1, 2});
}
torch::Tensor channels_last(const torch::Tensor& x) {
  return x.permute({0, 2, 3, 1}).contiguous();
}

// A convolution of three columns as one product: [B, T, in] -> [B, T, out].
torch::Tensor along_columns(const torch::Tensor& x, const torch::Tensor& matrix, const torch::Tensor& bias) {
  const auto bordered = torch::cat({x.narrow(1, 1, 1), x, x.narrow(1, x.size(1) - 2, 1)}, 1);
  return torch::linear(bordered.unfold(1, 3, 1).flatten(2), matrix, bias);
}

// Its view of a weight, [out, in * 3].
torch::Tensor matrix_of(const Conv1d& convolution) {
  return convolution->weight.detach().flatten(1).contiguous();
}

// Convolutions to a few channels get more, of zeros: kernels for tensor cores write eight at a time.
torch::Tensor to_whole_octets(const torch::Tensor& weight) {
  auto shape = weight.sizes().vec();
  shape[0] = (shape[0] + kOctet - 1) / kOctet * kOctet - shape[0];
  return torch::cat({weight, torch::zeros(shape, weight.options())})
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

std::int32_t int32(std::int64_t size) {
  return static_cast<std::int32_t>(size);
}
float* numbers(const torch::Tensor& t) {
  return t.defined() ? t.data_ptr<float>() : nullptr;
}
void* halves(const torch::Tensor& t) {
  return t.defined() ? t.data_ptr() : nullptr;
}

// Pictures, [B, H, W, C] and contiguous, and their sums as EquiPictureAdd makes them.
struct Picture {
  torch::Tensor numbers, sums;
};

torch::Tensor sums_for(at::IntArrayRef sizes, const torch::Device& device) {
  const auto cut = cuda::picture_cut(int32(sizes[1] * sizes[2]), int32(sizes[3]));
  return torch::empty({sizes[0], cut.chunks, 2, sizes[3]},
                      torch::TensorOptions(torch::kFloat32).device(device));
}

// Softmax attention of one head. libtorch's own kernel gives a few places, as a window has, to a few blocks
// (on an H200, 256 places of 512 channels: 23 us; product, softmax, product: 14), but never holds all scores.
torch::Tensor attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v) {
  constexpr std::int64_t kFewPlaces = 512;
  const auto [batch, places, width] = std::array{q.size(0), q.size(2), q.size(3)};
  if (places > kFewPlaces) return torch::scaled_dot_product_attention(q, k, v);
  const auto left = q.squeeze(1), right = k.squeeze(1).transpose(1, 2);
  const auto scores = q.is_cuda() ? at::bmm(left, right, torch::kFloat32)
                                  : at::bmm(left.to(torch::kFloat32), right.to(torch::kFloat32));
  const auto shares = at::softmax(scores.mul_(1.0 / std::sqrt(static_cast<double>(width))), 2);
  return at::bmm(shares.to(v.scalar_type()), v.squeeze(1)).view({batch, 1, places, width});
}

}  // namespace

// Operations on pictures wait in a list until libtorch has to work on what they make.
class CudaDecoder::Pass {
 public:
  Pass(Kernels kernels, const torch::Device& device) : kernels_(kernels), stream_(current_handle(device)) {}

  // By libtorch, without a bias. x: [B, H + 2, W + 2, C] -> [B, H, W, C']
  torch::Tensor convolved(const torch::Tensor& x, const torch::Tensor& weight) {
    launch();
    return channels_last(at::conv2d(channels_second(x), weight));
  }

  // a + b + bias; b and bias may be undefined.
  Picture sum(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& bias) {
    return added(a, b, bias, torch::empty_like(a));
  }
  // x, and what the next norm has to know of it.
  Picture measured(const torch::Tensor& x) { return {x, added(x, {}, {}, {}).sums}; }
  // norm(x + shift), with swish or without, and with a reflected border; shift may be undefined.
  torch::Tensor normed(const Weights::Norm& norm, const Picture& x, const torch::Tensor& shift, bool swish,
                       std::int64_t border) {
    return image(x.numbers, scales(norm, x, shift), swish, border);
  }
  torch::Tensor bordered(const torch::Tensor& x) { return image(x, {}, false, 1); }

  Picture run(const Weights::Resnet& block, const Picture& x);
  Picture run(const Weights::Attention& block, const Picture& x);
  Picture enlarged(const Weights::Level& level, const torch::Tensor& x);

 private:
  Picture added(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& bias,
                const torch::Tensor& y);
  torch::Tensor scales(const Weights::Norm& norm, const Picture& x, const torch::Tensor& shift);
  torch::Tensor image(const torch::Tensor& x, const torch::Tensor& scales, bool swish, std::int64_t border);

  EquiPictureOp& append(EquiPictureOpKind kind, const std::vector<torch::Tensor>& uses);
  void launch();

  Kernels kernels_;
  void* stream_;
  std::vector<EquiPictureOp> waiting_;
  std::vector<torch::Tensor> used_;  // by what waits
};

EquiPictureOp& CudaDecoder::Pass::append(EquiPictureOpKind kind, const std::vector<torch::Tensor>& uses) {
  used_.insert(used_.end(), uses.begin(), uses.end());
  waiting_.emplace_back().kind = kind;
  return waiting_.back();
}

void CudaDecoder::Pass::launch() {
  if (waiting_.empty()) return;
  const int code = kernels_(waiting_.data(), static_cast<std::int64_t>(waiting_.size()), kOverlap, stream_);
  if (code != 0) throw Error(ErrorKind::internal, "picture kernels", fmt::format("CUDA error {}", code));
  waiting_.clear();
  used_.clear();
}

Picture CudaDecoder::Pass::added(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& bias,
                                 const torch::Tensor& y) {
  auto sums = sums_for(a.sizes(), a.device());
  append(EQUI_PICTURE_ADD, {a, b, bias, y, sums}).add = {int32(a.size(0)), int32(a.size(1) * a.size(2)),
                                                         int32(a.size(3)), halves(a),
                                                         halves(b),        numbers(bias),
                                                         halves(y),        numbers(sums)};
  return {y, sums};
}

torch::Tensor CudaDecoder::Pass::scales(const Weights::Norm& norm, const Picture& picture,
                                        const torch::Tensor& shift) {
  const auto& x = picture.numbers;
  auto scales = torch::empty({x.size(0), 2, x.size(3)}, picture.sums.options());
  append(EQUI_PICTURE_SCALES, {picture.sums, shift, scales}).scales = {
      int32(x.size(0)),   int32(x.size(1) * x.size(2)), int32(x.size(3)),
      int32(norm.groups), GroupNormImpl::kEps,          numbers(picture.sums),
      numbers(shift),     numbers(norm.weight),         numbers(norm.bias),
      numbers(scales)};
  return scales;
}

torch::Tensor CudaDecoder::Pass::image(const torch::Tensor& x, const torch::Tensor& scales, bool swish,
                                       std::int64_t border) {
  auto y = torch::empty({x.size(0), x.size(1) + 2 * border, x.size(2) + 2 * border, x.size(3)}, x.options());
  append(EQUI_PICTURE_IMAGE, {x, scales, y}).image = {int32(x.size(0)), int32(x.size(1)), int32(x.size(2)),
                                                      int32(x.size(3)), int32(border),    swish ? 1 : 0,
                                                      halves(x),        numbers(scales),  halves(y)};
  return y;
}

Picture CudaDecoder::Pass::run(const Weights::Resnet& block, const Picture& x) {
  const auto h = convolved(normed(block.norm1, x, {}, true, 1), block.conv1.weight);
  const auto y = convolved(normed(block.norm2, measured(h), block.conv1.bias, true, 1), block.conv2.weight);
  if (!block.shortcut.weight.defined()) return sum(y, x.numbers, block.conv2.bias);
  const auto shortcut = torch::linear(x.numbers.flatten(0, 2), block.shortcut.weight.flatten(1));
  return sum(y, shortcut.view(y.sizes()), block.conv2.bias);
}

Picture CudaDecoder::Pass::run(const Weights::Attention& block, const Picture& x) {
  const auto places = normed(block.norm, x, {}, false, 0).flatten(1, 2);  // [B, H * W, C]
  launch();
  const auto parts = torch::linear(places, block.weight, block.bias).unsqueeze(1).chunk(3, 3);
  const auto mixed = attention(parts[0], parts[1], parts[2]).squeeze(1);
  const auto y = torch::linear(mixed.contiguous(), block.out.weight).view(x.numbers.sizes());
  return sum(y, x.numbers, block.out.bias);
}

Picture CudaDecoder::Pass::enlarged(const Weights::Level& level, const torch::Tensor& x) {
  const auto parts = convolved(bordered(x), level.enlarge.weight);
  const auto [vertical, horizontal] = level.stride;
  const auto y =
      torch::empty({x.size(0), x.size(1) * vertical, x.size(2) * horizontal, x.size(3)}, x.options());
  const auto sums = sums_for(y.sizes(), y.device());
  const auto& bias = level.enlarge.bias;
  append(EQUI_PICTURE_ENLARGE, {x, parts, bias, y, sums}).enlarge = {
      int32(x.size(0)), int32(x.size(1)),  int32(x.size(2)), int32(x.size(3)),
      int32(vertical),  int32(horizontal), halves(x),        halves(parts),
      numbers(bias),    halves(y),         numbers(sums)};
  return {y, sums};
}

std::shared_ptr<const CudaDecoder> CudaDecoder::of(const Tokenizer& tokenizer) {
  const auto& weight = tokenizer->post_quant_layer->weight;
  if (!weight.is_cuda() || !fits(tokenizer) || !cuda_kernels_fit(weight.device().index())) return nullptr;
  const auto kernels = loaded_kernels();
  if (kernels == nullptr) return nullptr;
  static HeldDecoders<CudaDecoder> held;
  return held.get(tokenizer, [&] { return with(tokenizer, kernels); });
}

std::shared_ptr<const CudaDecoder> CudaDecoder::with(const Tokenizer& tokenizer, Kernels kernels) {
  if (!fits(tokenizer)) return nullptr;
  const torch::InferenceMode inference;
  return std::shared_ptr<const CudaDecoder>(new CudaDecoder(tokenizer, kernels));
}

CudaDecoder::CudaDecoder(const Tokenizer& tokenizer, Kernels kernels)
    : kernels_(kernels),
      weights_(tokenizer, torch::kFloat32),
      from_tokens_(matrix_of(tokenizer->post_quant_layer)),
      from_features_(matrix_of(tokenizer->decoder->decoder1d)) {
  const auto merge = [](Weights::Resnet& block) {
    if (block.shortcut.weight.defined()) block.conv2.bias = block.conv2.bias + block.shortcut.bias;
  };
  merge(weights_.before);
  merge(weights_.after);
  for (auto& level : weights_.levels) std::ranges::for_each(level.blocks, merge);
  weights_.conv_out.weight = to_whole_octets(weights_.conv_out.weight);
  // Decodings may be on other streams.
  if (const auto device = from_tokens_.device(); device.is_cuda()) current_stream(device).synchronize();
}

torch::Tensor CudaDecoder::decode(const torch::Tensor& tokens) const {
  if (tokens.size(1) < 2) {
    throw Error(ErrorKind::bad_input, "tokenizer", "1 column given",
                "the reflected convolutions need at least 2");
  }
  const torch::InferenceMode inference;
  const c10::DeviceGuard here(tokens.device());
  const auto& w = weights_;
  const auto features = along_columns(tokens, from_tokens_, w.post_quant_layer->bias);
  const auto columns = along_columns(features, from_features_, w.decoder->decoder1d->bias);
  // [B, T, z * rows] -> [B, rows, T, z]
  const auto latent = columns.unflatten(2, {w.decoder->z_channels, -1}).permute({0, 3, 1, 2}).contiguous();

  Pass pass(kernels_, tokens.device());
  Picture h = pass.sum(pass.convolved(pass.bordered(latent), w.conv_in.weight), {}, w.conv_in.bias);
  h = pass.run(w.after, pass.run(w.between, pass.run(w.before, h)));
  for (const auto& level : w.levels) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      h = pass.run(level.blocks[i], h);
      if (!level.attention.empty()) h = pass.run(level.attention[i], h);
    }
    if (level.enlarge.weight.defined()) h = pass.enlarged(level, h.numbers);
  }
  const auto image =
      channels_second(pass.convolved(pass.normed(w.norm_out, h, {}, true, 1), w.conv_out.weight));
  const auto colours = w.conv_out.bias.size(0);
  auto pixels =
      torch::empty({image.size(0), colours, image.size(2), image.size(3)}, w.conv_out.bias.options());
  return torch::add_out(pixels, image.narrow(1, 0, colours), w.conv_out.bias.view({colours, 1, 1}));
}

}  // namespace equi::model
