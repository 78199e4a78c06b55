#include "core/batch/runner.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/batch/manifest.h"
#include "core/batch/picture_output.h"

namespace equi::batch {

// A group of items on its way.
struct Runner::Work {
  std::vector<Item> items;   // by row
  std::vector<bool> active;  // rows that are to become pictures
  std::unique_ptr<PanoramaGroup> group;
  std::size_t next_row = 0;  // to be written
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (active[i]) numbers.push_back(items[i].number);
    }
    return numbers;
  }
  std::vector<std::size_t> rows() const {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (active[i]) rows.push_back(i);
    }
    return rows;
  }
};

Runner::Runner(std::shared_ptr<const engine::Engine> engine, std::shared_ptr<Queue> queue,
               Callbacks callbacks, OnDevice on_device)
    : engine_(std::move(engine)),
      queue_(std::move(queue)),
      callbacks_(std::move(callbacks)),
      on_device_(std::move(on_device)) {}

Runner::~Runner() = default;

void Runner::tell(std::int64_t item) const {
  if (callbacks_.changed) callbacks_.changed(item);
}

void Runner::tell_progress() const {
  if (!callbacks_.progress || !work_ || !work_->group) return;
  RunnerProgress p;
  p.items = work_->numbers();
  const auto count = static_cast<std::int64_t>(p.items.size());
  p.done = work_->group->made() * count;
  p.total = work_->group->columns() * count;
  const double seconds = work_->seconds();
  if (seconds > 0) p.columns_per_second = static_cast<double>(p.done) / seconds;
  callbacks_.progress(p);
}

// The next group with a waiting item; its other items are made along, so that the bits are the same, but
// written only when they wait too.
bool Runner::begin_group() {
  std::vector<std::int64_t> numbers;
  if (!alone_.empty()) {
    numbers = {alone_.back()};
    alone_.pop_back();
  } else if (const auto next = queue_->next_group()) {
    numbers = queue_->group(*next);
  } else {
    return false;
  }
  auto work = std::make_unique<Work>();
  for (const auto number : numbers) {
    work->items.push_back(queue_->items().at(static_cast<std::size_t>(number)));
    work->active.push_back(queue_->row(number).state == ItemState::waiting);
  }
  if (numbers.size() == 1) work->items.front().row = 0;
  const auto started = work->numbers();
  if (started.empty()) return true;  // cancelled meanwhile
  queue_->start(started);
  work_ = std::move(work);
  for (const auto number : started) tell(number);
  std::vector<PanoramaGroup::Row> rows;
  for (const auto& item : work_->items) rows.push_back({item.scene, item.seed});
  const auto& first = work_->items.front();
  work_->group = std::make_unique<PanoramaGroup>(engine_, settings_of(first, queue_->plan(), queue_->model()),
                                                 rows, first.width);
  return true;
}

void Runner::drop_cancelled() {
  for (const auto row : work_->rows()) {
    if (queue_->row(work_->items[row].number).state == ItemState::running) continue;
    work_->active[row] = false;
    tell(work_->items[row].number);
  }
}

void Runner::make_column(const std::stop_token& stop) {
  work_->group->make_column(stop);
  tell_progress();
}

void Runner::write_next(const std::stop_token& stop) {
  const std::size_t row = work_->next_row++;
  if (!work_->active[row]) return;
  const Item& item = work_->items[row];
  const PictureOutput output{item, settings_of(item, queue_->plan(), queue_->model()), queue_->plan().format,
                             queue_->plan().seamless};
  std::stop_source halt;
  const auto request_halt = [&halt] { halt.request_stop(); };
  const std::stop_callback by_caller(stop, request_halt);
  const std::stop_callback by_user(queue_->watch(item.number), request_halt);
  try {
    const auto thumbnail = write_picture(*engine_, *work_->group, output, queue_->plan().folder / item.file,
                                         {{}, halt.get_token()}, on_device_);
    finish(row, thumbnail);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::cancelled) {
      --work_->next_row;
      if (stop.stop_requested()) throw;
      return;  // paused, or the item cancelled: the next step looks which
    }
    fail_rows({row}, e.what());
    if (e.kind() == ErrorKind::io) pause_after(e.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {  // a library's own
    fail_rows({row}, e.what());
  }
}

void Runner::finish(std::size_t row, const std::vector<std::uint8_t>& thumbnail) {
  const Item& item = work_->items[row];
  const auto path = queue_->plan().folder / item.file;
  ItemRow result;
  result.number = item.number;
  result.seconds = work_->seconds() / static_cast<double>(work_->items.size());
  const auto contents = contents_of(path, queue_->plan().format.format);
  result.bytes = contents.bytes;
  result.sha256 = contents.sha256;
  result.made_with = made_with(*engine_, static_cast<std::int64_t>(work_->items.size()), item.row);
  queue_->finish(result, thumbnail);
  work_->active[row] = false;
  tell(item.number);
}

void Runner::fail_rows(const std::vector<std::size_t>& rows, const std::string& reason) {
  for (const auto row : rows) {
    queue_->fail(work_->items[row].number, reason);
    work_->active[row] = false;
    tell(work_->items[row].number);
  }
}

// When not even that can be written down (the folder of the queue is gone), the items are given back as soon
// as it can.
void Runner::fail_group(const std::string& reason) {
  try {
    fail_rows(work_->rows(), reason);
  } catch (const Error&) {
    owed_ = work_->numbers();
    let_go();
    throw;
  }
  let_go();
}

void Runner::pause_after(const std::string& reason) {
  queue_->pause(reason);
  give_up();
}

// One of several panoramas met numbers that are not finite; made one by one, the others are not lost with it.
void Runner::retry_alone() {
  const auto numbers = work_->numbers();
  give_up();
  alone_.insert(alone_.end(), numbers.rbegin(), numbers.rend());
}

void Runner::give_up() {
  if (work_) {
    const auto numbers = work_->numbers();
    owed_.insert(owed_.end(), numbers.begin(), numbers.end());
    let_go();
  }
  if (owed_.empty()) return;
  queue_->give_back(owed_);
  for (const auto number : std::exchange(owed_, {})) tell(number);
}

void Runner::let_go() {
  spent_ = std::move(work_);
}

bool Runner::writes_next() const {
  return work_ && work_->group && work_->group->made() == work_->group->columns();
}

bool Runner::step(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    give_up();
    return false;
  }
  spent_.reset();
  if (!owed_.empty()) give_up();
  if (queue_->paused()) return false;
  try {
    if (!work_) return begin_group();
    drop_cancelled();
    if (work_->numbers().empty()) {
      let_go();
    } else if (!writes_next()) {
      make_column(stop);
    } else {
      write_next(stop);
      if (work_ && work_->next_row == work_->items.size()) let_go();
    }
  } catch (const Error& e) {
    if (!work_) throw;  // the queue's own file
    if (e.kind() == ErrorKind::cancelled) {
      give_up();
      return false;
    }
    if (e.kind() == ErrorKind::numeric && work_->items.size() > 1) {
      retry_alone();
    } else {
      fail_group(e.what());
    }
  } catch (const std::bad_alloc&) {  // the next ones would fail as well
    if (work_) fail_group("the memory is full; make fewer at once");
    queue_->pause("the memory is full");
  }
  return true;
}

void Runner::run(const std::stop_token& stop) {
  while (step(stop)) {
  }
  give_up();
  write_results(*queue_);
}

void write_results(const Queue& queue) {
  write_manifest(queue);
  const auto counts = queue.counts();
  if (counts.left() == 0 && counts.done > 0) write_contact_sheets(queue);
}

}  // namespace equi::batch
