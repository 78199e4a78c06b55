#include "core/inspect/facts.h"

#include <algorithm>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

constexpr std::int64_t kChunk = 1024;  // columns read at a time

std::optional<double> distance_to(Row& row, const TokenFacts& facts, std::int64_t other) {
  const auto extent = row.extent();
  if (other < extent.begin || other >= extent.end || row.frame(other) != facts.frame) return std::nullopt;
  return distance(facts.token, token_of(row, other));
}

void keep_best(std::vector<Neighbour>& best, std::int64_t count) {
  std::ranges::sort(best, [](const Neighbour& a, const Neighbour& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.column < b.column;
  });
  if (static_cast<std::int64_t>(best.size()) > count) best.resize(static_cast<std::size_t>(count));
}

std::vector<Neighbour> nearest(Row& row, const TokenFacts& facts, const NearestSettings& settings,
                               const std::stop_token& stop) {
  const auto width = static_cast<std::size_t>(row.token_width());
  const auto extent = row.extent();
  const ColumnRange near{std::max(extent.begin, facts.column - settings.reach),
                         std::min(extent.end, facts.column + settings.reach + 1)};
  std::vector<Neighbour> best;
  for (std::int64_t at = near.begin; at < near.end; at += kChunk) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    const ColumnRange part{at, std::min(near.end, at + kChunk)};
    const auto tokens = row.tokens(part, stop);
    for (std::int64_t c = part.begin; c < part.end; ++c) {
      if (std::abs(c - facts.column) < settings.apart || row.frame(c) != facts.frame) continue;
      const TokenView other(tokens.data() + static_cast<std::size_t>(c - part.begin) * width, width);
      best.push_back({c, cosine(facts.token, other)});
    }
    keep_best(best, settings.count);
  }
  return best;
}

}  // namespace

TokenFacts facts_of(Row& row, std::int64_t column, const NearestSettings& settings,
                    const std::stop_token& stop) {
  TokenFacts facts;
  facts.column = column;
  facts.token = token_of(row, column);
  facts.frame = row.frame(column);
  facts.norm = norm(facts.token);
  facts.left_distance = distance_to(row, facts, column - 1);
  facts.right_distance = distance_to(row, facts, column + 1);
  facts.nearest = nearest(row, facts, settings, stop);
  return facts;
}

}  // namespace equi::inspect
