// The picture is a pure function of the document (algorithm.md section 8): how it grew, in which order and
// what was looked at do not matter.
#include "tests/engine/engine_fixture.h"

namespace equi::engine {
namespace {

TEST_F(SessionTest, ExtendingInPiecesIsExtendingAtOnce) {
  const auto once = create("once.equi"), pieces = create("pieces.equi");
  EXPECT_EQ(once->extend(FrameId::forward, 40), 40);
  for (const std::int64_t count : {1, 9, 13, 17}) pieces->extend(FrameId::forward, count);
  EXPECT_EQ(all_tokens(*once), all_tokens(*pieces));
  EXPECT_EQ(whole(*once).pixels, whole(*pieces).pixels);
}

TEST_F(SessionTest, TheOrderOfLeftAndRightDoesNotMatter) {
  const auto a = create("a.equi"), b = create("b.equi"), c = create("c.equi");
  a->extend(FrameId::forward, 40);
  a->extend(FrameId::mirrored, 12);
  b->extend(FrameId::mirrored, 12);
  b->extend(FrameId::forward, 40 - b->extent().end);
  c->extend(FrameId::forward, 5);
  c->extend(FrameId::mirrored, 5);
  c->extend(FrameId::forward, 2);
  c->extend(FrameId::mirrored, 7);
  c->extend(FrameId::forward, 40 - c->extent().end);
  EXPECT_EQ(a->extent(), (ColumnRange{-12, 40}));
  EXPECT_EQ(b->extent(), a->extent());
  EXPECT_EQ(c->extent(), a->extent());
  EXPECT_EQ(all_tokens(*a), all_tokens(*b));
  EXPECT_EQ(all_tokens(*a), all_tokens(*c));
  EXPECT_EQ(whole(*a).pixels, whole(*b).pixels);
  EXPECT_EQ(whole(*a).pixels, whole(*c).pixels);
}

TEST_F(SessionTest, TheViewportDoesNotMatter) {
  const auto session = create();
  session->extend(FrameId::forward, 40);
  session->extend(FrameId::mirrored, 20);
  const Strip all = whole(*session);
  for (const ColumnRange columns : {ColumnRange{-20, -1}, ColumnRange{-3, 5}, ColumnRange{0, 1},
                                    ColumnRange{1, 2}, ColumnRange{11, 29}, ColumnRange{38, 40}}) {
    EXPECT_EQ(session->pixels(columns).pixels, cut(all, columns)) << columns.begin << " to " << columns.end;
  }
}

TEST_F(SessionTest, SettledColumnsNeverChangeAgain) {
  const auto session = create();
  std::optional<Strip> before;
  const auto look = [&] {
    const Strip now = whole(*session);
    if (before) {
      EXPECT_LE(now.settled.begin, before->settled.begin);
      EXPECT_GE(now.settled.end, before->settled.end);
      EXPECT_EQ(cut(now, before->settled), cut(*before, before->settled));
    }
    if (now.settled.size() > 0) before = now;
  };
  for (int i = 0; i < 12; ++i) {
    session->extend(i % 3 == 2 ? FrameId::mirrored : FrameId::forward, 5);
    look();
  }
  EXPECT_GT(before->settled.begin, before->columns.begin) << "the newest columns on the left are provisional";
  EXPECT_LT(before->settled.end, before->columns.end);
  EXPECT_LT(before->settled.begin, 0);
}

TEST_F(SessionTest, UndoThenRedoIsWhereItWas) {
  const auto session = create();
  session->extend(FrameId::forward, 30);
  session->extend(FrameId::mirrored, 10);
  const auto tokens = all_tokens(*session);
  const auto pixels = whole(*session).pixels;
  session->undo();
  session->undo();
  EXPECT_EQ(session->extent(), (ColumnRange{0, 0}));
  session->redo();
  session->redo();
  EXPECT_EQ(all_tokens(*session), tokens);
  EXPECT_EQ(whole(*session).pixels, pixels);
}

TEST_F(SessionTest, GoingOnAfterUndoMakesTheSameColumns) {
  const auto session = create();
  session->extend(FrameId::forward, 20);
  session->extend(FrameId::forward, 15);
  const auto tokens = all_tokens(*session);
  session->undo();
  session->extend(FrameId::forward, 15);
  EXPECT_EQ(all_tokens(*session), tokens) << "the generator is put back by replaying the columns it saw";
  session->execute(canvas::CutOff{7});
  session->extend(FrameId::forward, 28);
  EXPECT_EQ(all_tokens(*session), tokens);
}

TEST_F(SessionTest, AReopenedProjectGoesOnAsIfNothingHadHappened) {
  const auto straight = create("straight.equi");
  straight->extend(FrameId::forward, 40);
  straight->extend(FrameId::mirrored, 9);
  {
    const auto session = create("reopened.equi");
    session->extend(FrameId::forward, 27);
  }
  {
    const auto session = open("reopened.equi");
    session->extend(FrameId::mirrored, 4);
  }
  const auto session = open("reopened.equi");
  session->extend(FrameId::forward, 13);
  session->extend(FrameId::mirrored, 5);
  EXPECT_EQ(all_tokens(*session), all_tokens(*straight));
  EXPECT_EQ(whole(*session).pixels, whole(*straight).pixels);
}

TEST_F(SessionTest, AnotherSeedOrSceneIsAnotherPicture) {
  const auto a = create("a.equi"), b = create("b.equi", quick_panorama(8)),
             c = create("c.equi", quick_panorama(7, 2));
  for (const auto& session : {a.get(), b.get(), c.get()}) session->extend(FrameId::forward, 4);
  EXPECT_NE(all_tokens(*a), all_tokens(*b));
  EXPECT_NE(all_tokens(*a), all_tokens(*c));
}

TEST_F(SessionTest, SceneChangesAndSettingsHoldFromTheirColumn) {
  const auto plain = create("plain.equi"), changed = create("changed.equi");
  plain->extend(FrameId::forward, 20);
  changed->extend(FrameId::forward, 20);
  changed->execute(canvas::ChangeScene{{10, 3, 4}});
  auto settings = changed->state().settings;
  settings.solver.evaluations = 3;
  changed->extend(FrameId::forward, 6);
  changed->execute(canvas::ChangeSettings{{16, settings}});
  changed->extend(FrameId::forward, 14);
  EXPECT_EQ(plain->tokens({0, 10}), changed->tokens({0, 10}));
  EXPECT_NE(plain->tokens({10, 11}), changed->tokens({10, 11}));
  const auto again = create("again.equi");
  again->extend(FrameId::forward, 10);
  again->execute(canvas::ChangeScene{{10, 3, 4}});
  again->execute(canvas::ChangeSettings{{10, settings}});
  again->execute(canvas::ChangeSettings{{10, again->state().settings}});
  again->extend(FrameId::forward, 6);
  again->execute(canvas::ChangeSettings{{16, settings}});
  again->extend(FrameId::forward, 7);
  again->execute(canvas::CutOff{18});
  again->extend(FrameId::forward, 12);
  EXPECT_EQ(all_tokens(*again), all_tokens(*changed))
      << "the replay meets the scenes and settings of the columns it replays";
}

TEST_F(SessionTest, AnEditIsSeenByTheColumnsThatComeAfter) {
  const auto edited = create("edited.equi"), plain = create("plain.equi");
  for (const auto& session : {edited.get(), plain.get()}) session->extend(FrameId::forward, 12);
  const auto token = edited->tokens({3, 4});
  edited->execute(canvas::EditToken{11, edited->document().put_token(token)});
  EXPECT_EQ(edited->tokens({11, 12}), token);
  EXPECT_EQ(edited->tokens({0, 11}), plain->tokens({0, 11}));
  for (const auto& session : {edited.get(), plain.get()}) session->extend(FrameId::forward, 6);
  EXPECT_NE(edited->tokens({12, 18}), plain->tokens({12, 18}));
  edited->undo();
  edited->undo();
  edited->extend(FrameId::forward, 6);
  EXPECT_EQ(all_tokens(*edited), all_tokens(*plain));
}

TEST_F(SessionTest, AKeptVariationIsTheOneThatWasShown) {
  const auto session = create();
  session->extend(FrameId::forward, 20);
  session->extend(FrameId::mirrored, 6);
  const std::vector<std::uint32_t> takes{3, 5};
  for (const std::int64_t column : {std::int64_t{12}, session->extent().end, std::int64_t{-3}}) {
    std::vector<Strip> shown(takes.size());
    session->variations(column, 9, takes, [&](std::size_t i, const Strip& strip) { shown[i] = strip; });
    EXPECT_NE(shown[0].pixels, shown[1].pixels);
    for (std::size_t i = 0; i < takes.size(); ++i) {
      session->execute(canvas::Regenerate{column, takes[i]});
      session->extend(canvas::frame_of(column), 9);
      EXPECT_EQ(shown[i].columns.size(), 9);
      EXPECT_EQ(session->pixels(shown[i].columns).pixels.size(), shown[i].pixels.size());
      const ColumnRange outer =
          column < 0 ? ColumnRange{column - 8, column + 1} : ColumnRange{column, column + 9};
      EXPECT_EQ(shown[i].columns, outer);
      EXPECT_EQ(cut(session->pixels(outer), outer), shown[i].pixels)
          << "column " << column << ", take " << takes[i];
      session->undo();
      session->undo();
    }
  }
}

}  // namespace
}  // namespace equi::engine
