#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/inspect/token_math.h"

// How tokens are spread: the average one, the spread of each number, and the principal components, along
// which tokens differ most.
namespace equi::inspect {

struct TokenStatistics {
  std::int64_t count = 0;  // tokens they were computed from
  Token mean;              // [E]
  Token deviation;         // [E] standard deviation of each number
  std::vector<Token>
      components;              // [K][E] of length 1, at right angles; the largest number of each is positive
  std::vector<double> spread;  // [K] standard deviation along each, falling
  double variance = 0;         // of all E numbers together: what the spreads' squares would add up to

  std::int64_t width() const { return static_cast<std::int64_t>(mean.size()); }
  // The part of the variance that component k explains, 0..1.
  double explained(std::size_t k) const;
};

// Of tokens [count * width]. At most `components` components, and no more than count - 1. Throws
// Error(bad_input) for no tokens, Error(numeric) when a number is not finite.
TokenStatistics compute_statistics(TokenView tokens, std::int64_t width, std::int64_t components);

// A draw from the normal distribution with these means and deviations; the same for the same draw and column.
Token random_token(const TokenStatistics& statistics, std::uint64_t draw, std::int64_t column);

// `token` moved by amounts[k] standard deviations along component k. Throws Error(bad_input) when there are
// more amounts than components or the width is another.
Token move_token(TokenView token, const TokenStatistics& statistics, const std::vector<double>& amounts);

// How far a token is from the mean along component k, in standard deviations.
double position_along(TokenView token, const TokenStatistics& statistics, std::size_t k);

// The statistics that a bundle may carry beside its weights, as `tokens.safetensors`, marked with the hash of
// the tokenizer they belong to. Reading gives nothing when there is no such file; it throws Error(bad_input)
// when the file is damaged or of another model.
inline constexpr const char* kStatisticsFile = "tokens.safetensors";
void write_statistics(const std::filesystem::path& bundle, const TokenStatistics& statistics,
                      const std::string& tokenizer_sha256);
std::optional<TokenStatistics> read_statistics(const std::filesystem::path& bundle, std::int64_t width,
                                               const std::string& tokenizer_sha256);

}  // namespace equi::inspect
