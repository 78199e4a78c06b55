// Products on AMX's tiles: 16 outputs at a time take up to 16 rows at the price of one, so that weights
// stream past as fast as memory gives them whatever the number of rows. Everything else is AVX-512's.
#include "core/cpu/kernel_tables.h"
#include "core/cpu/kernels_body.h"

namespace equi::cpu {
namespace amx_bf16 {
namespace {

constexpr int64_t kSide = 16;             // outputs, rows or pairs of a tile
constexpr int64_t kDepth = 2 * kSide;     // numbers of an output that one step goes through
constexpr int64_t kRows = 2 * kSide;      // rows that share a reading of weights
constexpr int64_t kLine = 64;             // bytes
constexpr int64_t kSums = kSide * kSide;  // of a tile

// The layout that ldtilecfg reads.
struct alignas(kLine) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  void set(int tile, int64_t height, int64_t width) {  // numbers of 4 bytes; 0: unused
    if (height == 0 || width == 0) return;
    rows[tile] = static_cast<uint8_t>(height);
    row_bytes[tile] = static_cast<uint16_t>(4 * width);
  }
};

// The compiler does not know that tile instructions read and write memory.
inline void memory_is_used() {
  __asm__ volatile("" ::: "memory");
}

// Tiles: 0 and 1 are sums (outputs x rows), 2 weights, 3 and 4 operands.
void configure(int64_t outs, const int64_t (&rows)[2]) {
  TileConfig config;
  config.set(2, outs, kSide);
  for (int r = 0; r < 2; ++r) {
    config.set(r, outs, rows[r]);
    config.set(3 + r, kSide, rows[r]);
  }
  memory_is_used();
  _tile_loadconfig(&config);
}

// [rows, in] -> [in / 2][rows] pairs for each 16 rows: what a tile of operands is made of.
void pack(const BFloat16* x, int64_t rows, int64_t in, uint32_t* packed) {
  const int64_t pairs = in / kDepth * kSide;
  for (int64_t first = 0; first < rows; first += kSide) {
    const int64_t count = rows - first < kSide ? rows - first : kSide;
    for (int64_t r = 0; r < count; ++r) {
      const BFloat16* row = x + (first + r) * in;
      for (int64_t p = 0; p < pairs; ++p)
        __builtin_memcpy(packed + p * count + r, row + 2 * p, sizeof(uint32_t));
    }
    packed += pairs * count;
  }
}

// The sums of 16 outputs and one or two tiles of rows. With two the weights that follow are asked for one
// line after the other while these are multiplied; with one the processor's own prefetching is quicker
// (linear_bench).
template <bool kTwo>
void multiply(const BFloat16* w, int64_t in, const uint32_t* x, const int64_t (&rows)[2], float* sums) {
  const int64_t steps = in / kDepth, stride = in * static_cast<int64_t>(sizeof(BFloat16));
  const uint32_t* beside = x + steps * kSide * rows[0];
  const char* ahead = reinterpret_cast<const char*>(w + kSide * in);
  memory_is_used();
  _tile_zero(0);
  if constexpr (kTwo) _tile_zero(1);
  for (int64_t s = 0; s < steps; ++s) {
    if constexpr (kTwo) {
      for (int64_t line = 0; line < kSide; ++line) __builtin_prefetch(ahead + line * kLine, 0, 2);
      ahead += kSide * kLine;
    }
    _tile_loadd(3, x + s * kSide * rows[0], 4 * rows[0]);
    _tile_loadd(2, w + s * kDepth, stride);
    _tile_dpbf16ps(0, 2, 3);
    if constexpr (kTwo) {
      _tile_loadd(4, beside + s * kSide * rows[1], 4 * rows[1]);
      _tile_dpbf16ps(1, 2, 4);
    }
  }
  _tile_stored(0, sums, kLine);
  if constexpr (kTwo) _tile_stored(1, sums + kSums, kLine);
  memory_is_used();
}

// What one reading of weights made: outputs [at, at + outs) of rows[0] + rows[1] rows from `row` on. rest:
// the weights of output 0 from the last whole step on, those of the next output `stride` further.
void finish_tiles(const LinearTask& t, const float* tiles, int64_t at, int64_t outs, int64_t row,
                  const int64_t (&rows)[2], const BFloat16* rest, int64_t stride) {
  const int64_t whole = t.in / kDepth * kDepth;
  for (int64_t r = 0; r < rows[0] + rows[1]; ++r) {
    const float* column = tiles + (r < kSide ? r : kSums + r - kSide);
    const auto* operands = static_cast<const BFloat16*>(t.x) + (row + r) * t.in + whole;
    float sums[kSide];
    for (int64_t o = 0; o < outs; ++o) {
      float v = column[o * kSide];
      for (int64_t i = 0; i < t.in - whole; ++i) v += to_float(operands[i]) * to_float(rest[o * stride + i]);
      sums[o] = t.scales == nullptr ? v : v * t.scales[at + o];
    }
    finish<BFloat16>(t, sums, row + r, at, outs);
  }
}

void multiply_outputs(const LinearTask& t, int64_t at, int64_t outs, int64_t row, const uint32_t* x,
                      const int64_t (&rows)[2]) {
  alignas(kLine) float tiles[2 * kSums];
  const auto* w = static_cast<const BFloat16*>(t.weight) + at * t.in;
  if (rows[1] > 0) {
    multiply<true>(w, t.in, x, rows, tiles);
  } else {
    multiply<false>(w, t.in, x, rows, tiles);
  }
  finish_tiles(t, tiles, at, outs, row, rows, w + t.in / kDepth * kDepth, t.in);
}

int64_t side(int64_t left) {
  return left < kSide ? (left < 0 ? 0 : left) : kSide;
}

// The integers 0 to 127 as bfloat16, low and high bytes.
struct alignas(kLine) Integers {
  uint8_t low[128] = {}, high[128] = {};
  constexpr Integers() {
    for (unsigned m = 1; m < 128; ++m) {
      unsigned exponent = 0;
      while (m >> exponent > 1) ++exponent;
      const unsigned bits = (127U + exponent) << 7U | ((m << (7U - exponent)) & 0x7FU);
      low[m] = static_cast<uint8_t>(bits);
      high[m] = static_cast<uint8_t>(bits >> 8U);
    }
  }
};
constexpr Integers kIntegers;

constexpr int64_t kBlockNumbers = kInt8Outputs * kInt8Chunk;

// A block of 8-bit weights as bfloat16, [16, 64].
void widen_block(const int8_t* q, BFloat16* to) {
  const auto table = [](const uint8_t* p) { return _mm512_load_si512(p); };
  const __m512i low0 = table(kIntegers.low), low1 = table(kIntegers.low + kLine);
  const __m512i high0 = table(kIntegers.high), high1 = table(kIntegers.high + kLine);
  const __m512i sign = _mm512_set1_epi8(-128);
  const __m512i halves = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0);  // so that what unpack makes is in order
  for (int64_t o = 0; o < kInt8Outputs; ++o) {
    __builtin_prefetch(q + o * kInt8Chunk + kAhead);
    const __m512i v = _mm512_maskz_permutexvar_epi64(0xFF, halves, _mm512_loadu_si512(q + o * kInt8Chunk));
    const __m512i magnitude = _mm512_abs_epi8(v);
    const __m512i low = _mm512_permutex2var_epi8(low0, magnitude, low1);
    const __m512i unsigned_high = _mm512_permutex2var_epi8(high0, magnitude, high1);
    const __m512i high = _mm512_or_si512(unsigned_high, _mm512_and_si512(v, sign));
    _mm512_store_si512(to + o * kInt8Chunk, _mm512_unpacklo_epi8(low, high));
    _mm512_store_si512(to + o * kInt8Chunk + kDepth, _mm512_unpackhi_epi8(low, high));
  }
}

// The sums of 16 outputs and one or two tiles of rows; block(c): block c of their weights as bfloat16, which
// stays until block c + 2 is asked for. Returns the last one.
template <bool kTwo, class Block>
const BFloat16* multiply_blocks(int64_t in, const uint32_t* x, const int64_t (&rows)[2], float* sums,
                                const Block& block) {
  const int64_t steps = in / kDepth, blocks = (in + kInt8Chunk - 1) / kInt8Chunk;
  const uint32_t* beside = x + steps * kSide * rows[0];
  _tile_zero(0);
  if constexpr (kTwo) _tile_zero(1);
  const BFloat16* w = block(0);
  for (int64_t c = 0;; ++c) {
    const BFloat16* next = c + 1 < blocks ? block(c + 1) : nullptr;
    memory_is_used();
    for (int64_t s = 2 * c; s < steps && s < 2 * c + 2; ++s) {
      _tile_loadd(3, x + s * kSide * rows[0], 4 * rows[0]);
      _tile_loadd(2, w + s % 2 * kDepth, 2 * kLine);
      _tile_dpbf16ps(0, 2, 3);
      if constexpr (kTwo) {
        _tile_loadd(4, beside + s * kSide * rows[1], 4 * rows[1]);
        _tile_dpbf16ps(1, 2, 4);
      }
    }
    if (next == nullptr) break;
    w = next;
  }
  _tile_stored(0, sums, kLine);
  if constexpr (kTwo) _tile_stored(1, sums + kSums, kLine);
  memory_is_used();
  return w;
}

// 8-bit weights: a block is widened while the one before it is multiplied; with more rows than share a
// reading, all blocks of 16 outputs first. wide: room for those blocks.
void int8_on_tiles(const LinearTask& t, int64_t begin, int64_t end, const uint32_t* packed, BFloat16* wide) {
  static_assert(kInt8Outputs == kSide && kInt8Chunk == 2 * kDepth);
  alignas(kLine) float tiles[2 * kSums];
  const int64_t blocks = (t.in + kInt8Chunk - 1) / kInt8Chunk;
  const bool many = t.rows > kRows;
  const int64_t rest = t.in / kDepth * kDepth % kInt8Chunk;
  for (int64_t at = begin; at < end; at += kSide) {
    const auto* q = static_cast<const int8_t*>(t.weight) + at * blocks * kInt8Chunk;
    const int64_t outs = side(end - at);
    for (int64_t c = 0; many && c < blocks; ++c) widen_block(q + c * kBlockNumbers, wide + c * kBlockNumbers);
    const auto block = [&](int64_t c) {
      if (many) return wide + c * kBlockNumbers;
      BFloat16* to = wide + c % 2 * kBlockNumbers;
      widen_block(q + c * kBlockNumbers, to);
      return to;
    };
    for (int64_t row = 0; row < t.rows; row += kRows) {
      const int64_t rows[2] = {side(t.rows - row), side(t.rows - row - kSide)};
      if (at == begin || outs < kSide || many) configure(outs, rows);
      const uint32_t* x = packed + row * (t.in / kDepth * kSide);
      const BFloat16* last = rows[1] > 0 ? multiply_blocks<true>(t.in, x, rows, tiles, block)
                                         : multiply_blocks<false>(t.in, x, rows, tiles, block);
      finish_tiles(t, tiles, at, outs, row, rows, last + rest, kInt8Chunk);
    }
  }
}

// The terms of a sum are added in the same order however outputs and rows are cut up.
void linear_on_tiles(const LinearTask& t, int64_t begin, int64_t end, void* scratch) {
  auto* packed = static_cast<uint32_t*>(scratch);
  pack(static_cast<const BFloat16*>(t.x), t.rows, t.in, packed);
  if (t.scales != nullptr) {
    const int64_t bytes =
        (t.rows * t.in * static_cast<int64_t>(sizeof(BFloat16)) + kLine - 1) / kLine * kLine;
    int8_on_tiles(t, begin, end, packed, reinterpret_cast<BFloat16*>(static_cast<char*>(scratch) + bytes));
    return _tile_release();
  }
  for (int64_t row = 0; row < t.rows; row += kRows) {
    const int64_t rows[2] = {side(t.rows - row), side(t.rows - row - kSide)};
    for (int64_t at = begin; at < end; at += kSide) {
      const int64_t outs = side(end - at);
      if (at == begin || outs < kSide) configure(outs, rows);
      multiply_outputs(t, at, outs, row, packed + row * (t.in / kDepth * kSide), rows);
    }
  }
  _tile_release();
}

constexpr Kernels with_tiles(Kernels kernels) {
  kernels.linear = linear_on_tiles;
  kernels.scratch_bytes = sizeof(BFloat16);
  return kernels;
}

}  // namespace
}  // namespace amx_bf16

const Kernels& amx_bf16_kernels(WeightType weights) {
  static constexpr Kernels kFloat32 = amx_bf16::table<float, float>(Isa::amx_bf16, WeightType::float32);
  static constexpr Kernels kBfloat16 =
      amx_bf16::with_tiles(amx_bf16::table<BFloat16, BFloat16>(Isa::amx_bf16, WeightType::bfloat16));
  return weights == WeightType::float32 ? kFloat32 : kBfloat16;
}

}  // namespace equi::cpu
