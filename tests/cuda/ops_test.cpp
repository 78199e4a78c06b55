// Every kernel against the plain loops that define it: fresh random inputs, poisoned outputs. On the GPU
// (skipped, and says so, where there is none) and, from the same sources, by emulation on the CPU.
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/cuda/kernels.h"
#include "core/cuda/plain_ops.h"
#include "core/model/weights.h"
#include "tests/cuda/emulation/emulation.h"
#include "tests/cuda/guarded_memory.h"

namespace equi::cuda {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;
using MakeOp = std::function<EquiOp(const Tensors&)>;

float* numbers(const Tensors& t, const char* name) {
  return static_cast<float*>(t.at(name).data_ptr());
}
void* bytes(const Tensors& t, const char* name) {
  return t.at(name).data_ptr();
}

torch::Tensor halves(at::IntArrayRef shape) {
  return torch::randn(shape).to(torch::kBFloat16);
}
torch::Tensor poisoned(at::IntArrayRef shape, torch::ScalarType type = torch::kFloat32) {
  return torch::full(shape, std::numeric_limits<float>::quiet_NaN(), type);
}

// Where the kernels run.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual bool find() = 0;  // false: not here, `reason` says why
  virtual torch::Tensor bring(const torch::Tensor& from) const = 0;
  virtual void begin(int way) const = 0;
  virtual void settle() const = 0;  // what was launched has ended

  std::string reason;
  decltype(&equi_cuda_guided_step_f32) guided_step = nullptr;
  decltype(&equi_cuda_run_ops) run_ops = nullptr;
  decltype(&equi_cuda_graph_create) create = nullptr;
  decltype(&equi_cuda_graph_launch) launch = nullptr;
  decltype(&equi_cuda_graph_destroy) destroy = nullptr;
};

class Gpu final : public Machine {
 public:
  bool find() override {
    reason = cuda_status().reason;
    return cuda_status().kernels_loaded && symbol("equi_cuda_guided_step_f32", guided_step) &&
           symbol("equi_cuda_run_ops", run_ops) && symbol("equi_cuda_graph_create", create) &&
           symbol("equi_cuda_graph_launch", launch) && symbol("equi_cuda_graph_destroy", destroy);
  }
  torch::Tensor bring(const torch::Tensor& from) const override { return from.cuda(); }
  void begin(int /*way*/) const override { settle(); }
  void settle() const override { torch::zeros({1}).cuda().item<float>(); }

 private:
  template <class Function>
  static bool symbol(const char* name, Function& function) {
    function = reinterpret_cast<Function>(cuda_kernel_symbol(name));
    return function != nullptr;
  }
};

// Threads and blocks go on in another order each way.
class Emulated final : public Machine {
 public:
  bool find() override {
    guided_step = equi_cuda_guided_step_f32;
    run_ops = equi_cuda_run_ops;
    create = equi_cuda_graph_create;
    launch = equi_cuda_graph_launch;
    destroy = equi_cuda_graph_destroy;
    return true;
  }
  torch::Tensor bring(const torch::Tensor& from) const override { return guarded(from); }
  void begin(int way) const override {
    using emulation::Order;
    const Order orders[] = {Order::forward, Order::warp_by_warp, Order::shuffled};
    emulation::set_order(orders[way % 3]);
    ended_ = emulation::threads_ended();
  }
  void settle() const override {
    std::string what;
    EXPECT_EQ(emulation::synchronize(&what), 0) << what;
    EXPECT_GT(emulation::threads_ended(), ended_);
  }

 private:
  mutable long long ended_ = 0;
};

class CudaOps : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string("Gpu")) {
      machine_ = std::make_unique<Gpu>();
    } else {
      machine_ = std::make_unique<Emulated>();
    }
    if (!machine_->find()) GTEST_SKIP() << "our CUDA kernels are not loaded: " << machine_->reason;
  }

  bool emulated() const { return GetParam() == std::string("Emulated"); }
  const Machine& machine() const { return *machine_; }

  // The list by the plain loops and three times by the kernels (alone, overlapping, as a graph); `outputs`
  // must agree with the loops', and be the same bits each time.
  void check(const Tensors& inputs, const std::vector<MakeOp>& make, const std::vector<std::string>& outputs,
             double bound) {
    Tensors plain, first;
    for (const auto& [name, tensor] : inputs) plain[name] = tensor.clone();
    run_plain(list(make, plain));
    for (const int way : {0, 1, 2}) {
      Tensors here;
      for (const auto& [name, tensor] : inputs) here[name] = machine_->bring(tensor);
      const auto ops = list(make, here);
      machine_->begin(way);
      run(ops, way);
      for (const auto& name : outputs) {
        const auto bits = here.at(name).cpu();
        const auto ours = bits.to(torch::kFloat64), wanted = plain.at(name).to(torch::kFloat64);
        EXPECT_LE(((ours - wanted).norm() / wanted.norm()).item<double>(), bound) << name << ", way " << way;
        const auto& before = first.try_emplace(name, bits.clone()).first->second;
        EXPECT_TRUE(torch::equal(bits, before)) << name << ", way " << way;
      }
    }
  }

 private:
  void run(const std::vector<EquiOp>& ops, int way) const {
    const auto count = static_cast<std::int64_t>(ops.size());
    if (way < 2) {
      ASSERT_EQ(machine_->run_ops(ops.data(), count, way, nullptr), 0);
      machine_->settle();
      return;
    }
    void* graph = nullptr;
    ASSERT_EQ(machine_->create(ops.data(), count, 1, &graph), 0);
    ASSERT_EQ(machine_->launch(graph, nullptr), 0);
    machine_->settle();
    machine_->destroy(graph);
  }

  static std::vector<EquiOp> list(const std::vector<MakeOp>& make, const Tensors& tensors) {
    std::vector<EquiOp> ops;
    for (const auto& one : make) ops.push_back(one(tensors));
    return ops;
  }

  std::unique_ptr<Machine> machine_;
};

INSTANTIATE_TEST_SUITE_P(On, CudaOps, ::testing::Values("Gpu", "Emulated"),
                         [](const auto& where) { return std::string(where.param); });

constexpr double kFloatBound = 1e-4;  // sums in another order, quick exponentials
constexpr double kHalfBound = 4e-3;   // results stored as bfloat16

EquiNorm norm_of(const Tensors& t, int modulation_stride) {
  EquiNorm n{};
  n.on = 1;
  n.eps = 1e-6F;
  n.weight = numbers(t, "norm_weight");
  n.bias = numbers(t, "norm_bias");
  n.shift = numbers(t, "shift");
  n.scale = numbers(t, "scale");
  n.modulation_stride = modulation_stride;
  return n;
}

TEST_P(CudaOps, LinearWithEveryEpilogueAndNumberOfRows) {
  for (const auto& [in, out] :
       {std::pair{64, 24}, {1280, 72}, {1536, 8}, {4096, 24}, {72, 33}, {520, 770}, {4104, 12}, {8192, 9}}) {
    for (const int rows : {1, 2, 3, 5, kEquiMaxLinearRows}) {  // one, two, and parts of four at a time
      for (const int epilogue : {EQUI_STORE, EQUI_SILU, EQUI_GELU, EQUI_ADD, EQUI_ADD_GATED}) {
        const bool adds = epilogue >= EQUI_ADD;
        const Tensors inputs = {{"weight", halves({out, in})},
                                {"bias", torch::randn({out})},
                                {"x", torch::randn({rows, in})},
                                {"gate", torch::randn({rows, out})},
                                {"y", adds ? torch::randn({2 * rows, out}) : poisoned({2 * rows, out})}};
        const auto make = [&](const Tensors& t) {
          EquiOp op{};
          op.kind = EQUI_OP_LINEAR;
          op.linear.weight = bytes(t, "weight");
          op.linear.bias = numbers(t, "bias");
          op.linear.in = in;
          op.linear.out = out;
          op.linear.rows = rows;
          op.linear.x = numbers(t, "x");
          op.linear.epilogue = epilogue;
          op.linear.y = numbers(t, "y");
          op.linear.y_stride = out;
          op.linear.gate = numbers(t, "gate");
          op.linear.gate_stride = out;
          op.linear.copies = 2;
          return op;
        };
        check(inputs, {make}, {"y"}, kFloatBound);
      }
    }
  }
}

// Where a product of many rows puts its results.
enum class Results { numbers, operands, both };

struct Sizes {
  int rows, in, out;
  bool older = false;  // on a device without clusters, with less shared memory
};

// `stride` is how far apart rows of y are.
void fill(EquiOp& op, const Tensors& t, const Sizes& size, int epilogue, int stride, int copies,
          Results results) {
  op.kind = EQUI_OP_GEMM;
  op.gemm = {bytes(t, "a"),
             bytes(t, "weight"),
             numbers(t, "bias"),
             size.in,
             size.out,
             size.rows,
             epilogue,
             results == Results::operands ? nullptr : numbers(t, "y"),
             stride,
             numbers(t, "gate"),
             size.out,
             copies,
             results == Results::numbers ? nullptr : bytes(t, "y_operand")};
}

TEST_P(CudaOps, ProductsOfManyRows) {
  // Each shape of a tile, alone and in a cluster, and what hangs over the edges of tiles and slices.
  std::vector<Sizes> sizes = {{1, 1280, 272},   {12, 1040, 272}, {17, 64, 48},         {32, 16, 2064},
                              {32, 304, 2048},  {33, 4096, 16},  {33, 2064, 80},       {200, 64, 1040},
                              {97, 272, 1312},  {65, 528, 720},  {41, 272, 4112},      {130, 272, 4112},
                              {105, 272, 4240}, {70, 528, 96},   {33, 2064, 80, true}, {65, 528, 720, true}};
  if (!emulated()) {
    for (const Sizes& size : {Sizes{200, 1280, 3840},
                              {200, 1280, 1280},
                              {64, 16, 8192},
                              {32, 1280, 2048},
                              {512, 1280, 2560},
                              {32, 1024, 3072},
                              {32, 4096, 1024},
                              {16, 256, 1280},
                              {32, 1280, 256},
                              {96, 1024, 4096}})
      sizes.push_back(size);
  }
  int turn = 0;
  for (const auto& size : sizes) {
    const auto [rows, in, out, older] = size;
    const bool large = int64_t{rows} * in * out > int64_t{40'000'000};  // slow to emulate
    if (emulated()) emulation::set_capability(older ? 8 : 9);
    for (const int epilogue : {EQUI_STORE, EQUI_GELU, EQUI_ADD_GATED}) {
      if (emulated() && large && epilogue != EQUI_ADD_GATED) continue;
      const bool adds = epilogue == EQUI_ADD_GATED;
      const int stride = out + turn % 4, copies = 1 + turn % 2;
      const auto results =
          adds ? Results::both : std::array{Results::numbers, Results::operands}[turn / 2 % 2];
      turn += 1;
      const Tensors inputs = {
          {"weight", halves({out, in})},
          {"bias", torch::randn({out})},
          {"a", halves({(rows + 31) / 32 * 32, in})},
          {"gate", torch::randn({rows, out})},
          {"y", adds ? torch::randn({copies * rows, stride}) : poisoned({copies * rows, stride})},
          {"y_operand", poisoned({copies * rows, out}, torch::kBFloat16)}};
      // Beyond the row's end: not touched, but compared.
      inputs.at("y").narrow(1, out, stride - out).zero_();
      const auto make = [&, in = in, out = out, rows = rows](const Tensors& t) {
        EquiOp op{};
        fill(op, t, {rows, in, out}, epilogue, stride, copies, results);
        return op;
      };
      SCOPED_TRACE(::testing::Message() << rows << " x " << in << " -> " << out << ", epilogue " << epilogue);
      if (results != Results::operands) check(inputs, {make}, {"y"}, kFloatBound);
      if (results != Results::numbers) check(inputs, {make}, {"y_operand"}, kHalfBound);
    }
  }
  emulation::set_capability(9);
}

// A product that writes operands, and one that takes them, again and again between two pieces of memory.
TEST_P(CudaOps, OperandsGoFromProductToProduct) {
  const int rows = 65, width = 256, length = 8;  // more blocks than start early
  const Tensors inputs = {{"weight", (halves({width, width}) / 16).to(torch::kBFloat16)},
                          {"bias", torch::randn({width})},
                          {"even", halves({rows, width})},
                          {"odd", poisoned({rows, width}, torch::kBFloat16)}};
  std::vector<MakeOp> chain;
  for (int i = 0; i < length; ++i) {
    chain.push_back([&, i](const Tensors& t) {
      EquiOp op{};
      op.kind = EQUI_OP_GEMM;
      op.gemm = {bytes(t, i % 2 == 0 ? "even" : "odd"),
                 bytes(t, "weight"),
                 numbers(t, "bias"),
                 width,
                 width,
                 rows,
                 EQUI_SILU,
                 nullptr,
                 0,
                 nullptr,
                 0,
                 1,
                 bytes(t, i % 2 == 0 ? "odd" : "even")};
      return op;
    });
  }
  check(inputs, chain, {"even", "odd"}, 3 * kHalfBound);
}

TEST_P(CudaOps, NormalisedRows) {
  for (const int width : {16, 1024, 1280, 2048, 2064, 4096, 8192}) {
    for (const int as_operand : {0, 1}) {
      for (const auto& [norm, affine, modulated] :
           {std::tuple{true, true, true}, {true, true, false}, {true, false, true}, {false, false, false}}) {
        const int rows = 6, x_rows = 3;
        const auto type = as_operand ? torch::kBFloat16 : torch::kFloat32;
        const Tensors inputs = {
            {"x", torch::randn({x_rows, width}) * 3 + 100}, {"norm_weight", torch::randn({width})},
            {"norm_bias", torch::randn({width})},           {"shift", torch::randn({rows, width})},
            {"scale", torch::randn({rows, width})},         {"y", poisoned({rows, width}, type)}};
        const auto make = [&, on = norm, with_affine = affine,
                           with_modulation = modulated](const Tensors& t) {
          EquiOp op{};
          op.kind = EQUI_OP_NORM_ROWS;
          op.norm_rows = {numbers(t, "x"), rows, x_rows, width, {}, bytes(t, "y"), as_operand};
          if (on) op.norm_rows.norm = norm_of(t, width);
          if (!with_affine) op.norm_rows.norm.weight = op.norm_rows.norm.bias = nullptr;
          if (!with_modulation) op.norm_rows.norm.shift = op.norm_rows.norm.scale = nullptr;
          return op;
        };
        check(inputs, {make}, {"y"}, as_operand ? kHalfBound : kFloatBound);
      }
    }
  }
}

TEST_P(CudaOps, AttentionToTheWindowMovesTheWindow) {
  const int rows = 3, heads = 5;
  for (const auto& [before, window, width] :
       {std::tuple{0, 3, 64}, {1, 3, 64}, {3, 3, 64}, {7, 7, 64}, {2, 3, 16}, {3, 3, 128}, {5, 7, 80}}) {
    const int after = std::min(before + 1, window), d = heads * width;
    const auto angles = torch::rand({before + 1, width / 2}) * 6;
    const Tensors inputs = {{"qkv", torch::randn({rows, 3 * d})},
                            {"old_keys", halves({rows, before, d})},
                            {"old_values", halves({rows, before, d})},
                            {"new_keys", poisoned({rows, after, d}, torch::kBFloat16)},
                            {"new_values", poisoned({rows, after, d}, torch::kBFloat16)},
                            {"rope", torch::stack({angles.cos(), angles.sin()}, -1).contiguous()},
                            {"y", poisoned({rows, d})},
                            {"y_operand", poisoned({rows, d}, torch::kBFloat16)}};
    const auto make = [&, before = before, width = width](const Tensors& t) {
      EquiOp op{};
      op.kind = EQUI_OP_ATTEND_WINDOW;
      op.attend_window = {rows,
                          heads,
                          width,
                          before,
                          after,
                          numbers(t, "qkv"),
                          bytes(t, "old_keys"),
                          bytes(t, "old_values"),
                          bytes(t, "new_keys"),
                          bytes(t, "new_values"),
                          numbers(t, "rope"),
                          numbers(t, "y"),
                          bytes(t, "y_operand")};
      return op;
    };
    check(inputs, {make}, {"y", "new_keys", "new_values"}, kFloatBound);
    check(inputs, {make}, {"y_operand"}, kHalfBound);
  }
}

TEST_P(CudaOps, AttentionToTheScene) {
  const int rows = 3, heads = 5;
  for (const auto& [width, tokens] :
       {std::pair{16, 16}, {48, 16}, {64, 16}, {80, 16}, {128, 16}, {64, 21}, {128, 3}}) {
    const int d = heads * width;
    const auto angles = torch::rand({width / 2}) * 6;
    const Tensors inputs = {{"q", torch::randn({rows, d})},
                            {"keys", halves({rows, tokens, d})},
                            {"values", halves({rows, tokens, d})},
                            {"rope", torch::stack({angles.cos(), angles.sin()}, -1).contiguous()},
                            {"y", poisoned({rows, d})},
                            {"y_operand", poisoned({rows, d}, torch::kBFloat16)}};
    const auto make = [&, width = width, tokens = tokens](const Tensors& t) {
      EquiOp op{};
      op.kind = EQUI_OP_ATTEND_SCENE;
      op.attend_scene = {rows,
                         heads,
                         width,
                         tokens,
                         numbers(t, "q"),
                         bytes(t, "keys"),
                         bytes(t, "values"),
                         numbers(t, "rope"),
                         numbers(t, "y"),
                         bytes(t, "y_operand")};
      return op;
    };
    check(inputs, {make}, {"y"}, kFloatBound);
    check(inputs, {make}, {"y_operand"}, kHalfBound);
  }
}

TEST_P(CudaOps, SiluOfSums) {
  const int steps = 7, rows = 4, width = 1280;
  const Tensors inputs = {{"times", torch::randn({steps, width}) * 3},
                          {"conditions", torch::randn({rows, width})},
                          {"y", poisoned({steps * rows, width}, torch::kBFloat16)}};
  const auto make = [&](const Tensors& t) {
    EquiOp op{};
    op.kind = EQUI_OP_SILU_SUM;
    op.silu_sum = {steps, rows, width, numbers(t, "times"), numbers(t, "conditions"), bytes(t, "y")};
    return op;
  };
  check(inputs, {make}, {"y"}, kHalfBound);
}

TEST_P(CudaOps, OneGuidedEulerStep) {
  for (const int count : {1, 255, 3 * 257}) {
    const auto z = torch::randn({count}), v = torch::randn({2 * count});
    const auto conditional = v.narrow(0, 0, count), unconditional = v.narrow(0, count, count);
    const auto wanted = z + 0.125 * (unconditional + 4.5 * (conditional - unconditional));
    const auto here = machine().bring(z), velocity = machine().bring(v);
    machine().begin(2);
    ASSERT_EQ(machine().guided_step(static_cast<float*>(here.data_ptr()),
                                    static_cast<float*>(velocity.data_ptr()), count, 4.5F, 0.125F, nullptr),
              0);
    machine().settle();
    EXPECT_LE(((here.cpu() - wanted).norm() / wanted.norm()).item<double>(), 1e-6) << count;
  }
}

TEST_P(CudaOps, SolverSteps) {
  const int count = 3 * 257;
  for (const int guided : {0, 1}) {
    for (const int clean : {0, 1}) {
      const Tensors inputs = {{"v", torch::randn({2 * count})}, {"scale", torch::full({1}, 7.0F)},
                              {"newest", poisoned({count})},    {"second", torch::randn({count})},
                              {"third", torch::randn({count})}, {"unused", poisoned({count})},
                              {"z", torch::randn({count})}};
      const auto make = [&](const Tensors& t) {
        EquiOp op{};
        op.kind = EQUI_OP_SOLVER_STEP;
        auto& s = op.solver_step;
        s.count = count;
        s.guided = guided;
        s.clean = clean;
        s.v = numbers(t, "v");
        s.scale = numbers(t, "scale");
        s.time = 0.7F;
        s.keep = 0.9F;
        const float weights[] = {0.3F, -0.2F, 0.1F, 0.0F};
        std::copy_n(weights, 4, s.weights);
        s.history[0] = numbers(t, "newest");
        s.history[1] = numbers(t, "second");
        s.history[2] = numbers(t, "third");
        s.history[3] = numbers(t, "unused");
        s.z = numbers(t, "z");
        return op;
      };
      check(inputs, {make}, {"z", "newest"}, 1e-6);
    }
  }
}

TEST_P(CudaOps, WholePlansFromKnownVelocities) {
  for (const auto& [count, steps] : {std::pair{16, 100}, {33, 7}, {5, 1}, {128, kEquiMaxPathSteps}}) {
    for (const auto& [guided, clean, stride] : {std::tuple{1, 0, true}, {0, 1, true}, {1, 1, false}}) {
      const int copies = 1 + guided;
      const auto plan = torch::rand({steps, kEquiPlanNumbers}) / steps;
      plan.select(1, 0).copy_(torch::rand({steps}));            // times
      plan.select(1, 1).copy_(1 - torch::rand({steps}) / 100);  // what is kept
      const Tensors inputs = {{"v", torch::randn({stride ? steps : 1, copies * count})},
                              {"scale", torch::full({1}, 3.0F)},
                              {"plan", plan},
                              {"start", torch::randn({count})},
                              {"points", poisoned({steps, copies, count}, torch::kBFloat16)},
                              {"end", torch::randn({count})},
                              {"before", poisoned({count})}};
      const auto make = [&, count = count, steps = steps, guided = guided, clean = clean,
                         stride = stride](const Tensors& t) {
        EquiOp op{};
        op.kind = EQUI_OP_SOLVER_PATH;
        op.solver_path = {count,
                          steps,
                          guided,
                          clean,
                          numbers(t, "v"),
                          stride ? copies * count : 0,
                          numbers(t, "scale"),
                          numbers(t, "plan"),
                          numbers(t, "start"),
                          bytes(t, "points"),
                          copies,
                          numbers(t, "end"),
                          numbers(t, "before")};
        return op;
      };
      SCOPED_TRACE(::testing::Message() << steps << " steps of " << count);
      check(inputs, {make}, {"end", "before"}, 1e-5);
      check(inputs, {make}, {"points"}, kHalfBound);
      check(inputs, {make, make}, {"end", "before"}, 1e-5);
    }
  }
}

// Operations that read what the ones before them wrote, and write what those read: overlapping launches must
// wait. A chain of products, each into the memory that the one before it read.
TEST_P(CudaOps, AChainKeepsItsOrder) {
  const int width = 512, length = 40;
  const Tensors inputs = {{"weight", (halves({width, width}) / 24).to(torch::kBFloat16)},
                          {"bias", torch::randn({width})},
                          {"a", torch::randn({2, width})},
                          {"b", poisoned({2, width})}};
  std::vector<MakeOp> chain;
  for (int i = 0; i < length; ++i) {
    const bool even = i % 2 == 0;
    chain.push_back([even](const Tensors& t) {
      EquiOp op{};
      op.kind = EQUI_OP_LINEAR;
      op.linear.weight = bytes(t, "weight");
      op.linear.bias = numbers(t, "bias");
      op.linear.in = op.linear.out = width;
      op.linear.rows = 2;
      op.linear.x = numbers(t, even ? "a" : "b");
      op.linear.epilogue = EQUI_SILU;
      op.linear.y = numbers(t, even ? "b" : "a");
      op.linear.y_stride = width;
      op.linear.copies = 1;
      return op;
    });
  }
  check(inputs, chain, {"a", "b"}, 1e-3);
}

}  // namespace
}  // namespace equi::cuda
