#pragma once

namespace equi {

// Threads that share a product wait for one another by spinning, libgomp's for about a millisecond at a time:
// on a machine that is busy with other things a panorama took twenty times as long now and then (README,
// "Speed"). After this call they spin for some microseconds, then sleep. libgomp reads its environment when
// it is loaded, so the program replaces itself by itself, once. Does nothing where the environment says
// already how to wait (GOMP_SPINCOUNT, OMP_WAIT_POLICY).
//
// Meant to be called before the libraries have set themselves up, which takes libtorch a quarter of a second:
// it needs nothing that is set up.
void wait_shortly(char** argv, char** environment);

}  // namespace equi

// Calls `hook` (int argc, char** argv, char** environment) at that moment. For an executable's own sources.
// Sanitizers have not set themselves up then either: nothing is done.
#if defined(__SANITIZE_ADDRESS__)
#define EQUI_BEFORE_LIBRARIES(hook) \
  [[maybe_unused]] static void (*const equi_unused)(int, char**, char**) = hook
#else
#define EQUI_BEFORE_LIBRARIES(hook)                                                                     \
  [[gnu::section(".preinit_array"), gnu::used]] static void (*const equi_before_libraries)(int, char**, \
                                                                                           char**) = hook
#endif
