#include "core/inspect/token_math.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

constexpr double kSmallestSine = 1e-6;  // below it, an arc cannot be told from a line

double dot(TokenView a, TokenView b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}

void require_same_width(TokenView a, TokenView b) {
  if (a.size() == b.size()) return;
  throw Error(
      ErrorKind::bad_input, "token",
      fmt::format("one has {} numbers, the other {}: they are of different models", a.size(), b.size()));
}

Token combine(TokenView a, double share_a, TokenView b, double share_b) {
  Token result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    result[i] = static_cast<float>(share_a * double(a[i]) + share_b * double(b[i]));
  }
  return result;
}

}  // namespace

double norm(TokenView token) {
  return std::sqrt(dot(token, token));
}

double distance(TokenView a, TokenView b) {
  require_same_width(a, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = double(a[i]) - double(b[i]);
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

double cosine(TokenView a, TokenView b) {
  require_same_width(a, b);
  const double lengths = norm(a) * norm(b);
  return lengths > 0 ? std::clamp(dot(a, b) / lengths, -1.0, 1.0) : 0.0;
}

std::string name(Blend blend) {
  return blend == Blend::linear ? "linear" : "spherical";
}

Blend parse_blend(const std::string& text) {
  if (text == "linear") return Blend::linear;
  if (text == "spherical") return Blend::spherical;
  throw Error(ErrorKind::bad_input, "blend", fmt::format("'{}' is not a way to blend", printable(text)),
              "linear or spherical");
}

Token blend_tokens(TokenView a, TokenView b, double amount, Blend blend) {
  require_same_width(a, b);
  if (!(amount >= 0 && amount <= 1)) {
    throw Error(ErrorKind::bad_input, "blend", fmt::format("{} is not between 0 and 1", amount));
  }
  if (amount == 0) return {a.begin(), a.end()};
  if (amount == 1) return {b.begin(), b.end()};
  const double length_a = norm(a), length_b = norm(b);
  const double angle = std::acos(cosine(a, b)), sine = std::sin(angle);
  if (blend == Blend::linear || length_a == 0 || length_b == 0 || sine < kSmallestSine) {
    return combine(a, 1 - amount, b, amount);
  }
  const double length = (1 - amount) * length_a + amount * length_b;
  return combine(a, length / length_a * std::sin((1 - amount) * angle) / sine, b,
                 length / length_b * std::sin(amount * angle) / sine);
}

}  // namespace equi::inspect
