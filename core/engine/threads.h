#pragma once

namespace equi::engine {

// How many threads one operation on the CPU may use; to be set once, before a model is loaded. Leaves one
// core of a small machine to the window: 1 of 2 or fewer, otherwise all but one up to 8, all but two beyond.
// OMP_NUM_THREADS in the environment is obeyed instead. Returns the number.
int use_interactive_threads();

}  // namespace equi::engine
