#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/dtype.h"

namespace equi {

// The values of a pickle, read by a restricted unpickler: it knows plain containers, ordered dicts,
// argparse.Namespace, torch storages and tensors. Every other global is an opaque value: calling it, building
// it or setting its state makes another opaque value. Nothing in the file is ever executed.
//
// Values live in one arena and refer to each other by index, so cycles and deep nesting are harmless; memory
// is linear in the size of the pickle. Texts are views into the pickle's bytes, which must outlive this
// object.
class Pickle {
 public:
  using Index = std::uint32_t;
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    list,
    tuple,
    dict,
    global,
    storage,
    tensor,
    opaque
  };

  struct Storage {
    DType dtype = DType::f32;
    std::string_view key;       // its entry in the archive is data/<key>
    std::int64_t elements = 0;  // as the pickle claims
  };
  struct Tensor {
    Index storage = 0;
    std::int64_t offset = 0;  // elements
    std::vector<std::int64_t> shape, strides;
  };

  // Protocols 2 to 5. Throws Error(bad_input) naming `where`, the byte position and the reason.
  static Pickle parse(std::span<const std::byte> bytes, const std::string& where);

  Index root() const { return root_; }
  Kind kind(Index value) const { return nodes_[value].kind; }
  std::string_view text(Index value) const { return nodes_[value].text; }    // text; global: its name
  std::int64_t integer(Index value) const { return nodes_[value].integer; }  // integer, boolean
  double real(Index value) const { return nodes_[value].real; }              // real
  std::span<const Index> items(Index value) const {
    return nodes_[value].items;
  }  // list, tuple; dict: k, v, k, v
  const Storage& storage(Index value) const { return storages_[nodes_[value].extra]; }
  const Tensor& tensor(Index value) const { return tensors_[nodes_[value].extra]; }
  // The value of a text key of a dict (the last one wins, as in Python).
  std::optional<Index> find(Index dict, std::string_view key) const;

 private:
  friend class Unpickler;
  struct Node {
    Kind kind = Kind::none;
    std::uint32_t extra = 0;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;
    std::vector<Index> items;
  };
  std::vector<Node> nodes_;
  std::vector<Storage> storages_;
  std::vector<Tensor> tensors_;
  Index root_ = 0;
};

}  // namespace equi
