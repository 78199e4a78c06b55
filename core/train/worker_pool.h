#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace equi::train {

// Threads that do the shares of a step side by side. On a CPU several replicas with one libtorch thread each
// are far quicker than one replica whose every operation is split: small convolutions leave the threads
// waiting.
class WorkerPool {
 public:
  explicit WorkerPool(std::int64_t workers);  // at least 1
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  std::int64_t size() const { return static_cast<std::int64_t>(threads_.size()) + 1; }

  // Calls share(worker) for every worker, the caller being worker 0, and returns when all are done. The first
  // exception of a share is thrown again here.
  void run(const std::function<void(std::int64_t worker)>& share);

  // Calls item(0) to item(count - 1), each once, in about this order, by whichever worker is free.
  void each(std::size_t count, const std::function<void(std::size_t)>& item);

 private:
  void work(std::int64_t worker);
  void call(std::int64_t worker);

  std::mutex mutex_;  // guards everything below
  std::condition_variable begin_, done_;
  const std::function<void(std::int64_t)>* share_ = nullptr;
  std::uint64_t round_ = 0;
  std::int64_t running_ = 0;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

// The part [begin, end) of `count` items that falls to `worker` of `workers`; the parts differ by one at
// most.
struct Share {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
};
Share share_of(std::int64_t count, std::int64_t worker, std::int64_t workers);

}  // namespace equi::train
