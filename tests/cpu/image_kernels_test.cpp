#include "core/cpu/image_kernels.h"

#include "tests/cpu/cpu_fixture.h"

namespace equi::cpu {
namespace {

class Images : public EveryTable {};

TEST_P(Images, SumsOfChannels) {
  for (const std::int64_t channels : {1, 5, 16, 37}) {
    const auto x = random_operands({29, channels}) + 1;
    const auto sums = poisoned({2, channels}, torch::kFloat32);
    kernels_.image.sums(x.const_data_ptr(), 29, channels, sums.data_ptr<float>());
    const auto wide = x.to(torch::kFloat64);
    EXPECT_LE(relative_error(sums, torch::stack({wide.sum(0), wide.square().sum(0)})), 1e-6) << channels;
  }
}

TEST_P(Images, ScaledSwishedAndBordered) {
  for (const std::int64_t channels : {3, 16, 40}) {
    for (const bool swish : {false, true}) {
      for (const std::int64_t border : {0, 1}) {
        const std::int64_t height = 3, width = 5;
        const auto x = random_operands({height, width, channels});
        const auto scale = torch::randn({channels}), shift = torch::randn({channels});
        const auto y = poisoned({height + 2 * border + 1, width + 2 * border, channels}, operand_dtype());
        ImageTask task;
        task.x = x.const_data_ptr();
        task.height = height;
        task.width = width;
        task.channels = channels;
        task.scale = scale.const_data_ptr<float>();
        task.shift = shift.const_data_ptr<float>();
        task.swish = swish;
        task.border = border;
        task.y = y.data_ptr();
        kernels_.image.image(task, 2, height + 2 * border);
        kernels_.image.image(task, 0, 2);
        auto wanted = x.to(torch::kFloat64) * scale + shift;
        if (swish) wanted = torch::silu(wanted);
        wanted = wanted.permute({2, 0, 1}).unsqueeze(0);
        if (border > 0) wanted = torch::reflection_pad2d(wanted, {1, 1, 1, 1});
        const auto made = y.narrow(0, 0, height + 2 * border);
        EXPECT_LE(relative_error(made, wanted.squeeze(0).permute({1, 2, 0})), operand_error())
            << channels << ", swish " << swish << ", border " << border;
        EXPECT_TRUE(y[height + 2 * border].isnan().all().item<bool>()) << "wrote past the last row";
      }
    }
  }
}

TEST_P(Images, WithoutAScaleTheNumbersStay) {
  const auto x = random_operands({2, 2, 19});
  const auto y = poisoned({4, 4, 19}, operand_dtype());
  ImageTask task;
  task.x = x.const_data_ptr();
  task.height = task.width = 2;
  task.channels = 19;
  task.border = 1;
  task.y = y.data_ptr();
  kernels_.image.image(task, 0, 4);
  EXPECT_TRUE(torch::equal(y.narrow(0, 1, 2).narrow(1, 1, 2), x));
  EXPECT_TRUE(torch::equal(y[0][0], x[1][1]));
  EXPECT_TRUE(torch::equal(y[3][3], x[0][0]));
}

TEST_P(Images, Enlarged) {
  for (const auto& [vertical, horizontal] : {std::pair{2, 2}, {2, 1}}) {
    const std::int64_t height = 3, width = 4, channels = 21;
    const auto x = random_operands({height, width, channels});
    const auto parts = random_operands({height, width, vertical, horizontal, channels});
    const auto y = poisoned({height * vertical, width * horizontal, channels}, operand_dtype());
    EnlargeTask task;
    task.x = x.const_data_ptr();
    task.parts = parts.const_data_ptr();
    task.height = height;
    task.width = width;
    task.channels = channels;
    task.vertical = vertical;
    task.horizontal = horizontal;
    task.y = y.data_ptr();
    kernels_.image.enlarge(task, 1, height);
    kernels_.image.enlarge(task, 0, 1);
    const auto sum = parts.to(torch::kFloat64) + x.to(torch::kFloat64).unsqueeze(2).unsqueeze(2);
    EXPECT_LE(relative_error(y, sum.permute({0, 2, 1, 3, 4}).reshape(y.sizes())), operand_error());
  }
}

TEST_P(Images, Added) {
  const auto x = random_operands({67}), y = random_operands({68});
  const auto wanted = x.to(torch::kFloat64) + y.narrow(0, 0, 67).to(torch::kFloat64);
  const auto last = y[67].item<float>();
  kernels_.image.add(x.const_data_ptr(), 67, y.data_ptr());
  EXPECT_LE(relative_error(y.narrow(0, 0, 67), wanted), operand_error());
  EXPECT_EQ(y[67].item<float>(), last);
}

INSTANTIATE_TEST_SUITE_P(Tables, Images, every_table(), table_name);

}  // namespace
}  // namespace equi::cpu
