#include "core/base/short_waits.h"

#include <cstdlib>

#include <unistd.h>

namespace equi {

void wait_shortly(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", "3000", 1) != 0) return;
  execv("/proc/self/exe", argv);  // comes back only when it cannot; then it goes on as it is
}

}  // namespace equi
