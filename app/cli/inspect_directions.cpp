#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/inspect.h"
#include "core/base/error.h"
#include "core/media/chart.h"

// inspect directions: what happens along the principal components of the tokens.
namespace equi::cli {
namespace {

constexpr std::int64_t kAround = 3;  // columns shown on both sides of the moved ones

struct Arguments {
  ModelOptions model;
  SourceOptions source;
  std::string column, output, from = "auto";
  int components = 4;
  double reach = 3;
  int steps = 5;
  std::int64_t learn = 0;
};

inspect::TokenStatistics choose_statistics(const Arguments& a, Source& source, const std::stop_token& stop) {
  if (a.learn > 0) {
    ProgressBar bar("columns", a.learn * source.engine->manifest().generator.class_count, a.model.json);
    auto learnt = inspect::learn_statistics(
        *source.engine, a.learn, [&](std::int64_t done, std::int64_t) { bar.update(done); }, stop);
    inspect::store_statistics(*source.engine, learnt);
    return learnt;
  }
  if (a.from == "canvas") return inspect::statistics_of_row(*source.row);
  if (auto stored = inspect::stored_statistics(*source.engine)) return *std::move(stored);
  if (a.from == "auto") return inspect::statistics_of_row(*source.row);
  throw Error(ErrorKind::bad_input, a.model.model, "carries no statistics of its tokens",
              "--learn 64 makes them: 64 columns of each scene");
}

std::vector<inspect::Replacement> moved(inspect::Row& row, inspect::ColumnRange columns,
                                        const inspect::TokenStatistics& statistics, std::size_t component,
                                        double amount) {
  std::vector<double> amounts(component + 1, 0.0);
  amounts[component] = amount;
  std::vector<inspect::Replacement> result;
  for (auto c = columns.begin; c < columns.end; ++c) {
    result.push_back({c, inspect::move_token(inspect::token_of(row, c), statistics, amounts)});
  }
  return result;
}

// One row for each component, one cell for each amount.
media::Image draw(const Arguments& a, Source& source, inspect::ColumnRange columns,
                  const inspect::TokenStatistics& statistics, std::size_t components,
                  const std::stop_token& stop) {
  const auto extent = source.row->extent();
  const inspect::ColumnRange shown{std::max(extent.begin, columns.begin - kAround),
                                   std::min(extent.end, columns.end + kAround)};
  std::vector<media::Image> rows;
  for (std::size_t k = 0; k < components; ++k) {
    media::Image row;
    for (int step = 0; step < a.steps; ++step) {
      const double amount = a.reach * (2.0 * step / (a.steps - 1) - 1);
      const auto picture =
          source.row->decode(shown, moved(*source.row, columns, statistics, k, amount), stop);
      row = media::beside(row, to_image(inspect::to_rgb(picture)));
    }
    rows.push_back(std::move(row));
  }
  return media::stack(rows);
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  if (!a.output.empty()) media::check_writable(a.output);
  auto source = open_source(a.source, a.model.load(), a.model.json, interrupt.token());
  const auto statistics = choose_statistics(a, source, interrupt.token());
  const auto components =
      std::min<std::size_t>(static_cast<std::size_t>(a.components), statistics.components.size());
  if (components == 0) {
    throw Error(ErrorKind::bad_input, "directions", "one token has no directions", "more columns are needed");
  }
  const auto extent = source.row->extent();
  const std::int64_t middle = extent.begin + extent.size() / 2;
  const auto columns =
      a.column.empty() ? inspect::ColumnRange{middle, middle + 1} : parse_columns(*source.row, a.column);
  if (!a.output.empty())
    media::write_image(a.output, draw(a, source, columns, statistics, components, interrupt.token()));
  const auto token = inspect::token_of(*source.row, columns.begin);
  if (a.model.json) {
    auto list = nlohmann::json::array();
    for (std::size_t k = 0; k < components; ++k) {
      list.push_back({{"spread", statistics.spread[k]},
                      {"explained", statistics.explained(k)},
                      {"position", inspect::position_along(token, statistics, k)},
                      {"direction", statistics.components[k]}});
    }
    return print_json({{"columns", to_json(columns)},
                       {"tokens", statistics.count},
                       {"variance", statistics.variance},
                       {"components", list}});
  }
  fmt::print("{} tokens; column {} lies\n", statistics.count, columns.begin);
  for (std::size_t k = 0; k < components; ++k) {
    fmt::print("  {:+.2f} deviations along direction {} (explains {:.1f} % of the variance)\n",
               inspect::position_along(token, statistics, k), k + 1, 100 * statistics.explained(k));
  }
}

}  // namespace

void add_inspect_directions(CLI::App& inspect) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      inspect.add_subcommand("directions", "The principal components of the tokens, and what each does");
  a->source.add_to(*command);
  command->add_option("--column", a->column,
                      "The column that is moved, or a range (default: the middle one)");
  command->add_option("--components", a->components, "How many directions")
      ->check(CLI::Range(1, static_cast<int>(inspect::kComponents)))
      ->capture_default_str();
  command->add_option("--reach", a->reach, "How far to both sides, in standard deviations")
      ->check(CLI::Range(0.1, 20.0))
      ->capture_default_str();
  command->add_option("--steps", a->steps, "Pictures of each direction")
      ->check(CLI::Range(2, 15))
      ->capture_default_str();
  command
      ->add_option("--from", a->from, "Of the canvas's tokens, of the model's, or the model's if it has them")
      ->check(CLI::IsMember({"canvas", "model", "auto"}))
      ->capture_default_str();
  command
      ->add_option("--learn", a->learn,
                   "Generate so many columns of each scene and keep their statistics in "
                   "the bundle, as the model's")
      ->check(CLI::Range(2, 4096));
  command->add_option("-o,--output", a->output, "Picture: a row for each direction");
  a->model.add_to(*command);
  command->footer(
      "Example: equicanvas-cli inspect directions photo.jpg --column 8 --components 6 -o directions.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
