// The decoder of windows: recordings, and what happens without them.
#include "core/stream/window_decoder.h"

#include "core/base/cuda_loader.h"
#include "core/stream/streaming_decoder.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

torch::Tensor tokens_of(std::int64_t windows, std::int64_t columns, std::uint64_t seed) {
  const auto width = golden_model().manifest.generator.token_width;
  std::vector<sampling::NoiseKey> keys;
  for (std::int64_t i = 0; i < windows * columns; ++i) keys.push_back({seed, sampling::Frame::forward, i, 0});
  return sampling::column_noise(keys, width).reshape({windows, columns, width});
}

// Counts what it is asked to record, and may refuse.
class CountingRecorder final : public WorkRecorder {
 public:
  CountingRecorder(int& recorded, int& replayed, bool refuses)
      : recorded_(recorded), replayed_(replayed), refuses_(refuses) {}

  std::unique_ptr<RecordedWork> record(const std::function<void()>& body) override {
    ++recorded_;
    if (refuses_) {
      reason_ = "no room";
      return nullptr;
    }
    auto work = plain_->record(body);
    return std::make_unique<Work>(std::move(work), replayed_);
  }
  const std::string& reason() const override { return reason_; }

 private:
  class Work final : public RecordedWork {
   public:
    Work(std::unique_ptr<RecordedWork> inner, int& replayed)
        : inner_(std::move(inner)), replayed_(replayed) {}
    void replay() override {
      ++replayed_;
      inner_->replay();
    }

   private:
    std::unique_ptr<RecordedWork> inner_;
    int& replayed_;
  };

  std::unique_ptr<WorkRecorder> plain_ = plain_recorder();
  int &recorded_, &replayed_;
  bool refuses_;
  std::string reason_;
};

struct Counts {
  int recorded = 0, replayed = 0;
};

WindowDecoder recording(Counts& counts, bool refuses = false) {
  return {golden_model().tokenizer,
          std::make_unique<CountingRecorder>(counts.recorded, counts.replayed, refuses)};
}

TEST(WindowDecoder, RecordsAShapeWhenItComesAgainAndReplaysItFromThenOn) {
  Counts counts;
  auto decoder = recording(counts);
  WindowDecoder plain(golden_model().tokenizer, nullptr);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    for (const auto& [windows, columns] : {std::pair{1, 16}, std::pair{3, 16}}) {
      const auto tokens = tokens_of(windows, columns, seed);
      auto made = decoder.decode(tokens);
      auto expected = plain.decode(tokens);
      ASSERT_TRUE(torch::equal(made.pixels(), expected.pixels())) << seed << ", " << windows;
    }
  }
  EXPECT_EQ(counts.recorded, 2);
  EXPECT_EQ(counts.replayed, 6) << "of four times each, the first is plain";
  EXPECT_EQ(decoder.recorded(), 2U);
  EXPECT_EQ(plain.recorded(), 0U);
}

TEST(WindowDecoder, PixelsStayWhatTheyWereWhenTheRecordingRunsAgain) {
  Counts counts;
  auto decoder = recording(counts);
  const auto tokens = tokens_of(1, 16, 1);
  decoder.decode(tokens);
  auto first = decoder.decode(tokens);
  const auto before = first.pixels().clone();
  decoder.decode(tokens_of(1, 16, 2));
  EXPECT_TRUE(torch::equal(first.pixels(), before));
}

TEST(WindowDecoder, KeepsFewRecordings) {
  Counts counts;
  auto decoder = recording(counts);
  for (int turn = 0; turn < 3; ++turn) {
    for (std::int64_t columns = 2; columns < 12; ++columns) decoder.decode(tokens_of(1, columns, 1));
  }
  EXPECT_EQ(decoder.recorded(), 4U);
}

TEST(WindowDecoder, GoesOnWithoutWhenItCannotBeRecorded) {
  Counts counts;
  auto decoder = recording(counts, true);
  WindowDecoder plain(golden_model().tokenizer, nullptr);
  const auto tokens = tokens_of(1, 16, 1);
  auto expected = plain.decode(tokens);
  for (int i = 0; i < 4; ++i) {
    auto made = decoder.decode(tokens);
    EXPECT_TRUE(torch::equal(made.pixels(), expected.pixels()));
  }
  EXPECT_EQ(counts.recorded, 1) << "it is not tried again and again";
  EXPECT_EQ(decoder.fallback_reason(), "no room");
  EXPECT_EQ(plain.fallback_reason(), "");
}

TEST(WindowDecoder, DecodesASingleColumn) {
  WindowDecoder decoder(golden_model().tokenizer, nullptr);
  const auto one = tokens_of(1, 1, 1);
  auto alone = decoder.decode(one);
  auto beside = decoder.decode(one.repeat({1, 2, 1}));
  const auto px = golden_model().manifest.tokenizer.column_pixels();
  EXPECT_TRUE(torch::equal(alone.pixels(), beside.pixels().narrow(3, 0, px)));
}

TEST(WindowDecoder, OnAGpuGraphsAndTheStreamOfItsOwnChangeNothing) {
  if (!cuda_status().torch_loaded) GTEST_SKIP() << "no GPU: " << cuda_status().reason;
  model::Tokenizer there(golden_model().manifest.tokenizer);
  model::randomize_weights(*there, torch::TensorOptions().device(torch::kCUDA).dtype(torch::kBFloat16), 7);
  there->eval();
  WindowDecoder decoder(there), plain(there, nullptr);
  EXPECT_TRUE(decoder.works_beside());
  EXPECT_EQ(model::CudaDecoder::of(there) != nullptr, cuda_status().kernels_loaded && cuda_kernels_fit(0));
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto tokens = tokens_of(2, 16, seed);
    auto made = decoder.decode(tokens.to(torch::kCUDA));
    auto expected = plain.decode(tokens);
    EXPECT_LE((made.pixels() - expected.pixels()).abs().max().item<double>(), 1e-2) << seed;
    const auto modules = there->decode(tokens.to(there->post_quant_layer->weight.options()));
    EXPECT_LE(relative_error(made.pixels(), modules.to(torch::kFloat32)), 5e-2) << seed;
  }
  EXPECT_EQ(decoder.recorded(), 1U) << decoder.fallback_reason();
}

}  // namespace
}  // namespace equi::stream
