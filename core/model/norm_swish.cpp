#include "core/model/norm_swish.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace equi::model {
namespace {

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define EQUI_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EQUI_WIDE
#endif

// bfloat16 as its bits, so that loops over it become vector instructions.
inline float widen(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t narrow(float value) {  // to nearest even; finite values
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

// e^x to about 1e-6, relative, without branches.
inline float quick_exp(float x) {
  constexpr float kLog2E = 1.44269504F,
                  kShift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  const float t = std::min(std::max(x, -80.0F), 80.0F) * kLog2E;
  const float shifted = t + kShift;
  const float r = t - (shifted - kShift);
  const auto whole = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kShift);
  const float p =
      1.0F + r * (0.693147181F +
                  r * (0.240226507F + r * (0.0555041087F + r * (0.00961812911F + r * 0.00133335581F))));
  return p * std::bit_cast<float>((whole + 127) << 23);
}

inline float sigmoid(float u) {
  return 1.0F / (1.0F + quick_exp(-u));
}

// One picture: `places` = H * W rows of `channels` numbers. All float arrays have `channels` entries.
EQUI_WIDE void sum_channels(const std::uint16_t* x, std::int64_t places, std::int64_t channels,
                            float* __restrict sums, float* __restrict squares) {
  for (std::int64_t i = 0; i < places; ++i, x += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float v = widen(x[c]);
      sums[c] += v;
      squares[c] += v * v;
    }
  }
}

// y = swish(x * scale + shift)
EQUI_WIDE void swish_rows(const std::uint16_t* __restrict x, std::uint16_t* __restrict y, std::int64_t places,
                          std::int64_t channels, const float* __restrict scale,
                          const float* __restrict shift) {
  for (std::int64_t i = 0; i < places; ++i, x += channels, y += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float u = widen(x[c]) * scale[c] + shift[c];
      y[c] = narrow(u * sigmoid(u));
    }
  }
}

// The gradient before the swish into `du`; its sums, and those of its products with x, over all places.
EQUI_WIDE void unswish_rows(const std::uint16_t* __restrict x, const std::uint16_t* __restrict dy,
                            std::uint16_t* __restrict du, std::int64_t places, std::int64_t channels,
                            const float* __restrict scale, const float* __restrict shift,
                            float* __restrict sums, float* __restrict products) {
  for (std::int64_t i = 0; i < places; ++i, x += channels, dy += channels, du += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float v = widen(x[c]);
      const float u = v * scale[c] + shift[c];
      const float s = sigmoid(u);
      const float d = widen(dy[c]) * s * (1.0F + u * (1.0F - s));
      sums[c] += d;
      products[c] += d * v;
      du[c] = narrow(d);
    }
  }
}

// du <- du * a + x * b + c
EQUI_WIDE void combine_rows(const std::uint16_t* __restrict x, std::uint16_t* __restrict du,
                            std::int64_t places, std::int64_t channels, const float* __restrict a,
                            const float* __restrict b, const float* __restrict c0) {
  for (std::int64_t i = 0; i < places; ++i, x += channels, du += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      du[c] = narrow(widen(du[c]) * a[c] + widen(x[c]) * b[c] + c0[c]);
    }
  }
}

const std::uint16_t* bits_of(const torch::Tensor& x) {
  return static_cast<const std::uint16_t*>(x.const_data_ptr());
}

struct Sizes {
  explicit Sizes(const torch::Tensor& x, std::int64_t groups)
      : batch(x.size(0)),
        channels(x.size(1)),
        places(x.size(2) * x.size(3)),
        group_channels(x.size(1) / groups),
        in_group(static_cast<double>(group_channels * places)) {}
  std::int64_t batch, channels, places, group_channels;
  double in_group;  // numbers of a group
};

struct NormSwish : torch::autograd::Function<NormSwish> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t groups) {
    const Sizes n(x, groups);
    const auto w = weight.to(torch::kFloat32), b = bias.to(torch::kFloat32);
    const float *wp = w.const_data_ptr<float>(), *bp = b.const_data_ptr<float>();
    auto y = torch::empty_like(x);
    auto statistics = torch::empty({2, n.batch, n.channels}, torch::kFloat32);  // mean, 1 / deviation
    auto* mean = statistics.mutable_data_ptr<float>();
    float* inverse = mean + n.batch * n.channels;
    const auto size = static_cast<std::size_t>(n.channels);
    for (std::int64_t i = 0; i < n.batch; ++i, mean += n.channels, inverse += n.channels) {
      std::vector<float> sums(size), squares(size), scale(size), shift(size);
      const auto* from = bits_of(x) + i * n.places * n.channels;
      sum_channels(from, n.places, n.channels, sums.data(), squares.data());
      for (std::int64_t c = 0; c < n.channels; c += n.group_channels) {
        double sum = 0.0, square = 0.0;
        for (auto k = c; k < c + n.group_channels; ++k) {
          sum += sums[std::size_t(k)];
          square += squares[std::size_t(k)];
        }
        const double m = sum / n.in_group;
        const double variance = std::max(square / n.in_group - m * m, 0.0);
        for (auto k = c; k < c + n.group_channels; ++k) {
          mean[k] = static_cast<float>(m);
          inverse[k] = static_cast<float>(1.0 / std::sqrt(variance + GroupNormImpl::kEps));
          scale[std::size_t(k)] = inverse[k] * wp[k];
          shift[std::size_t(k)] = bp[k] - mean[k] * scale[std::size_t(k)];
        }
      }
      swish_rows(from, static_cast<std::uint16_t*>(y.mutable_data_ptr()) + i * n.places * n.channels,
                 n.places, n.channels, scale.data(), shift.data());
    }
    context->save_for_backward({x, weight, bias, statistics});
    context->saved_data["groups"] = groups;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& x = saved[0];
    const Sizes n(x, context->saved_data["groups"].toInt());
    const auto dy = gradients[0].to(torch::kBFloat16).contiguous(torch::MemoryFormat::ChannelsLast);
    const auto w = saved[1].to(torch::kFloat32), b = saved[2].to(torch::kFloat32);
    const float *wp = w.const_data_ptr<float>(), *bp = b.const_data_ptr<float>();
    auto dx = torch::empty_like(x);
    auto dw = torch::zeros({n.channels}, torch::kFloat32), db = torch::zeros({n.channels}, torch::kFloat32);
    auto *dwp = dw.mutable_data_ptr<float>(), *dbp = db.mutable_data_ptr<float>();
    const auto* mean = saved[3].const_data_ptr<float>();
    const float* inverse = mean + n.batch * n.channels;
    const auto size = static_cast<std::size_t>(n.channels);
    for (std::int64_t i = 0; i < n.batch; ++i, mean += n.channels, inverse += n.channels) {
      std::vector<float> sums(size), products(size), scale(size), shift(size), along(size), rest(size);
      for (std::size_t c = 0; c < size; ++c) {
        scale[c] = inverse[c] * wp[c];
        shift[c] = bp[c] - mean[c] * scale[c];
      }
      const auto offset = i * n.places * n.channels;
      auto* to = static_cast<std::uint16_t*>(dx.mutable_data_ptr()) + offset;
      unswish_rows(bits_of(x) + offset, bits_of(dy) + offset, to, n.places, n.channels, scale.data(),
                   shift.data(), sums.data(), products.data());
      for (std::size_t first = 0; first < size; first += std::size_t(n.group_channels)) {
        double plain = 0.0, normed = 0.0;  // sums over the group of w du and of w du x^
        for (auto k = first; k < first + std::size_t(n.group_channels); ++k) {
          const double with_normed = (double{products[k]} - double{mean[k]} * sums[k]) * inverse[k];
          plain += double{wp[k]} * sums[k];
          normed += wp[k] * with_normed;
          dwp[k] += static_cast<float>(with_normed);
          dbp[k] += sums[k];
        }
        const double r = inverse[first], m = mean[first];
        const double per_x = -r * r * normed / n.in_group;
        for (auto k = first; k < first + std::size_t(n.group_channels); ++k) {
          along[k] = static_cast<float>(per_x);
          rest[k] = static_cast<float>(-r * plain / n.in_group - m * per_x);
        }
      }
      combine_rows(bits_of(x) + offset, to, n.places, n.channels, scale.data(), along.data(), rest.data());
    }
    return {dx, dw.to(saved[1].dtype()), db.to(saved[2].dtype()), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor norm_swish(const GroupNorm& norm, const torch::Tensor& x) {
  const bool ours = torch::GradMode::is_enabled() && x.is_cpu() && x.dim() == 4 &&
                    x.scalar_type() == torch::kBFloat16 && norm->weight.requires_grad();
  if (!ours) return swish(norm->forward(x));
  return NormSwish::apply(x.contiguous(torch::MemoryFormat::ChannelsLast), norm->weight, norm->bias,
                          norm->groups);
}

}  // namespace equi::model
