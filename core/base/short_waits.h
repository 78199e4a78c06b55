#pragma once

namespace equi {

// Threads that share a product wait for one another by spinning, libgomp's for about a millisecond at a time:
// on a machine that is busy with other things a panorama took twenty times as long now and then (README,
// "Speed"). After this call they spin for some microseconds, then sleep. libgomp reads its environment before
// main() begins, so the program replaces itself by itself, once, which takes a quarter of a second; to be
// called first. Does nothing where the environment says already how to wait (GOMP_SPINCOUNT,
// OMP_WAIT_POLICY).
void wait_shortly(char** argv);

}  // namespace equi
