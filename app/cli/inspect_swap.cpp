#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/inspect.h"
#include "core/base/error.h"
#include "core/inspect/influence.h"
#include "core/inspect/swap.h"
#include "core/media/chart.h"

// inspect swap: the picture with another token in a column.
namespace equi::cli {
namespace {

constexpr std::int64_t kMostShown = 64;  // columns

struct Arguments {
  ModelOptions model;
  SourceOptions source;
  std::string column, with, output;
  std::string blend = "spherical";
  double amount = 1.0;
};

// "kind:rest" in two; rest is empty without a colon.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// "file" or "file:12"; column 0 when none is named.
std::pair<std::string, std::int64_t> split_column(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {text, 0};
  try {
    std::size_t used = 0;
    const auto column = std::stoll(text.substr(colon + 1), &used);
    if (used == text.size() - colon - 1) return {text.substr(0, colon), column};
  } catch (const std::logic_error&) {
    return {text, 0};  // the colon is a part of the name
  }
  return {text, 0};
}

std::int64_t parse_number(const std::string& text, const std::string& kind) {
  try {
    std::size_t used = 0;
    const auto value = std::stoll(text, &used);
    if (used == text.size()) return value;
  } catch (const std::logic_error&) {
    throw Error(ErrorKind::bad_input, kind, fmt::format("'{}' is not a number", printable(text)));
  }
  throw Error(ErrorKind::bad_input, kind, fmt::format("'{}' is not a number", printable(text)));
}

inspect::Token other_token(const std::string& with, Source& source, std::int64_t column,
                           const std::stop_token& stop) {
  const auto [kind, rest] = split(with);
  if (kind == "column") return inspect::token_of(*source.row, parse_number(rest, kind));
  if (kind == "picture" || kind == "project") {
    const auto [path, at] = split_column(rest);
    return kind == "picture" ? inspect::token_of_picture(*source.engine, path, at)
                             : inspect::token_of_project(source.engine, path, at);
  }
  if (kind == "scene") {
    if (!source.session) {
      throw Error(ErrorKind::bad_input, "scene", "a picture's columns were not generated",
                  "another scene's token needs a project or a generated panorama");
    }
    return inspect::token_in_other_scene(*source.session, column, source.engine->find_scene(rest), stop);
  }
  const std::uint64_t draw = rest.empty() ? 1 : static_cast<std::uint64_t>(parse_number(rest, kind));
  return inspect::substitute_token(*source.row, column, inspect::parse_substitute(kind), source.statistics(),
                                   draw);
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  if (!a.output.empty()) media::check_writable(a.output);
  const auto blend = inspect::parse_blend(a.blend);
  auto source = open_source(a.source, a.model.load(), a.model.json, interrupt.token());
  const auto columns = parse_columns(*source.row, a.column);
  const auto other = other_token(a.with, source, columns.begin, interrupt.token());
  const auto replaced = inspect::blend_into(*source.row, columns, other, a.amount, blend);
  const auto affected = inspect::affected_by(*source.row, columns);
  const auto influence =
      inspect::measure_influence(source.row->decode(affected, {}, interrupt.token()),
                                 source.row->decode(affected, replaced, interrupt.token()), columns);
  if (!a.output.empty()) {
    const auto shown = shown_around(*source.row, columns, kMostShown);
    const auto before = source.row->decode(shown, {}), after = source.row->decode(shown, replaced);
    const auto change = inspect::measure_influence(before, after, columns);
    media::write_image(a.output,
                       media::stack({to_image(inspect::to_rgb(before)), to_image(inspect::to_rgb(after)),
                                     to_image(inspect::heat_over(before, change.heat,
                                                                 inspect::full_scale_of(influence.heat)))}));
  }
  const auto own = inspect::token_of(*source.row, columns.begin);
  const double distance = inspect::distance(own, other), cosine = inspect::cosine(own, other);
  if (a.model.json) {
    return print_json({{"columns", to_json(columns)},
                       {"with", a.with},
                       {"blend", a.blend},
                       {"amount", a.amount},
                       {"distance", distance},
                       {"cosine", cosine},
                       {"changed_columns", to_json(affected)},
                       {"change_squared_levels", influence.total()},
                       {"own_share", influence.own_share}});
  }
  fmt::print(
      "column {} with {}: {:.0f} % of the way ({}), distance {:.2f}, cosine {:.2f}; columns {} to {} can "
      "change\n",
      a.column, a.with, 100 * a.amount, a.blend, distance, cosine, affected.begin, affected.end - 1);
}

}  // namespace

void add_inspect_swap(CLI::App& inspect) {
  auto a = std::make_shared<Arguments>();
  auto* command = inspect.add_subcommand("swap", "The picture with another token in a column");
  a->source.add_to(*command);
  command->add_option("--column", a->column, "The column, or a range as 3..9")->required();
  command
      ->add_option(
          "--with", a->with,
          "column:N, picture:FILE[:N], project:FILE[:N], scene:NAME (same noise), random[:DRAW], mean, "
          "zero, left or right")
      ->required();
  command->add_option("--amount", a->amount, "How far from the old token to the new one, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--blend", a->blend, "linear or spherical")
      ->check(CLI::IsMember({"linear", "spherical"}))
      ->capture_default_str();
  command->add_option("-o,--output", a->output, "Picture: before, after, and the change");
  a->model.add_to(*command);
  command->footer(
      "Example: equicanvas-cli inspect swap night.equi --column 12 --with scene:dunes --amount 0.5 -o "
      "swap.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
