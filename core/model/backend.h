#pragma once

namespace equi::model {

// Who computes a column.
enum class Backend {
  automatic,  // the kernels of core/cpu where the weights are on the CPU, tensors elsewhere
  tensors,    // libtorch's operators, one after the other: the plain path
};

}  // namespace equi::model
