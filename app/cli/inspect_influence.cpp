#include <cmath>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/inspect.h"
#include "core/base/error.h"
#include "core/inspect/facts.h"
#include "core/inspect/influence.h"
#include "core/media/chart.h"

// inspect influence: where in the picture one token, or each of a row, works.
namespace equi::cli {
namespace {

constexpr std::int64_t kMostShown = 48;  // columns around the one that is looked at
constexpr std::int64_t kMostRows = 256;  // columns of the matrix
constexpr int kMatrixRow = 8;            // pixels

struct Arguments {
  ModelOptions model;
  SourceOptions source;
  std::string column, output;
  std::string with = "mean";
  std::uint64_t draw = 1;
};

media::Chart profile_chart(const inspect::Influence& i, int px, int width) {
  media::Chart chart;
  chart.title =
      fmt::format("Influence of column {}: {:.0f} % of the squared change lies in its own {} pixels",
                  i.own.begin, 100 * i.own_share, px);
  chart.x_label = "column";
  chart.y_label = "change (root mean square, levels of 255)";
  chart.width = std::max(640, width);
  media::Chart::Curve curve;
  curve.filled = true;
  for (int x = 0; x < i.width; ++x) {
    curve.x.push_back(double(i.columns.begin) + (x + 0.5) / px);
    curve.y.push_back(std::sqrt(i.profile[std::size_t(x)]));
  }
  const double first = double(i.columns.begin) + double(i.reach_first) / px;
  chart.curves = {curve};
  chart.bands = {{first, first + double(i.reach_width) / px,
                  fmt::format("{:.0f} % of the change: {} px", 100 * i.reach_share, i.reach_width)}};
  chart.marks = {double(i.own.begin), double(i.own.end)};
  return chart;
}

// The picture as it is, with the change over it, and the profile.
media::Image draw_one(Source& source, const inspect::Influence& i) {
  const auto shown = shown_around(*source.row, i.own, kMostShown);
  const auto picture = source.row->decode(shown, {});
  const int px = source.row->column_pixels();
  std::vector<float> heat(std::size_t(picture.height) * std::size_t(picture.width), 0.0F);
  for (int y = 0; y < i.height; ++y) {
    for (int x = 0; x < i.width; ++x) {
      const std::int64_t at = (i.columns.begin - shown.begin) * px + x;
      if (at < 0 || at >= picture.width) continue;
      heat[std::size_t(y) * std::size_t(picture.width) + std::size_t(at)] =
          i.heat[std::size_t(y) * std::size_t(i.width) + std::size_t(x)];
    }
  }
  const double scale = inspect::full_scale_of(i.heat);
  return media::stack({to_image(inspect::to_rgb(picture)), to_image(inspect::heat_over(picture, heat, scale)),
                       media::draw_chart(profile_chart(i, px, picture.width))});
}

// Row c: where the token of column c works.
media::Image draw_matrix(const std::vector<inspect::Influence>& all, inspect::ColumnRange columns, int px) {
  const int width = static_cast<int>(columns.size()) * px;
  std::vector<float> heat(std::size_t(width) * all.size() * kMatrixRow, 0.0F);
  double brightest = 1;
  for (std::size_t row = 0; row < all.size() * kMatrixRow; ++row) {
    const auto& i = all[row / kMatrixRow];
    for (int x = 0; x < i.width; ++x) {
      const std::int64_t at = (i.columns.begin - columns.begin) * px + x;
      if (at < 0 || at >= width) continue;
      const double rms = std::sqrt(i.profile[std::size_t(x)]);
      heat[row * std::size_t(width) + std::size_t(at)] = static_cast<float>(rms);
      brightest = std::max(brightest, rms);
    }
  }
  return to_image(inspect::heat_alone(heat, width, static_cast<int>(all.size()) * kMatrixRow, brightest));
}

media::Image draw_all(Source& source, const std::vector<inspect::Influence>& all,
                      const inspect::InfluenceSummary& summary, inspect::ColumnRange columns) {
  const int px = source.row->column_pixels();
  const auto picture = to_image(inspect::to_rgb(source.row->decode(columns, {})));
  media::Chart chart;
  chart.title =
      fmt::format("Mean influence of {} columns: {:.0f} % in the own {} pixels, 90 % within {:.0f} px",
                  summary.columns, 100 * summary.own_share, px, summary.reach_width);
  chart.x_label = "columns from the replaced token's";
  chart.y_label = "share of the squared change in a pixel column, %";
  chart.width = std::max(640, picture.width);
  media::Chart::Curve curve;
  curve.filled = true;
  for (std::size_t x = 0; x < summary.profile.size(); ++x) {
    curve.x.push_back((double(summary.profile_first) + double(x) + 0.5) / px);
    curve.y.push_back(100 * summary.profile[x]);
  }
  chart.curves = {curve};
  chart.marks = {0, 1};
  return media::stack({picture, draw_matrix(all, columns, px), media::draw_chart(chart)});
}

nlohmann::json to_json(const Source& source, const inspect::Influence& i) {
  const int px = source.row->column_pixels();
  std::vector<double> by_column;
  for (std::int64_t c = 0; c < i.columns.size(); ++c) {
    double sum = 0;
    for (int x = 0; x < px; ++x) sum += i.profile[std::size_t(c * px + x)];
    by_column.push_back(i.total() > 0 ? sum / i.total() : 0);
  }
  return {{"column", i.own.begin},
          {"changed_columns", cli::to_json(i.columns)},
          {"own_share", i.own_share},
          {"own_rms_levels", i.own_rms},
          {"reach_share", i.reach_share},
          {"reach_pixels", i.reach_width},
          {"reach_first_pixel", (i.columns.begin - i.own.begin) * px + i.reach_first},
          {"share_by_column", by_column},
          {"profile_squared_levels", i.profile}};
}

nlohmann::json facts_json(Source& source, std::int64_t column, const std::stop_token& stop) {
  const auto facts = inspect::facts_of(*source.row, column, {}, stop);
  const auto optional = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
  auto nearest = nlohmann::json::array();
  for (const auto& each : facts.nearest)
    nearest.push_back({{"column", each.column}, {"cosine", each.cosine}});
  return {{"column", column},
          {"frame", facts.frame == 0 ? "forward" : "mirrored"},
          {"scene", source.session ? nlohmann::json(source.scene(column)) : nlohmann::json()},
          {"norm", facts.norm},
          {"distance_to_left", optional(facts.left_distance)},
          {"distance_to_right", optional(facts.right_distance)},
          {"nearest", nearest},
          {"values", facts.token}};
}

void run_one(const Arguments& a, Source& source, std::int64_t column, const std::stop_token& stop) {
  const auto substitute = inspect::parse_substitute(a.with);
  const auto other = inspect::substitute_token(*source.row, column, substitute, source.statistics(), a.draw);
  const auto influence = inspect::influence_of(*source.row, column, other, stop);
  if (!a.output.empty()) media::write_image(a.output, draw_one(source, influence));
  if (a.model.json) {
    return print_json({{"with", a.with},
                       {"influence", to_json(source, influence)},
                       {"token", facts_json(source, column, stop)}});
  }
  fmt::print(
      "column {} replaced by {}: {:.1f} % of the squared change in its own {} px (RMS {:.1f} levels), "
      "90 % within {} px\n",
      column, a.with, 100 * influence.own_share, source.row->column_pixels(), influence.own_rms,
      influence.reach_width);
}

void run_all(const Arguments& a, Source& source, inspect::ColumnRange columns, const std::stop_token& stop) {
  const auto substitute = inspect::parse_substitute(a.with);
  const auto statistics = source.statistics();
  std::vector<inspect::Influence> all;
  {
    ProgressBar bar("columns", columns.size(), a.model.json);
    for (auto c = columns.begin; c < columns.end; ++c) {
      const auto other = inspect::substitute_token(*source.row, c, substitute, statistics, a.draw);
      all.push_back(inspect::influence_of(*source.row, c, other, stop));
      bar.update(c - columns.begin + 1);
    }
  }
  const auto summary = inspect::summarize(all, source.row->column_pixels());
  if (!a.output.empty()) media::write_image(a.output, draw_all(source, all, summary, columns));
  if (a.model.json) {
    auto each = nlohmann::json::array();
    for (const auto& i : all) {
      each.push_back({{"column", i.own.begin}, {"own_share", i.own_share}, {"reach_pixels", i.reach_width}});
    }
    return print_json({{"with", a.with},
                       {"columns", cli::to_json(columns)},
                       {"mean_own_share", summary.own_share},
                       {"mean_reach_pixels", summary.reach_width},
                       {"profile_first_pixel", summary.profile_first},
                       {"mean_profile", summary.profile},
                       {"each", each}});
  }
  fmt::print(
      "{} columns, each replaced by {}: on average {:.1f} % of the squared change in the own {} px, 90 % "
      "within {:.0f} px\n",
      summary.columns, a.with, 100 * summary.own_share, source.row->column_pixels(), summary.reach_width);
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  if (!a.output.empty()) media::check_writable(a.output);
  auto source = open_source(a.source, a.model.load(), a.model.json, interrupt.token());
  auto columns = a.column.empty() ? source.row->extent() : parse_columns(*source.row, a.column);
  if (columns.size() == 1) return run_one(a, source, columns.begin, interrupt.token());
  if (columns.size() > kMostRows) columns.end = columns.begin + kMostRows;
  run_all(a, source, columns, interrupt.token());
}

}  // namespace

void add_inspect_influence(CLI::App& inspect) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      inspect.add_subcommand("influence", "Where a token works: the picture with another one there");
  a->source.add_to(*command);
  command->add_option("--column", a->column, "One column, or a range as 3..9 (default: all, at most 256)");
  command->add_option("--with", a->with, "What stands in: zero, mean, random, left or right")
      ->check(CLI::IsMember({"zero", "mean", "random", "left", "right"}))
      ->capture_default_str();
  command->add_option("--draw", a->draw, "Which random token")->capture_default_str();
  command->add_option("-o,--output", a->output, "Picture: canvas, heat map and profile");
  a->model.add_to(*command);
  command->footer(
      "With one column --json also tells the token's norm, neighbours and values.\n"
      "Example: equicanvas-cli inspect influence photo.jpg --column 5 --with mean -o influence.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
