// What a session does beyond making columns: history entries, stopping, errors, tokens, previews.
#include <cmath>

#include "tests/engine/engine_fixture.h"
#include "tests/support/poisoned_bundle.h"

namespace equi::engine {
namespace {

using Titles = std::vector<std::string>;

TEST_F(SessionTest, AnExtensionIsOneHistoryEntry) {
  const auto session = create();
  session->extend(FrameId::forward, 30);
  session->extend(FrameId::mirrored, 3);
  EXPECT_EQ(session->document().history(),
            (Titles{"New panorama, seed 7", "Extend right by 30", "Extend left by 3"}));
  session->undo();
  EXPECT_EQ(session->extent(), (ColumnRange{0, 30}));
  session->go_to_history(0);
  EXPECT_TRUE(session->state().empty());
  session->go_to_history(2);
  EXPECT_EQ(session->extent(), (ColumnRange{-3, 30}));
  EXPECT_THROW(session->go_to_history(3), Error);
}

// Writes another state over the newest entry of a project's history.
void put_state(canvas::Document& document, const canvas::State& state) {
  auto& file = document.file();
  const std::int64_t entry = document.cursor();
  file.commit([&] {
    file.put_history({entry, document.history()[static_cast<std::size_t>(entry)], canvas::to_json(state)},
                     entry);
  });
}

// What a program that was killed while it took in the context of its left side could leave once.
TEST_F(SessionTest, AHalfWrittenContextIsTakenInAgain) {
  {
    const auto session = create();
    session->extend(FrameId::forward, 30);
    session->extend(FrameId::mirrored, 2);
    auto state = session->state();
    state.mirrored.context = 1;
    state.mirrored.segments.front().count = 1;
    put_state(session->document(), state);
  }
  const auto session = open(), straight = create("straight.equi");
  EXPECT_EQ(session->extent(), (ColumnRange{0, 30}));
  session->extend(FrameId::mirrored, 3);
  straight->extend(FrameId::forward, 30);
  straight->extend(FrameId::mirrored, 3);
  EXPECT_EQ(session->extent(), straight->extent());
  EXPECT_EQ(all_tokens(*session), all_tokens(*straight));
  EXPECT_EQ(whole(*session).pixels, whole(*straight).pixels);
}

TEST_F(SessionTest, AProjectWithAnUnknownSceneIsRefused) {
  const auto classes = golden_engine()->manifest().generator.class_count;
  const auto expect_refused = [](const auto& call) {
    try {
      call();
      ADD_FAILURE() << "a scene that the model does not have was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(error.what()).find("a.equi"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("scene"), std::string::npos) << error.what();
    }
  };
  {
    const auto session = create();
    auto state = session->state();
    state.scene = classes;
    put_state(session->document(), state);
  }
  expect_refused([&] { open(); });
  std::filesystem::remove(folder_ / "a.equi");
  {
    const auto session = create();
    session->extend(FrameId::forward, 3);
    session->undo();
    auto state = session->state();
    state.scenes = {{2, classes, 0}};
    put_state(session->document(), state);  // drops what was undone
    session->document().execute(canvas::NewPanorama{});
  }
  const auto session = open();
  const auto before = session->state();
  expect_refused([&] { session->undo(); });
  EXPECT_EQ(session->state(), before);
  EXPECT_TRUE(session->document().can_undo());
}

TEST_F(SessionTest, SlicesOfOneExtensionAreOneHistoryEntry) {
  const auto session = create();
  const canvas::Extend entry{FrameId::forward, 0};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(session->extend_slice(entry, 3), 3);
  session->finish_extension();
  EXPECT_EQ(session->document().history(), (Titles{"New panorama, seed 7", "Extend right by 12"}));
  EXPECT_EQ(session->extend_slice(entry, 1), 1);
  EXPECT_EQ(session->document().history().size(), 3U) << "a finished one is not gone on with";
}

TEST_F(SessionTest, WhatTheLeftNeedsFirstIsPartOfTheSameEntry) {
  const auto session = create();
  session->extend(FrameId::mirrored, 2);
  EXPECT_EQ(session->extent().begin, -2);
  EXPECT_GT(session->extent().end, 16);
  session->undo();
  EXPECT_TRUE(session->state().empty());
}

// The left continues the picture of the first columns, which depends on tokens further on.
TEST_F(SessionTest, TheLeftGoesWithEveryColumnThatItsContextDependsOn) {
  const auto session = create();
  session->extend(FrameId::mirrored, 2);
  const auto needed = session->extent().end;
  ASSERT_GT(needed, canvas::kContextColumns);
  session->extend(FrameId::forward, 30);
  session->execute(canvas::CutOff{needed});
  EXPECT_EQ(session->extent(), (ColumnRange{-2, needed}));
  session->execute(canvas::Regenerate{needed - 1});
  EXPECT_EQ(session->extent(), (ColumnRange{0, needed - 1}));
}

TEST_F(SessionTest, AStopKeepsWhatIsThereAndSaysHowMuch) {
  const auto session = create();
  std::stop_source stop;
  const auto made = session->extend(
      FrameId::forward, 0, [&](std::int64_t done) { return done == 5 ? void(stop.request_stop()) : void(); },
      stop.get_token());
  EXPECT_EQ(made, 5);
  EXPECT_EQ(session->extent(), (ColumnRange{0, 5}));
  EXPECT_EQ(session->document().history().back(), "Extend right by 5");
  EXPECT_EQ(session->extend(FrameId::forward, 3, {}, stop.get_token()), 0);
  EXPECT_EQ(session->document().history().size(), 2U) << "nothing made, nothing to undo";
  const auto straight = create("straight.equi");
  straight->extend(FrameId::forward, 8);
  session->extend(FrameId::forward, 3);
  EXPECT_EQ(all_tokens(*session), all_tokens(*straight)) << "a stop leaves no trace in what comes after";
}

TEST_F(SessionTest, AbsurdCountsAreRefused) {
  const auto session = create();
  EXPECT_THROW(session->extend(FrameId::forward, -1), Error);
  EXPECT_THROW(session->extend(FrameId::mirrored, canvas::kMaxColumns + 1), Error);
  EXPECT_THROW(session->pixels({0, 1}), Error);
  session->extend(FrameId::forward, 3);
  for (const ColumnRange columns :
       {ColumnRange{-1, 2}, ColumnRange{0, 4}, ColumnRange{2, 2}, ColumnRange{3, 1}}) {
    EXPECT_THROW(session->pixels(columns), Error);
    EXPECT_THROW(session->tokens(columns), Error);
  }
  EXPECT_EQ(session->document().history().size(), 2U);
}

TEST_F(SessionTest, NonsenseInAPanoramaIsRefusedBeforeThereIsAFile) {
  const auto refuse = [&](const canvas::NewPanorama& panorama) {
    EXPECT_THROW(create("bad.equi", panorama), Error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "bad.equi"));
  };
  refuse(quick_panorama(1, 5));
  refuse(quick_panorama(1, -2));
  auto panorama = quick_panorama();
  panorama.settings.solver.evaluations = 0;
  refuse(panorama);
  panorama = quick_panorama();
  panorama.settings.guidance.scale = NAN;
  refuse(panorama);
}

TEST_F(SessionTest, ANumberThatIsNotFiniteNamesItsColumnAndKeepsTheRest) {
  testing::make_poisoned_bundle(folder_ / "poisoned");
  const auto session =
      Session::create(Engine::load(folder_ / "poisoned"), folder_ / "a.equi", quick_panorama());
  session->extend(FrameId::forward, 12);
  session->extend(FrameId::mirrored, 5);
  const auto expect_stop_at = [&](FrameId frame, const std::string& column, ColumnRange left) {
    try {
      session->extend(frame, 10);
      FAIL() << "NaN went into the document";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::numeric);
      EXPECT_EQ(error.where(), column);
    }
    EXPECT_EQ(session->extent(), left);
  };
  const std::int64_t right = session->extent().end;
  session->execute(canvas::ChangeScene{{right, 4, 0}});
  expect_stop_at(FrameId::forward, "column " + std::to_string(right), {-5, right});
  session->execute(canvas::ChangeScene{{-4, 4, 0}});
  expect_stop_at(FrameId::mirrored, "column -4", {-3, right});
  session->execute(canvas::ChangeScene{{right, 2, 0}});
  EXPECT_EQ(session->extend(FrameId::forward, 2), 2) << "another scene goes on";
  EXPECT_EQ(whole(*session).columns, (ColumnRange{-3, right + 2}));
}

TEST_F(SessionTest, ATokenThatIsNotFiniteInAnEditIsSaidWhenItIsDecoded) {
  const auto session = create();
  session->extend(FrameId::forward, 30);
  const std::vector<float> bad(static_cast<std::size_t>(golden_engine()->token_width()), INFINITY);
  session->execute(canvas::EditToken{20, session->document().put_token(bad)});
  EXPECT_NO_THROW(session->pixels({0, 4}));
  try {
    session->pixels({18, 22});
    FAIL() << "infinity was painted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "columns 18 to 21");
  }
}

TEST_F(SessionTest, TokensOfEveryKindOfColumn) {
  const auto session = with_photo(20);
  session->extend(FrameId::forward, 5);
  session->extend(FrameId::mirrored, 4);
  const auto all = all_tokens(*session);
  const auto width = static_cast<std::size_t>(golden_engine()->token_width());
  ASSERT_EQ(all.size(), 29 * width);
  for (const std::int64_t column : {-4, -1, 0, 19, 20, 24}) {
    const auto begin =
        all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(column + 4) * width);
    EXPECT_EQ(session->tokens({column, column + 1}),
              std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(width)))
        << column;
  }
}

TEST_F(SessionTest, APreviewIsWhatAnEditWouldShowAndKeepsNothing) {
  const auto session = create();
  session->extend(FrameId::forward, 30);
  session->extend(FrameId::mirrored, 12);
  const auto before = whole(*session).pixels;
  for (const std::int64_t column : {12, -5}) {
    const auto token = session->tokens({3, 4});
    const std::vector<Session::Replacement> swap{{column, token}};
    const Strip preview = session->preview(session->extent(), swap);
    EXPECT_EQ(whole(*session).pixels, before);
    session->execute(canvas::EditToken{column, session->document().put_token(token)});
    EXPECT_EQ(preview.pixels, whole(*session).pixels);
    session->undo();
    const ColumnRange reach = session->affected(column);
    EXPECT_LE(reach.begin, column);
    EXPECT_GT(reach.end, column);
    const Strip plain = whole(*session);
    for (std::int64_t c = plain.columns.begin; c < plain.columns.end; ++c) {
      const bool changes = cut(plain, {c, c + 1}) != cut(preview, {c, c + 1});
      EXPECT_TRUE(!changes || (reach.begin <= c && c < reach.end)) << "column " << c;
    }
  }
}

TEST_F(SessionTest, APreviewInAPhotoAddsTheDifferenceToItsPixels) {
  const auto session = with_photo(24);
  const auto same = session->tokens({10, 11});
  const std::vector<Session::Replacement> nothing{{10, same}};
  EXPECT_EQ(session->preview({0, 24}, nothing).pixels, stripes(24));
  const std::vector<Session::Replacement> swap{{10, session->tokens({2, 3})}};
  const Strip changed = session->preview({0, 24}, swap);
  EXPECT_NE(changed.pixels, stripes(24));
  const ColumnRange reach = session->affected(10);
  const Strip plain = session->pixels({0, 24});
  EXPECT_EQ(cut(changed, {0, reach.begin}), cut(plain, {0, reach.begin}));
  EXPECT_EQ(cut(changed, {reach.end, 24}), cut(plain, {reach.end, 24}));
  EXPECT_THROW(session->execute(canvas::EditToken{10, session->document().put_token(same)}), Error);
}

TEST_F(SessionTest, VariationsKeepNothing) {
  const auto session = create();
  session->extend(FrameId::forward, 20);
  const auto before = session->state();
  const std::vector<std::uint32_t> takes{1, 2, 3};
  std::vector<int> looks(3);
  session->variations(20, 9, takes, [&](std::size_t i, const Strip& strip) {
    ++looks[i];
    EXPECT_EQ(strip.columns.begin, 20);
  });
  EXPECT_EQ(looks, (std::vector<int>{4, 4, 4})) << "columns 1, 4, 8 and 9";
  EXPECT_EQ(session->state(), before);
  EXPECT_THROW(session->variations(22, 4, takes, {}), Error);
  EXPECT_THROW(session->variations(10, 0, takes, {}), Error);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(session->variations(10, 4, takes, {}, stop.get_token()), Error);
  const auto straight = create("straight.equi");
  straight->extend(FrameId::forward, 25);
  session->extend(FrameId::forward, 5);
  EXPECT_EQ(all_tokens(*session), all_tokens(*straight));
}

TEST_F(SessionTest, AProjectOfAnotherModelIsRefusedUnlessAskedFor) {
  auto other = golden_engine()->identity();
  other.name = "other";
  other.generator_sha256 = "cccc";
  canvas::Document::create(folder_ / "other.equi", other, quick_panorama());
  try {
    open("other.equi");
    FAIL() << "another model was accepted";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("was made with the model other"), std::string::npos) << error.what();
  }
  EXPECT_NO_THROW(Session::open(golden_engine(), folder_ / "other.equi", true));
}

}  // namespace
}  // namespace equi::engine
