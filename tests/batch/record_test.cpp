// Canvas to picture, and the picture's record back to the canvas.
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/batch/canvas_source.h"
#include "core/batch/picture_record.h"
#include "core/media/export.h"
#include "core/media/metadata.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

using canvas::FrameId;
using ::testing::HasSubstr;

class RecordTest : public ::testing::Test {
 protected:
  std::unique_ptr<engine::Session> canvas() {
    auto settings = golden_engine()->default_settings();
    settings.guidance.scale = 2;
    settings.solver.evaluations = 4;
    return engine::Session::create(golden_engine(), folder_ / "a.equi", {77, 1, settings});
  }
  // To the right with a change of scene and another take, then to the left.
  std::unique_ptr<engine::Session> eventful_canvas() {
    auto session = canvas();
    session->extend(FrameId::forward, 30);
    session->execute(canvas::ChangeScene{{20, 3, 4}});
    session->extend(FrameId::forward, 16);
    session->execute(canvas::Regenerate{28, 0});
    session->extend(FrameId::forward, 4);
    session->extend(FrameId::mirrored, 6);
    return session;
  }
  testing::TempFolder folder_;
};

TEST_F(RecordTest, ACanvasIsReadInAnyPieces) {
  auto session = canvas();
  session->extend(FrameId::forward, 20);
  const auto source = canvas_source(*session, {3, 17});
  const int px = golden_engine()->column_pixels();
  ASSERT_EQ(source.width, 14 * px);
  const auto whole = session->pixels({3, 17});
  std::vector<std::uint8_t> piece;
  for (const auto& [x, width] : {std::pair{0, 14 * px}, {5, 9}, {px, px}, {13 * px + 1, 2}}) {
    piece.assign(std::size_t(width) * std::size_t(source.height) * 3, 0);
    source.read(x, width, piece);
    for (int y = 0; y < source.height; ++y) {
      const auto* expected =
          whole.pixels.data() + (std::size_t(y) * std::size_t(whole.width) + std::size_t(x)) * 3;
      EXPECT_TRUE(
          std::equal(expected, expected + width * 3, piece.data() + std::size_t(y) * std::size_t(width) * 3));
    }
  }
  EXPECT_THROW(canvas_source(*session, {0, 21}), Error);
}

TEST_F(RecordTest, APictureMakesItsCanvasAgain) {
  auto session = eventful_canvas();
  const auto columns = whole_canvas(*session);
  const auto target = folder_ / "a.png";
  media::export_picture(canvas_source(*session, columns), target, {},
                        to_json(make_record(*session, columns, false), media::kMaxRecordBytes));
  const auto record = read_picture_record(target);
  EXPECT_EQ(record.scene_name, "class 1");
  EXPECT_EQ(record.columns, columns);
  const auto again = restore_canvas(golden_engine(), record, folder_ / "again.equi");
  EXPECT_EQ(again->extent(), columns);
  EXPECT_EQ(again->state().scenes, session->state().scenes);
  EXPECT_EQ(again->pixels(columns).pixels, media::read_image(target).pixels);
}

// What the left was made from is not all in the picture.
TEST_F(RecordTest, APictureOfTheLeftEndMakesTheSameLeftAgain) {
  auto session = canvas();
  session->extend(FrameId::forward, 11);
  session->execute(canvas::ChangeScene{{11, 3, 0}});
  session->extend(FrameId::forward, 20);
  session->extend(FrameId::mirrored, 12);
  for (const engine::ColumnRange shown : {engine::ColumnRange{-12, 5}, engine::ColumnRange{-12, -2}}) {
    const auto record = make_record(*session, shown, false);
    const auto project = folder_ / fmt::format("again{}.equi", shown.end);
    const auto again = restore_canvas(golden_engine(), record, project);
    EXPECT_EQ(again->tokens({-12, 0}), session->tokens({-12, 0}));
    EXPECT_EQ(again->pixels(shown).pixels, session->pixels(shown).pixels);
  }
}

TEST_F(RecordTest, ARestoreThatIsStoppedLeavesNoProject) {
  auto session = eventful_canvas();
  const auto record = make_record(*session, whole_canvas(*session), false);
  const auto project = folder_ / "again.equi";
  std::stop_source stop;
  const auto stop_soon = [&](std::int64_t made) {
    if (made > 8) stop.request_stop();
  };
  EXPECT_THROW(restore_canvas(golden_engine(), record, project, stop_soon, stop.get_token()), Error);
  for (const char* ending : {"", "-wal", "-shm"})
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(project).concat(ending))) << ending;
  EXPECT_EQ(restore_canvas(golden_engine(), record, project)->extent(), record.columns);
}

TEST_F(RecordTest, TokensOfAnotherModelAreSaid) {
  auto session = canvas();
  session->extend(FrameId::forward, 4);
  EXPECT_FALSE(make_record(*session, {0, 4}, false).other_model);
  session.reset();
  canvas::Database(folder_ / "a.equi", canvas::Database::Mode::open)
      .execute("UPDATE model SET generator_sha256 = 'other'");
  session = engine::Session::open(golden_engine(), folder_ / "a.equi", true);
  const auto record = record_from_json(to_json(make_record(*session, {0, 4}, false), 1 << 20), "a.png");
  EXPECT_TRUE(record.other_model);
  EXPECT_THAT(message_of([&] { restore_canvas(golden_engine(), record, folder_ / "b.equi"); }),
              HasSubstr("tokens of one model"));
}

TEST_F(RecordTest, TooManyChangesAreLeftOutWhereThereIsNoRoom) {
  auto session = eventful_canvas();
  auto record = make_record(*session, whole_canvas(*session), false);
  for (std::int64_t c = 40; c < 60; ++c) record.settings.scenes.push_back({c, c % 3, 0});
  const auto whole = to_json(record, 1 << 20), shorter = to_json(record, whole.size() - 1);
  EXPECT_LT(shorter.size(), whole.size());
  const auto read = record_from_json(shorter, "a.jpg");
  EXPECT_EQ(read.settings.seed, 77U);
  EXPECT_TRUE(read.settings.scenes.empty());
  EXPECT_TRUE(read.shortened);
  EXPECT_FALSE(record_from_json(whole, "a.png").shortened);
  EXPECT_EQ(whole.find("shortened"), std::string::npos) << "the bytes are those of older programs";
  EXPECT_THAT(message_of([&] { restore_canvas(golden_engine(), read, folder_ / "b.equi"); }),
              HasSubstr("not all of the settings"));
}

TEST_F(RecordTest, WhatCannotBeRestoredIsSaid) {
  auto session = canvas();
  session->extend(FrameId::forward, 4);
  auto record = make_record(*session, whole_canvas(*session), false);
  record.has_photo = true;
  EXPECT_THAT(message_of([&] { restore_canvas(golden_engine(), record, folder_ / "b.equi"); }),
              HasSubstr("continues a photo"));
  record.has_photo = false;
  record.model.generator_sha256 = "other";
  EXPECT_THAT(message_of([&] { restore_canvas(golden_engine(), record, folder_ / "c.equi"); }),
              HasSubstr("was made with the model"));
}

TEST_F(RecordTest, IsLookedForInAnyPicture) {
  auto session = canvas();
  session->extend(FrameId::forward, 4);
  const auto source = canvas_source(*session, {0, 4});
  const auto write = [&](const char* name, const std::string& record) {
    media::export_picture(source, folder_ / name, {}, record);
    return folder_ / name;
  };
  const auto json = to_json(make_record(*session, {0, 4}, false), 1 << 20);
  EXPECT_EQ(find_picture_record(write("with.png", json)).value().settings.seed, 77U);
  EXPECT_FALSE(find_picture_record(write("without.png", "")).has_value());
  EXPECT_THROW(find_picture_record(write("damaged.png", json.substr(0, 50))), Error);
  std::ofstream(folder_ / "text.bmp") << "no picture at all";
  EXPECT_FALSE(find_picture_record(folder_ / "text.bmp").has_value());
  EXPECT_FALSE(find_picture_record(folder_ / "absent.png").has_value());
}

TEST_F(RecordTest, StepsLeadFromAnEmptyCanvasOutwards) {
  auto session = eventful_canvas();
  const auto record = make_record(*session, whole_canvas(*session), false);
  const auto steps = restore_steps(*golden_engine(), record);
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_FALSE(steps[0].change.has_value());
  EXPECT_EQ(steps[0].columns, 20);
  EXPECT_TRUE(std::holds_alternative<canvas::ChangeScene>(steps[1].change.value()));
  EXPECT_EQ(steps[1].columns, 8);
  EXPECT_TRUE(std::holds_alternative<canvas::Regenerate>(steps[2].change.value()));
  EXPECT_EQ(steps[2].columns, record.columns.end - 28);
  EXPECT_EQ(steps[3].frame, FrameId::mirrored);
  EXPECT_EQ(steps[3].columns, 6);
  auto strange = record;
  strange.settings.scenes = {{20, 5000, 4}};
  EXPECT_THROW(restore_steps(*golden_engine(), strange), Error);
}

TEST_F(RecordTest, HostileRecordsAreRefused) {
  auto session = canvas();
  session->extend(FrameId::forward, 4);
  const auto good = to_json(make_record(*session, whole_canvas(*session), false), 1 << 20);
  record_from_json(good, "a.png");
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const auto& text :
       {std::string("{}"), std::string("[1,2"), with("\"EquiCanvas\"", "\"Other\""),
        with("\"columns\":[0,4]", "\"columns\":[4,0]"),
        with("\"columns\":[0,4]", "\"columns\":[0,9000000000000000000]"),
        with("\"columns\":[0,4]", "\"columns\":[]"), with("\"seamless\":false", "\"seamless\":7"),
        with("\"guidance_scale\":2.0", "\"guidance_scale\":\"x\"")}) {
    EXPECT_THROW(record_from_json(text, "a.png"), Error) << text;
  }
}

}  // namespace
}  // namespace equi::batch
