#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/batch/manifest.h"
#include "core/batch/picture_output.h"
#include "core/batch/runner.h"
#include "core/media/disk_space.h"

namespace equi::cli {
namespace {

struct Arguments {
  std::string plan, model, folder, device = "cpu", precision = "auto", shard, again_output;
  std::int64_t batch = -1, again = -1;
  std::vector<std::int64_t> cancel, retry, move;
  bool dry_run = false, status = false, resume = false, retry_failed = false, gather = false, json = false;
};

batch::Plan plan_of(const Arguments& a) {
  auto plan = batch::read_plan(a.plan);
  if (!a.model.empty()) plan.model = a.model;
  if (!a.folder.empty()) plan.folder = a.folder;
  if (a.batch >= 0) plan.batch = a.batch;
  return plan;
}

std::shared_ptr<const engine::Engine> load_engine(const batch::Plan& plan, const Arguments& a) {
  return engine::Engine::load(plan.model, parse_device(a.device),
                              engine::parse_precision_choice(a.precision));
}

// Unless the plan says it: the batch size that a queue in the folder uses already; 0: none. The parts of a
// whole need one size, which two machines would choose differently.
void find_batch(batch::Plan& plan, const batch::Shard& shard) {
  if (plan.batch > 0) return;
  if (const auto known = batch::Queue::find(plan.folder, shard)) plan.batch = known->batch;
  if (plan.batch == 0 && shard.count > 1) {
    throw Error(ErrorKind::bad_input, "shard", "a part of a plan needs the batch size that all parts have",
                "name it, the same for each: --batch 16, or \"batch\" in the plan");
  }
}

std::string duration(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds);
  if (s < 120) return fmt::format("{:.0f} s", seconds);
  return s < 7200 ? fmt::format("{} min", s / 60) : fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

// What the pictures that are still to be made are likely to need, against the disk.
std::string space_warning_of(const batch::Plan& plan, const batch::PlanEstimate& e, std::int64_t pictures) {
  if (e.items == 0) return {};
  const double share = static_cast<double>(pictures) / static_cast<double>(e.items);
  return media::space_warning(static_cast<std::uint64_t>(share * static_cast<double>(e.bytes)),
                              media::free_space(plan.folder));
}

void dry_run(const batch::Plan& plan, const batch::Shard& shard, const engine::Engine& engine, bool json) {
  const auto facts = batch::facts_of(engine);
  const auto items = batch::expand(plan, facts, plan.batch);
  std::int64_t mine = 0;
  for (const auto& item : items) mine += shard.has(item.group) ? 1 : 0;
  const auto e = batch::estimate(plan, facts, 0);
  const auto warning = space_warning_of(plan, e, mine);
  if (json) {
    nlohmann::json files = nlohmann::json::array();
    for (const auto& item : items) {
      if (shard.has(item.group)) files.push_back(item.file);
    }
    return print_json({{"pictures", mine},
                       {"of", e.items},
                       {"columns", e.columns},
                       {"bytes", e.bytes},
                       {"space", warning},
                       {"batch", plan.batch},
                       {"folder", plan.folder.string()},
                       {"files", files}});
  }
  fmt::print("{} pictures ({} here), {} columns, about {:.1f} MiB, {} at once, into {}\n", e.items, mine,
             e.columns, static_cast<double>(e.bytes) / (1 << 20), plan.batch, plan.folder.string());
  if (!warning.empty()) fmt::print("{}\n", warning);
  constexpr std::int64_t kShown = 10;
  std::int64_t shown = 0;
  for (const auto& item : items) {
    if (!shard.has(item.group)) continue;
    if (++shown > kShown) break;
    fmt::print("  {:>5}  {}\n", item.number, item.file);
  }
  if (mine > kShown) fmt::print("  ... and {} more (--json lists all)\n", mine - kShown);
}

nlohmann::json counts_json(const batch::QueueCounts& c) {
  return {{"waiting", c.waiting}, {"running", c.running},     {"done", c.done},
          {"failed", c.failed},   {"cancelled", c.cancelled}, {"set_aside", c.set_aside}};
}

void print_status(const batch::Queue& queue, bool json) {
  const auto rows = queue.rows();
  if (json) {
    nlohmann::json items = nlohmann::json::array();
    for (const auto& row : rows) {
      items.push_back({{"index", row.number},
                       {"file", queue.items()[std::size_t(row.number)].file},
                       {"state", batch::name(row.state)},
                       {"reason", row.reason},
                       {"crashes", row.crashes},
                       {"seconds", row.seconds},
                       {"bytes", row.bytes}});
    }
    return print_json({{"counts", counts_json(queue.counts())},
                       {"paused", queue.paused()},
                       {"pause_reason", queue.pause_reason()},
                       {"batch", queue.plan().batch},
                       {"items", items}});
  }
  for (const auto& row : rows) {
    fmt::print("{:>6}  {:<9}  {}{}\n", row.number, batch::name(row.state),
               queue.items()[std::size_t(row.number)].file,
               row.reason.empty() ? "" : "  (" + printable(row.reason) + ")");
  }
  const auto c = queue.counts();
  fmt::print("{} done, {}{} waiting, {} failed, {} cancelled, {} set aside{}\n", c.done,
             c.running > 0 ? fmt::format("{} running, ", c.running) : "", c.waiting, c.failed, c.cancelled,
             c.set_aside, queue.paused() ? "; paused: " + queue.pause_reason() : "");
}

void say_unchanged(const batch::Queue& queue, std::int64_t item, const char* what) {
  warn(fmt::format("item {}", item),
       fmt::format("is {}, so it is not {}", batch::name(queue.row(item).state), what));
}

bool is_change(const Arguments& a) {
  return !a.cancel.empty() || !a.retry.empty() || !a.move.empty();
}

// The changes that options ask for; true when there were any and nothing is to be made.
bool change_queue(batch::Queue& queue, const Arguments& a) {
  for (const auto* items : {&a.cancel, &a.retry}) {
    for (const auto item : *items) queue.row(item);  // throws when there is none, before anything is changed
  }
  for (const auto item : a.cancel) {
    if (!queue.cancel(item)) say_unchanged(queue, item, "cancelled");
  }
  for (const auto item : a.retry) {
    if (!queue.retry(item)) say_unchanged(queue, item, "retried");
  }
  for (std::size_t i = 0; i + 1 < a.move.size(); i += 2) queue.move(a.move[i], a.move[i + 1]);
  if (a.retry_failed) say(fmt::format("{} items wait again\n", queue.retry_failed()));
  return a.status || is_change(a);
}

// Everything that is said while the queue is worked off.
class Reporter {
 public:
  Reporter(const batch::Queue& queue, bool json)
      : queue_(queue),
        json_(json),
        lines_(!json && isatty(STDERR_FILENO) == 0),
        bar_("columns", total(queue), json) {}

  void changed(std::int64_t number) {
    const auto row = queue_.row(number);
    const auto& item = queue_.items()[std::size_t(number)];
    if (row.state == batch::ItemState::done) done_ += item.width;
    const bool over = row.state == batch::ItemState::done || row.state == batch::ItemState::failed;
    if (lines_ && over) {
      fmt::print("{}  {}{}\n", item.file, batch::name(row.state),
                 row.reason.empty() ? "" : ": " + row.reason);
    }
  }
  void progress(const batch::RunnerProgress& p) { bar_.update(done_ + p.done); }

 private:
  static std::int64_t total(const batch::Queue& queue) {
    std::int64_t columns = 0;
    for (const auto& row : queue.rows()) {
      if (row.state == batch::ItemState::waiting) columns += queue.items()[std::size_t(row.number)].width;
    }
    return columns;
  }
  const batch::Queue& queue_;
  bool json_, lines_;
  ProgressBar bar_;
  std::int64_t done_ = 0;
};

void work_off(const std::shared_ptr<const engine::Engine>& engine, const std::shared_ptr<batch::Queue>& queue,
              const Arguments& a, const std::stop_token& stop) {
  const auto before = queue->counts();
  const auto start = std::chrono::steady_clock::now();
  {
    Reporter reporter(*queue, a.json);
    batch::Runner runner(engine, queue,
                         {[&](std::int64_t item) { reporter.changed(item); },
                          [&](const batch::RunnerProgress& p) { reporter.progress(p); }});
    runner.run(stop);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto after = queue->counts();
  const auto made = after.done - before.done;
  if (a.json) {
    auto out = counts_json(after);
    out["made"] = made;
    out["seconds"] = seconds;
    out["paused"] = queue->paused();
    out["pause_reason"] = queue->pause_reason();
    print_json(out);
  } else {
    fmt::print("{} made in {}, {} failed, {} left, in {}\n", made, duration(seconds), after.failed,
               after.left(), queue->plan().folder.string());
  }
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped; the same command goes on");
  if (queue->paused()) {
    throw Error(ErrorKind::io, queue->plan().folder.string(), "paused: " + queue->pause_reason(),
                "--resume goes on, with --retry-failed for what failed");
  }
  if (after.failed + after.set_aside > 0) set_exit_code(1);
}

bool has_ending(const std::filesystem::path& file, media::Format format) {
  try {
    return media::parse_format(file.extension().string()) == format;
  } catch (const Error&) {
    return false;
  }
}

void make_again(const Arguments& a, const batch::Plan& plan, const std::stop_token& stop) {
  if (a.again_output.empty()) throw Error(ErrorKind::bad_input, "output", "is missing", "-o picture.png");
  for (const auto& entry : batch::read_manifest(plan.folder / "manifest.jsonl")) {
    if (entry.item.number != a.again) continue;
    if (!has_ending(a.again_output, entry.format.format)) {
      throw Error(ErrorKind::bad_input, a.again_output,
                  fmt::format("does not end in {}, as picture {} does", media::ending(entry.format.format),
                              entry.item.number));
    }
    const auto engine =
        engine::Engine::load(plan.model, parse_device(entry.device), parse_precision(entry.precision));
    ProgressBar bar("columns", entry.item.width, a.json);
    const auto hash = batch::reproduce(engine, entry, a.again_output,
                                       {[&](std::int64_t done, std::int64_t) { bar.update(done); }, stop});
    const bool same = hash == entry.sha256;
    if (a.json) {
      print_json({{"file", a.again_output}, {"sha256", hash}, {"same", same}});
    } else {
      fmt::print("{}: {}\n", a.again_output, same ? "the same file, bit for bit" : "not the same bits");
    }
    if (!same) set_exit_code(1);
    return;
  }
  throw Error(ErrorKind::bad_input, "again", fmt::format("the manifest names no picture {}", a.again));
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  auto plan = plan_of(a);
  if (a.gather) {
    const auto count = batch::gather(plan.folder, batch::count_items(plan, 0));  // 0 for "all" scenes
    if (a.json) return print_json({{"pictures", count}});
    return fmt::print("{}: {} pictures\n", (plan.folder / "manifest.jsonl").string(), count);
  }
  if (a.again >= 0) return make_again(a, plan, interrupt.token());
  const auto shard = a.shard.empty() ? batch::Shard{} : batch::parse_shard(a.shard);
  find_batch(plan, shard);
  const auto engine = load_engine(plan, a);
  if (plan.batch == 0) plan.batch = batch::choose_batch(*engine, *std::ranges::max_element(plan.widths));
  if (a.dry_run) return dry_run(plan, shard, *engine, a.json);
  if (a.status && !a.retry_failed && !is_change(a) && batch::Queue::in_use(plan.folder, shard))
    return print_status(*batch::Queue::look(plan, batch::facts_of(*engine), shard), a.json);
  const std::shared_ptr<batch::Queue> queue = batch::Queue::open(plan, batch::facts_of(*engine), shard);
  if (change_queue(*queue, a)) return print_status(*queue, a.json);
  if (queue->paused() && !a.resume) {
    throw Error(ErrorKind::bad_input, plan.folder.string(), "the batch is paused: " + queue->pause_reason(),
                "--resume goes on; --status shows the items");
  }
  const auto whole = batch::estimate(plan, batch::facts_of(*engine), 0);
  warn(plan.folder.string(), space_warning_of(plan, whole, queue->counts().left()));
  queue->resume();
  work_off(engine, queue, a, interrupt.token());
}

}  // namespace

void add_batch(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("batch", "Make many panoramas from a plan; goes on where it stopped");
  command->add_option("plan", a->plan, "The plan (JSON)")->required();
  command->add_option("--model", a->model, "Folder of the bundle, instead of the plan's");
  command->add_option("--folder", a->folder, "Output folder, instead of the plan's");
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, kPrecisionHelp)->capture_default_str();
  command->add_option("--batch", a->batch, "Panoramas at once, instead of the plan's (0: chosen by memory)")
      ->check(CLI::Range(std::int64_t{0}, batch::kMaxBatch));
  command->add_option("--shard", a->shard,
                      "Only this part of the plan: 2/8 is the second of eight (with one --batch for all)");
  command->add_flag("--gather", a->gather, "Join the manifests and contact sheets of all shards");
  command->add_flag("--dry-run", a->dry_run, "Say what would be made, then stop");
  command->add_flag("--status", a->status, "Show the items and their states, then stop");
  command->add_flag("--resume", a->resume, "Go on although the batch is paused, as after a crash");
  command->add_flag("--retry-failed", a->retry_failed, "Failed items and those set aside wait again");
  command->add_option("--cancel", a->cancel, "Cancel these items");
  command->add_option("--retry", a->retry, "These items wait again, cancelled ones too");
  command->add_option("--move", a->move, "ITEM PLACE: put an item at a place of the queue (0: next)")
      ->expected(2);
  command->add_option("--again", a->again, "Make the picture of this index of the manifest again (-o FILE)")
      ->check(CLI::Range(std::int64_t{0}, batch::kMaxItems));
  command->add_option("-o,--output", a->again_output, "Where --again writes");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "A plan: {\"model\": \"models/demo\", \"folder\": \"out\", \"name\": \"{scene}-{seed}\", \"format\": "
      "\"png\",\n"
      "  \"scenes\": [\"Alpine lake\", \"Dunes\"] or \"all\", \"seeds\": [1, 2] or {\"from\": 1, \"count\": "
      "100},\n"
      "  \"widths\": [256], \"guidance\": [4], \"steps\": [20], \"seamless\": false, \"batch\": 0}\n"
      "Examples: equicanvas-cli batch night.json --dry-run\n"
      "          equicanvas-cli batch night.json --resume\n"
      "          equicanvas-cli batch night.json --shard $((SLURM_ARRAY_TASK_ID))/8 --batch 16 --resume\n"
      "          equicanvas-cli batch night.json --gather\n"
      "          equicanvas-cli batch night.json --again 7 -o seven.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
