#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Arithmetic on tokens, [E] each. Sums are in double precision.
namespace equi::inspect {

using Token = std::vector<float>;
using TokenView = std::span<const float>;

double norm(TokenView token);
double distance(TokenView a, TokenView b);
// Cosine of the angle between two tokens; 0 when one of them is zero.
double cosine(TokenView a, TokenView b);

enum class Blend { linear, spherical };
std::string name(Blend blend);
// Throws Error(bad_input) for another text.
Blend parse_blend(const std::string& text);

// From `a` (amount 0, the same bits) to `b` (amount 1, the same bits). Linear along the straight line;
// spherical along the arc between the directions while the length changes evenly, so that a token half way is
// as long as tokens are. Directions that are opposite or zero have no arc: then the straight line. Throws
// Error(bad_input) for tokens of different width or an amount outside 0..1.
Token blend_tokens(TokenView a, TokenView b, double amount, Blend blend);

}  // namespace equi::inspect
