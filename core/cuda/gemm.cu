// Products of many rows (gemm_tile.cuh): which tiles, and how many blocks share one. The choices are those
// that were quickest on an H200 for the sizes of the published models (README, "Speed").
#include "core/cuda/gemm_tile.cuh"

namespace equi::cuda {
namespace {

// At least two fit into a multiprocessor of compute capability 9.0.
using Few = TileShape<1, 4, 1, 2, 4, 64, 8, 3>;    // 32 rows, 32 outputs
using Some = TileShape<1, 5, 2, 2, 4, 128, 3, 2>;  // 40 rows, 64 outputs
using Thin = TileShape<1, 4, 4, 2, 2, 64, 4, 2>;   // 32 rows, 128 outputs
using Many = TileShape<1, 13, 4, 2, 1, 64, 3, 2>;  // 104 rows, 128 outputs
using Most = TileShape<2, 8, 4, 2, 1, 64, 3, 2>;   // 128 rows, 128 outputs

constexpr int64_t kEnough = 132;  // tiles that occupy a large device
constexpr int kWide = 4096;       // outputs of which larger tiles occupy it, too

template <class Shape>
int64_t tiles(const EquiGemm& op) {
  return static_cast<int64_t>(blocks_for(op.rows, Shape::kRows)) * blocks_for(op.out, Shape::kOutputs);
}

// A cluster shares a tile where there are few of them and enough inputs to share.
cudaError_t launch_few(const EquiGemm& op, const Launcher& launcher) {
  const int64_t count = tiles<Few>(op);
  const int slices = op.in / Few::kSlice;
  if (!launcher.clusters || count >= 96 || slices < 8) return launch_gemm_tile<Few, 1>(op, launcher);
  if (count <= 16 || slices >= 32) return launch_gemm_tile<Few, 4>(op, launcher);
  return launch_gemm_tile<Few, 2>(op, launcher);
}

// The one that leaves the fewest rows empty.
cudaError_t launch_wide(const EquiGemm& op, const Launcher& launcher) {
  const auto rows = [&](unsigned of_tile) { return blocks_for(op.rows, of_tile) * of_tile; };
  if (rows(Most::kRows) <= rows(Many::kRows)) return launch_gemm_tile<Most, 1>(op, launcher);
  return launch_gemm_tile<Many, 1>(op, launcher);
}

}  // namespace

cudaError_t launch(const EquiGemm& op, const Launcher& launcher) {
  constexpr int kSide = 16, kFewInputs = 256;
  const bool usable = op.in % kSide == 0 && op.out % kSide == 0 && op.in > 0 && op.out > 0 && op.rows >= 1 &&
                      op.copies >= 1 && aligned(op.a) && aligned(op.weight) &&
                      (op.y != nullptr || (op.y_operand != nullptr && op.epilogue < EQUI_ADD));
  if (!usable) return cudaErrorInvalidValue;
  if (tiles<Few>(op) <= kEnough || op.in <= kFewInputs) return launch_few(op, launcher);
  if (op.out <= kWide) return launch_gemm_tile<Some, 1>(op, launcher);
  if (op.rows <= 2 * Thin::kRows) return launch_gemm_tile<Thin, 1>(op, launcher);
  return launch_wide(op, launcher);
}

}  // namespace equi::cuda
