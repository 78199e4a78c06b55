#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace equi::testing {

// Writes pickles opcode by opcode, so that tests can make files that torch.save never would.
class PickleWriter {
 public:
  PickleWriter() { out_ = "\x80\x02"; }

  PickleWriter& raw(const std::string& bytes) {
    out_ += bytes;
    return *this;
  }
  PickleWriter& text(const std::string& value) {
    return raw("X").number(static_cast<std::uint32_t>(value.size())).raw(value);
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c" + module + "\n" + name + "\n");
  }
  PickleWriter& integer(std::int64_t value) {  // LONG1 with 8 bytes
    return raw("\x8a").raw(std::string(1, '\x08')).number(value);
  }
  PickleWriter& real(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    return raw("G").number(__builtin_bswap64(bits));
  }
  PickleWriter& tuple(const std::vector<std::int64_t>& values) {
    raw("(");
    for (const auto value : values) integer(value);
    return raw("t");
  }
  PickleWriter& dict() { return raw("}("); }
  PickleWriter& end_dict() { return raw("u"); }

  // torch._utils._rebuild_tensor_v2(storage(key), offset, shape, strides, False, OrderedDict())
  PickleWriter& tensor(const std::string& key, const std::vector<std::int64_t>& shape,
                       const std::string& storage = "FloatStorage", std::int64_t offset = 0,
                       std::vector<std::int64_t> strides = {}) {
    if (strides.empty()) {
      strides.assign(shape.size(), 1);
      for (std::size_t i = shape.size(); i-- > 1;) {
        strides[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(strides[i]) *
                                                   static_cast<std::uint64_t>(shape[i]));
      }
    }
    global("torch._utils", "_rebuild_tensor_v2").raw("(");
    raw("(").text("storage").global("torch", storage).text(key).text("cpu").integer(1).raw("tQ");
    integer(offset).tuple(shape).tuple(strides);
    return raw("\x89").global("collections", "OrderedDict").raw(")RtR");
  }

  std::string finish() const { return out_ + "."; }

 private:
  template <class T>
  PickleWriter& number(T value) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return raw(bytes);
  }
  std::string out_;
};

// One file in an archive.
struct ZipItem {
  std::string name;
  std::string bytes;
  std::uint16_t method = 0;  // 0: stored
};

// A zip archive of these files, without zip64.
inline std::string make_zip(const std::vector<ZipItem>& items) {
  std::string out, directory;
  const auto put = [](std::string& to, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      to += i < 8 ? static_cast<char>(value >> (8 * i)) : static_cast<char>(0);
  };
  for (const auto& item : items) {
    const std::size_t header = out.size();
    std::string common;
    put(common, 0, 2);  // flags
    put(common, item.method, 2);
    put(common, 0, 8);  // time, date, CRC
    put(common, item.bytes.size(), 4);
    put(common, item.bytes.size(), 4);
    put(common, item.name.size(), 2);
    put(common, 0, 2);  // extra
    put(out, 0x04034b50, 4);
    put(out, 20, 2);
    out += common + item.name + item.bytes;
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 10);  // comment, disk, attributes
    put(directory, header, 4);
    directory += item.name;
  }
  const std::size_t at = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, items.size(), 2);
  put(out, items.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace equi::testing
