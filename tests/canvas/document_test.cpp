#include "core/canvas/document.h"

#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "tests/canvas/document_fixture.h"

namespace equi::canvas {
namespace {

using Firsts = std::vector<float>;

TEST_F(DocumentTest, ColumnsGrowAndReadBack) {
  const auto document = create();
  EXPECT_TRUE(document->state().empty());
  extend(*document, 3);
  EXPECT_EQ(document->state().right_end(), 3);
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2}));
  EXPECT_EQ(document->tokens(FrameId::forward, 1, 1), test_token(1));
  EXPECT_THROW(document->tokens(FrameId::forward, 2, 2), Error);
}

TEST_F(DocumentTest, UndoAndRedoAreExact) {
  const auto document = create();
  extend(*document, 3);
  extend(*document, 2, FrameId::forward, 10);
  const State full = document->state();
  document->undo();
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2}));
  document->undo();
  EXPECT_TRUE(document->state().empty());
  EXPECT_FALSE(document->can_undo());
  EXPECT_THROW(document->undo(), Error);
  document->redo();
  document->redo();
  EXPECT_EQ(document->state(), full);
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2, 10, 11}));
  EXPECT_THROW(document->redo(), Error);
}

TEST_F(DocumentTest, WhatWasUndoneIsNotOverwrittenButForgotten) {
  const auto document = create();
  extend(*document, 3);
  extend(*document, 2, FrameId::forward, 10);
  document->undo();
  extend(*document, 1, FrameId::forward, 20);
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2, 20}));
  EXPECT_FALSE(document->can_redo());
  document->undo();
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2}));
}

TEST_F(DocumentTest, ManyExtensionsShareOneSegment) {
  const auto document = create();
  for (int i = 0; i < 10; ++i) extend(*document, 3);
  EXPECT_EQ(document->state().forward.segments.size(), 1U);
}

TEST_F(DocumentTest, ReopensWithItsHistory) {
  State before;
  {
    const auto document = create();
    extend(*document, 600);
    extend(*document, 5, FrameId::mirrored, 100);
    document->undo();
    document->redo();
    before = document->state();
  }
  const auto document = open();
  EXPECT_EQ(document->state(), before);
  EXPECT_EQ(firsts(*document).size(), 600U);
  EXPECT_EQ(firsts(*document)[599], 599.0F);
  EXPECT_EQ(document->history(),
            (std::vector<std::string>{"New panorama, seed 7", "Extend right by 600", "Extend left by 5"}));
  document->undo();
  EXPECT_FALSE(document->state().mirrored.started());
}

TEST_F(DocumentTest, ARegeneratedColumnGetsAnotherTakeAndCutsOff) {
  const auto document = create();
  extend(*document, 6);
  document->execute(Regenerate{3});
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2}));
  EXPECT_EQ(document->state().forward.take_at(2), 0U);
  EXPECT_EQ(document->state().forward.take_at(3), 1U);
  extend(*document, 3, FrameId::forward, 50);
  document->execute(Regenerate{4});
  EXPECT_EQ(document->state().forward.take_at(3), 1U);
  EXPECT_EQ(document->state().forward.take_at(4), 2U);
  document->undo();
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2, 50, 51, 52}));
}

TEST_F(DocumentTest, AnEditedTokenIsOneUndoableStep) {
  const auto document = create();
  extend(*document, 4);
  document->execute(EditToken{2, document->put_token(test_token(99))});
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 99, 3}));
  document->undo();
  EXPECT_EQ(firsts(*document), (Firsts{0, 1, 2, 3}));
  document->redo();
  document->execute(CutOff{2});
  EXPECT_EQ(firsts(*document), (Firsts{0, 1})) << "an edit goes with its column";
  EXPECT_TRUE(document->state().forward.edits.empty());
}

TEST_F(DocumentTest, TokensEditedTogetherAreOneUndoableStepAndStayInTheFile) {
  {
    const auto document = create();
    extend(*document, 20);
    extend(*document, 3, FrameId::mirrored, 50);
    const auto entries = document->history().size();
    const auto put = [&](int number) { return document->put_token(test_token(static_cast<float>(number))); };
    document->execute(EditTokens{{{1, put(91)}, {2, put(92)}}});
    EXPECT_EQ(document->history().size(), entries + 1);
    EXPECT_EQ(document->history().back(), "Edit tokens 1 to 2");
  }
  const auto document = open();
  EXPECT_EQ(document->state().forward.edits.size(), 2U);
  const Firsts now = firsts(*document);
  EXPECT_EQ(Firsts(now.begin(), now.begin() + 4), (Firsts{0, 91, 92, 3}));
  document->undo();
  EXPECT_TRUE(document->state().forward.edits.empty());
  document->redo();
  EXPECT_EQ(document->state().forward.edits.size(), 2U);
}

TEST_F(DocumentTest, CommandsThatMakeNoSenseChangeNothing) {
  const auto document = create();
  extend(*document, 4);
  const State before = document->state();
  const auto history = document->history();
  const std::vector<Command> nonsense = {Regenerate{4},
                                         Regenerate{-1},
                                         EditToken{17, 1},
                                         EditTokens{},
                                         EditTokens{{{1, 1}, {17, 1}}},
                                         CutOff{4},
                                         Extend{FrameId::forward, -3},
                                         Extend{FrameId::forward, kMaxColumns + 1},
                                         ChangeScene{{9, 1, 4}},
                                         ChangeScene{{2, 1, -4}},
                                         ImportPhoto{1, 1, 0, {}}};
  for (const Command& command : nonsense) {
    EXPECT_THROW(document->execute(command), Error) << describe(command);
    EXPECT_EQ(document->state(), before);
    EXPECT_EQ(document->history(), history);
  }
}

TEST_F(DocumentTest, ANumberThatIsNotFiniteIsRefusedWithItsColumn) {
  const auto document = create();
  extend(*document, 2);
  document->execute(Extend{FrameId::forward, 1});
  try {
    document->append(FrameId::forward, std::vector<float>{0, NAN, 0, 0});
    FAIL() << "NaN was stored";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "column 2");
  }
  EXPECT_EQ(firsts(*document), (Firsts{0, 1})) << "the rest is kept";
}

TEST_F(DocumentTest, AContextIsTakenInWhollyOrNotAtAll) {
  const auto document = create();
  extend(*document, 20);
  document->execute(Extend{FrameId::mirrored, 1});
  const State before = document->state();
  auto tokens = context();
  tokens[9 * 4] = NAN;
  try {
    document->append_context(FrameId::mirrored, tokens);
    FAIL() << "NaN was stored";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numeric);
    EXPECT_EQ(error.where(), "column 6");
  }
  EXPECT_EQ(document->state(), before);
  document->append_context(FrameId::mirrored, context());
  EXPECT_EQ(document->state().mirrored.context, kContextColumns);
  EXPECT_EQ(document->tokens(FrameId::mirrored, 0, kContextColumns), context());
  EXPECT_EQ(document->state().left_end(), 0);
  EXPECT_THROW(document->append_context(FrameId::mirrored, context()), Error) << "it has begun";
}

TEST_F(DocumentTest, APhotoComesBackBitForBit) {
  std::vector<std::byte> pixels(6 * 2 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>(i * 7);
  {
    const auto document = create();
    EXPECT_THROW(document->photo(), Error);
    document->execute(ImportPhoto{document->put_photo(6, 2, pixels), 40, 16, {}});
    EXPECT_EQ(document->state().right_end(), 40);
  }
  const auto photo = open()->photo();
  EXPECT_EQ(photo.width, 6);
  EXPECT_EQ(photo.height, 2);
  EXPECT_EQ(photo.rgb, pixels);
}

TEST_F(DocumentTest, AnotherModelIsRefusedUnlessAskedFor) {
  create();
  ModelIdentity other = test_model();
  other.name = "other";
  other.generator_sha256 = "cccc";
  try {
    Document::open(folder_ / "a.equi", other);
    FAIL() << "another model was accepted";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("was made with the model test, not with other"), std::string::npos)
        << error.what();
  }
  EXPECT_NO_THROW(Document::open(folder_ / "a.equi", other, true));
  other.token_width = 8;
  EXPECT_THROW(Document::open(folder_ / "a.equi", other, true), Error);
}

TEST_F(DocumentTest, ASavedCopyIsWholeAndTheOriginalGoesOn) {
  const auto document = create();
  extend(*document, 300);
  document->save_copy(folder_ / "copy.equi");
  extend(*document, 1, FrameId::forward, 500);
  EXPECT_EQ(firsts(*open("copy.equi")).size(), 300U);
  EXPECT_EQ(firsts(*document).size(), 301U);
  document->save_copy(folder_ / "copy.equi");
  EXPECT_EQ(firsts(*open("copy.equi")).size(), 301U) << "saving over an older copy replaces it";
}

TEST_F(DocumentTest, AnUndoThatCannotBeWrittenChangesNothing) {
  const auto document = create();
  extend(*document, 3);
  const State before = document->state();
  {
    const Database other(folder_ / "a.equi", Database::Mode::open);
    other.execute("BEGIN IMMEDIATE");  // nobody else can write
    EXPECT_THROW(document->undo(), Error);
    other.execute("ROLLBACK");
  }
  EXPECT_EQ(document->state(), before);
  EXPECT_EQ(document->cursor(), 1);
  EXPECT_FALSE(document->can_redo());
  document->undo();
  EXPECT_TRUE(document->state().empty());
}

// The old log is of the old file: it must not be applied to the new one.
TEST_F(DocumentTest, SavingOverAProjectOfAKilledProgramReplacesIt) {
  leave_log("old.equi", 5);
  const auto document = create();
  extend(*document, 40, FrameId::forward, 100);
  document->save_copy(folder_ / "old.equi");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "old.equi-wal"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "old.equi-shm"));
  const auto saved = open("old.equi");
  EXPECT_EQ(firsts(*saved), firsts(*document));
}

TEST_F(DocumentTest, ASaveThatFailsLeavesWhatAKilledProgramLeft) {
  leave_log("old.equi", 5);
  const auto document = create();
  const Database other(folder_ / "old.equi", Database::Mode::open);
  EXPECT_EQ(other.integer("SELECT count(*) FROM segments"), 1);  // has it open from here on
  EXPECT_THROW(document->save_copy(folder_ / "old.equi"), Error);
  EXPECT_EQ(firsts(*open("old.equi")), (Firsts{0, 1, 2, 3, 4}));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "old.equi.part"));
}

TEST_F(DocumentTest, AProjectThatIsOpenIsNotSavedOver) {
  const auto document = create(), other = create("other.equi");
  extend(*other, 2);
  for (const char* name : {"other.equi", "a.equi"})
    EXPECT_THROW(document->save_copy(folder_ / name), Error) << name;
  extend(*other, 1, FrameId::forward, 2);
  extend(*document, 1);
  EXPECT_EQ(firsts(*open("other.equi")), (Firsts{0, 1, 2}));
  EXPECT_EQ(firsts(*open("a.equi")), (Firsts{0}));
}

TEST_F(DocumentTest, WhatAnotherProgramWroteMeanwhileIsNotOverwritten) {
  const auto ours = create();
  extend(*ours, 3);
  const auto theirs = open("a.equi");
  const std::vector<std::byte> picture(5);
  ours->file().put_overview(3, 0, "key", picture);  // a cache: no change of the panorama
  theirs->execute(Extend{FrameId::forward, 2});
  theirs->append(FrameId::forward, test_token(3));
  ours->file().put_overview(3, 1, "key", picture);
  theirs->append(FrameId::forward, test_token(4));
  theirs->flush();

  const auto history = ours->history();
  const auto refused = [&](const std::function<void()>& write) {
    try {
      write();
      FAIL() << "written over";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::io);
      EXPECT_EQ(error.where(), (folder_ / "a.equi").string());
      EXPECT_NE(error.message().find("another program"), std::string::npos) << error.what();
    }
  };
  refused([&] { ours->execute(ChangeSettings{}); });
  refused([&] { ours->undo(); });
  refused([&] { ours->save_copy(folder_ / "copy.equi"); });
  refused([&] {
    ours->append(FrameId::forward, test_token(9));
    ours->flush();
  });
  EXPECT_EQ(ours->history(), history);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.equi"));
  extend(*theirs, 1, FrameId::forward, 5);
  EXPECT_EQ(firsts(*open("a.equi")), (Firsts{0, 1, 2, 3, 4, 5}));
}

TEST_F(DocumentTest, ASaveReplacesWhatIsNoProject) {
  const auto document = create();
  extend(*document, 3);
  for (const char* name : {"text.equi", "text.equi-wal", "gone.equi-wal"})
    std::ofstream(folder_ / name) << "this is text";
  for (const char* name : {"text.equi", "gone.equi"}) {
    document->save_copy(folder_ / name);
    EXPECT_EQ(firsts(*open(name)), (Firsts{0, 1, 2})) << name;
  }
}

TEST_F(DocumentTest, ACopyOfAProjectHasWhatIsInItsLog) {
  leave_log("old.equi", 5);
  const auto bytes = std::filesystem::file_size(folder_ / "old.equi-wal");
  copy_project(folder_ / "old.equi", folder_ / "copy.equi");
  EXPECT_EQ(std::filesystem::file_size(folder_ / "old.equi-wal"), bytes) << "the original stays as it is";
  EXPECT_EQ(firsts(*open("copy.equi")), (Firsts{0, 1, 2, 3, 4}));

  const auto running = create();
  extend(*running, 3);
  copy_project(folder_ / "a.equi", folder_ / "copy.equi");
  EXPECT_EQ(firsts(*open("copy.equi")), (Firsts{0, 1, 2})) << "also while it is open";
  extend(*running, 1, FrameId::forward, 3);
  EXPECT_EQ(firsts(*running), (Firsts{0, 1, 2, 3}));

  leave_log("held.equi", 4);
  {
    const Database other(folder_ / "held.equi", Database::Mode::open);
    other.execute("PRAGMA locking_mode = EXCLUSIVE");
    other.execute("BEGIN IMMEDIATE; COMMIT");
    copy_project(folder_ / "held.equi", folder_ / "copy.equi");
    EXPECT_EQ(firsts(*open("copy.equi")), (Firsts{0, 1, 2, 3})) << "as it lies there, when SQLite may not";
  }

  running->save_copy(folder_ / "plain.equi");
  copy_project(folder_ / "plain.equi", folder_ / "copy.equi");
  EXPECT_EQ(firsts(*open("copy.equi")), firsts(*running));
  EXPECT_THROW(copy_project(folder_ / "absent.equi", folder_ / "copy.equi"), Error);
}

TEST_F(DocumentTest, ANewDocumentNeverOverwritesAFile) {
  create();
  EXPECT_THROW(create(), Error);
}

}  // namespace
}  // namespace equi::canvas
