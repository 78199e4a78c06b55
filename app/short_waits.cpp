// How threads that share a product wait for one another: spinning for some microseconds, then asleep.
// libgomp's own choice is about a millisecond, with which a panorama took twenty times as long now and then
// on a machine that was busy with other things (README, "Speed"). libgomp asks for its settings when it is
// loaded, long before main(); so the program answers, in place of the C library: a program's functions come
// before those of its libraries. What the environment says (GOMP_SPINCOUNT, OMP_WAIT_POLICY) goes first.
#include <cstring>

#include <unistd.h>

namespace {

char* from_environment(const char* name) {
  const auto length = std::strlen(name);
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    if (std::strncmp(*each, name, length) == 0 && (*each)[length] == '=') return *each + length + 1;
  }
  return nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) char* getenv(const char* name) noexcept {
  static char spins[] = "3000";
  char* value = from_environment(name);
  if (value != nullptr || std::strcmp(name, "GOMP_SPINCOUNT") != 0) return value;
  return from_environment("OMP_WAIT_POLICY") == nullptr ? spins : nullptr;
}
