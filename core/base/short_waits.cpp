#include "core/base/short_waits.h"

#include <array>
#include <cstddef>
#include <cstring>

#include <unistd.h>

namespace equi {
namespace {

constexpr char kSpins[] = "GOMP_SPINCOUNT=", kPolicy[] = "OMP_WAIT_POLICY=";
char chosen[] = "GOMP_SPINCOUNT=3000";

template <std::size_t kSize>
bool sets(const char* variable, const char (&name)[kSize]) {
  return std::strncmp(variable, name, kSize - 1) == 0;
}

}  // namespace

void wait_shortly(char** argv, char** environment) {
  static std::array<char*, 4096> with_choice;  // a larger environment is left as it is
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (count + 2 >= with_choice.size() || sets(environment[count], kSpins) ||
        sets(environment[count], kPolicy))
      return;
    with_choice[count] = environment[count];
  }
  with_choice[count] = chosen;
  with_choice[count + 1] = nullptr;
  static std::array<char, 4096> program;  // its own name, not that of the link, in ps
  const auto length = readlink("/proc/self/exe", program.data(), program.size() - 1);
  if (length <= 0) return;
  program[static_cast<std::size_t>(length)] = '\0';
  execve(program.data(), argv,
         with_choice.data());  // comes back only when it cannot; then it goes on as it is
}

}  // namespace equi
