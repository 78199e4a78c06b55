#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/safetensors.h"
#include "core/inspect/statistics.h"

namespace equi::inspect {
namespace {

constexpr std::int64_t kMaxCount = std::int64_t{1} << 40;

TensorToWrite tensor(const std::string& name, std::vector<std::int64_t> shape, const void* data,
                     std::size_t bytes, DType dtype) {
  return {name, dtype, std::move(shape), [data, bytes](const ByteSink& sink) {
            sink({static_cast<const std::byte*>(data), bytes});
          }};
}

template <typename Number>
std::vector<Number> read_numbers(const SafetensorsFile& file, const std::string& name, DType dtype,
                                 const std::vector<std::int64_t>& shape) {
  const auto* stored = file.find(name);
  if (stored == nullptr || stored->dtype != dtype || stored->shape != shape) {
    throw Error(ErrorKind::bad_input, file.file()->path().string(),
                fmt::format("'{}' is missing or not of this model's size", name),
                "remove the file; it is computed again");
  }
  const auto bytes = file.bytes(*stored);
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

std::string metadata(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? std::string() : found->second;
}

}  // namespace

void write_statistics(const std::filesystem::path& bundle, const TokenStatistics& statistics,
                      const std::string& tokenizer_sha256) {
  const std::int64_t width = statistics.width(), k = static_cast<std::int64_t>(statistics.components.size());
  Token components;
  for (const auto& each : statistics.components)
    components.insert(components.end(), each.begin(), each.end());
  const auto numbers = [&](const std::string& name, std::vector<std::int64_t> shape, const Token& values) {
    return tensor(name, std::move(shape), values.data(), values.size() * sizeof(float), DType::f32);
  };
  const double variance = statistics.variance;
  std::vector<TensorToWrite> tensors = {
      numbers("mean", {width}, statistics.mean), numbers("deviation", {width}, statistics.deviation),
      numbers("components", {k, width}, components),
      tensor("spread", {k}, statistics.spread.data(), statistics.spread.size() * sizeof(double), DType::f64),
      tensor("variance", {1}, &variance, sizeof(double), DType::f64)};
  write_safetensors(bundle / kStatisticsFile, tensors,
                    {{"tokenizer_sha256", tokenizer_sha256}, {"count", std::to_string(statistics.count)}});
}

std::optional<TokenStatistics> read_statistics(const std::filesystem::path& bundle, std::int64_t width,
                                               const std::string& tokenizer_sha256) {
  const auto path = bundle / kStatisticsFile;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto file = SafetensorsFile::open(path);
  if (metadata(file, "tokenizer_sha256") != tokenizer_sha256) {
    throw Error(ErrorKind::bad_input, path.string(), "belongs to another model's tokens",
                "remove the file; it is computed again");
  }
  TokenStatistics result;
  const auto count = metadata(file, "count");
  const auto parsed = std::from_chars(count.data(), count.data() + count.size(), result.count);
  const auto* stored = file.find("spread");
  const bool sane = parsed.ec == std::errc() && result.count >= 1 && result.count < kMaxCount &&
                    stored != nullptr && stored->shape.size() == 1 && stored->shape[0] <= width;
  if (!sane) throw Error(ErrorKind::bad_input, path.string(), "is damaged", "remove the file");
  const std::int64_t k = stored->shape[0];
  result.mean = read_numbers<float>(file, "mean", DType::f32, {width});
  result.deviation = read_numbers<float>(file, "deviation", DType::f32, {width});
  result.spread = read_numbers<double>(file, "spread", DType::f64, {k});
  result.variance = read_numbers<double>(file, "variance", DType::f64, {1})[0];
  const auto components = read_numbers<float>(file, "components", DType::f32, {k, width});
  for (std::int64_t i = 0; i < k; ++i) {
    result.components.emplace_back(components.begin() + i * width, components.begin() + (i + 1) * width);
  }
  return result;
}

}  // namespace equi::inspect
