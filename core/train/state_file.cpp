#include "core/train/state_file.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/checkpoint/safetensors.h"
#include "core/model/weights.h"

namespace equi::train {
namespace {

template <class T>
T parse_fact(const std::map<std::string, std::string>& facts, const std::string& name,
             const std::filesystem::path& path, T low, T high) {
  const auto& text = fact(facts, name, path);
  const char* end = text.data() + text.size();
  T value{};
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end && value >= low && value <= high) return value;
  throw Error(ErrorKind::bad_input, path.string(),
              fmt::format("its {} is '{}', not a number from {} to {}", name, printable(text, 40), low, high),
              "the file is damaged or was changed");
}

}  // namespace

void save_state(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                const std::map<std::string, std::string>& facts) {
  std::vector<TensorToWrite> writes;
  writes.reserve(tensors.size());
  for (const auto& named : tensors) {
    writes.push_back(
        {named.name, DType::f32, named.tensor.sizes().vec(), [tensor = named.tensor](const auto& sink) {
           const auto values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
           sink(std::as_bytes(
               std::span(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()))));
         }});
  }
  write_safetensors(path, writes, facts);
}

std::map<std::string, std::string> read_facts(const std::filesystem::path& path) {
  return SafetensorsFile::open(path).metadata();
}

const std::string& fact(const std::map<std::string, std::string>& facts, const std::string& name,
                        const std::filesystem::path& path) {
  const auto found = facts.find(name);
  if (found != facts.end()) return found->second;
  throw Error(ErrorKind::bad_input, path.string(), "does not say its " + name,
              "it is no training checkpoint of this program");
}

std::int64_t whole_fact(const std::map<std::string, std::string>& facts, const std::string& name,
                        const std::filesystem::path& path, std::int64_t low, std::int64_t high) {
  return parse_fact(facts, name, path, low, high);
}

double number_fact(const std::map<std::string, std::string>& facts, const std::string& name,
                   const std::filesystem::path& path, double low, double high) {
  return parse_fact(facts, name, path, low, high);
}

std::map<std::string, std::string> load_state(const std::filesystem::path& path,
                                              const std::vector<NamedTensor>& tensors) {
  const torch::NoGradGuard no_grad;
  const auto file = SafetensorsFile::open(path);
  for (const auto& named : tensors) {
    const StoredTensor* stored = file.find(named.name);
    if (stored == nullptr) {
      throw Error(ErrorKind::bad_input, path.string(), named.name + " is missing",
                  "it belongs to another architecture or another kind of training");
    }
    if (named.tensor.sizes() != torch::IntArrayRef(stored->shape)) {
      throw Error(ErrorKind::bad_input, path.string(),
                  fmt::format("{} has shape [{}], this run needs [{}]", named.name,
                              fmt::join(stored->shape, ", "), fmt::join(named.tensor.sizes(), ", ")),
                  "it belongs to another architecture; choose another run folder");
    }
    auto target = named.tensor.detach();
    target.copy_(model::map_tensor(file, *stored));
  }
  return file.metadata();
}

}  // namespace equi::train
