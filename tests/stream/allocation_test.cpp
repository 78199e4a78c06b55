// What a column asks the system for. Nothing grows with the evaluations or the blocks; what is left is the
// token that is handed out.
#include "core/sampling/flow_evaluator.h"
#include "core/stream/column_generator.h"
#include "tests/stream/stream_fixture.h"
#include "tests/support/allocation_counter.h"

namespace equi::stream {
namespace {

TEST(Allocations, TheFlowHeadNeedsNoneButTheToken) {
  const auto& generator = golden_model().generator;
  const auto width = generator->config.width, token_width = generator->config.token_width;
  sampling::FlowEvaluator flow(generator->diffloss->net,
                               sampling::make_plan({sampling::Method::corrected2, {}, 50}));
  const auto conditions = torch::randn({2, width}), noise = torch::randn({1, token_width});
  flow.set_conditions(conditions);
  flow.sample(noise, 3.0);
  const testing::AllocationCounter counter;
  flow.set_conditions(conditions);
  flow.sample(noise, 3.0);
  EXPECT_EQ(counter.tensors(), 1);
  EXPECT_LE(counter.objects(), 4) << "the token's tensor";
}

// Requests of one more column of a row that has been running for a while: its window is full, and the
// position from which it sees the class has come to rest.
std::pair<std::int64_t, std::int64_t> requests(int evaluations, bool bookmarked) {
  auto settings = quick_settings();
  settings.solver.evaluations = evaluations;
  ColumnGenerator generator(golden_model().generator, settings);
  make_columns(generator, 20);
  std::vector<GeneratorState> bookmarks;
  if (bookmarked) bookmarks.push_back(generator.state());
  make_columns(generator, 3);
  const Scene scene;
  const auto noise = torch::randn({1, golden_model().manifest.generator.token_width});
  const testing::AllocationCounter counter;
  generator.next(noise, {&scene, 1});
  return {counter.tensors(), counter.objects()};
}

TEST(Allocations, AColumnNeedsOneTensor) {
  EXPECT_EQ(requests(4, false).first, 1) << "the token";
}

TEST(Allocations, ABookmarkChangesNothingForTheColumnsAfterIt) {
  EXPECT_EQ(requests(4, true).first, 1);
}

TEST(Allocations, DoNotGrowWithTheEvaluations) {
  EXPECT_EQ(requests(40, false), requests(4, false));
}

}  // namespace
}  // namespace equi::stream
