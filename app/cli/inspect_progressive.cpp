#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/inspect.h"
#include "core/inspect/progressive.h"
#include "core/media/animation.h"

// inspect progressive: the picture builds itself up, token by token.
namespace equi::cli {
namespace {

constexpr std::int64_t kMostColumns = 1024;

struct Arguments {
  ModelOptions model;
  SourceOptions source;
  std::string range, output;
  std::string order = "left-right";
  std::uint64_t draw = 1;
  std::int64_t frames = 64;
  double fps = 12;
};

void run(const Arguments& a) {
  const Interrupt interrupt;
  media::check_animation_writable(a.output);
  const auto order = inspect::parse_order(a.order);
  auto source = open_source(a.source, a.model.load(), a.model.json, interrupt.token());
  auto columns = a.range.empty() ? source.row->extent() : parse_columns(*source.row, a.range);
  if (columns.size() > kMostColumns) columns.end = columns.begin + kMostColumns;
  const inspect::Progressive progressive{columns, order, a.draw, source.statistics()};
  const auto steps = inspect::frame_steps(progressive.steps(), a.frames);
  media::AnimationWriter writer(a.output, a.fps);
  {
    ProgressBar bar("frames", static_cast<std::int64_t>(steps.size()), a.model.json);
    std::int64_t done = 0;
    for (const auto step : steps) {
      const auto frame = inspect::progressive_frame(*source.row, progressive, step, interrupt.token());
      writer.add(to_image(inspect::to_rgb(frame)));
      bar.update(++done);
    }
  }
  writer.finish();
  if (a.model.json) {
    return print_json({{"output", a.output},
                       {"columns", to_json(columns)},
                       {"order", a.order},
                       {"frames", steps.size()},
                       {"steps", steps}});
  }
  fmt::print("{}: {} frames, columns {} to {}, {}\n", a.output, steps.size(), columns.begin, columns.end - 1,
             a.order);
}

}  // namespace

void add_inspect_progressive(CLI::App& inspect) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      inspect.add_subcommand("progressive", "Random tokens are replaced one by one by the picture's own");
  a->source.add_to(*command);
  command->add_option("--range", a->range, "Columns, as 3..40 (default: all, at most 1024)");
  command->add_option("--order", a->order, "left-right, right-left, centre-out, or prediction (as generated)")
      ->check(CLI::IsMember({"left-right", "right-left", "centre-out", "prediction"}))
      ->capture_default_str();
  command->add_option("--draw", a->draw, "Which random tokens")->capture_default_str();
  command->add_option("--frames", a->frames, "At most so many frames")
      ->check(CLI::Range(2, 2000))
      ->capture_default_str();
  command->add_option("--fps", a->fps, "Frames a second")
      ->check(CLI::Range(0.1, 60.0))
      ->capture_default_str();
  command->add_option("-o,--output", a->output, "A .gif or .mp4, or a picture: the frames below each other")
      ->required();
  a->model.add_to(*command);
  command->footer("Example: equicanvas-cli inspect progressive photo.jpg --order centre-out -o photo.gif");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
