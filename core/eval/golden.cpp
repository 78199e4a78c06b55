#include "core/eval/golden.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <regex>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/model/rope.h"
#include "core/sampling/reference_sampler.h"

namespace equi::eval {
namespace {

constexpr double kBoundCpuFloat32 = 1e-4;
constexpr double kBoundCudaFloat32 = 1e-3;
constexpr double kBoundBfloat16Velocity = 3e-2;
constexpr std::int64_t kLossColumns = 16;  // the loss was recorded on the first 16 columns

constexpr std::size_t kLongestName = 200;

// The names of sampled rows: 1 the stem, 3 the guidance scale, 4 the schedule.
const std::regex& row_pattern() {
  static const std::regex pattern("((?:sample|continue)(_cfg([0-9.]+))?(?:_(linear|constant))?)_tokens");
  return pattern;
}

// Everything one verification run shares.
class Verifier {
 public:
  Verifier(const model::Model& model, const SafetensorsFile& golden) : model_(model), golden_(golden) {}

  std::vector<GoldenResult> run();

 private:
  bool has(const std::string& name) const { return golden_.find(name) != nullptr; }
  torch::Tensor recorded(const std::string& name) const;  // float32 or int64, on the CPU
  torch::Tensor input(const std::string& name) const;     // in the model's precision, on its device
  torch::Tensor labels() const { return recorded("labels").to(model::to_torch(model_.device)); }
  torch::Tensor embedding() const { return model_.generator->class_embedding(labels()); }
  std::optional<double> bound(bool velocity) const;

  void compare(const std::string& name, const torch::Tensor& ours, bool velocity = false);
  void skip(const std::string& name, const std::string& why) { results_.push_back({name, 0, {}, why}); }
  bool needs(const std::string& name, std::initializer_list<std::string> inputs);
  [[noreturn]] void bad_name(const std::string& name) const;
  double scale_in(const std::string& name, const std::string& number) const;

  void dispatch(const std::string& name);
  void image(const std::string& name, const std::string& size);
  void conditions(const std::string& name);
  void velocity(const std::string& name, double scale);
  void sequence(const std::string& name, const std::smatch& parts);
  struct Guidance {
    double scale;
    bool linear;
  };
  std::vector<Guidance> recorded_guidance() const;
  void loss(const std::string& name);
  void gradient(const std::string& name);
  void compute_gradients();

  const model::Model& model_;
  const SafetensorsFile& golden_;
  std::vector<GoldenResult> results_;
  torch::Tensor loss_value_;
};

torch::Tensor Verifier::recorded(const std::string& name) const {
  return model::map_tensor(golden_, *golden_.find(name));
}

torch::Tensor Verifier::input(const std::string& name) const {
  return recorded(name).to(model_.options());
}

std::optional<double> Verifier::bound(bool velocity) const {
  if (model_.precision == Precision::float32) {
    return model_.device.kind == Device::Kind::cpu ? kBoundCpuFloat32 : kBoundCudaFloat32;
  }
  return velocity ? std::optional(kBoundBfloat16Velocity) : std::nullopt;
}

void Verifier::compare(const std::string& name, const torch::Tensor& ours, bool velocity) {
  const auto a = ours.detach().to(torch::kCPU, torch::kFloat64), b = recorded(name).to(torch::kFloat64);
  if (a.sizes() != b.sizes()) {
    throw Error(ErrorKind::bad_input, golden_.file()->path().string(),
                name + " has another shape than this model's");
  }
  double error = ((a - b).norm() / b.norm().clamp_min(1e-30)).item<double>();
  if (!std::isfinite(error)) error = std::numeric_limits<double>::infinity();
  results_.push_back({name, error, bound(velocity), {}});
}

bool Verifier::needs(const std::string& name, std::initializer_list<std::string> inputs) {
  for (const auto& each : inputs) {
    if (has(each)) continue;
    skip(name, "its input " + each + " is not in the file");
    return false;
  }
  return true;
}

void Verifier::image(const std::string& name, const std::string& size) {
  if (!needs(name, {"image_" + size})) return;
  const torch::NoGradGuard no_grad;
  const auto mean = model_.tokenizer->encode(input("image_" + size));
  compare(name, name.starts_with("latent") ? mean : model_.tokenizer->decode(mean));
}

void Verifier::conditions(const std::string& name) {
  if (!needs(name, {"tokens", "labels"})) return;
  const torch::NoGradGuard no_grad;
  const auto tokens = input("tokens");
  const auto unconditional = model_.generator->unconditional_embedding(tokens.size(0));
  compare(name, model_.generator->forward(tokens, name == "z_cond" ? embedding() : unconditional));
}

void Verifier::velocity(const std::string& name, double scale) {
  if (!needs(name, {"flow_x", "flow_t", "flow_c"})) return;
  const torch::NoGradGuard no_grad;
  const auto& net = model_.generator->diffloss->net;
  const auto t = recorded("flow_t").to(model::to_torch(model_.device));
  auto x = input("flow_x");
  if (name == "flow_v") {
    compare(name, net->forward(x, t, input("flow_c")), true);
    return;
  }
  const auto half = x.chunk(2, 0)[0];  // guided branches share the sample
  const auto guided = model::guide(net->forward(torch::cat({half, half}, 0), t, input("flow_c")), scale);
  compare(name, torch::cat({guided, guided}, 0), true);
}

void Verifier::bad_name(const std::string& name) const {
  throw Error(ErrorKind::bad_input, golden_.file()->path().string(),
              printable(name) + " has a number in its name that cannot be");
}

double Verifier::scale_in(const std::string& name, const std::string& number) const {
  double scale = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), scale);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == number.data() + number.size();
  if (!whole || !(scale >= 0 && scale <= 100)) bad_name(name);
  return scale;
}

// The guidance settings that the names of the recorded rows tell; a continuation's own name tells none.
std::vector<Verifier::Guidance> Verifier::recorded_guidance() const {
  std::vector<Guidance> settings;
  std::smatch parts;
  for (const auto& tensor : golden_.tensors()) {
    if (tensor.name.size() > kLongestName) continue;
    if (std::regex_match(tensor.name, parts, row_pattern()) && parts[3].matched) {
      settings.push_back({scale_in(tensor.name, parts[3]), parts[4] != "constant"});
    }
  }
  if (settings.empty()) settings.push_back({1.0, true});
  return settings;
}

void Verifier::sequence(const std::string& name, const std::smatch& parts) {
  const std::string stem = parts[1];
  if (!needs(name, {stem + "_noise", "labels"})) return;
  const auto prefix = has(stem + "_prefix") ? input(stem + "_prefix") : torch::Tensor();
  std::vector<Guidance> candidates = {
      {parts[3].matched ? scale_in(name, parts[3]) : 1.0, parts[4] != "constant"}};
  if (!parts[3].matched) candidates = recorded_guidance();
  // Other guidance gives another row altogether, so the closest candidate is the setting that was recorded.
  torch::Tensor best;
  double best_distance = std::numeric_limits<double>::infinity();
  for (const auto& guidance : candidates) {
    sampling::ReferenceSettings settings;
    settings.columns = golden_.find(name)->shape.at(1);
    settings.guidance = guidance.scale;
    settings.linear_schedule = guidance.linear;
    settings.steps = model_.manifest.generator.sampling_steps;
    const auto row = sampling::sample_reference(model_.generator, embedding(), recorded(stem + "_noise"),
                                                prefix, settings);
    const double distance = (row.to(torch::kCPU, torch::kFloat32) - recorded(name)).norm().item<double>();
    if (best.defined() && !(distance < best_distance)) continue;
    best = row;
    best_distance = distance;
  }
  compare(name, best);
}

void Verifier::compute_gradients() {
  if (loss_value_.defined()) return;
  auto parameters = model_.generator->named_parameters();
  std::vector<torch::Tensor> wanted;
  for (auto& item : parameters) {
    if (has("grad." + item.key())) wanted.push_back(item.value().requires_grad_(true));
  }
  const auto columns = std::min<std::int64_t>(golden_.find("tokens")->shape.at(1), kLossColumns);
  const auto t = recorded("loss_t").to(model::to_torch(model_.device));
  loss_value_ = model_.generator->loss(input("tokens").narrow(1, 0, columns), embedding(), t,
                                       recorded("loss_noise").to(model::to_torch(model_.device)));
  if (!wanted.empty()) loss_value_.backward();
  for (auto& each : wanted) each.requires_grad_(false);
}

void Verifier::loss(const std::string& name) {
  if (!needs(name, {"tokens", "labels", "loss_t", "loss_noise"})) return;
  compute_gradients();
  compare(name, loss_value_.reshape({1}));
}

void Verifier::gradient(const std::string& name) {
  if (!needs(name, {"tokens", "labels", "loss_t", "loss_noise"})) return;
  auto parameters = model_.generator->named_parameters();
  torch::Tensor* parameter = parameters.find(name.substr(5));
  if (parameter == nullptr) return skip(name, "this model has no such parameter");
  compute_gradients();
  compare(name, parameter->grad());
  parameter->mutable_grad() = torch::Tensor();
}

void Verifier::dispatch(const std::string& name) {
  if (name.size() > kLongestName) return;  // of no tensor that is known; std::regex recurses
  static const std::regex tokenizer_output("(?:latent_mean|recon)_(.+)"), decoded("decoded_(.+)"),
      guided("flow_v_cfg([0-9.]+)"), rope("rope_([0-9]+)");
  std::smatch parts;
  if (std::regex_match(name, parts, tokenizer_output)) return image(name, parts[1]);
  if (name == "z_cond" || name == "z_uncond") return conditions(name);
  if (name == "flow_v") return velocity(name, 1.0);
  if (std::regex_match(name, parts, guided)) return velocity(name, scale_in(name, parts[1]));
  if (std::regex_match(name, parts, row_pattern())) return sequence(name, parts);
  if (name == "loss_value") return loss(name);
  if (name.starts_with("grad.")) return gradient(name);
  if (name.starts_with("semantic_")) return skip(name, "the semantic decoder is for training only");
  if (std::regex_match(name, parts, decoded)) {
    if (!needs(name, {"latent_" + std::string(parts[1])})) return;
    const torch::NoGradGuard no_grad;
    return compare(name, model_.tokenizer->decode(input("latent_" + std::string(parts[1]))));
  }
  if (std::regex_match(name, parts, rope)) {
    const auto& shape = golden_.find(name)->shape;
    if (shape.empty() || std::to_string(shape.front()) != parts[1]) bad_name(name);
    compare(name, model::rope_table(model::positions_from(0, shape.front()),
                                    model_.manifest.generator.head_width()));
  }
}

std::vector<GoldenResult> Verifier::run() {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
  for (const auto& tensor : golden_.tensors()) dispatch(tensor.name);
  std::ranges::stable_sort(results_, {},
                           [](const GoldenResult& r) { return r.skipped.empty() ? r.error : -1.0; });
  return results_;
}

}  // namespace

std::vector<GoldenResult> verify_golden(const model::Model& model, const SafetensorsFile& golden) {
  return Verifier(model, golden).run();
}

}  // namespace equi::eval
