#include "core/train/worker_pool.h"

#include <algorithm>
#include <atomic>

namespace equi::train {

WorkerPool::WorkerPool(std::int64_t workers) {
  for (std::int64_t worker = 1; worker < workers; ++worker) {
    threads_.emplace_back([this, worker] { work(worker); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  begin_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::run(const std::function<void(std::int64_t)>& share) {
  {
    const std::scoped_lock lock(mutex_);
    share_ = &share;
    running_ = size();
    failure_ = nullptr;
    ++round_;
  }
  begin_.notify_all();
  call(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return running_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void WorkerPool::each(std::size_t count, const std::function<void(std::size_t)>& item) {
  std::atomic<std::size_t> next = 0;
  run([&](std::int64_t) {
    for (auto i = next++; i < count; i = next++) item(i);
  });
}

void WorkerPool::work(std::int64_t worker) {
  std::uint64_t seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      begin_.wait(lock, [&] { return ending_ || round_ != seen; });
      if (ending_) return;
      seen = round_;
    }
    call(worker);
  }
}

void WorkerPool::call(std::int64_t worker) {
  std::exception_ptr failure;
  try {
    (*share_)(worker);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  if (failure && !failure_) failure_ = failure;
  if (--running_ == 0) done_.notify_all();
}

Share share_of(std::int64_t count, std::int64_t worker, std::int64_t workers) {
  return {count * worker / workers, count * (worker + 1) / workers};
}

}  // namespace equi::train
