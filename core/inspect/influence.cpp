#include "core/inspect/influence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

constexpr double kLevelsPerUnit = 127.5;  // pixel values run over [-1, 1]
constexpr double kReachShare = 0.9;

struct SubstituteName {
  Substitute substitute;
  const char* text;
};
constexpr SubstituteName kSubstituteNames[] = {{Substitute::zero, "zero"},
                                               {Substitute::mean, "mean"},
                                               {Substitute::random, "random"},
                                               {Substitute::left, "left"},
                                               {Substitute::right, "right"}};

std::int64_t neighbour(const Row& row, std::int64_t column, int side) {
  const auto extent = row.extent();
  if (extent.size() < 2) throw Error(ErrorKind::bad_input, "neighbour", "the only column has none");
  const std::int64_t wanted = column + side;
  return wanted >= extent.begin && wanted < extent.end ? wanted : column - side;
}

}  // namespace

std::string name(Substitute substitute) {
  for (const auto& known : kSubstituteNames) {
    if (known.substitute == substitute) return known.text;
  }
  throw Error(ErrorKind::internal, "substitute", "it has no name");
}

Substitute parse_substitute(const std::string& text) {
  for (const auto& known : kSubstituteNames) {
    if (text == known.text) return known.substitute;
  }
  throw Error(ErrorKind::bad_input, "with", fmt::format("'{}' cannot stand in for a token", printable(text)),
              "zero, mean, random, left or right");
}

const std::vector<Substitute>& all_substitutes() {
  static const std::vector<Substitute> all = {Substitute::zero, Substitute::mean, Substitute::random,
                                              Substitute::left, Substitute::right};
  return all;
}

Token substitute_token(Row& row, std::int64_t column, Substitute substitute,
                       const TokenStatistics& statistics, std::uint64_t draw) {
  require_column(row, column);
  switch (substitute) {
    case Substitute::zero:
      return Token(static_cast<std::size_t>(row.token_width()), 0.0F);
    case Substitute::mean:
      return statistics.mean;
    case Substitute::random:
      return random_token(statistics, draw, column);
    case Substitute::left:
      return token_of(row, neighbour(row, column, -1));
    case Substitute::right:
      return token_of(row, neighbour(row, column, +1));
  }
  throw Error(ErrorKind::internal, "substitute", "unknown");
}

double Influence::total() const {
  return std::accumulate(profile.begin(), profile.end(), 0.0);
}

Interval narrowest_interval(const std::vector<double>& values, double share) {
  const double wanted = share * std::accumulate(values.begin(), values.end(), 0.0);
  if (!(wanted > 0)) return {};
  const int size = static_cast<int>(values.size());
  Interval best{0, size};
  double sum = 0;
  int first = 0;
  for (int last = 0; last < size; ++last) {
    sum += values[static_cast<std::size_t>(last)];
    while (first < last && sum - values[static_cast<std::size_t>(first)] >= wanted) {
      sum -= values[static_cast<std::size_t>(first++)];
    }
    if (sum >= wanted && last - first + 1 < best.width) best = {first, last - first + 1};
  }
  return best;
}

Influence measure_influence(const Picture& before, const Picture& after, ColumnRange own) {
  const bool same = before.columns == after.columns && before.height == after.height &&
                    before.width == after.width && own.size() >= 1 && own.begin >= before.columns.begin &&
                    own.end <= before.columns.end;
  if (!same) throw Error(ErrorKind::bad_input, "influence", "the pictures show different columns");
  Influence result;
  result.own = own;
  result.columns = before.columns;
  result.height = before.height;
  result.width = before.width;
  result.heat.assign(std::size_t(result.height) * std::size_t(result.width), 0.0F);
  result.profile.assign(std::size_t(result.width), 0.0);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      double squared = 0;
      for (int c = 0; c < 3; ++c) {
        const double d = (double(after.row(c, y)[x]) - double(before.row(c, y)[x])) * kLevelsPerUnit;
        squared += d * d / 3;
      }
      result.heat[std::size_t(y) * std::size_t(result.width) + std::size_t(x)] =
          static_cast<float>(std::sqrt(squared));
      result.profile[std::size_t(x)] += squared / result.height;
    }
  }
  const auto px = result.width / static_cast<int>(before.columns.size());
  const auto first = result.profile.begin() + (own.begin - before.columns.begin) * px;
  const double own_sum = std::accumulate(first, first + own.size() * px, 0.0), total = result.total();
  result.own_share = total > 0 ? own_sum / total : 0;
  result.own_rms = std::sqrt(own_sum / double(own.size() * px));
  result.reach_share = kReachShare;
  const auto reach = narrowest_interval(result.profile, kReachShare);
  result.reach_first = reach.first;
  result.reach_width = reach.width;
  return result;
}

Influence influence_of(Row& row, std::int64_t column, const Token& other, const std::stop_token& stop) {
  const auto columns = row.affected(column);
  const auto before = row.decode(columns, {}, stop);
  const std::vector<Replacement> replacement = {{column, other}};
  return measure_influence(before, row.decode(columns, replacement, stop), {column, column + 1});
}

InfluenceSummary summarize(const std::vector<Influence>& all, int column_pixels) {
  InfluenceSummary summary;
  std::int64_t last = 0;
  const auto offset = [&](const Influence& i) { return (i.columns.begin - i.own.begin) * column_pixels; };
  for (const auto& each : all) {
    summary.profile_first = std::min(summary.profile_first, offset(each));
    last = std::max(last, offset(each) + each.width);
  }
  summary.profile.assign(static_cast<std::size_t>(last - summary.profile_first), 0.0);
  for (const auto& each : all) {
    const double total = each.total();
    if (!(total > 0)) continue;
    ++summary.columns;
    summary.own_share += each.own_share;
    summary.reach_width += each.reach_width;
    const auto at = static_cast<std::size_t>(offset(each) - summary.profile_first);
    for (std::size_t x = 0; x < each.profile.size(); ++x) summary.profile[at + x] += each.profile[x] / total;
  }
  if (summary.columns == 0) return summary;
  const auto n = static_cast<double>(summary.columns);
  summary.own_share /= n;
  summary.reach_width /= n;
  for (auto& value : summary.profile) value /= n;
  return summary;
}

}  // namespace equi::inspect
