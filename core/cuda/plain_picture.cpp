#include "core/cuda/plain_picture.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace equi::cuda {
namespace {

using Half = std::uint16_t;  // the bits of a bfloat16

float widen(Half bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16U);
}

Half narrow(double number) {  // to the nearest, ties to even
  const auto value = static_cast<float>(number);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<Half>((bits >> 16U) | 0x40U);
  return static_cast<Half>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

// Pictures that lie behind each other: [pictures, pixels, channels].
template <class Number>
class Pictures {
 public:
  Pictures(Number* numbers, int64_t pixels, int64_t channels)
      : numbers_(numbers), pixels_(pixels), channels_(channels) {}
  Number& at(int64_t picture, int64_t pixel, int64_t channel) const {
    return numbers_[(picture * pixels_ + pixel) * channels_ + channel];
  }
  explicit operator bool() const { return numbers_ != nullptr; }

 private:
  Number* numbers_;
  int64_t pixels_, channels_;
};

Pictures<const Half> read(const void* p, int64_t pixels, int64_t channels) {
  return {static_cast<const Half*>(p), pixels, channels};
}
Pictures<Half> written(void* p, int64_t pixels, int64_t channels) {
  return {static_cast<Half*>(p), pixels, channels};
}

// The sums of one picture; number(pixel, channel) is what it has there.
template <class NumberAt>
void sum_chunks(int32_t pixels, int32_t channels, float* sums, const NumberAt& number) {
  const auto cut = picture_cut(pixels, channels);
  for (int32_t chunk = 0; chunk < cut.chunks; ++chunk, sums += std::ptrdiff_t{2} * channels) {
    const int32_t begin = chunk * cut.chunk, end = std::min(begin + cut.chunk, pixels);
    for (int32_t c = 0; c < channels; ++c) {
      double sum = 0, squares = 0;
      for (int32_t i = begin; i < end; ++i) sum += number(i, c);
      const double mean = sum / (end - begin);
      for (int32_t i = begin; i < end; ++i) squares += (number(i, c) - mean) * (number(i, c) - mean);
      sums[c] = static_cast<float>(sum);
      sums[channels + c] = static_cast<float>(squares);
    }
  }
}

std::size_t sums_of_a_picture(int32_t pixels, int32_t channels) {
  return static_cast<std::size_t>(picture_cut(pixels, channels).chunks) * 2 *
         static_cast<std::size_t>(channels);
}

void run(const EquiPictureAdd& op) {
  const auto a = read(op.a, op.pixels, op.channels), b = read(op.b, op.pixels, op.channels);
  const auto y = written(op.y, op.pixels, op.channels);
  for (int32_t p = 0; p < op.pictures; ++p) {
    const auto number = [&](int32_t pixel, int32_t c) {
      const float other = b ? widen(b.at(p, pixel, c)) : 0.0F, bias = op.bias != nullptr ? op.bias[c] : 0.0F;
      return widen(narrow(widen(a.at(p, pixel, c)) + other + bias));
    };
    for (int32_t pixel = 0; y && pixel < op.pixels; ++pixel) {
      for (int32_t c = 0; c < op.channels; ++c) y.at(p, pixel, c) = narrow(number(pixel, c));
    }
    sum_chunks(op.pixels, op.channels,
               op.sums + static_cast<std::size_t>(p) * sums_of_a_picture(op.pixels, op.channels), number);
  }
}

void run(const EquiPictureEnlarge& op) {
  const int32_t area = op.vertical * op.horizontal, wide = op.width * op.horizontal;
  const int32_t small = op.height * op.width, pixels = small * area;
  const auto x = read(op.x, small, op.channels), parts = read(op.parts, pixels, op.channels);
  const auto y = written(op.y, pixels, op.channels);
  for (int32_t p = 0; p < op.pictures; ++p) {
    for (int32_t pixel = 0; pixel < pixels; ++pixel) {
      const int32_t row = pixel / wide, column = pixel % wide;
      const int32_t from = row / op.vertical * op.width + column / op.horizontal;
      const int32_t part = row % op.vertical * op.horizontal + column % op.horizontal;
      for (int32_t c = 0; c < op.channels; ++c) {
        y.at(p, pixel, c) =
            narrow(widen(x.at(p, from, c)) + widen(parts.at(p, int64_t{from} * area + part, c)) +
                   op.bias[part * op.channels + c]);
      }
    }
    sum_chunks(pixels, op.channels,
               op.sums + static_cast<std::size_t>(p) * sums_of_a_picture(pixels, op.channels),
               [&](int32_t pixel, int32_t c) { return widen(y.at(p, pixel, c)); });
  }
}

void run(const EquiPictureScales& op) {
  const auto cut = picture_cut(op.pixels, op.channels);
  const int32_t in_group = op.channels / op.groups;
  for (int32_t p = 0; p < op.pictures; ++p) {
    const float* sums = op.sums + static_cast<std::size_t>(p) * sums_of_a_picture(op.pixels, op.channels);
    float* scales = op.scales + static_cast<std::size_t>(p) * 2 * static_cast<std::size_t>(op.channels);
    const auto shift = [&](int32_t c) {
      return op.shift != nullptr ? static_cast<double>(op.shift[c]) : 0.0;
    };
    for (int32_t first = 0; first < op.channels; first += in_group) {
      // Of the group: each chunk's channel has its mean and its distances from it.
      double total = 0, squares = 0;
      const auto each = [&](const auto& visit) {
        for (int32_t k = 0; k < cut.chunks; ++k) {
          const double count = std::min(cut.chunk, op.pixels - k * cut.chunk);
          for (int32_t c = first; c < first + in_group; ++c) {
            const float* own = sums + static_cast<std::size_t>(k) * 2 * static_cast<std::size_t>(op.channels);
            visit(count, own[c] / count + shift(c), static_cast<double>(own[op.channels + c]));
          }
        }
      };
      const double numbers = double{1} * op.pixels * in_group;
      each([&](double count, double mean, double /*squares*/) { total += count * mean; });
      const double mean = total / numbers;
      each([&](double count, double own, double around) {
        squares += around + count * (own - mean) * (own - mean);
      });
      const double inverse = 1.0 / std::sqrt(squares / numbers + op.eps);
      for (int32_t c = first; c < first + in_group; ++c) {
        const double factor = inverse * op.weight[c];
        scales[c] = static_cast<float>(factor);
        scales[op.channels + c] = static_cast<float>(op.bias[c] + (shift(c) - mean) * factor);
      }
    }
  }
}

int32_t reflected(int32_t at, int32_t size) {
  return at < 0 ? -at : (at >= size ? 2 * (size - 1) - at : at);
}

void run(const EquiPictureImage& op) {
  const int32_t high = op.height + 2 * op.border, wide = op.width + 2 * op.border;
  const auto x = read(op.x, int64_t{op.height} * op.width, op.channels);
  const auto y = written(op.y, int64_t{high} * wide, op.channels);
  for (int32_t p = 0; p < op.pictures; ++p) {
    for (int32_t place = 0; place < high * wide; ++place) {
      const int32_t row = reflected(place / wide - op.border, op.height);
      const int32_t column = reflected(place % wide - op.border, op.width);
      for (int32_t c = 0; c < op.channels; ++c) {
        const float* scales = op.scales == nullptr ? nullptr : op.scales + int64_t{p} * 2 * op.channels;
        double v = widen(x.at(p, int64_t{row} * op.width + column, c));
        if (scales != nullptr) v = v * scales[c] + scales[op.channels + c];
        y.at(p, place, c) = narrow(op.swish != 0 ? v / (1.0 + std::exp(-v)) : v);
      }
    }
  }
}

}  // namespace

void run_plain(std::span<const EquiPictureOp> ops) {
  for (const auto& op : ops) {
    switch (op.kind) {
      case EQUI_PICTURE_ADD:
        run(op.add);
        break;
      case EQUI_PICTURE_ENLARGE:
        run(op.enlarge);
        break;
      case EQUI_PICTURE_SCALES:
        run(op.scales);
        break;
      default:
        run(op.image);
    }
  }
}

}  // namespace equi::cuda
