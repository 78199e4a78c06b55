#include "core/batch/plan.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/batch/naming.h"
#include "core/checkpoint/class_names.h"

namespace equi::batch {
namespace {

constexpr std::int64_t kTooMany = kMaxItems + 1;

std::vector<std::int64_t> scene_numbers(const Plan& plan, const ModelFacts& model) {
  std::vector<std::int64_t> numbers;
  if (plan.scenes.empty()) {
    for (std::size_t i = 0; i < model.class_names.size(); ++i)
      numbers.push_back(static_cast<std::int64_t>(i));
  }
  for (const auto& text : plan.scenes) numbers.push_back(class_number("scenes", text, model.class_names));
  return numbers;
}

template <class T>
std::vector<T> or_default(const std::vector<T>& values, T fallback) {
  return values.empty() ? std::vector<T>{fallback} : values;
}

void require_some(std::size_t count, const char* what) {
  if (count == 0) throw Error(ErrorKind::bad_input, what, "none is given");
}

// Items that differ in scene and seed only, `batch` at a time, in the order of the plan.
void make_groups(std::vector<Item>& items, std::int64_t batch) {
  struct Open {
    std::int64_t group = 0, size = 0;
  };
  std::map<std::tuple<std::int64_t, double, int>, Open> open;
  std::int64_t groups = 0;
  for (auto& item : items) {
    auto& group = open[{item.width, item.guidance, item.steps}];
    if (group.size == 0 || group.size == batch) group = {groups++, 0};
    item.group = group.group;
    item.row = group.size++;
  }
}

}  // namespace

std::int64_t count_items(const Plan& plan, std::int64_t model_scenes) {
  const auto scenes = plan.scenes.empty() ? model_scenes : static_cast<std::int64_t>(plan.scenes.size());
  std::int64_t count = scenes;
  for (const std::size_t factor :
       {plan.seeds.size(), plan.widths.size(), std::max<std::size_t>(1, plan.guidance.size()),
        std::max<std::size_t>(1, plan.steps.size())}) {
    const auto n = static_cast<std::int64_t>(factor);
    if (n == 0) return 0;
    if (count > kTooMany / n) return kTooMany;
    count *= n;
  }
  return count;
}

std::vector<Item> expand(const Plan& plan, const ModelFacts& model, std::int64_t batch) {
  check_pattern(plan.name);
  const auto scenes = scene_numbers(plan, model);
  require_some(scenes.size(), "scenes");
  require_some(plan.seeds.size(), "seeds");
  require_some(plan.widths.size(), "widths");
  if (count_items(plan, static_cast<std::int64_t>(scenes.size())) > kMaxItems) {
    throw Error(ErrorKind::bad_input, "plan", fmt::format("makes more than {} pictures", kMaxItems),
                "divide it into several plans");
  }
  const auto guidance = or_default(plan.guidance, model.settings.guidance.scale);
  const auto steps = or_default(plan.steps, model.settings.solver.evaluations);
  std::vector<Item> items;
  for (const auto scene : scenes) {
    for (const auto seed : plan.seeds) {
      for (const auto width : plan.widths) {
        for (const auto scale : guidance) {
          for (const auto step : steps) {
            Item item{static_cast<std::int64_t>(items.size()),
                      scene,
                      model.class_names[static_cast<std::size_t>(scene)],
                      seed,
                      width,
                      scale,
                      step,
                      {},
                      0,
                      0};
            item.file = expand_name(plan.name, item) + media::ending(plan.format.format);
            items.push_back(std::move(item));
          }
        }
      }
    }
  }
  require_different_names(items);
  make_groups(items, batch);
  return items;
}

stream::GenerationSettings settings_of(const Item& item, const Plan& plan, const ModelFacts& model) {
  auto settings = model.settings;
  settings.guidance.scale = item.guidance;
  settings.solver.evaluations = item.steps;
  if (!plan.solver.empty()) settings.solver.method = sampling::parse_method(plan.solver);
  return settings;
}

PlanEstimate estimate(const Plan& plan, const ModelFacts& model, double columns_per_second,
                      double bytes_per_pixel) {
  PlanEstimate result;
  const auto scenes = static_cast<std::int64_t>(model.class_names.size());
  result.items = count_items(plan, scenes);
  if (result.items == 0) return result;
  const std::int64_t of_each_width = result.items / static_cast<std::int64_t>(plan.widths.size());
  for (const auto width : plan.widths) {
    result.columns += of_each_width * width;
    const auto one =
        media::estimate_size(plan.format, width * model.column_pixels, model.height, bytes_per_pixel);
    result.bytes += one.bytes * std::uint64_t(of_each_width);
  }
  if (columns_per_second > 0) result.seconds = static_cast<double>(result.columns) / columns_per_second;
  return result;
}

}  // namespace equi::batch
