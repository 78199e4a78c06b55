#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/batch/panorama_group.h"
#include "core/batch/picture_output.h"
#include "core/batch/queue.h"
#include "core/engine/engine.h"

namespace equi::batch {

// What is being made.
struct RunnerProgress {
  std::vector<std::int64_t> items;   // that are running, without those cancelled
  std::int64_t done = 0, total = 0;  // columns of all running items together
  double columns_per_second = 0;     // since the group began
};

// Works a queue off, in small steps so that a device's worker can do other things in between. Everything that
// goes wrong with an item becomes its state and reason; what concerns the disk pauses the queue, because the
// next item would meet it too. For one thread at a time: all on one, or, with an OnDevice, the steps that
// write a picture (writes_next) on another than those that compute; what they compute goes through the
// OnDevice, one block of pixels at a time. The queue may be changed from any thread meanwhile.
class Runner {
 public:
  struct Callbacks {
    std::function<void(std::int64_t item)> changed;  // the state of an item is another one
    std::function<void(const RunnerProgress&)> progress;
  };

  Runner(std::shared_ptr<const engine::Engine> engine, std::shared_ptr<Queue> queue, Callbacks callbacks = {},
         OnDevice on_device = {});
  ~Runner();

  // Makes one column of the group at hand, or writes one picture. False: the queue is paused or nothing waits
  // any more; what is half made stays in memory for a resume. A stop gives the running items back and returns
  // false. A stop, a pause or the cancelling of its item is heard within a block of a picture that is being
  // written: nothing of the file is left, and after a resume it is written anew. Throws Error(io) only when
  // the queue's own file cannot be written.
  bool step(const std::stop_token& stop = {});
  // The next step writes a picture, unless it finds the queue paused or the item cancelled; it neither makes
  // nor frees anything on the device but through the OnDevice.
  bool writes_next() const;
  // Gives what is half made back to the queue.
  void give_up();
  // step() until it says false, then the manifest and, when nothing is left, the contact sheets.
  void run(const std::stop_token& stop = {});

 private:
  struct Work;

  bool begin_group();
  void make_column(const std::stop_token& stop);
  void write_next(const std::stop_token& stop);
  void finish(std::size_t row, const std::vector<std::uint8_t>& thumbnail);
  void drop_cancelled();
  void fail_rows(const std::vector<std::size_t>& rows, const std::string& reason);
  void fail_group(const std::string& reason);
  void pause_after(const std::string& reason);
  void retry_alone();
  void let_go();
  void tell(std::int64_t item) const;
  void tell_progress() const;

  std::shared_ptr<const engine::Engine> engine_;
  std::shared_ptr<Queue> queue_;
  Callbacks callbacks_;
  OnDevice on_device_;  // empty: the steps that write compute by themselves
  std::unique_ptr<Work> work_;
  std::unique_ptr<Work> spent_;      // what was let go of: the next step, one that computes, frees it
  std::vector<std::int64_t> owed_;   // to be given back to the queue once its file can be written again
  std::vector<std::int64_t> alone_;  // items whose group met numbers that are not finite
};

// What is left to do after the last item, or when it stops: the manifest, and the contact sheets when all is
// done. Throws Error(io).
void write_results(const Queue& queue);

}  // namespace equi::batch
