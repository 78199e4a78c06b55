#include "core/batch/queue.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/pending_file.h"

namespace equi::batch {
namespace {

constexpr const char* kSchema = "1";
constexpr std::int64_t kMaxShards = 100000;
// What the lock file says, of one length: replacing the one by the other needs no room on the disk.
constexpr const char kOpened[] = "opened\n", kClosed[] = "closed\n";
static_assert(sizeof(kOpened) == sizeof(kClosed));
constexpr const char* kColumns =
    "number, position, state, crashes, reason, milliseconds, bytes, sha256, made_with";

std::string identity(const ModelFacts& model) {
  return model.tokenizer_sha256 + " " + model.generator_sha256;
}

ItemRow read_row(const canvas::Statement& s) {
  ItemRow row;
  row.number = s.integer(0);
  row.position = s.integer(1);
  row.state = static_cast<ItemState>(std::clamp<std::int64_t>(s.integer(2), 0, 5));
  row.crashes = static_cast<int>(s.integer(3));
  row.reason = s.text(4);
  row.seconds = static_cast<double>(s.integer(5)) / 1000.0;
  row.bytes = static_cast<std::uint64_t>(s.integer(6));
  row.sha256 = s.text(7);
  row.made_with = s.text(8);
  return row;
}

// What two queues of one batch agree in: not where the folder and the model are. Discarded: it is damaged.
nlohmann::json without_places(const std::string& plan) {
  auto parsed = nlohmann::json::parse(plan, nullptr, false);
  if (!parsed.is_object()) return nlohmann::json(nlohmann::json::value_t::discarded);
  parsed.erase("folder");
  parsed.erase("model");
  return parsed;
}

[[noreturn]] void throw_damaged(const std::filesystem::path& queue, const std::string& how) {
  throw Error(ErrorKind::bad_input, queue.string(), fmt::format("is damaged: {}", how),
              "take this file away to begin the batch anew");
}

bool has_tables(const canvas::Database& database) {
  return database.integer("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'items'") > 0;
}

std::int64_t number(ItemState state) {
  return static_cast<std::int64_t>(state);
}

}  // namespace

std::string name(ItemState state) {
  static constexpr const char* kNames[] = {"waiting", "running", "done", "failed", "cancelled", "set aside"};
  return kNames[static_cast<int>(state)];
}

Shard parse_shard(const std::string& text) {
  Shard shard{0, 0};
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.number);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shard.count) : first;
  if (!slash || second.ec != std::errc() || second.ptr != end || shard.count < 1 ||
      shard.count > kMaxShards || shard.number < 1 || shard.number > shard.count) {
    throw Error(ErrorKind::bad_input, "shard", fmt::format("'{}' is no part of a whole", printable(text)),
                "2/8 is the second of eight; the first is 1/8");
  }
  return shard;
}

std::filesystem::path Queue::file(const std::filesystem::path& folder, const Shard& shard) {
  return folder / (shard.count == 1
                       ? std::string(".equicanvas-batch.sqlite")
                       : fmt::format(".equicanvas-batch-{}-of-{}.sqlite", shard.number, shard.count));
}

Queue::Queue(const Plan& plan, const ModelFacts& model, const Shard& shard)
    : plan_(plan), model_(model), shard_(shard), items_(expand(plan, model, plan.batch)) {
  for (const auto& item : items_) {
    if (item.group == static_cast<std::int64_t>(groups_.size())) groups_.emplace_back();
    groups_[static_cast<std::size_t>(item.group)].push_back(item.number);
  }
}

Queue::~Queue() {
  if (marked_) mark(kClosed);
  database_.reset();
  if (lock_ >= 0) close(lock_);
}

std::optional<Plan> Queue::find(const std::filesystem::path& folder, const Shard& shard) {
  const auto path = file(folder, shard);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  // Writable, so that what a kill left half written can be rolled back.
  const canvas::Database database(path, canvas::Database::Mode::open);
  if (!has_tables(database)) return std::nullopt;
  auto statement = database.prepare("SELECT value FROM meta WHERE key = 'plan'");
  if (!statement.step()) return std::nullopt;
  auto plan = parse_plan(statement.text(0), path.string(), "/");
  plan.folder = std::filesystem::absolute(folder);  // it may have been moved
  return plan;
}

std::unique_ptr<Queue> Queue::open(const Plan& plan, const ModelFacts& model, const Shard& shard) {
  if (plan.batch < 1) throw Error(ErrorKind::internal, "batch", "no batch size was chosen");
  auto queue =
      std::unique_ptr<Queue>(new Queue(plan, model, shard));  // checks the plan before touching the disk
  std::error_code failure;
  std::filesystem::create_directories(plan.folder, failure);
  if (failure) media::throw_io(plan.folder, failure.value());
  queue->lock_file();
  const auto path = file(plan.folder, shard);
  const bool known = std::filesystem::exists(path, failure);
  queue->database_ = std::make_unique<canvas::Database>(
      path, known ? canvas::Database::Mode::open : canvas::Database::Mode::create);
  queue->create_rows();
  queue->check_same_plan();
  queue->check_rows();
  queue->note_crash();
  queue->mark(kOpened);
  queue->marked_ = true;
  return queue;
}

std::unique_ptr<const Queue> Queue::look(const Plan& plan, const ModelFacts& model, const Shard& shard) {
  auto queue = std::unique_ptr<Queue>(new Queue(plan, model, shard));
  // Writable, so that what a kill left half written can be rolled back.
  queue->database_ =
      std::make_unique<canvas::Database>(file(plan.folder, shard), canvas::Database::Mode::open);
  queue->check_same_plan();
  queue->check_rows();
  return queue;
}

bool Queue::in_use(const std::filesystem::path& folder, const Shard& shard) {
  const int lock = ::open(lock_path(folder, shard).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return false;
  const bool used = flock(lock, LOCK_SH | LOCK_NB) != 0;
  close(lock);
  return used;
}

std::filesystem::path Queue::lock_path(const std::filesystem::path& folder, const Shard& shard) {
  return file(folder, shard).replace_extension(".lock");
}

// The lock goes with the process, so a crash leaves none behind; what the file says stays.
void Queue::lock_file() {
  const auto path = lock_path(plan_.folder, shard_);
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) media::throw_io(path, errno);
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorKind::io, plan_.folder.string(), "another program is making this batch",
                "wait for it, or stop it first");
  }
  char said[sizeof(kClosed)] = {};
  let_go_ = pread(lock_, said, sizeof(said) - 1, 0) > 0 && std::string(said) == kClosed;
}

// Best effort: what cannot be written counts as a crash.
void Queue::mark(const char* text) const {
  [[maybe_unused]] const auto written = pwrite(lock_, text, sizeof(kClosed) - 1, 0);
}

// In one transaction, so that a kill leaves all rows or none.
void Queue::create_rows() {
  canvas::Transaction transaction(*database_);
  if (!has_tables(*database_)) {
    database_->execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    database_->execute(
        "CREATE TABLE items(number INTEGER PRIMARY KEY, position INTEGER NOT NULL, state INTEGER NOT NULL,"
        " crashes INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', milliseconds INTEGER NOT NULL"
        " DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, sha256 TEXT NOT NULL DEFAULT '', made_with TEXT NOT "
        "NULL"
        " DEFAULT '', thumbnail BLOB)");
    database_->execute("CREATE INDEX by_state ON items(state, position)");
    set_meta("schema", kSchema);
    set_meta("plan", to_json(plan_));
    set_meta("model", identity(model_));
    set_meta("paused", "0");
    for (const auto& item : items_) {
      if (!shard_.has(item.group)) continue;
      database_->prepare("INSERT INTO items(number, position, state) VALUES(?1, ?1, 0)")
          .bind(1, item.number)
          .run();
    }
  }
  transaction.commit();
}

void Queue::check_same_plan() const {
  const auto other = [&](const std::string& what) {
    throw Error(ErrorKind::bad_input, plan_.folder.string(), "holds a batch of another " + what,
                "choose another folder, or the plan that belongs to it");
  };
  if (meta("schema") != kSchema) other("version of this program");
  if (meta("model") != identity(model_)) other("model");
  const auto known = without_places(meta("plan"));
  if (known.is_discarded()) throw_damaged(file(plan_.folder, shard_), "its plan is no JSON");
  if (known != without_places(to_json(plan_))) other("plan");
}

// Every item of this shard has its row, and there are no others: what follows looks items up by number.
void Queue::check_rows() const {
  const auto mine =
      std::ranges::count_if(items_, [this](const Item& item) { return shard_.has(item.group); });
  const auto all = database_->integer("SELECT count(*) FROM items");
  const auto known = database_->integer(
      fmt::format("SELECT count(*) FROM items WHERE number >= 0 AND number < {}", items_.size()));
  if (all != mine || known != mine) {
    throw_damaged(file(plan_.folder, shard_), "its items are not those of the plan");
  }
}

void Queue::note_crash() {
  if (database_->integer("SELECT count(*) FROM items WHERE state = 1") == 0) return;
  if (let_go_) return database_->execute("UPDATE items SET state = 0 WHERE state = 1");
  crashed_ = true;
  canvas::Transaction transaction(*database_);
  database_
      ->prepare(
          "UPDATE items SET state = 5, crashes = crashes + 1, reason = ?2"
          " WHERE state = 1 AND crashes + 1 >= ?1")
      .bind(1, kMaxCrashes)
      .bind(2, fmt::format("the program ended {} times while this was being made", kMaxCrashes))
      .run();
  database_->execute("UPDATE items SET state = 0, crashes = crashes + 1 WHERE state = 1");
  set_meta("paused", "1");
  set_meta("pause_reason", kCrashReason);
  transaction.commit();
}

std::string Queue::meta(const std::string& key) const {
  auto statement = database_->prepare("SELECT value FROM meta WHERE key = ?1");
  statement.bind(1, key);
  return statement.step() ? statement.text(0) : std::string();
}

void Queue::set_meta(const std::string& key, const std::string& value) const {
  database_->prepare("INSERT INTO meta VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")
      .bind(1, key)
      .bind(2, value)
      .run();
}

std::vector<std::int64_t> Queue::group(std::int64_t group) const {
  return groups_.at(static_cast<std::size_t>(group));
}

bool Queue::paused() const {
  const std::scoped_lock lock(mutex_);
  return meta("paused") == "1";
}

std::string Queue::pause_reason() const {
  const std::scoped_lock lock(mutex_);
  return meta("pause_reason");
}

void Queue::pause(const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  set_meta("paused", "1");
  set_meta("pause_reason", reason);
  interruption_.request_stop();
}

void Queue::resume() {
  const std::scoped_lock lock(mutex_);
  set_meta("paused", "0");
  set_meta("pause_reason", "");
}

QueueCounts Queue::counts() const {
  const std::scoped_lock lock(mutex_);
  QueueCounts counts;
  std::int64_t* const fields[] = {&counts.waiting, &counts.running,   &counts.done,
                                  &counts.failed,  &counts.cancelled, &counts.set_aside};
  auto statement = database_->prepare("SELECT state, count(*) FROM items GROUP BY state");
  while (statement.step())
    *fields[std::clamp<std::int64_t>(statement.integer(0), 0, 5)] += statement.integer(1);
  return counts;
}

std::vector<ItemRow> Queue::rows() const {
  const std::scoped_lock lock(mutex_);
  std::vector<ItemRow> rows;
  auto statement = database_->prepare(fmt::format("SELECT {} FROM items ORDER BY position", kColumns));
  while (statement.step()) rows.push_back(read_row(statement));
  return rows;
}

ItemRow Queue::row(std::int64_t item) const {
  const std::scoped_lock lock(mutex_);
  auto statement = database_->prepare(fmt::format("SELECT {} FROM items WHERE number = ?1", kColumns));
  statement.bind(1, item);
  if (!statement.step()) throw Error(ErrorKind::bad_input, "batch", fmt::format("there is no item {}", item));
  return read_row(statement);
}

std::vector<std::uint8_t> Queue::thumbnail(std::int64_t item) const {
  const std::scoped_lock lock(mutex_);
  auto statement = database_->prepare("SELECT thumbnail FROM items WHERE number = ?1");
  statement.bind(1, item);
  if (!statement.step()) return {};
  const auto bytes = statement.blob(0);
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

std::optional<std::int64_t> Queue::next_group() const {
  const std::scoped_lock lock(mutex_);
  auto statement = database_->prepare("SELECT number FROM items WHERE state = 0 ORDER BY position LIMIT 1");
  if (!statement.step()) return std::nullopt;
  return items_.at(static_cast<std::size_t>(statement.integer(0))).group;
}

bool Queue::change(std::int64_t item, ItemState to, const std::string& from,
                   const std::string& reason) const {
  const auto before = database_->integer("SELECT total_changes()");
  database_->prepare("UPDATE items SET state = ?2, reason = ?3 WHERE number = ?1 AND state IN (" + from + ")")
      .bind(1, item)
      .bind(2, number(to))
      .bind(3, reason)
      .run();
  return database_->integer("SELECT total_changes()") > before;
}

void Queue::start(const std::vector<std::int64_t>& items) {
  const std::scoped_lock lock(mutex_);
  canvas::Transaction transaction(*database_);
  for (const auto item : items) change(item, ItemState::running, "0", "");
  transaction.commit();
}

void Queue::finish(const ItemRow& row, const std::vector<std::uint8_t>& thumbnail) {
  const std::scoped_lock lock(mutex_);
  database_
      ->prepare(
          "UPDATE items SET state = 2, reason = '', milliseconds = ?2, bytes = ?3, sha256 = ?4,"
          " made_with = ?5, thumbnail = ?6 WHERE number = ?1 AND state = 1")
      .bind(1, row.number)
      .bind(2, static_cast<std::int64_t>(row.seconds * 1000))
      .bind(3, static_cast<std::int64_t>(row.bytes))
      .bind(4, row.sha256)
      .bind(5, row.made_with)
      .bind(6, std::as_bytes(std::span(thumbnail)))
      .run();
}

void Queue::fail(std::int64_t item, const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  change(item, ItemState::failed, "0, 1", reason);
}

void Queue::give_back(const std::vector<std::int64_t>& items) {
  const std::scoped_lock lock(mutex_);
  canvas::Transaction transaction(*database_);
  for (const auto item : items) change(item, ItemState::waiting, "1", "");
  transaction.commit();
}

std::stop_token Queue::watch(std::int64_t item) {
  const std::scoped_lock lock(mutex_);
  auto statement = database_->prepare("SELECT state FROM items WHERE number = ?1");
  statement.bind(1, item);
  const bool runs = statement.step() && statement.integer(0) == number(ItemState::running);
  watched_ = item;
  interruption_ = std::stop_source();
  if (!runs || meta("paused") == "1") interruption_.request_stop();
  return interruption_.get_token();
}

bool Queue::cancel(std::int64_t item) {
  const std::scoped_lock lock(mutex_);
  const bool changed = change(item, ItemState::cancelled, "0, 1", "");
  if (changed && item == watched_) interruption_.request_stop();
  return changed;
}

std::int64_t Queue::retry_failed() {
  const std::scoped_lock lock(mutex_);
  const auto before = database_->integer("SELECT total_changes()");
  database_->execute("UPDATE items SET state = 0, reason = '', crashes = 0 WHERE state IN (3, 5)");
  return database_->integer("SELECT total_changes()") - before;
}

bool Queue::retry(std::int64_t item) {
  const std::scoped_lock lock(mutex_);
  const bool changed = change(item, ItemState::waiting, "3, 4, 5", "");
  if (changed) database_->prepare("UPDATE items SET crashes = 0 WHERE number = ?1").bind(1, item).run();
  return changed;
}

void Queue::move(std::int64_t item, std::int64_t place) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::int64_t> order;
  auto statement = database_->prepare("SELECT number FROM items ORDER BY position");
  while (statement.step()) order.push_back(statement.integer(0));
  const auto at = std::ranges::find(order, item);
  if (at == order.end()) throw Error(ErrorKind::bad_input, "batch", fmt::format("there is no item {}", item));
  const auto from = at - order.begin();
  order.erase(at);
  const auto size = static_cast<std::int64_t>(order.size());
  order.insert(order.begin() + std::clamp<std::int64_t>(place > from ? place - 1 : place, 0, size), item);
  canvas::Transaction transaction(*database_);
  for (std::size_t i = 0; i < order.size(); ++i) {
    database_->prepare("UPDATE items SET position = ?2 WHERE number = ?1 AND position != ?2")
        .bind(1, order[i])
        .bind(2, static_cast<std::int64_t>(i))
        .run();
  }
  transaction.commit();
}

}  // namespace equi::batch
