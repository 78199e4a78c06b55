#include "core/stream/streaming_decoder.h"

#include "core/base/error.h"
#include "core/stream/seam.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

constexpr WindowLayout kLayout{16, 8, 4};

// Tokens of any column, negative ones too: numbers of the golden tokenizer's scale.
torch::Tensor token_of(std::int64_t column, std::uint64_t seed = 9) {
  const auto& manifest = golden_model().manifest;
  return sampling::column_noise({seed, sampling::Frame::forward, column, 0}, manifest.generator.token_width) *
         manifest.vae_norm;
}

torch::Tensor row(ColumnRange columns) {
  std::vector<torch::Tensor> tokens;
  for (auto c = columns.begin; c < columns.end; ++c) tokens.push_back(token_of(c));
  return torch::stack(tokens);
}

StreamingDecoder make_decoder(WindowLayout layout = kLayout, std::int64_t windows_per_batch = 1) {
  return {golden_model().tokenizer, golden_model().manifest.vae_norm, layout, windows_per_batch};
}

std::int64_t column_pixels() {
  return golden_model().manifest.tokenizer.column_pixels();
}

torch::Tensor columns_of(const torch::Tensor& pixels, std::int64_t first, std::int64_t count) {
  return pixels.narrow(2, first * column_pixels(), count * column_pixels());
}

// One window by itself: the tokenizer's own decode up to rounding (CpuDecoder), to the bit what a row shows
// of it.
torch::Tensor plain_window(ColumnRange window) {
  WindowDecoder decoder(golden_model().tokenizer, nullptr);
  return decoder.decode((row(window) / golden_model().manifest.vae_norm).unsqueeze(0)).pixels()[0].clone();
}

TEST(StreamingDecoder, OneWindowIsTheTokenizersDecode) {
  auto decoder = make_decoder();
  const auto span = decoder.decode({0, 16}, {0, 16}, row);
  EXPECT_TRUE(torch::equal(span.pixels, plain_window({0, 16})));
  const auto wanted =
      decode_full_width(golden_model().tokenizer, golden_model().manifest.vae_norm, row({0, 16}));
  EXPECT_LE(((span.pixels - wanted).norm() / wanted.norm()).item<double>(), 1e-5);
  EXPECT_EQ(span.settled_end, 10);
}

TEST(StreamingDecoder, CrossFadesOverTheRamp) {
  auto decoder = make_decoder();
  const auto pixels = decoder.decode({0, 24}, {10, 14}, row).pixels;
  const auto a = columns_of(plain_window({0, 16}), 10, 4), b = columns_of(plain_window({8, 24}), 2, 4);
  const std::int64_t n = 4 * column_pixels();
  for (std::int64_t x = 0; x < n; ++x) {
    const double w = (static_cast<double>(x) + 0.5) / static_cast<double>(n);
    const auto expected = a.select(2, x) * (1 - w) + b.select(2, x) * w;
    EXPECT_TRUE(torch::allclose(pixels.select(2, x), expected, 0, 1e-5)) << x;
  }
}

TEST(StreamingDecoder, SettledPixelsNeverChange) {
  auto reference = make_decoder();
  const auto expected = reference.decode({0, 80}, {0, 64}, row).pixels;
  for (std::int64_t end = 16; end <= 64; ++end) {
    auto decoder = make_decoder();  // nothing remembered
    const auto span = decoder.decode({0, end}, {0, end}, row);
    ASSERT_TRUE(
        torch::equal(columns_of(span.pixels, 0, span.settled_end), columns_of(expected, 0, span.settled_end)))
        << "with " << end << " columns";
  }
}

TEST(StreamingDecoder, ProvisionalPixelsComeFromTheFrontier) {
  auto decoder = make_decoder();
  const auto span = decoder.decode({0, 27}, {14, 27}, row);
  EXPECT_EQ(span.settled_end, 18);
  EXPECT_TRUE(torch::equal(columns_of(span.pixels, 8, 5), columns_of(plain_window({11, 27}), 11, 5)));
}

TEST(StreamingDecoder, TheRequestSplitDoesNotMatterToTheBit) {
  auto once = make_decoder();
  const auto whole = once.decode({0, 60}, {0, 60}, row).pixels;
  for (const std::int64_t piece : {1, 3, 7, 16, 23}) {
    auto decoder = make_decoder();
    for (std::int64_t at = 0; at < 60; at += piece) {
      const ColumnRange part{at, std::min<std::int64_t>(60, at + piece)};
      const auto span = decoder.decode({0, 60}, part, row);
      ASSERT_TRUE(torch::equal(span.pixels, columns_of(whole, part.begin, part.size())))
          << piece << " at " << at;
    }
  }
  auto backwards = make_decoder();
  for (std::int64_t at = 50; at >= 0; at -= 10) {
    ASSERT_TRUE(
        torch::equal(backwards.decode({0, 60}, {at, at + 10}, row).pixels, columns_of(whole, at, 10)));
  }
}

TEST(StreamingDecoder, BatchesOfWindowsStayWithinOneLevel) {
  auto single = make_decoder();
  const auto expected = to_bytes(single.decode({0, 100}, {0, 100}, row).pixels);
  for (const std::int64_t batch : {2, 5}) {
    auto decoder = make_decoder(kLayout, batch);
    const auto pixels = to_bytes(decoder.decode({0, 100}, {0, 100}, row).pixels);
    EXPECT_LE(largest_difference(pixels, expected), 1) << batch;
  }
}

TEST(StreamingDecoder, EveryWindowOfALongSpanIsDecodedOnce) {
  auto decoder = make_decoder();
  decoder.decode({0, 400}, {0, 400}, row);
  EXPECT_EQ(decoder.windows_decoded(), 1 + (400 - 16) / 8);
  for (std::int64_t at = 0; at < 400; at += 16) decoder.decode({0, 400}, {at, at + 16}, row);
  EXPECT_LE(decoder.windows_decoded(), 2 * (1 + (400 - 16) / 8)) << "neighbouring tiles share their windows";
}

TEST(StreamingDecoder, AColumnCostsTheSameAtAnyPlace) {
  const std::int64_t far = 30000000;
  auto near_decoder = make_decoder(), far_decoder = make_decoder();
  near_decoder.decode({0, far + 64}, {800, 816}, row);
  far_decoder.decode({0, far + 64}, {far, far + 16}, row);
  EXPECT_EQ(near_decoder.windows_decoded(), far_decoder.windows_decoded());
}

TEST(StreamingDecoder, AnEditChangesTheWindowsThatSeeItAndNothingElse) {
  auto decoder = make_decoder();
  const auto before = decoder.decode({0, 80}, {0, 80}, row).pixels;
  const auto edited = [](ColumnRange columns) {
    auto tokens = row(columns);
    if (columns.begin <= 40 && 40 < columns.end) tokens[40 - columns.begin] = token_of(40, 1234);
    return tokens;
  };
  const auto after = decoder.decode({0, 80}, {0, 80}, edited).pixels;
  auto fresh = make_decoder();
  EXPECT_TRUE(torch::equal(after, fresh.decode({0, 80}, {0, 80}, edited).pixels)) << "nothing stale";
  // The windows 32..48 and 40..56 hold column 40; they are shown from 34 to 54.
  EXPECT_TRUE(torch::equal(columns_of(after, 0, 34), columns_of(before, 0, 34)));
  EXPECT_TRUE(torch::equal(columns_of(after, 54, 26), columns_of(before, 54, 26)));
  EXPECT_FALSE(torch::equal(columns_of(after, 40, 1), columns_of(before, 40, 1)));
}

TEST(StreamingDecoder, WhatIsDecodedAheadIsFoundAndTheSame) {
  auto ahead = make_decoder(), plain = make_decoder();
  for (std::int64_t end = 24; end <= 64; end += 8) {
    ahead.decode_ahead({0, end}, {end - 16, end}, row);
    const std::int64_t settled = WindowPlan(kLayout, {0, end}).settled_end(),
                       windows = ahead.windows_decoded();
    const auto span = ahead.decode({0, end}, {settled - 8, settled}, row);
    EXPECT_EQ(ahead.windows_decoded(), windows) << "with " << end << " columns";
    EXPECT_TRUE(torch::equal(span.pixels, plain.decode({0, end}, {settled - 8, settled}, row).pixels));
  }
}

TEST(StreamingDecoder, AnEditAfterDecodingAheadIsSeen) {
  auto decoder = make_decoder(), plain = make_decoder();
  decoder.decode_ahead({0, 32}, {8, 32}, row);
  const auto edited = [](ColumnRange columns) {
    auto tokens = row(columns);
    if (columns.begin <= 20 && 20 < columns.end) tokens[20 - columns.begin] = token_of(20, 77);
    return tokens;
  };
  EXPECT_TRUE(torch::equal(decoder.decode({0, 32}, {8, 26}, edited).pixels,
                           plain.decode({0, 32}, {8, 26}, edited).pixels));
}

TEST(StreamingDecoder, NothingIsDecodedAheadThatMayStillChange) {
  auto decoder = make_decoder();
  decoder.decode_ahead({0, 20}, {12, 20}, row);
  EXPECT_EQ(decoder.windows_decoded(), 0);
}

TEST(StreamingDecoder, RowsMayStartAnywhere) {
  for (const std::int64_t begin : {-37, -16, 5}) {
    auto decoder = make_decoder();
    const auto span = decoder.decode({begin, begin + 40}, {begin, begin + 40}, row);
    EXPECT_TRUE(torch::isfinite(span.pixels).all().item<bool>());
    EXPECT_TRUE(
        torch::equal(columns_of(span.pixels, 0, 3), columns_of(plain_window({begin, begin + 16}), 0, 3)))
        << "the first window starts with the row";
  }
}

TEST(StreamingDecoder, ShortRowsAreShownToo) {
  auto decoder = make_decoder();
  EXPECT_TRUE(torch::equal(decoder.decode({0, 2}, {0, 2}, row).pixels, plain_window({0, 2})));
  const auto one = decoder.decode({0, 1}, {0, 1}, row);
  EXPECT_EQ(one.pixels.size(2), column_pixels());
  EXPECT_EQ(one.settled_end, 0);
}

TEST(StreamingDecoder, WithoutOverlapWindowsStandSideBySide) {
  auto decoder = make_decoder({16, 16, 0});
  const auto pixels = decoder.decode({0, 32}, {0, 32}, row).pixels;
  EXPECT_TRUE(torch::equal(columns_of(pixels, 0, 16), plain_window({0, 16})));
  EXPECT_TRUE(torch::equal(columns_of(pixels, 16, 16), plain_window({16, 32})));
}

TEST(StreamingDecoder, NamesTheColumnsWhoseTokensAreNotFinite) {
  auto decoder = make_decoder();
  const auto broken = [](ColumnRange columns) {
    auto tokens = row(columns);
    if (columns.begin <= 20 && 20 < columns.end) tokens[20 - columns.begin][0] = std::nanf("");
    return tokens;
  };
  EXPECT_NO_THROW(decoder.decode({0, 64}, {0, 4}, broken)) << "what lies elsewhere can be shown";
  try {
    decoder.decode({0, 64}, {16, 24}, broken);
    FAIL() << "showed pixels that are not finite";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "columns 8 to 23");
  }
}

TEST(StreamingDecoder, StopsBetweenWindows) {
  auto decoder = make_decoder();
  std::stop_source source;
  int asked = 0;
  const auto counting = [&](ColumnRange columns) {
    if (++asked == 3) source.request_stop();
    return row(columns);
  };
  EXPECT_THROW(decoder.decode({0, 4000}, {0, 4000}, counting, source.get_token()), Error);
  EXPECT_LE(asked, 5);
}

TEST(StreamingDecoder, RefusesSpansOutsideTheRow) {
  auto decoder = make_decoder();
  EXPECT_THROW(decoder.decode({0, 20}, {-1, 4}, row), Error);
  EXPECT_THROW(decoder.decode({0, 20}, {10, 21}, row), Error);
  EXPECT_THROW(decoder.decode({0, 20}, {10, 10}, row), Error);
  EXPECT_THROW(make_decoder(kLayout, 0), Error);
  EXPECT_THROW(make_decoder({16, 8, 7}), Error);
}

TEST(StreamingDecoder, BytesAreRoundedHalfToEvenAndClamped) {
  // (x + 1) * 127.5 for the values below: 0, 255, 127.5, 128.5, below and above the range.
  const auto x = torch::tensor({-1.0F, 1.0F, 0.0F, 1.0F / 127.5F, -3.0F, 7.0F}).reshape({1, 1, 6});
  const auto bytes = to_bytes(x.expand({3, 1, 6}));
  EXPECT_EQ(bytes.sizes(), torch::IntArrayRef({1, 6, 3}));
  const std::vector<int> expected = {0, 255, 128, 128, 0, 255};
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_EQ(bytes[0][i][1].item<int>(), expected[static_cast<std::size_t>(i)]) << i;
}

TEST(StreamingDecoder, BytesGoBothWays) {
  const auto bytes = torch::arange(256, torch::kUInt8).reshape({1, 256, 1}).expand({2, 256, 3}).contiguous();
  EXPECT_TRUE(torch::equal(to_bytes(from_bytes(bytes)), bytes));
}

}  // namespace
}  // namespace equi::stream
