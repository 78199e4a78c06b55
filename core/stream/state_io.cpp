#include "core/stream/state_io.h"

#include <bit>
#include <cstring>

#include "core/base/error.h"

namespace equi::stream {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::int64_t kMagic = 0x3154535145;  // "EQST1"
constexpr std::int64_t kMaxSize = 1 << 20;     // of any one dimension

struct Header {
  std::int64_t magic = kMagic;
  std::int64_t origin = 0, batch = 0, columns = 0;
  std::int64_t token_width = 0;  // 0: no pending token
  std::int64_t blocks = 0, rows = 0, window = 0, heads = 0, head_width = 0;
  std::int64_t bfloat16 = 0;  // of keys and values; the token is float32
};

Header describe(const GeneratorState& state) {
  Header h;
  h.origin = state.origin;
  h.batch = state.batch;
  h.columns = state.columns;
  h.token_width = state.pending.defined() ? state.pending.size(1) : 0;
  const auto& first = state.keys.front();
  h.blocks = static_cast<std::int64_t>(state.keys.size());
  h.rows = first.size(0);
  h.window = first.size(1);
  h.heads = first.size(2);
  h.head_width = first.size(3);
  h.bfloat16 = first.dtype() == torch::kBFloat16 ? 1 : 0;
  return h;
}

bool sane(const Header& h) {
  for (const auto size : {h.batch, h.token_width, h.blocks, h.rows, h.window, h.heads, h.head_width}) {
    if (size < 0 || size > kMaxSize) return false;
  }
  return h.magic == kMagic && h.columns >= 0 && h.blocks > 0 && (h.bfloat16 == 0 || h.bfloat16 == 1);
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string where) : rest_(bytes), where_(std::move(where)) {}

  void read(void* to, std::size_t size) {
    if (size > rest_.size()) fail();
    std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  torch::Tensor tensor(const std::vector<std::int64_t>& shape, torch::ScalarType type) {
    double bytes = static_cast<double>(torch::elementSize(type));  // cannot overflow
    for (const auto size : shape) bytes *= static_cast<double>(size);
    if (bytes > static_cast<double>(rest_.size())) fail();
    auto result = torch::empty(shape, type);
    read(result.data_ptr(), result.nbytes());
    return result;
  }

  void finish() const {
    if (!rest_.empty()) fail();
  }

  [[noreturn]] void fail() const {
    throw Error(ErrorKind::bad_input, where_, "the generator state is damaged or of another version",
                "it can be rebuilt from the columns");
  }

 private:
  std::span<const std::byte> rest_;
  std::string where_;
};

}  // namespace

std::vector<std::byte> save_state(const GeneratorState& state) {
  const Header header = describe(state);
  std::vector<std::byte> bytes(sizeof header + state.bytes());
  std::byte* to = bytes.data();
  const auto append = [&](const void* data, std::size_t size) {
    std::memcpy(to, data, size);
    to += size;
  };
  const auto append_tensor = [&](const torch::Tensor& t) {
    const auto flat = t.to(torch::kCPU).contiguous();
    append(flat.const_data_ptr(), flat.nbytes());
  };
  append(&header, sizeof header);
  if (state.pending.defined()) append_tensor(state.pending);
  for (const auto& each : state.keys) append_tensor(each);
  for (const auto& each : state.values) append_tensor(each);
  return bytes;
}

GeneratorState load_state(std::span<const std::byte> bytes, const torch::Device& device,
                          const std::string& where) {
  Reader reader(bytes, where);
  Header h;
  reader.read(&h, sizeof h);
  if (!sane(h)) reader.fail();
  GeneratorState state;
  state.origin = h.origin;
  state.batch = h.batch;
  state.columns = h.columns;
  if (h.token_width > 0) state.pending = reader.tensor({h.batch, h.token_width}, torch::kFloat32).to(device);
  const auto type = h.bfloat16 != 0 ? torch::kBFloat16 : torch::kFloat32;
  for (auto* windows : {&state.keys, &state.values}) {
    for (std::int64_t i = 0; i < h.blocks; ++i) {
      windows->push_back(reader.tensor({h.rows, h.window, h.heads, h.head_width}, type).to(device));
    }
  }
  reader.finish();
  return state;
}

}  // namespace equi::stream
