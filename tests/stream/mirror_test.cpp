#include "core/stream/mirror.h"

#include <ATen/record_function.h>

#include "core/base/error.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

constexpr WindowLayout kLayout{16, 8, 4};
constexpr std::int64_t kContext = 16;

const TokenizerConfig& config() {
  return golden_model().manifest.tokenizer;
}

double vae_norm() {
  return golden_model().manifest.vae_norm;
}

// A picture of smooth colours with a pattern that is not symmetric.
torch::Tensor picture(std::int64_t columns) {
  const std::int64_t w = columns * config().column_pixels(), h = config().image_height;
  const auto x = torch::arange(w, torch::kFloat32).reshape({1, w, 1}),
             y = torch::arange(h, torch::kFloat32).reshape({h, 1, 1});
  const auto phase = torch::tensor({0.0F, 1.0F, 2.0F}).reshape({1, 1, 3});
  return (127.5 + 80 * torch::sin(x / 9 + phase) + 40 * torch::cos(y / 7 + x / 31))
      .clamp(0, 255)
      .to(torch::kUInt8);
}

// Context and `columns` generated ones of the frame that continues `side` of a picture: [16 + columns, E].
torch::Tensor continue_picture(const torch::Tensor& existing, Side side, std::int64_t columns) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  const auto context = context_tokens(golden_model().tokenizer, vae_norm(), existing, side, kContext);
  const Scene scene{2};
  for (std::int64_t i = 0; i < kContext; ++i) generator.accept(context.narrow(0, i, 1), {&scene, 1});
  return torch::cat({context, make_columns(generator, columns, scene)});
}

TokenSource source(const torch::Tensor& tokens) {
  return [tokens](ColumnRange c) { return tokens.narrow(0, c.begin, c.size()); };
}

TEST(FrameMap, GoesBothWays) {
  for (const FrameMap map :
       {FrameMap{0, false}, FrameMap{-20, false}, FrameMap{15, true}, FrameMap{-3, true}}) {
    for (std::int64_t c = -40; c < 40; ++c) EXPECT_EQ(map.to_frame(map.to_document(c)), c);
    const ColumnRange range{-7, 12};
    EXPECT_EQ(map.to_frame(map.to_document(range)), range);
    EXPECT_EQ(map.to_document(range).size(), range.size());
  }
}

TEST(FrameMap, TheMirroredFrameOfAGeneratedCanvas) {
  const auto map = continuing_frame({0, 24}, Side::left, 16);
  EXPECT_EQ(map.to_document(0), 15) << "context";
  EXPECT_EQ(map.to_document(15), 0) << "the column at the edge";
  EXPECT_EQ(map.to_document(16), -1) << "column -1-m is mirrored column m after the context";
  EXPECT_EQ(map.to_document(ColumnRange{16, 20}), (ColumnRange{-4, 0}));
  EXPECT_EQ(map.to_frame(ColumnRange{-4, 0}), (ColumnRange{16, 20}));
}

TEST(FrameMap, BothSidesOfAPhoto) {
  const auto right = continuing_frame({0, 40}, Side::right, 16),
             left = continuing_frame({0, 40}, Side::left, 16);
  EXPECT_EQ(right.to_document(16), 40);
  EXPECT_EQ(left.to_document(16), -1);
  const auto narrow = continuing_frame({0, 3}, Side::right, 3);
  EXPECT_EQ(narrow.to_document(0), 0);
  EXPECT_THROW(continuing_frame({0, 3}, Side::left, 4), Error);
  EXPECT_THROW(continuing_frame({0, 0}, Side::left, 0), Error);
}

TEST(Mirror, TheContextIsSettledBeforeTheMirroredFrameBegins) {
  const auto needed = columns_before_mirroring(kLayout, kContext);
  EXPECT_EQ(needed, 24);
  EXPECT_GE(WindowPlan(kLayout, {0, needed}).settled_end(), kContext);
  EXPECT_LT(WindowPlan(kLayout, {0, needed - 1}).settled_end(), kContext);
}

TEST(Mirror, TheLeftContextIsTheFlippedPicture) {
  const auto photo = picture(30);
  const auto left = context_tokens(golden_model().tokenizer, vae_norm(), photo, Side::left, kContext);
  const auto right_of_flipped =
      context_tokens(golden_model().tokenizer, vae_norm(), flip(photo), Side::right, kContext);
  EXPECT_TRUE(torch::equal(left, right_of_flipped));
  EXPECT_EQ(left.size(0), kContext);
}

TEST(Mirror, ContextTokensAreInGeneratorSpace) {
  const auto photo = picture(16);
  const auto tokens = context_tokens(golden_model().tokenizer, vae_norm(), photo, Side::right, 16);
  const torch::InferenceMode inference;
  const auto plain = golden_model().tokenizer->encode(from_bytes(photo).unsqueeze(0))[0];
  EXPECT_TRUE(torch::allclose(tokens, plain * vae_norm()));
}

TEST(Mirror, ExtendingLeftIsExtendingTheFlippedPictureRight) {
  const auto photo = picture(20);
  const auto left_tokens = continue_picture(photo, Side::left, 24),
             right_tokens = continue_picture(flip(photo), Side::right, 24);
  StreamingDecoder decoder(golden_model().tokenizer, vae_norm(), kLayout);
  const auto left = decode_document(decoder, continuing_frame({0, 20}, Side::left, kContext), 40, {-24, 4},
                                    source(left_tokens));
  const auto right = decode_document(decoder, continuing_frame({0, 20}, Side::right, kContext), 40, {16, 44},
                                     source(right_tokens));
  EXPECT_TRUE(torch::equal(flip(left.pixels), right.pixels));
}

TEST(Mirror, AStripMayBeDecodedInPieces) {
  const auto tokens = continue_picture(picture(16), Side::left, 24);
  const auto frame = continuing_frame({0, 16}, Side::left, kContext);
  StreamingDecoder decoder(golden_model().tokenizer, vae_norm(), kLayout);
  const auto whole = decode_document(decoder, frame, 40, {-24, 16}, source(tokens)).pixels;
  std::vector<torch::Tensor> parts;
  for (std::int64_t c = -24; c < 16; c += 5)
    parts.push_back(decode_document(decoder, frame, 40, {c, c + 5}, source(tokens)).pixels);
  EXPECT_TRUE(torch::equal(torch::cat(parts, 1), whole));
}

TEST(Mirror, PixelsOutsideTheBandAreKeptBitForBit) {
  const auto existing = picture(20), own = flip(existing);
  const std::int64_t width = existing.size(1);
  for (const std::int64_t band : {0, 1, 7, 24, 80}) {
    const auto left = blend_edge(existing, own, Side::left, band),
               right = blend_edge(existing, own, Side::right, band);
    EXPECT_TRUE(torch::equal(left.narrow(1, band, width - band), existing.narrow(1, band, width - band)))
        << band;
    EXPECT_TRUE(torch::equal(right.narrow(1, 0, width - band), existing.narrow(1, 0, width - band))) << band;
  }
}

TEST(Mirror, TheBandGoesFromTheFramesPixelsToTheExistingOnes) {
  const auto existing = torch::full({4, 64, 3}, 200, torch::kUInt8),
             own = torch::full({4, 64, 3}, 100, torch::kUInt8);
  const auto left = blend_edge(existing, own, Side::left, 20),
             right = blend_edge(existing, own, Side::right, 20);
  for (std::int64_t x = 0; x < 20; ++x) {
    const double share =
        1 - (static_cast<double>(x) + 0.5) / 20;  // 200 - 100 share: 102.5 is rounded to even
    EXPECT_EQ(left[0][x][1].item<int>(), static_cast<int>(std::nearbyint(200 - 100 * share))) << x;
    EXPECT_EQ(right[0][63 - x][1].item<int>(), left[0][x][1].item<int>()) << x;
  }
}

TEST(Mirror, BlendingAPictureWithItselfChangesNothing) {
  const auto existing = picture(16);
  EXPECT_TRUE(torch::equal(blend_edge(existing, existing, Side::left, 64), existing));
}

TEST(Mirror, EncodesAPictureOfAnyWidth) {
  for (const std::int64_t columns : {2, 9, 16, 17, 33, 61}) {
    const auto tokens = encode_windows(golden_model().tokenizer, vae_norm(), picture(columns), 16);
    EXPECT_EQ(tokens.size(0), columns);
  }
  const auto photo = picture(16);
  EXPECT_TRUE(torch::equal(encode_windows(golden_model().tokenizer, vae_norm(), photo, 16),
                           encode_picture(golden_model().tokenizer, vae_norm(), photo)));
}

std::int64_t g_convolutions = 0;

std::int64_t convolutions_of(const std::function<void()>& work) {
  g_convolutions = 0;
  const auto count = [](const at::RecordFunction& fn) -> std::unique_ptr<at::ObserverContext> {
    if (std::string_view(fn.name()) == "aten::convolution") ++g_convolutions;
    return nullptr;
  };
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(count));
  work();
  at::removeCallback(handle);
  return g_convolutions;
}

TEST(Mirror, SomeColumnsHaveTheSameTokensAsAll) {
  for (const std::int64_t count : {9, 16, 41}) {
    const auto wide = picture(count);
    const auto all = encode_windows(golden_model().tokenizer, vae_norm(), wide, 16);
    for (std::int64_t begin = 0; begin < count; begin += 3) {
      for (const std::int64_t size : {1, 2, 9, 30}) {
        const ColumnRange columns{begin, std::min(count, begin + size)};
        const auto some = encode_windows(golden_model().tokenizer, vae_norm(), wide, 16, columns);
        EXPECT_TRUE(torch::equal(some, all.narrow(0, columns.begin, columns.size())))
            << columns.begin << " to " << columns.end << " of " << count;
        const auto window = columns_encoded_with(begin, count, 16);
        EXPECT_LE(window.begin, begin);
        EXPECT_GT(window.end, begin);
      }
    }
  }
  EXPECT_THROW(encode_windows(golden_model().tokenizer, vae_norm(), picture(9), 16, {3, 10}), Error);
}

TEST(Mirror, OnlyTheWindowsOfTheAskedColumnsAreEncoded) {
  const auto wide = picture(80);
  const auto encode = [&](ColumnRange columns) {
    return convolutions_of([&] { encode_windows(golden_model().tokenizer, vae_norm(), wide, 16, columns); });
  };
  const auto one = encode({40, 41});
  EXPECT_GT(one, 0);
  EXPECT_EQ(encode(columns_encoded_with(40, 80, 16)), one);
  EXPECT_EQ(encode({40, 48}), 2 * one);
  EXPECT_EQ(encode({0, 80}), 9 * one);
}

TEST(Mirror, EncodingIsStoppedBetweenTwoWindows) {
  std::stop_source stop;
  stop.request_stop();
  try {
    encode_windows(golden_model().tokenizer, vae_norm(), picture(40), 16, stop.get_token());
    FAIL() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
}

TEST(Mirror, ColumnsInTheMiddleOfAWidePictureDoNotDependOnItsWidth) {
  const auto wide = picture(80);
  const auto all = encode_windows(golden_model().tokenizer, vae_norm(), wide, 16);
  const auto part = encode_windows(golden_model().tokenizer, vae_norm(),
                                   wide.narrow(1, 0, 48 * config().column_pixels()), 16);
  EXPECT_TRUE(torch::equal(all.narrow(0, 0, 36), part.narrow(0, 0, 36)));
}

TEST(Mirror, RefusesPicturesThatDoNotFit) {
  const auto& tokenizer = golden_model().tokenizer;
  const auto photo = picture(8);
  EXPECT_THROW(context_tokens(tokenizer, 1.0, photo, Side::left, 9), Error);
  EXPECT_THROW(context_tokens(tokenizer, 1.0, photo, Side::left, 0), Error);
  EXPECT_THROW(encode_picture(tokenizer, 1.0, photo.narrow(0, 0, 32)), Error) << "height";
  EXPECT_THROW(encode_picture(tokenizer, 1.0, photo.narrow(1, 0, 9)), Error) << "no whole columns";
  EXPECT_THROW(encode_picture(tokenizer, 1.0, photo.to(torch::kFloat32)), Error);
  EXPECT_THROW(blend_edge(photo, photo, Side::left, photo.size(1) + 1), Error);
  EXPECT_THROW(blend_edge(photo, photo, Side::left, -1), Error);
  EXPECT_THROW(blend_edge(photo, photo.narrow(1, 0, 4), Side::left, 2), Error);
}

}  // namespace
}  // namespace equi::stream
