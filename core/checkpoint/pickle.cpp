#include "core/checkpoint/pickle.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi {

namespace {

constexpr std::size_t kMaxBytes = 256 << 20;
constexpr std::size_t kMaxValues = 8'000'000;
constexpr std::size_t kMaxMemo = 1'000'000;  // 50 bytes each
constexpr std::size_t kMaxDimensions = 16;
constexpr std::uint32_t kNamespace = 1;  // marks a dict that stands for an argparse.Namespace

}  // namespace

// Runs the opcodes of one pickle (the Python documentation's pickletools lists them).
class Unpickler {
 public:
  using Index = Pickle::Index;
  using Kind = Pickle::Kind;

  Unpickler(std::span<const std::byte> bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Pickle run();

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::bad_input, where_, fmt::format("damaged pickle at byte {}: {}", at_, what));
  }

  // Input.
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail("it is cut off");
    const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + at_;
    at_ += static_cast<std::size_t>(size);
    return {begin, static_cast<std::size_t>(size)};
  }
  template <class T>
  T number() {
    T value{};
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string_view line() {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) fail("a line has no end");
    at_ += end + 1;
    return rest.substr(0, end);
  }

  // Stack.
  void push(Index value) {
    if (stack_.size() >= kMaxValues) fail("it holds too many values");
    stack_.push_back(value);
  }
  void remember(std::uint64_t key) {
    if (memo_.size() >= kMaxMemo) fail("it holds too many memos");
    memo_[key] = top();
  }
  Index pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("its stack is empty");
    const Index top = stack_.back();
    stack_.pop_back();
    return top;
  }
  Index top() {
    const Index value = pop();
    push(value);
    return value;
  }
  std::vector<Index> pop_to_mark() {
    if (marks_.empty()) fail("a mark is missing");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    marks_.pop_back();
    std::vector<Index> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return values;
  }

  // Values.
  Index make(Kind kind) {
    if (out_.nodes_.size() >= kMaxValues) fail("it holds too many values");
    out_.nodes_.push_back({});
    out_.nodes_.back().kind = kind;
    return static_cast<Index>(out_.nodes_.size() - 1);
  }
  Pickle::Node& node(Index value) { return out_.nodes_[value]; }
  void push_text(std::string_view text) {
    push(make(Kind::text));
    node(stack_.back()).text = text;
  }
  void push_integer(std::int64_t value, Kind kind = Kind::integer) {
    push(make(kind));
    node(stack_.back()).integer = value;
  }
  void push_real(double value) {
    push(make(Kind::real));
    node(stack_.back()).real = value;
  }
  void push_container(Kind kind, std::vector<Index> items) {
    push(make(kind));
    node(stack_.back()).items = std::move(items);
  }
  void push_tuple(int count) {
    std::vector<Index> items(static_cast<std::size_t>(count));
    for (int i = count; i-- > 0;) items[static_cast<std::size_t>(i)] = pop();
    push_container(Kind::tuple, std::move(items));
  }
  void append(Kind kind, const std::vector<Index>& values);
  void push_long(std::string_view little_endian);

  // Opcodes that need thought.
  bool step(unsigned char opcode);
  bool step_plain(unsigned char opcode);
  bool step_container(unsigned char opcode);
  bool step_memo(unsigned char opcode);
  bool step_object(unsigned char opcode);
  void push_global(std::string_view module, std::string_view name);
  void reduce();
  void build();
  void persistent_id();
  Index rebuild_tensor(const std::vector<Index>& arguments);
  std::vector<std::int64_t> sizes(Index tuple);
  void get(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("it refers to a value that it does not hold");
    push(found->second);
  }

  std::span<const std::byte> bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Index> memo_;
  Pickle out_;
};

void Unpickler::append(Kind kind, const std::vector<Index>& values) {
  auto& target = node(top());
  if (target.kind == Kind::opaque) return;  // a list or dict made by a class we do not know
  if (target.kind != kind) fail("it adds to something that is no container");
  target.items.insert(target.items.end(), values.begin(), values.end());
}

void Unpickler::push_long(std::string_view digits) {
  if (digits.size() > sizeof(std::int64_t)) {
    push(make(Kind::opaque));  // no size of a tensor; a number of a random state, for example
    return;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(digits[i])} << (8 * i);
  }
  const bool negative = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80) != 0;
  if (negative && digits.size() < sizeof(value)) value |= ~std::uint64_t{0} << (8 * digits.size());
  push_integer(static_cast<std::int64_t>(value));
}

void Unpickler::push_global(std::string_view module, std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKnown = {
      {{"torch._utils", "_rebuild_tensor_v2"},
       {"torch._utils", "_rebuild_tensor"},
       {"torch._utils", "_rebuild_parameter"},
       {"torch._utils", "_rebuild_parameter_with_state"},
       {"collections", "OrderedDict"},
       {"argparse", "Namespace"},
       {"torch", "Size"},
       {"builtins", "dict"},
       {"__builtin__", "dict"}}};
  for (const auto& [known_module, known_name] : kKnown) {
    if (module != known_module || name != known_name) continue;
    push(make(Kind::global));
    node(stack_.back()).text = known_name;
    return;
  }
  if (module == "torch" && dtype_from_torch_storage(name)) {
    push(make(Kind::global));
    node(stack_.back()).text = name;
    return;
  }
  push(make(Kind::opaque));
}

std::vector<std::int64_t> Unpickler::sizes(Index tuple) {
  const auto& source = node(tuple);
  if ((source.kind != Kind::tuple && source.kind != Kind::list) || source.items.size() > kMaxDimensions) {
    fail("a tensor's shape is no short tuple");
  }
  std::vector<std::int64_t> values;
  for (const Index item : source.items) {
    if (node(item).kind != Kind::integer) fail("a tensor's shape holds something that is no number");
    values.push_back(node(item).integer);
  }
  return values;
}

Pickle::Index Unpickler::rebuild_tensor(const std::vector<Index>& arguments) {
  if (arguments.size() < 4) fail("a tensor has too few parts");
  if (node(arguments[0]).kind != Kind::storage) return make(Kind::opaque);  // a storage type we do not know
  if (node(arguments[1]).kind != Kind::integer) fail("a tensor's offset is no number");
  Pickle::Tensor tensor;
  tensor.storage = arguments[0];
  tensor.offset = node(arguments[1]).integer;
  tensor.shape = sizes(arguments[2]);
  tensor.strides = sizes(arguments[3]);
  if (tensor.shape.size() != tensor.strides.size()) fail("a tensor's shape and strides differ in length");
  const Index value = make(Kind::tensor);
  node(value).extra = static_cast<std::uint32_t>(out_.tensors_.size());
  out_.tensors_.push_back(std::move(tensor));
  return value;
}

void Unpickler::reduce() {
  const Index arguments = pop();
  const Index callable = pop();
  if (node(callable).kind != Kind::global || node(arguments).kind != Kind::tuple) {
    push(make(Kind::opaque));
    return;
  }
  const std::string_view name = node(callable).text;
  const std::vector<Index>& given = node(arguments).items;
  if (name.starts_with("_rebuild_tensor")) {
    push(rebuild_tensor(given));
  } else if (name.starts_with("_rebuild_parameter")) {
    push(given.empty() ? make(Kind::opaque) : given.front());
  } else if (name == "Size") {
    push(given.size() == 1 ? given.front() : make(Kind::opaque));
  } else if (name == "OrderedDict" || name == "dict" || name == "Namespace") {
    // Filled by SETITEMS or BUILD; the old form with a list of pairs as argument is not torch.save's.
    push(make(given.empty() ? Kind::dict : Kind::opaque));
    node(stack_.back()).extra = name == "Namespace" ? kNamespace : 0;
  } else {
    push(make(Kind::opaque));
  }
}

void Unpickler::build() {
  const Index state = pop();
  const auto& object = node(top());
  // A namespace's state is its dict. Everything else's state (an OrderedDict's _metadata) is not needed.
  const bool is_namespace = object.kind == Kind::dict && object.extra == kNamespace;
  if (is_namespace && node(state).kind == Kind::dict) stack_.back() = state;
}

void Unpickler::persistent_id() {
  const Index id = pop();
  const auto& items = node(id).items;
  const bool is_storage = node(id).kind == Kind::tuple && items.size() >= 5 &&
                          node(items[0]).text == "storage" && node(items[1]).kind == Kind::global &&
                          node(items[2]).kind == Kind::text && node(items[4]).kind == Kind::integer;
  const auto dtype = is_storage ? dtype_from_torch_storage(node(items[1]).text) : std::nullopt;
  if (!dtype) {
    push(make(Kind::opaque));
    return;
  }
  const Pickle::Storage storage{*dtype, node(items[2]).text, node(items[4]).integer};
  push(make(Kind::storage));  // ends the life of `items`
  node(stack_.back()).extra = static_cast<std::uint32_t>(out_.storages_.size());
  out_.storages_.push_back(storage);
}

bool Unpickler::step_plain(unsigned char opcode) {
  switch (opcode) {
    case 'N':
      push(make(Kind::none));
      return true;
    case 0x88:
    case 0x89:
      push_integer(opcode == 0x88 ? 1 : 0, Kind::boolean);
      return true;
    case 'K':
      push_integer(number<std::uint8_t>());
      return true;
    case 'M':
      push_integer(number<std::uint16_t>());
      return true;
    case 'J':
      push_integer(number<std::int32_t>());
      return true;
    case 0x8a:
      push_long(take(number<std::uint8_t>()));
      return true;
    case 0x8b: {
      const auto size = number<std::int32_t>();
      if (size < 0) fail("a number has a negative length");
      push_long(take(static_cast<std::uint64_t>(size)));
      return true;
    }
    case 'G': {
      const auto big_endian = number<std::uint64_t>();
      push_real(std::bit_cast<double>(__builtin_bswap64(big_endian)));
      return true;
    }
    case 'X':
      push_text(take(number<std::uint32_t>()));
      return true;
    case 0x8c:
      push_text(take(number<std::uint8_t>()));
      return true;
    case 0x8d:
      push_text(take(number<std::uint64_t>()));
      return true;
    case 'U':
    case 'C':  // bytes are only skipped, as are the texts of Python 2
      push_text(take(number<std::uint8_t>()));
      return true;
    case 'T':
    case 'B':
      push_text(take(number<std::uint32_t>()));
      return true;
    case 0x8e:
    case 0x96:
      push_text(take(number<std::uint64_t>()));
      return true;
    case 'V':
      push_text(line());
      return true;
    case 'I':
    case 'F':
    case 'L': {
      const auto digits = line();
      double value = 0;
      const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (parsed.ec != std::errc()) fail("a number cannot be read");
      const bool whole = opcode != 'F' && value >= -9e15 && value <= 9e15;
      if (whole) {
        push_integer(static_cast<std::int64_t>(value));
      } else {
        push_real(value);
      }
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::step_container(unsigned char opcode) {
  switch (opcode) {
    case ')':
      push_container(Kind::tuple, {});
      return true;
    case ']':
      push_container(Kind::list, {});
      return true;
    case '}':
      push_container(Kind::dict, {});
      return true;
    case 0x8f:
      push_container(Kind::list, {});
      return true;
    case 't':
      push_container(Kind::tuple, pop_to_mark());
      return true;
    case 'l':
    case 0x91:
      push_container(Kind::list, pop_to_mark());
      return true;
    case 'd': {
      auto items = pop_to_mark();
      if (items.size() % 2 != 0) fail("a dict has a key without a value");
      push_container(Kind::dict, std::move(items));
      return true;
    }
    case 0x85:
    case 0x86:
    case 0x87:
      push_tuple(opcode - 0x84);
      return true;
    case 'a': {
      const Index value = pop();
      append(Kind::list, {value});
      return true;
    }
    case 'e':
    case 0x90: {
      const auto values = pop_to_mark();
      append(Kind::list, values);
      return true;
    }
    case 's': {
      const Index value = pop();
      const Index key = pop();
      append(Kind::dict, {key, value});
      return true;
    }
    case 'u': {
      const auto values = pop_to_mark();
      if (values.size() % 2 != 0) fail("a dict has a key without a value");
      append(Kind::dict, values);
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::step_memo(unsigned char opcode) {
  switch (opcode) {
    case '(':
      if (marks_.size() >= kMaxMemo) fail("it holds too many marks");
      marks_.push_back(stack_.size());
      return true;
    case '0':
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      push(top());
      return true;
    case 'q':
      remember(number<std::uint8_t>());
      return true;
    case 'r':
      remember(number<std::uint32_t>());
      return true;
    case 0x94:
      remember(memo_.size());
      return true;
    case 'h':
      get(number<std::uint8_t>());
      return true;
    case 'j':
      get(number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_object(unsigned char opcode) {
  switch (opcode) {
    case 'c': {
      const auto module = line();
      push_global(module, line());
      return true;
    }
    case 0x93: {
      const Index name = pop();
      const Index module = pop();
      push_global(node(module).text, node(name).text);
      return true;
    }
    case 'R':
    case 0x81:  // NEWOBJ: class and arguments lie as for REDUCE
      reduce();
      return true;
    case 0x92: {  // NEWOBJ_EX: class, arguments, keyword arguments
      pop();
      reduce();
      return true;
    }
    case 'i': {
      line();
      line();
      pop_to_mark();
      push(make(Kind::opaque));
      return true;
    }
    case 'o':
      pop_to_mark();
      push(make(Kind::opaque));
      return true;
    case 'b':
      build();
      return true;
    case 'Q':
      persistent_id();
      return true;
    case 'P':
      line();
      push(make(Kind::opaque));
      return true;
    default:
      return false;
  }
}

bool Unpickler::step(unsigned char opcode) {
  if (opcode == 0x80) {
    if (number<std::uint8_t>() > 5) fail("its protocol is newer than 5");
    return true;
  }
  if (opcode == 0x95) {
    take(sizeof(std::uint64_t));  // the length of a frame; frames only help readers that buffer
    return true;
  }
  return step_plain(opcode) || step_container(opcode) || step_memo(opcode) || step_object(opcode);
}

Pickle Unpickler::run() {
  if (bytes_.size() > kMaxBytes) fail("it is larger than 256 MiB");
  for (;;) {
    const auto opcode = number<unsigned char>();
    if (opcode == '.') break;
    if (!step(opcode)) fail(fmt::format("opcode 0x{:02x} is not one that torch.save writes", opcode));
  }
  out_.root_ = pop();
  return std::move(out_);
}

Pickle Pickle::parse(std::span<const std::byte> bytes, const std::string& where) {
  return Unpickler(bytes, where).run();
}

std::optional<Pickle::Index> Pickle::find(Index dict, std::string_view key) const {
  if (kind(dict) != Kind::dict) return std::nullopt;
  const auto pairs = items(dict);
  for (std::size_t i = pairs.size(); i >= 2; i -= 2) {
    if (kind(pairs[i - 2]) == Kind::text && text(pairs[i - 2]) == key) return pairs[i - 1];
  }
  return std::nullopt;
}

}  // namespace equi
