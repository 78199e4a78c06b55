// The inspector on canvases: both frames, the frontier, photos, other projects.
#include "core/inspect/heat_map.h"
#include "core/inspect/influence.h"
#include "core/inspect/progressive.h"
#include "core/inspect/sources.h"
#include "core/inspect/swap.h"
#include "core/media/image.h"
#include "tests/engine/engine_fixture.h"

namespace equi::inspect {
namespace {

using engine::FrameId;
using engine::golden_engine;

class InspectSession : public engine::SessionTest {
 protected:
  // Columns -6 .. 25.
  std::unique_ptr<engine::Session> both_ways() {
    auto session = create();
    session->extend(FrameId::forward, 26);
    session->extend(FrameId::mirrored, 6);
    return session;
  }
  static Token zero() { return Token(std::size_t(golden_engine()->token_width()), 0.0F); }
  std::filesystem::path picture(int width, int height, const std::string& name = "photo.png") {
    media::Image image{width, height,
                       std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * 3)};
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<std::uint8_t>((i * 7 + i / 50) % 251);
    media::write_image(folder_ / name, image);
    return folder_ / name;
  }
};

TEST_F(InspectSession, ShowsWhatTheCanvasShows) {
  const auto session = both_ways();
  const auto row = row_of_session(*session);
  EXPECT_EQ(row->extent(), (ColumnRange{-6, 26}));
  EXPECT_EQ(to_rgb(row->decode({-6, 26}, {})).pixels, whole(*session).pixels) << "the same bytes";
  EXPECT_EQ(row->tokens({-6, 26}), all_tokens(*session));
  EXPECT_EQ(row->frame(-1), 1);
  EXPECT_EQ(row->frame(0), 0);
  EXPECT_EQ(scene_text(*session, 3), golden_engine()->manifest().class_names[1]);
}

TEST_F(InspectSession, ChangesNothingOutsideTheAffectedColumns) {
  const auto session = both_ways();
  const auto row = row_of_session(*session);
  const auto before = row->decode(row->extent(), {});
  const int px = row->column_pixels();
  for (const std::int64_t column : {-6, -1, 0, 12, 25}) {
    const std::vector<Replacement> replacement = {{column, zero()}};
    const auto change =
        measure_influence(before, row->decode(row->extent(), replacement), {column, column + 1});
    const auto affected = row->affected(column);
    EXPECT_LE(affected.begin, column);
    EXPECT_GT(affected.end, column);
    EXPECT_GT(change.total(), 0) << column;
    for (std::int64_t x = 0; x < change.width; ++x) {
      const std::int64_t at = row->extent().begin + x / px;
      if (at >= affected.begin && at < affected.end) continue;
      EXPECT_EQ(change.profile[std::size_t(x)], 0) << "column " << column << " changes column " << at;
    }
  }
}

TEST_F(InspectSession, ARangeAcrossBothFramesIsReplacedInBoth) {
  const auto session = both_ways();
  const auto row = row_of_session(*session);
  const auto replaced = blend_into(*row, {-2, 2}, zero(), 1.0, Blend::linear);
  const auto shown = affected_by(*row, {-2, 2});
  const auto change = measure_influence(row->decode(shown, {}), row->decode(shown, replaced), {-2, 2});
  const int px = row->column_pixels();
  const auto changed = [&](std::int64_t column) {
    return change.profile[std::size_t((column - shown.begin) * px)] > 0;
  };
  EXPECT_TRUE(changed(-1));
  EXPECT_TRUE(changed(0));
}

TEST_F(InspectSession, RefusesColumnsBeyondTheFrontier) {
  const auto session = both_ways();
  const auto row = row_of_session(*session);
  EXPECT_NO_THROW(influence_of(*row, 25, zero()));
  for (const std::int64_t column : {26, -7, 1000000}) {
    try {
      influence_of(*row, column, zero());
      FAIL() << column;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_NE(error.message().find("only columns -6 to 25 exist"), std::string::npos) << error.message();
    }
  }
  EXPECT_THROW(row->decode({20, 30}, {}), Error);
  const auto empty = create("empty.equi");
  const auto empty_row = row_of_session(*empty);
  EXPECT_THROW(token_of(*empty_row, 0), Error);
}

TEST_F(InspectSession, SwappingTwiceRestoresTheCanvasBitForBit) {
  const auto session = both_ways();
  const auto before = whole(*session).pixels;
  const auto apply = [&] {
    const auto row = row_of_session(*session);
    for (const auto& each : exchange(*row, 3, 20))
      session->execute(canvas::EditToken{each.column, session->document().put_token(each.token)});
  };
  apply();
  EXPECT_NE(whole(*session).pixels, before);
  const auto swapped = whole(*session).pixels;
  apply();
  EXPECT_EQ(whole(*session).pixels, before);
  session->undo();
  session->undo();
  EXPECT_EQ(whole(*session).pixels, swapped) << "each edit is an undoable step";
}

TEST_F(InspectSession, ThePredictionPhaseGrowsBothFrames) {
  const auto session = both_ways();
  const auto row = row_of_session(*session);
  const Progressive progressive{{-6, 26}, Order::prediction, 1, {}};
  const auto grey = [&](const Picture& picture, std::int64_t column) {
    const float* at = picture.row(1, 3) + (column + 6) * row->column_pixels();
    return std::all_of(at, at + row->column_pixels(), [](float v) { return v == 0; });
  };
  const auto some = progressive_frame(*row, progressive, 10);
  EXPECT_FALSE(grey(some, 9));
  EXPECT_TRUE(grey(some, 10));
  EXPECT_TRUE(grey(some, -1));
  const auto more = progressive_frame(*row, progressive, 28);
  EXPECT_FALSE(grey(more, 25));
  EXPECT_FALSE(grey(more, -2));
  EXPECT_TRUE(grey(more, -3));
  EXPECT_EQ(to_rgb(progressive_frame(*row, progressive, 32)).pixels, whole(*session).pixels);
}

TEST_F(InspectSession, AnotherScenesTokenWithTheSameNoise) {
  const auto session = both_ways();
  for (const std::int64_t column : {0, 13, 25, -1, -6}) {
    EXPECT_EQ(token_in_other_scene(*session, column, 1), session->tokens({column, column + 1}))
        << "the canvas's own scene gives column " << column << " again";
    EXPECT_NE(token_in_other_scene(*session, column, 2), session->tokens({column, column + 1}));
  }
  EXPECT_THROW(token_in_other_scene(*session, 26, 2), Error);
  EXPECT_THROW(token_in_other_scene(*session, 3, 99), Error);
}

TEST_F(InspectSession, APhotosColumnsHaveTokensButNoScene) {
  const auto session = with_photo(20);
  session->extend(FrameId::forward, 4);
  const auto row = row_of_session(*session);
  EXPECT_GT(influence_of(*row, 5, zero()).total(), 0);
  EXPECT_THROW(token_in_other_scene(*session, 5, 2), Error);
  EXPECT_EQ(token_in_other_scene(*session, 21, 1), session->tokens({21, 22}));
}

TEST_F(InspectSession, TokensOfAPicture) {
  const auto path = picture(40, 64);
  const auto fitted = load_picture(*golden_engine(), path);
  const auto row = row_of_picture(*golden_engine(), fitted);
  EXPECT_EQ(row->extent(), (ColumnRange{0, 10}));
  EXPECT_EQ(token_of_picture(*golden_engine(), path, 4), token_of(*row, 4));
  EXPECT_THROW(token_of_picture(*golden_engine(), path, 10), Error);
}

TEST_F(InspectSession, RefusesAPictureTooNarrowForAColumn) {
  try {
    load_picture(*golden_engine(), picture(3, 64));
    FAIL() << "it has no column";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_NE(error.message().find("too narrow"), std::string::npos) << error.message();
  }
}

TEST_F(InspectSession, RefusesTokensOfAnotherModelWithTheReason) {
  auto identity = golden_engine()->identity();
  identity.name = "some other model";
  identity.tokenizer_sha256 = std::string(64, 'f');
  canvas::Document::create(folder_ / "other.equi", identity, engine::quick_panorama());
  try {
    token_of_project(golden_engine(), folder_ / "other.equi", 0);
    FAIL() << "took them";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_NE(error.message().find("some other model"), std::string::npos) << error.message();
  }
  const auto session = both_ways();
  session->document().flush();
  const auto own = create("own.equi");
  own->extend(FrameId::forward, 3);
  EXPECT_EQ(token_of_project(golden_engine(), folder_ / "own.equi", 2), own->tokens({2, 3}));
}

TEST_F(InspectSession, TheModelsStatisticsAreLearntFromItsScenes) {
  const auto learnt = learn_statistics(*golden_engine(), 3);
  EXPECT_EQ(learnt.count, 3 * golden_engine()->manifest().generator.class_count);
  EXPECT_EQ(learnt.width(), golden_engine()->token_width());
  EXPECT_FALSE(learnt.components.empty());
  EXPECT_EQ(learn_statistics(*golden_engine(), 3).mean, learnt.mean) << "reproducible";
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(learn_statistics(*golden_engine(), 3, {}, source.get_token()), Error);
}

}  // namespace
}  // namespace equi::inspect
