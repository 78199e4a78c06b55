#include "core/base/short_waits.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace equi {

void wait_shortly(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", "3000", 1) != 0) return;
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);  // keeps its name in ps
  if (!unknown) execv(program.c_str(), argv);  // comes back only when it cannot; then it goes on as it is
}

}  // namespace equi
