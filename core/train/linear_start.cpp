#include "core/train/linear_start.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/train/losses.h"
#include "core/train/random.h"

namespace equi::train {
namespace {

using torch::Tensor;

constexpr double kStraight = 2.4;   // the swish's turning point: there it is nearly a straight line
constexpr double kSwing = 0.6;      // how far the data swings around it
constexpr double kConstant = 6.0;   // of the constants before a norm, in deviations of the data
constexpr double kLoudness = 6.0;   // deviation of the posterior means, in posterior deviations
constexpr double kWhitening = 0.2;  // 0: principal components as they are, 1: all equally strong
constexpr double kRidge = 1e-4;     // relative
constexpr std::int64_t kMostPlaces = 200'000;  // of a least-squares fit

// The parts of a tokenizer by the names of the authors' state dict.
class Parts {
 public:
  explicit Parts(model::Tokenizer& tokenizer) {
    for (const auto& item : tokenizer->named_modules()) modules_[item.key()] = item.value();
    for (auto& item : tokenizer->named_parameters()) weights_[item.key()] = item.value();
  }
  template <class Module>
  Module& at(const std::string& name) const {
    auto* module = dynamic_cast<Module*>(modules_.at(name).get());
    if (module == nullptr) throw Error(ErrorKind::internal, name, "is another module");
    return *module;
  }
  bool has(const std::string& name) const { return modules_.contains(name); }
  const std::map<std::string, Tensor>& weights() const { return weights_; }

 private:
  std::map<std::string, std::shared_ptr<torch::nn::Module>> modules_;
  std::map<std::string, Tensor> weights_;
};

// Sets the middle of a kernel to `matrix` [out, in], the rest to zero.
void set_middle(const Tensor& weight, const Tensor& matrix) {
  weight.zero_();
  if (weight.dim() == 3) {
    weight.select(2, 1).copy_(matrix);
  } else {
    const auto middle = weight.size(2) / 2;
    weight.select(3, middle).select(2, middle).copy_(matrix);
  }
}

// [out, in] with orthonormal columns (out >= in) or rows.
Tensor isometry(std::int64_t out, std::int64_t in, torch::Generator& random) {
  const auto wide = torch::randn({std::max(out, in), std::min(out, in)}, random, torch::kFloat32);
  const auto q = std::get<0>(torch::linalg_qr(wide));
  return out >= in ? q : q.t().contiguous();
}

Tensor identity(std::int64_t out, std::int64_t in) {
  return torch::eye(std::max(out, in)).narrow(0, 0, out).narrow(1, 0, in);
}

Tensor rows_of(const Tensor& x) {  // [N, C, H, W] -> [N * H * W, C]
  return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
}

struct Components {
  Tensor mean;        // [C]
  Tensor directions;  // [count, C], orthonormal, the strongest first
  Tensor deviations;  // [count]
};

Components principal(const Tensor& rows, std::int64_t count, bool centred) {
  const auto mean = centred ? rows.mean(0) : torch::zeros({rows.size(1)});
  const auto moved = rows - mean;
  const auto covariance = moved.t().mm(moved).to(torch::kFloat64) / static_cast<double>(rows.size(0));
  const auto [values, vectors] = torch::linalg_eigh(covariance);
  const auto strongest = vectors.t().flip(0).narrow(0, 0, count).to(torch::kFloat32);
  return {mean, strongest, values.flip(0).narrow(0, 0, count).clamp_min(1e-12).sqrt().to(torch::kFloat32)};
}

// The 3 x 3 convolution (reflected edges) that maps `from` [N, C, H, W] onto `wanted` [N, K, H, W] in the
// least-squares sense: weight [K, C, 3, 3] and bias [K].
void fit(const Tensor& from, const Tensor& wanted, const Tensor& weight, const Tensor& bias) {
  const auto inputs = from.size(1) * 9 + 1, outputs = wanted.size(1);
  auto gram = torch::zeros({inputs, inputs}, torch::kFloat64),
       cross = torch::zeros({inputs, outputs}, torch::kFloat64);
  const auto pictures =
      std::clamp<std::int64_t>(kMostPlaces / (from.size(2) * from.size(3)), 8, from.size(0));
  for (std::int64_t i = 0; i < std::min(pictures, from.size(0)); ++i) {
    const auto padded = torch::reflection_pad2d(from.narrow(0, i, 1), {1, 1, 1, 1});
    auto patches = torch::im2col(padded, {3, 3}, {1, 1}, {0, 0}, {1, 1}).squeeze(0).t();  // [places, C * 9]
    patches = torch::cat({patches, torch::ones({patches.size(0), 1})}, 1);
    gram += patches.t().mm(patches);
    cross += patches.t().mm(rows_of(wanted.narrow(0, i, 1)));
  }
  gram.diagonal().add_(gram.diagonal().mean().item<double>() * kRidge);
  const auto solution = torch::linalg_solve(gram, cross).to(torch::kFloat32).t();  // [K, C * 9 + 1]
  weight.copy_(solution.narrow(1, 0, inputs - 1).reshape(weight.sizes()));
  bias.copy_(solution.select(1, inputs - 1));
}

// Constants for the channels before a norm, large against the data and alternating, and the norm's weight and
// bias that undo them and bring the data to the straight part of the swish. Returns the constants.
Tensor hold_norm(model::GroupNormImpl& norm, const Tensor& data) {
  const double deviation = data.std().item<double>();
  const double constant = kConstant * deviation, gain = kSwing / deviation;
  auto constants = torch::full({data.size(1)}, constant);
  constants.slice(0, 1, constants.size(0), 2).neg_();
  const double scale = std::sqrt(constant * constant + data.square().mean().item<double>());
  norm.weight.fill_(scale * gain);
  norm.bias.copy_(kStraight - constants * gain);
  return constants;
}

class LinearStart {
 public:
  LinearStart(model::Tokenizer& tokenizer, std::uint64_t seed)
      : tokenizer_(tokenizer),
        config_(tokenizer->config),
        parts_(tokenizer),
        random_(generator_at(mix(seed, Purpose::weights, 4))),
        seed_(seed) {}

  void run(const Tensor& pictures) {
    silence_branches();
    encode_pyramid(pictures);
    const auto tokens = encode_columns();
    decode_columns(tokens);
    decode_pyramid(pictures);
  }

 private:
  void silence_branches() {
    for (const auto& [name, weight] : parts_.weights()) {
      const bool ends =
          name.find("conv2.") != std::string::npos || name.find("proj_out.") != std::string::npos;
      if (ends || name.ends_with("nin_shortcut.bias") || name.ends_with("conv.conv.bias"))
        weight.detach().zero_();
    }
  }

  std::string first_block(const char* side, int level) const {
    return fmt::format("{}.{}.block.0", side, level);
  }

  // Levels from the picture down. levels_[i]: what level i hands to its downsampling (the last: to `mid`).
  void encode_pyramid(const Tensor& pictures) {
    auto& conv_in = *tokenizer_->encoder->conv_in;
    set_middle(conv_in.weight, isometry(conv_in.weight.size(0), conv_in.weight.size(1), random_));
    conv_in.bias.zero_();
    auto x = conv_in.forward(pictures);
    for (int level = 0; level < config_.levels(); ++level) {
      x = through_shortcut("encoder.down", level, x, true);
      levels_.push_back(x);
      if (level + 1 == config_.levels()) break;
      auto& down = parts_.at<model::DownsampleImpl>(fmt::format("encoder.down.{}.downsample", level));
      const auto kept = principal(rows_of(x), x.size(1) / down.stride.area(), false);
      set_middle(down.conv->conv->weight, kept.directions);
      x = down.forward(x);
    }
  }

  // The change of channels at the start of a level: an isometry in the encoder, the first channels in the
  // decoder.
  Tensor through_shortcut(const char* side, int level, const Tensor& x, bool encoder) {
    auto& block = parts_.at<model::ResnetBlockImpl>(first_block(side, level));
    if (block.nin_shortcut.is_empty()) return x;
    auto& shortcut = *block.nin_shortcut;
    const auto out = shortcut.weight.size(0), in = shortcut.weight.size(1);
    set_middle(shortcut.weight, encoder ? isometry(out, in, random_) : identity(out, in));
    return shortcut.forward(x);
  }

  Tensor encode_columns() {
    auto& encoder = *tokenizer_->encoder;
    const auto& top = levels_.back();
    const auto constants = hold_norm(*encoder.norm_out, top);
    encoder.mid->block_2->conv2->bias.copy_(constants);  // the last thing added before the norm
    const auto features = torch::silu(encoder.norm_out->forward(top + constants.view({1, -1, 1, 1})));
    const auto blocks = principal(rows_of(features), config_.z_channels, true);
    set_middle(encoder.conv_out->weight, blocks.directions);
    encoder.conv_out->bias.copy_(-blocks.directions.mv(blocks.mean));
    const auto latent = encoder.conv_out->forward(features);       // [N, z, rows, T]
    const auto columns = latent.permute({0, 3, 1, 2}).flatten(2);  // [N, T, z * rows]
    set_middle(encoder.encoder1d->weight, identity(columns.size(2), columns.size(2)));
    encoder.encoder1d->bias.zero_();
    const auto whole = principal(columns.flatten(0, 1), config_.token_width, true);
    // Nearly the principal components as they are, so that an error of a token costs what it costs in the
    // picture: whitened ones make the generator spend itself on detail, and the sky of neighbours differs.
    auto scale = whole.deviations.pow(-kWhitening);
    scale = scale * (kLoudness * config_.posterior_std / (whole.deviations * scale).square().mean().sqrt());
    set_middle(tokenizer_->quant_layer->weight, scale.unsqueeze(1) * whole.directions);
    tokenizer_->quant_layer->bias.copy_(-scale * whole.directions.mv(whole.mean));
    set_middle(tokenizer_->post_quant_layer->weight, (whole.directions / scale.unsqueeze(1)).t());
    tokenizer_->post_quant_layer->bias.copy_(whole.mean);
    return tokenizer_->quant_layer->forward(columns.transpose(1, 2)).transpose(1, 2);
  }

  void decode_columns(const Tensor& means) {
    auto& decoder = *tokenizer_->decoder;
    std::vector<Tensor> noises;
    for (std::int64_t i = 0; i < means.size(0); ++i) {
      noises.push_back(posterior_noise(mix(seed_, Purpose::posterior, 0, std::uint64_t(i)), means.size(1),
                                       means.size(2), config_.posterior_std));
    }
    const auto columns =
        tokenizer_->post_quant_layer->forward((means + torch::stack(noises)).transpose(1, 2)).transpose(1, 2);
    set_middle(decoder.decoder1d->weight, identity(columns.size(2), columns.size(2)));
    decoder.decoder1d->bias.zero_();
    const auto latent = columns.unflatten(2, {config_.z_channels, -1}).permute({0, 2, 3, 1});
    const auto wanted = padded_to(levels_.back(), decoder.conv_in->weight.size(0));
    fit(latent, wanted, decoder.conv_in->weight, decoder.conv_in->bias);
    made_ = decoder.conv_in->forward(latent);
  }

  // `x` with channels of zeros up to `channels`, or cut to them.
  static Tensor padded_to(const Tensor& x, std::int64_t channels) {
    if (x.size(1) >= channels) return x.narrow(1, 0, channels);
    return torch::cat({x, torch::zeros({x.size(0), channels - x.size(1), x.size(2), x.size(3)})}, 1);
  }

  void decode_pyramid(const Tensor& pictures) {
    for (int level = config_.levels() - 1; level >= 0; --level) {
      made_ = through_shortcut("decoder.up", level, made_, false);
      if (level == 0) break;
      auto& up = parts_.at<model::UpsampleImpl>(fmt::format("decoder.up.{}.upsample", level));
      const auto area = up.stride.area();
      // What the level above had, less what the shortcut brings already.
      const auto wanted =
          model::pixel_unshuffle(padded_to(levels_[std::size_t(level - 1)], made_.size(1)), up.stride);
      fit(made_, wanted - made_.repeat_interleave(area, 1), up.conv->conv->weight, up.conv->conv->bias);
      made_ = up.forward(made_);
    }
    auto& decoder = *tokenizer_->decoder;
    const auto constants = hold_norm(*decoder.norm_out, made_);
    const auto last = fmt::format("decoder.up.0.block.{}", config_.blocks_per_level);
    parts_.at<model::ResnetBlockImpl>(last).conv2->bias.copy_(constants);
    const auto features = torch::silu(decoder.norm_out->forward(made_ + constants.view({1, -1, 1, 1})));
    fit(features, pictures, decoder.conv_out->weight, decoder.conv_out->bias);
  }

  model::Tokenizer& tokenizer_;
  const TokenizerConfig& config_;
  Parts parts_;
  torch::Generator random_;
  std::uint64_t seed_;
  std::vector<Tensor> levels_;
  Tensor made_;
};

}  // namespace

void start_linear(model::Tokenizer& tokenizer, const Tensor& pictures, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  LinearStart(tokenizer, seed).run(pictures);
}

}  // namespace equi::train
