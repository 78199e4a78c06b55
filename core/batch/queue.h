#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/batch/plan.h"
#include "core/canvas/database.h"

namespace equi::batch {

enum class ItemState {
  waiting = 0,
  running = 1,
  done = 2,
  failed = 3,     // with a reason; can be retried
  cancelled = 4,  // by the user; can be retried
  set_aside = 5,  // was running at kMaxCrashes crashes
};
std::string name(ItemState state);  // "waiting", "running", "done", "failed", "cancelled", "set aside"

// What the queue knows of an item beyond the plan.
struct ItemRow {
  std::int64_t number = 0;    // in the plan
  std::int64_t position = 0;  // in the queue; smaller ones are made first
  ItemState state = ItemState::waiting;
  int crashes = 0;     // how often the program ended while it was running
  std::string reason;  // of a failure or of being set aside
  double seconds = 0;  // of making it, its share of the group's
  std::uint64_t bytes = 0;
  std::string sha256;     // of the file
  std::string made_with;  // JSON: device, precision, batch, row, program
};

struct QueueCounts {
  std::int64_t waiting = 0, running = 0, done = 0, failed = 0, cancelled = 0, set_aside = 0;
  std::int64_t all() const { return waiting + running + done + failed + cancelled + set_aside; }
  std::int64_t left() const { return waiting + running; }
};

// A part of a plan's groups, for array jobs: number `number` of `count`, from 1.
struct Shard {
  std::int64_t number = 1, count = 1;
  bool has(std::int64_t group) const { return group % count == number - 1; }
  bool operator==(const Shard&) const = default;
};
// "2/8". Throws Error(bad_input) for another text, a number outside 1 .. count or a count above 100,000.
Shard parse_shard(const std::string& text);

// The state of a batch: an SQLite file in the output folder, one row an item, written before and after each
// item, so that a kill at any moment loses the running items and nothing else. After a crash the queue comes
// back paused, and what was running at two crashes is set aside; a program that ends properly but cannot
// write any more (a full disk) has not crashed. Thread-safe; one process at a time.
class Queue {
 public:
  static constexpr int kMaxCrashes = 2;
  // pause_reason() of a queue that comes back after a crash.
  static constexpr const char* kCrashReason = "the program ended while items were being made";

  // Opens the queue of this plan in its folder, or makes it (and the folder). Throws Error(bad_input) when
  // the folder holds the queue of another plan or model or another batch size or a damaged one, Error(io)
  // when it cannot be written or another process has it open. Where the two folders of a plan are does not
  // matter: a batch may be moved, and the model is known by its hashes.
  static std::unique_ptr<Queue> open(const Plan& plan, const ModelFacts& model, const Shard& shard = {});
  // One to look at while another process has it open. Throws as open() does.
  static std::unique_ptr<const Queue> look(const Plan& plan, const ModelFacts& model,
                                           const Shard& shard = {});
  // Whether another process has it open.
  static bool in_use(const std::filesystem::path& folder, const Shard& shard = {});
  // The plan that a folder's queue belongs to, with that folder; nothing when there is none.
  static std::optional<Plan> find(const std::filesystem::path& folder, const Shard& shard = {});
  static std::filesystem::path file(const std::filesystem::path& folder, const Shard& shard = {});

  ~Queue();

  const Plan& plan() const { return plan_; }  // with the batch size that is in use
  const ModelFacts& model() const { return model_; }
  const Shard& shard() const { return shard_; }
  // All items of the plan; those of other shards have no row.
  const std::vector<Item>& items() const { return items_; }
  std::vector<std::int64_t> group(std::int64_t group) const;  // numbers of its items, by row

  bool crashed() const { return crashed_; }  // found running items when it was opened
  bool paused() const;
  std::string pause_reason() const;
  void pause(const std::string& reason);
  void resume();

  QueueCounts counts() const;
  std::vector<ItemRow> rows() const;  // by position
  ItemRow row(std::int64_t item) const;
  std::vector<std::uint8_t> thumbnail(std::int64_t item) const;  // JPEG; empty: none yet

  // The group of the first waiting item; nothing: none waits.
  std::optional<std::int64_t> next_group() const;

  // waiting -> running.
  void start(const std::vector<std::int64_t>& items);
  void finish(const ItemRow& row, const std::vector<std::uint8_t>& thumbnail);
  void fail(std::int64_t item, const std::string& reason);
  // running -> waiting: a stop, not a failure.
  void give_back(const std::vector<std::int64_t>& items);

  // For who writes the picture of an item: requested as soon as the queue is paused or the item does not run
  // any more, at once when that is so. Only the item that was asked for last is watched. What is called back
  // must not touch the queue.
  std::stop_token watch(std::int64_t item);

  // By the user. Each says whether anything changed.
  bool cancel(std::int64_t item);  // waiting, or running: it is dropped at the next column or block of pixels
  std::int64_t retry_failed();     // failed and set aside -> waiting, in their places; how many
  bool retry(std::int64_t item);   // also a cancelled one
  // Puts an item before the one that is now at `place` of rows() (or at the end).
  void move(std::int64_t item, std::int64_t place);

 private:
  Queue(const Plan& plan, const ModelFacts& model, const Shard& shard);
  static std::filesystem::path lock_path(const std::filesystem::path& folder, const Shard& shard);
  void lock_file();
  void mark(const char* text) const;
  void create_rows();
  void check_same_plan() const;
  void check_rows() const;
  void note_crash();
  std::string meta(const std::string& key) const;
  void set_meta(const std::string& key, const std::string& value) const;
  bool change(std::int64_t item, ItemState to, const std::string& from, const std::string& reason) const;

  Plan plan_;
  ModelFacts model_;
  Shard shard_;
  std::vector<Item> items_;
  std::vector<std::vector<std::int64_t>> groups_;
  int lock_ = -1;
  bool let_go_ = true;   // by the program that had it open last
  bool marked_ = false;  // as open: a queue that is refused leaves the mark of who had it
  bool crashed_ = false;
  mutable std::mutex mutex_;
  std::unique_ptr<canvas::Database> database_;
  std::int64_t watched_ = -1;  // the item of watch()
  std::stop_source interruption_;
};

}  // namespace equi::batch
