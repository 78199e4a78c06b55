#include "core/inspect/equivariance.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

constexpr int kMaxShift = 1024;             // pixels
constexpr std::int64_t kLeastCompared = 2;  // columns

// ||left - right||^2 and ||right||^2, summed over windows.
struct Sums {
  double difference = 0, size = 0;
  void add(const torch::Tensor& left, const torch::Tensor& right) {
    const auto l = left.to(torch::kFloat64), r = right.to(torch::kFloat64);
    difference += (l - r).square().sum().item<double>();
    size += r.square().sum().item<double>();
  }
  double relative() const { return size > 0 ? std::sqrt(difference / size) : 0.0; }
};

struct ShiftSums {
  Sums encode, decode, round_trip;
};

// How a picture is cut: windows of `window` columns, each with `extra` columns after it to shift into.
struct Cut {
  std::int64_t window = 0, extra = 0;  // columns
};

std::vector<int> checked_shifts(const EquivarianceSettings& settings, int column_pixels) {
  auto shifts = settings.shifts.empty() ? default_shifts(column_pixels) : settings.shifts;
  for (const int shift : shifts) {
    if (shift >= 1 && shift <= kMaxShift) continue;
    throw Error(ErrorKind::bad_input, "shifts",
                fmt::format("{} pixels is not between 1 and {}", shift, kMaxShift));
  }
  if (settings.border < 0 || settings.window < 2) {
    throw Error(ErrorKind::bad_input, "equivariance",
                fmt::format("a window of {} columns with a border of {}", settings.window, settings.border));
  }
  return shifts;
}

Cut choose_cut(std::int64_t columns, int largest_shift, int column_pixels,
               const EquivarianceSettings& settings) {
  const std::int64_t extra = (largest_shift + column_pixels - 1) / column_pixels;
  const std::int64_t least = 2 * settings.border + extra + kLeastCompared;
  const std::int64_t window =
      std::min<std::int64_t>(std::max<std::int64_t>(settings.window, least), columns - extra);
  if (window >= least) return {window, extra};
  throw Error(ErrorKind::bad_input, "picture",
              fmt::format("it has {} columns; shifts of up to {} pixels need {}", columns, largest_shift,
                          least + extra),
              "use a wider picture or smaller shifts");
}

// tokens [1, n, E] -> [1, count, E]: token j lies `shift` pixels after column j of the given ones.
torch::Tensor shift_tokens(const torch::Tensor& tokens, int shift, int px, std::int64_t count) {
  const std::int64_t whole = shift / px;
  const auto left = tokens.narrow(1, whole, count);
  if (shift % px == 0) return left;
  return torch::lerp(left, tokens.narrow(1, whole + 1, count), double(shift % px) / px);
}

class Check {
 public:
  Check(const Codec& codec, const EquivarianceSettings& settings, std::vector<int> shifts, Cut cut)
      : codec_(codec),
        border_(settings.border),
        shifts_(std::move(shifts)),
        cut_(cut),
        sums_(shifts_.size()) {}

  // strip [1, 3, H, (window + extra) * px]
  void add(const torch::Tensor& strip) {
    const int px = codec_.column_pixels;
    const auto window_at = [&](int shift) { return strip.narrow(3, shift, cut_.window * px); };
    const auto own = codec_.encode(window_at(0)), long_row = codec_.encode(strip);
    const auto rebuilt = codec_.decode(own), plain = codec_.decode(long_row.narrow(1, 0, cut_.window));
    for (std::size_t i = 0; i < shifts_.size(); ++i) {
      const int shift = shifts_[i];
      const std::int64_t touched = (shift + px - 1) / px;  // columns that the shifted window has not
      const std::int64_t count = cut_.window - touched - 2 * border_;
      const auto shifted = codec_.encode(window_at(shift));
      sums_[i].encode.add(shifted.narrow(1, border_, count),
                          shift_tokens(own, shift, px, cut_.window - touched).narrow(1, border_, count));
      const auto pixels = [&](const torch::Tensor& picture, int from) {
        return picture.narrow(3, border_ * px + from, count * px);
      };
      sums_[i].decode.add(pixels(codec_.decode(shift_tokens(long_row, shift, px, cut_.window)), 0),
                          pixels(plain, shift));
      sums_[i].round_trip.add(pixels(codec_.decode(shifted), 0), pixels(rebuilt, shift));
    }
    ++windows_;
  }

  Equivariance result() const {
    Equivariance result;
    result.column_pixels = codec_.column_pixels;
    result.windows = windows_;
    result.window = static_cast<int>(cut_.window);
    for (std::size_t i = 0; i < shifts_.size(); ++i) {
      result.shifts.push_back({shifts_[i], sums_[i].encode.relative(), sums_[i].decode.relative(),
                               sums_[i].round_trip.relative()});
    }
    return result;
  }

 private:
  const Codec& codec_;
  std::int64_t border_;
  std::vector<int> shifts_;
  Cut cut_;
  std::vector<ShiftSums> sums_;
  std::int64_t windows_ = 0;
};

}  // namespace

Codec codec_of(const model::Tokenizer& tokenizer) {
  const auto options = tokenizer->post_quant_layer->weight.options().requires_grad(false);
  return {[=](const torch::Tensor& picture) { return tokenizer->encode(picture.to(options)); },
          [=](const torch::Tensor& tokens) { return tokenizer->decode(tokens.to(options)); },
          tokenizer->config.column_pixels()};
}

Equivariance check_equivariance(const Codec& codec, const torch::Tensor& picture,
                                const EquivarianceSettings& settings,
                                const std::function<void(std::int64_t, std::int64_t)>& progress,
                                const std::stop_token& stop) {
  const torch::InferenceMode inference;
  const int px = codec.column_pixels;
  const auto shifts = checked_shifts(settings, px);
  const std::int64_t columns = picture.size(2) / px;
  const Cut cut = choose_cut(columns, *std::ranges::max_element(shifts), px, settings);
  const std::int64_t strip = cut.window + cut.extra, windows = 1 + (columns - strip) / cut.window;
  Check check(codec, settings, shifts, cut);
  for (std::int64_t i = 0; i < windows; ++i) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    check.add(picture.narrow(2, i * cut.window * px, strip * px).unsqueeze(0).contiguous());
    if (progress) progress(i + 1, windows);
  }
  return check.result();
}

}  // namespace equi::inspect
