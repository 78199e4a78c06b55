// Every kernel against the plain loops that define it: fresh random inputs, poisoned outputs. Skipped, and
// says so, where there is no GPU.
#include <functional>
#include <limits>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "core/base/cuda_loader.h"
#include "core/cuda/kernels.h"
#include "core/cuda/plain_ops.h"
#include "core/model/weights.h"

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

class CudaOps : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda_status().kernels_loaded)
      GTEST_SKIP() << "our CUDA kernels are not loaded: " << cuda_status().reason;
    run_ops_ = reinterpret_cast<decltype(&equi_cuda_run_ops)>(cuda_kernel_symbol("equi_cuda_run_ops"));
    create_ =
        reinterpret_cast<decltype(&equi_cuda_graph_create)>(cuda_kernel_symbol("equi_cuda_graph_create"));
    launch_ =
        reinterpret_cast<decltype(&equi_cuda_graph_launch)>(cuda_kernel_symbol("equi_cuda_graph_launch"));
    destroy_ =
        reinterpret_cast<decltype(&equi_cuda_graph_destroy)>(cuda_kernel_symbol("equi_cuda_graph_destroy"));
    ASSERT_TRUE(run_ops_ != nullptr && create_ != nullptr && launch_ != nullptr && destroy_ != nullptr);
  }

  // The list on the CPU and three times on the GPU (alone, overlapping, as a graph); `outputs` must agree.
  void check(const Tensors& inputs, const std::vector<MakeOp>& make, const std::vector<std::string>& outputs,
             double bound) {
    Tensors plain;
    for (const auto& [name, tensor] : inputs) plain[name] = tensor.clone();
    run_plain(list(make, plain));
    for (const int way : {0, 1, 2}) {
      Tensors gpu;
      for (const auto& [name, tensor] : inputs) gpu[name] = tensor.cuda();
      const auto ops = list(make, gpu);
      const auto count = static_cast<std::int64_t>(ops.size());
      torch::zeros({1}).cuda().item<float>();  // what was copied has arrived
      if (way < 2) {
        ASSERT_EQ(run_ops_(ops.data(), count, way, nullptr), 0);
      } else {
        void* graph = nullptr;
        ASSERT_EQ(create_(ops.data(), count, 1, &graph), 0);
        ASSERT_EQ(launch_(graph, nullptr), 0);
        torch::zeros({1}).cuda().item<float>();
        destroy_(graph);
      }
      for (const auto& name : outputs) {
        const auto ours = gpu.at(name).cpu().to(torch::kFloat64), wanted = plain.at(name).to(torch::kFloat64);
        EXPECT_LE(((ours - wanted).norm() / wanted.norm()).item<double>(), bound) << name << ", way " << way;
      }
    }
  }

 private:
  static std::vector<EquiOp> list(const std::vector<MakeOp>& make, const Tensors& tensors) {
    std::vector<EquiOp> ops;
    for (const auto& one : make) ops.push_back(one(tensors));
    return ops;
  }

  decltype(&equi_cuda_run_ops) run_ops_ = nullptr;
  decltype(&equi_cuda_graph_create) create_ = nullptr;
  decltype(&equi_cuda_graph_launch) launch_ = nullptr;
  decltype(&equi_cuda_graph_destroy) destroy_ = nullptr;
};

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

TEST_F(CudaOps, LinearWithEveryEpilogueAndNumberOfRows) {
  for (const auto& [in, out] : {std::pair{64, 24}, {1280, 1280}, {1536, 8}, {4096, 1024}, {72, 33}}) {
    for (int rows = 1; rows <= kEquiMaxLinearRows && rows * in <= 40960; ++rows) {
      for (const int epilogue : {EQUI_STORE, EQUI_SILU, EQUI_GELU, EQUI_ADD, EQUI_ADD_GATED}) {
        const bool adds = epilogue >= EQUI_ADD;
        const Tensors inputs = {{"weight", halves({out, in})},
                                {"bias", torch::randn({out})},
                                {"x", torch::randn({rows, in})},
                                {"norm_weight", torch::randn({in})},
                                {"norm_bias", torch::randn({in})},
                                {"shift", torch::randn({rows, in})},
                                {"scale", torch::randn({rows, in})},
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
          if (rows % 2 == 0) op.linear.norm = norm_of(t, in);
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

TEST_F(CudaOps, ProductsOfManyRows) {
  for (const int rows : {1, 12, 32, 50, 200}) {
    for (const int epilogue : {EQUI_STORE, EQUI_GELU, EQUI_ADD_GATED}) {
      const int in = 1280, out = 272;
      const Tensors inputs = {
          {"weight", halves({out, in})},
          {"bias", torch::randn({out})},
          {"a", halves({(rows + 31) / 32 * 32, in})},
          {"gate", torch::randn({rows, out})},
          {"y", epilogue == EQUI_ADD_GATED ? torch::randn({rows, out + 3}) : poisoned({rows, out + 3})}};
      const auto make = [&](const Tensors& t) {
        EquiOp op{};
        op.kind = EQUI_OP_GEMM;
        op.gemm = {bytes(t, "a"),
                   bytes(t, "weight"),
                   numbers(t, "bias"),
                   in,
                   out,
                   rows,
                   epilogue,
                   numbers(t, "y"),
                   out + 3,
                   numbers(t, "gate"),
                   out};
        return op;
      };
      Tensors whole = inputs;
      whole["y"].narrow(1, out, 3).zero_();  // beyond the row's end: not touched, but compared
      check(whole, {make}, {"y"}, kFloatBound);
    }
  }
}

TEST_F(CudaOps, NormalisedRows) {
  for (const int as_operand : {0, 1}) {
    const int rows = 6, x_rows = 3, width = 1024;
    const Tensors inputs = {{"x", torch::randn({x_rows, width}) * 3 + 1},
                            {"norm_weight", torch::randn({width})},
                            {"norm_bias", torch::randn({width})},
                            {"shift", torch::randn({rows, width})},
                            {"scale", torch::randn({rows, width})},
                            {"y", poisoned({rows, width}, as_operand ? torch::kBFloat16 : torch::kFloat32)}};
    const auto make = [&](const Tensors& t) {
      EquiOp op{};
      op.kind = EQUI_OP_NORM_ROWS;
      op.norm_rows = {numbers(t, "x"), rows, x_rows, width, norm_of(t, width), bytes(t, "y"), as_operand};
      return op;
    };
    check(inputs, {make}, {"y"}, as_operand ? kHalfBound : kFloatBound);
  }
}

TEST_F(CudaOps, AttentionToTheWindowMovesTheWindow) {
  const int rows = 3, heads = 5, width = 64, d = heads * width;
  for (const int before : {0, 1, 3}) {
    const int after = std::min(before + 1, 3);
    const auto angles = torch::rand({before + 1, width / 2}) * 6;
    const Tensors inputs = {{"qkv", torch::randn({rows, 3 * d})},
                            {"old_keys", halves({rows, before, d})},
                            {"old_values", halves({rows, before, d})},
                            {"new_keys", poisoned({rows, after, d}, torch::kBFloat16)},
                            {"new_values", poisoned({rows, after, d}, torch::kBFloat16)},
                            {"rope", torch::stack({angles.cos(), angles.sin()}, -1).contiguous()},
                            {"y", poisoned({rows, d})}};
    const auto make = [&](const Tensors& t) {
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
                          numbers(t, "y")};
      return op;
    };
    check(inputs, {make}, {"y", "new_keys", "new_values"}, kFloatBound);
  }
}

TEST_F(CudaOps, AttentionToTheScene) {
  const int rows = 3, heads = 5, tokens = 16;
  for (const int width : {16, 48, 64, 80, 128}) {
    const int d = heads * width;
    const auto angles = torch::rand({width / 2}) * 6;
    const Tensors inputs = {{"q", torch::randn({rows, d})},
                            {"keys", halves({rows, tokens, d})},
                            {"values", halves({rows, tokens, d})},
                            {"rope", torch::stack({angles.cos(), angles.sin()}, -1).contiguous()},
                            {"y", poisoned({rows, d})}};
    const auto make = [&](const Tensors& t) {
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
                         numbers(t, "y")};
      return op;
    };
    check(inputs, {make}, {"y"}, kFloatBound);
  }
}

TEST_F(CudaOps, SiluOfSums) {
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

TEST_F(CudaOps, SolverSteps) {
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

// Operations that read what the ones before them wrote, and write what those read: overlapping launches must
// wait. A chain of products, each into the memory that the one before it read.
TEST_F(CudaOps, AChainKeepsItsOrder) {
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
