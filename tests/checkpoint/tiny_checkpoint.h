#pragma once

#include <fstream>
#include <functional>
#include <map>

#include "core/checkpoint/architecture.h"
#include "tests/checkpoint/pickle_writer.h"
#include "tests/support/temp_folder.h"

namespace equi::testing {

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A generator small enough that its checkpoint is some kilobytes.
inline GeneratorConfig tiny_generator() {
  GeneratorConfig c;
  c.model_name = "tiny_model";
  c.token_width = 32;  // as the golden tokenizer's
  c.width = 16;
  c.heads = 4;
  c.blocks = 1;
  c.mlp_width = 32;
  c.class_count = 2;
  c.condition_tokens = 2;
  c.flow_width = 8;
  c.flow_depth = 1;
  c.time_features = 4;
  return c;
}

// The parts of a generator checkpoint that a test may want to spoil.
struct GeneratorFile {
  std::map<std::string, std::vector<std::int64_t>> shapes;  // of model_ema
  std::map<std::string, std::string> data;                  // bytes of each tensor
  std::function<void(PickleWriter&)> extra;                 // more key-value pairs in the root dict
  std::string storage = "FloatStorage";

  GeneratorFile() {
    for (const auto& spec : weight_specs(tiny_generator())) {
      shapes[spec.name] = spec.shape;
      std::size_t count = 1;
      for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
      data[spec.name] = std::string(count * sizeof(float), '\0');
    }
  }

  std::string pickle() const {
    PickleWriter writer;
    writer.dict();
    if (extra) extra(writer);
    writer.text("model_ema").global("collections", "OrderedDict").raw(")R(");
    for (const auto& [name, shape] : shapes) writer.text(name).tensor(name, shape, storage);
    writer.raw("u").text("args").global("argparse", "Namespace").raw(")\x81").dict();
    writer.text("model").text("tiny_model").text("vae_norm").real(0.5).text("cond_length").integer(3);
    writer.end_dict().raw("b");
    return writer.end_dict().finish();
  }

  std::string zip() const {
    std::vector<ZipItem> items = {{"archive/data.pkl", pickle()}};
    for (const auto& [name, bytes] : data) items.push_back({"archive/data/" + name, bytes});
    return make_zip(items);
  }
};

}  // namespace equi::testing
