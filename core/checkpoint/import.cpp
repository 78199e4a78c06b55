#include "core/checkpoint/import.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/checkpoint/convert.h"
#include "core/checkpoint/infer.h"
#include "core/checkpoint/manifest_check.h"
#include "core/checkpoint/shape.h"
#include "core/checkpoint/torch_file.h"

namespace equi {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 8 << 20;  // bytes converted at a time

// One checkpoint with the dict its weights are in and how they are named there.
struct Source {
  TorchFile file;
  std::string dict;
  bool averaged = true;  // EMA weights
  std::function<std::string(const std::string&)> stored_name;
};

std::string without_dots(std::string name) {
  std::erase(name, '.');
  return name;
}

// encoder.conv_in.weight -> ema_encoder.conv_inweight
std::string tokenizer_ema_name(const std::string& name) {
  const auto dot = name.find('.');
  return "ema_" + name.substr(0, dot) + "." + without_dots(name.substr(dot + 1));
}

bool is_tokenizer_weight(const std::string& name) {
  for (const char* prefix : {"encoder.", "decoder.", "quant_layer.", "post_quant_layer."}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

Source open_tokenizer(const fs::path& path) {
  Source source{TorchFile::open(path), "state_dict", true, tokenizer_ema_name};
  const auto shapes = source.file.shapes("state_dict");
  if (shapes.empty()) {
    throw Error(ErrorKind::bad_input, path.string(), "has no state_dict with tensors",
                "is this the tokenizer's .ckpt?");
  }
  source.averaged =
      std::ranges::any_of(shapes, [](const auto& item) { return item.first.starts_with("ema_encoder."); });
  if (!source.averaged) source.stored_name = [](const std::string& name) { return name; };
  return source;
}

Source open_generator(const fs::path& path) {
  Source source{TorchFile::open(path), "model_ema", true, [](const std::string& name) { return name; }};
  if (!source.file.has_dict("model_ema")) {
    source.dict = "model";
    source.averaged = false;
  }
  if (source.file.shapes(source.dict).empty()) {
    throw Error(ErrorKind::bad_input, path.string(), "has neither model_ema nor model with tensors",
                "is this the generator's .pth?");
  }
  return source;
}

Shapes tokenizer_shapes(const Source& source) {
  Shapes shapes = source.file.shapes(source.dict);
  std::erase_if(shapes, [](const auto& item) { return !is_tokenizer_weight(item.first); });
  return shapes;
}

// Finds every weight in its checkpoint before anything is written.
std::vector<StoredTensor> locate(const Source& source, const std::vector<WeightSpec>& specs) {
  std::vector<StoredTensor> found;
  for (const auto& spec : specs) {
    StoredTensor stored = source.file.tensor(source.dict, source.stored_name(spec.name));
    if (stored.shape != spec.shape) {
      throw Error(ErrorKind::bad_input, source.file.file()->path().string(),
                  fmt::format("{}/{} has shape [{}], the architecture needs [{}]", source.dict, stored.name,
                              fmt::join(stored.shape, ", "), fmt::join(spec.shape, ", ")));
    }
    stored.name = spec.name;
    found.push_back(std::move(stored));
  }
  return found;
}

// Counts bytes over both files, reports them, and stops when asked.
class Meter {
 public:
  Meter(const ImportProgress& progress, std::stop_token stop, std::size_t total)
      : progress_(progress), stop_(std::move(stop)), total_(std::max<std::size_t>(total, 1)) {}

  void add(std::size_t bytes, const std::string& what) {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "import", "stopped; nothing was written");
    done_ += bytes;
    if (progress_) progress_(static_cast<double>(done_) / static_cast<double>(total_), what);
  }

 private:
  const ImportProgress& progress_;
  std::stop_token stop_;
  std::size_t total_;
  std::size_t done_ = 0;
};

void copy_tensor(const MappedFile& file, const StoredTensor& stored, DType target, bool check_values,
                 Meter& meter, const ByteSink& sink) {
  const std::size_t element = size_of(stored.dtype);
  const std::size_t step = kPiece / element * element;
  for (std::size_t at = 0; at < stored.size; at += step) {
    const std::size_t size = std::min(step, stored.size - at);
    bool finite = true;
    const auto piece = file.bytes().subspan(stored.offset + at, size);
    try {
      sink(convert_elements(piece, stored.dtype, target, finite));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unsupported) throw;
      throw Error(ErrorKind::bad_input, file.path().string(), stored.name + ": " + error.message());
    }
    if (check_values && !finite) {
      throw Error(ErrorKind::bad_input, file.path().string(), stored.name + " holds NaN or infinity");
    }
    file.forget(stored.offset + at, size);
    meter.add(size, stored.name);
  }
}

void write_weights(const fs::path& path, const Source& source, const std::vector<StoredTensor>& weights,
                   const ImportOptions& options, Meter& meter) {
  const DType target = options.dtype == "bfloat16" ? DType::bf16 : DType::f32;
  std::vector<TensorToWrite> tensors;
  for (const auto& stored : weights) {
    tensors.push_back({stored.name, target, stored.shape, [&, target](const ByteSink& sink) {
                         copy_tensor(*source.file.file(), stored, target, options.check_values, meter, sink);
                       }});
  }
  write_safetensors(path, tensors, {{"format", "pt"}});
}

constexpr std::uintmax_t kMaxClassNames = 16 << 20;  // bytes

std::vector<std::string> read_class_names(const ImportOptions& options, int count) {
  std::vector<std::string> names;
  if (!options.class_names) {
    for (int i = 0; i < count; ++i) names.push_back(fmt::format("class {}", i));
    return names;
  }
  const std::string path = options.class_names->string();
  std::error_code failure;
  if (!fs::is_regular_file(path, failure)) throw Error(ErrorKind::io, path, "is no file that can be read");
  if (fs::file_size(path, failure) > kMaxClassNames)
    throw Error(ErrorKind::bad_input, path, "is larger than 16 MiB", "one name a line");
  std::ifstream in(path);
  if (!in) throw Error(ErrorKind::io, path, "cannot be read");
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(printable(line, 1000));
  }
  if (names.size() != static_cast<std::size_t>(count)) {
    throw Error(ErrorKind::bad_input, path,
                fmt::format("has {} names, the model has {} classes", names.size(), count),
                "one name a line");
  }
  return names;
}

// Without the slash at its end.
fs::path folder_of(const fs::path& output) {
  const auto folder = fs::absolute(output).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

// The bundle's folder while it is being made: beside its final place, removed unless committed.
class NewFolder {
 public:
  explicit NewFolder(const fs::path& target) : target_(folder_of(target)) {
    std::error_code failure;
    const bool there = fs::exists(target_, failure);
    if (there && !(fs::is_directory(target_, failure) && fs::is_empty(target_, failure))) {
      throw Error(ErrorKind::bad_input, target.string(), "exists and is not an empty folder",
                  "choose another folder or remove it");
    }
    fs::create_directories(target_.parent_path(), failure);
    aside_ = target_.parent_path() / fmt::format(".{}.part-{}", target_.filename().string(), getpid());
    fs::remove_all(aside_, failure);
    if (!fs::create_directory(aside_, failure)) {
      throw Error(ErrorKind::io, target.string(), "cannot be created: " + failure.message());
    }
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() {
    std::error_code ignored;
    if (!committed_) fs::remove_all(aside_, ignored);
  }

  const fs::path& path() const { return aside_; }
  void commit() {
    std::error_code failure;
    fs::remove(target_, failure);  // an empty folder
    fs::rename(aside_, target_, failure);
    if (failure) throw Error(ErrorKind::io, target_.string(), "cannot be put in place: " + failure.message());
    committed_ = true;
  }

 private:
  fs::path target_, aside_;
  bool committed_ = false;
};

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text << '\n';
  out.flush();
  if (!out) throw Error(ErrorKind::io, path.string(), "cannot be written", "is the disk full?");
}

std::string provenance(const ImportOptions& options, const Source& tokenizer, const Source& generator) {
  const auto part = [](const fs::path& path, const Source& source) {
    return fmt::format("{} ({} weights)", printable(path.filename().string()),
                       source.averaged ? "EMA" : "plain");
  };
  return fmt::format("imported by equicanvas {} from {} and {}", EQUI_VERSION,
                     part(options.tokenizer_checkpoint, tokenizer),
                     part(options.generator_checkpoint, generator));
}

Manifest describe(const ImportOptions& options, const Source& tokenizer, const Source& generator) {
  Manifest m;
  m.tokenizer = infer_tokenizer(tokenizer_shapes(tokenizer), options.tokenizer_checkpoint.string());
  const std::string path = options.generator_checkpoint.string();
  const auto inferred = infer_generator(generator.file.shapes(generator.dict), generator.file.scalars("args"),
                                        options.heads, path);
  m.generator = inferred.config;
  m.heads_source = inferred.heads_source;
  const auto norm = options.vae_norm ? options.vae_norm : inferred.vae_norm;
  if (!norm) throw Error(ErrorKind::bad_input, path, "args.vae_norm is missing", "give --vae-norm");
  m.vae_norm = *norm;
  if (m.tokenizer.token_width != m.generator.token_width) {
    throw Error(ErrorKind::bad_input, path,
                fmt::format("works on tokens of {} numbers, the tokenizer makes {}", m.generator.token_width,
                            m.tokenizer.token_width),
                "they belong to different models");
  }
  m.class_names = read_class_names(options, m.generator.class_count);
  m.window_columns = std::max(2, m.generator.train_columns);
  m.window_hop = std::max(1, m.window_columns / 2);
  m.name = options.name.empty() ? folder_of(options.output).filename().string() : options.name;
  m.provenance = provenance(options, tokenizer, generator);
  m.licence = options.licence.empty() ? "unknown" : options.licence;
  m.dtype = options.dtype;
  return m;
}

std::size_t total_bytes(const std::vector<StoredTensor>& a, const std::vector<StoredTensor>& b) {
  std::size_t total = 0;
  for (const auto* list : {&a, &b}) {
    for (const auto& each : *list) total += each.size;
  }
  return total;
}

}  // namespace

Manifest import_checkpoints(const ImportOptions& options, const ImportProgress& progress,
                            std::stop_token stop) {
  if (options.dtype != "float32" && options.dtype != "bfloat16") {
    throw Error(ErrorKind::bad_input, "dtype", printable(options.dtype) + " is neither float32 nor bfloat16");
  }
  const Source tokenizer = open_tokenizer(options.tokenizer_checkpoint);
  const Source generator = open_generator(options.generator_checkpoint);
  Manifest manifest = describe(options, tokenizer, generator);
  validate(manifest, options.vae_norm ? "--vae-norm" : options.generator_checkpoint.string());
  const auto tokenizer_weights = locate(tokenizer, weight_specs(manifest.tokenizer));
  const auto generator_weights = locate(generator, weight_specs(manifest.generator));
  Meter meter(progress, std::move(stop), total_bytes(tokenizer_weights, generator_weights));
  NewFolder folder(options.output);
  const auto tokenizer_path = folder.path() / "tokenizer.safetensors";
  const auto generator_path = folder.path() / "generator.safetensors";
  write_weights(tokenizer_path, tokenizer, tokenizer_weights, options, meter);
  write_weights(generator_path, generator, generator_weights, options, meter);
  manifest.tokenizer_sha256 = sha256_file(tokenizer_path);
  manifest.generator_sha256 = sha256_file(generator_path);
  write_text(folder.path() / "manifest.json", manifest_to_json(manifest));
  folder.commit();
  return manifest;
}

}  // namespace equi
