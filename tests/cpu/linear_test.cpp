#include "core/cpu/linear.h"

#include "core/cpu/int8.h"
#include "tests/cpu/cpu_fixture.h"

namespace equi::cpu {
namespace {

struct Shape {
  std::int64_t rows, in, out;
};
// Widths with and without a rest in every vector size, and outputs with and without whole tiles.
constexpr Shape kShapes[] = {{1, 1, 1},    {1, 64, 8},    {2, 12, 48},  {2, 100, 33}, {3, 33, 5},
                             {4, 128, 36}, {5, 65, 7},    {6, 31, 4},   {7, 96, 70},  {8, 257, 12},
                             {9, 40, 31},  {24, 130, 32}, {25, 48, 65}, {50, 72, 10}, {2, 1280, 257}};

class Linear : public EveryTable {
 protected:
  // A random problem; tensors own the memory that `task` points to.
  struct Problem {
    torch::Tensor x, weight, bias, gate, y;
    LinearTask task;
  };

  Problem problem(const Shape& s, Epilogue epilogue) const {
    Problem p;
    p.x = random_operands({s.rows, s.in});
    p.weight = random_weights({s.out, s.in});
    p.bias = torch::randn({s.out});
    p.gate = torch::randn({s.rows, s.out + 5});
    const bool operands = epilogue == Epilogue::silu || epilogue == Epilogue::gelu;
    const bool adds = epilogue == Epilogue::add || epilogue == Epilogue::add_gated;
    p.y = poisoned({s.rows, s.out + 3}, operands ? operand_dtype() : torch::kFloat32);
    if (adds) p.y.narrow(1, 0, s.out).normal_();
    p.task = {p.weight.data_ptr(),
              p.bias.data_ptr<float>(),
              s.in,
              s.out,
              p.x.data_ptr(),
              s.rows,
              epilogue,
              p.y.data_ptr(),
              s.out + 3,
              {},
              s.out + 5};
    p.task.gate = p.gate.data_ptr<float>();
    return p;
  }

  // Gives the task 8-bit weights, which lie in the tensors that are returned, and the problem the weights
  // that they stand for.
  static std::pair<torch::Tensor, torch::Tensor> quantize(Problem& p) {
    const auto w = p.weight.to(torch::kFloat32).contiguous();
    const auto out = w.size(0), in = w.size(1);
    auto q = torch::zeros({static_cast<std::int64_t>(int8_bytes(out, in))}, torch::kInt8);
    auto scales = poisoned({out}, torch::kFloat32);
    for (std::int64_t o = 0; o < out; ++o) {
      quantize_row(w[o].const_data_ptr<float>(), in, o, q.data_ptr<std::int8_t>(),
                   scales.data_ptr<float>() + o);
    }
    // [blocks of outputs, of inputs, 16, 64] -> [out, in]
    const auto blocks = q.view({-1, (in + kInt8Chunk - 1) / kInt8Chunk, kInt8Outputs, kInt8Chunk});
    const auto rows = blocks.transpose(1, 2).flatten(2).flatten(0, 1).narrow(0, 0, out).narrow(1, 0, in);
    p.weight = rows.to(torch::kFloat64) * scales.to(torch::kFloat64).unsqueeze(1);
    EXPECT_LE(((p.weight - w).abs().amax(1) / scales).max().item<double>(), 0.5001);
    p.task.weight = q.const_data_ptr();
    p.task.scales = scales.const_data_ptr<float>();
    return {q, scales};
  }

  using Parts = std::vector<std::pair<std::int64_t, std::int64_t>>;
  void expect_same_bits_however_cut(Problem& p, const Parts& parts) const {
    const auto rows = p.task.rows, out = p.task.out;
    const auto scratch =
        torch::empty({static_cast<std::int64_t>(scratch_size(kernels_, p.task)) + 1}, torch::kUInt8);
    kernels_.linear(p.task, 0, out, scratch.data_ptr());
    const auto whole = p.y.narrow(1, 0, out).clone();
    p.y.fill_(0);
    for (const auto& [begin, end] : parts) kernels_.linear(p.task, begin, end, scratch.data_ptr());
    EXPECT_TRUE(torch::equal(p.y.narrow(1, 0, out), whole));
    for (std::int64_t row = 0; row < rows; ++row) {
      auto one = p.task;
      const auto x = p.x[row].clone();
      auto y = torch::empty({out});
      one.x = x.data_ptr();
      one.rows = 1;
      one.y = y.data_ptr();
      kernels_.linear(one, 0, out, scratch.data_ptr());
      EXPECT_TRUE(torch::equal(y, whole[row])) << row;
    }
  }

  static torch::Tensor expected(const Problem& p) {
    const auto v =
        torch::linear(p.x.to(torch::kFloat64), p.weight.to(torch::kFloat64), p.bias.to(torch::kFloat64));
    const auto before = p.y.narrow(1, 0, p.task.out).to(torch::kFloat64);
    switch (p.task.epilogue) {
      case Epilogue::store:
        return v;
      case Epilogue::silu:
        return torch::silu(v);
      case Epilogue::gelu:
        return torch::gelu(v);
      case Epilogue::add:
        return before + v;
      case Epilogue::add_gated:
        break;
    }
    return before + p.gate.narrow(1, 0, p.task.out).to(torch::kFloat64) * v;
  }

  // Norm of what was added up, which does not vanish where the terms of a sum happen to cancel: a product of
  // one output has nothing else to measure its rounding against.
  static double terms(const Problem& p) {
    const auto square = [](const torch::Tensor& t) { return t.to(torch::kFloat64).square(); };
    return torch::linear(square(p.x), square(p.weight), square(p.bias)).sum().sqrt().item<double>();
  }
};

TEST_P(Linear, EqualsThePlainProductWithEveryEpilogue) {
  for (const auto& shape : kShapes) {
    for (const auto epilogue :
         {Epilogue::store, Epilogue::silu, Epilogue::gelu, Epilogue::add, Epilogue::add_gated}) {
      auto p = problem(shape, epilogue);
      const auto wanted = expected(p);
      const double scale = std::max(terms(p), wanted.norm().item<double>());
      run(kernels_, p.task);
      const bool operands = epilogue == Epilogue::silu || epilogue == Epilogue::gelu;
      const auto error = (p.y.narrow(1, 0, shape.out).to(torch::kFloat64) - wanted).norm().item<double>();
      EXPECT_LE(error / scale, operands ? operand_error() : 2e-6)
          << shape.rows << " x " << shape.in << " -> " << shape.out << ", epilogue "
          << static_cast<int>(epilogue);
      EXPECT_TRUE(p.y.narrow(1, shape.out, 3).isnan().all().item<bool>()) << "wrote past the row's end";
    }
  }
}

TEST_P(Linear, DoesWithoutABias) {
  auto p = problem({3, 70, 21}, Epilogue::store);
  p.bias.zero_();
  const auto wanted = expected(p);
  p.task.bias = nullptr;
  run(kernels_, p.task);
  EXPECT_LE(relative_error(p.y.narrow(1, 0, 21), wanted), 2e-6);
}

// The bits of a row do not depend on how the outputs are cut up among threads, nor on the rows beside it:
// a panorama comes out the same on machines with other numbers of cores, and alone or in a batch.
TEST_P(Linear, GivesTheSameBitsHoweverItIsCutUp) {
  auto p = problem({7, 200, 101}, Epilogue::store);
  expect_same_bits_however_cut(p, {{60, 101}, {0, 13}, {13, 60}});
}

TEST_P(Linear, In8BitsEqualsTheProductWithTheWeightsThatTheyStandFor) {
  for (const auto& shape : kShapes) {
    for (const auto epilogue :
         {Epilogue::store, Epilogue::silu, Epilogue::gelu, Epilogue::add, Epilogue::add_gated}) {
      auto p = problem(shape, epilogue);
      const auto memory = quantize(p);
      const auto wanted = expected(p);
      const double scale = std::max(terms(p), wanted.norm().item<double>());
      run(kernels_, p.task);
      const bool operands = epilogue == Epilogue::silu || epilogue == Epilogue::gelu;
      const auto error = (p.y.narrow(1, 0, shape.out).to(torch::kFloat64) - wanted).norm().item<double>();
      EXPECT_LE(error / scale, operands ? operand_error() : 2e-6)
          << shape.rows << " x " << shape.in << " -> " << shape.out << ", epilogue "
          << static_cast<int>(epilogue);
      EXPECT_TRUE(p.y.narrow(1, shape.out, 3).isnan().all().item<bool>()) << "wrote past the row's end";
    }
  }
}

TEST_P(Linear, In8BitsGivesTheSameBitsHoweverItIsCutUp) {
  auto p = problem({7, 200, 101}, Epilogue::store);
  const auto memory = quantize(p);
  expect_same_bits_however_cut(p, {{64, 101}, {0, 16}, {16, 64}});
  auto many = problem({70, 200, 101}, Epilogue::store);  // more rows than share one reading
  many.task.weight = p.task.weight;
  many.task.scales = p.task.scales;
  many.task.bias = p.task.bias;
  many.x.narrow(0, 60, 7).copy_(p.x);
  run(kernels_, p.task);
  run(kernels_, many.task);
  EXPECT_TRUE(torch::equal(many.y.narrow(1, 0, 101).narrow(0, 60, 7), p.y.narrow(1, 0, 101)));
}

TEST_P(Linear, SeveralMatricesAreOneProduct) {
  std::vector<Problem> problems;
  std::vector<LinearTask> tasks;
  std::vector<torch::Tensor> wanted;
  for (const std::int64_t out : {37, 4, 512, 1}) {
    problems.push_back(problem({6, 96, out}, Epilogue::store));
    tasks.push_back(problems.back().task);
    wanted.push_back(expected(problems.back()));
  }
  run(kernels_, tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_LE(relative_error(problems[i].y.narrow(1, 0, tasks[i].out), wanted[i]), 2e-6) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, Linear, every_table(), table_name);

}  // namespace
}  // namespace equi::cpu
