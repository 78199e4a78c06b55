#include "core/engine/threads.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <torch/torch.h>

namespace equi::engine {

int use_interactive_threads() {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return torch::get_num_threads();
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int threads = std::max(1, cores <= 8 ? cores - 1 : cores - 2);
  torch::set_num_threads(threads);
  return threads;
}

}  // namespace equi::engine
