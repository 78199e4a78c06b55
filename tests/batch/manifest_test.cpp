#include "core/batch/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/batch/picture_record.h"
#include "core/media/image.h"
#include "tests/batch/batch_fixture.h"
#include "tests/support/temp_folder.h"

namespace equi::batch {
namespace {

using ::testing::HasSubstr;

class ManifestTest : public ::testing::Test {
 protected:
  std::vector<ManifestEntry> run(Plan plan) {
    Runner(golden_engine(), Queue::open(plan, facts_of(*golden_engine()))).run();
    return read_manifest(plan.folder / "manifest.jsonl");
  }
  testing::TempFolder folder_;
};

TEST_F(ManifestTest, EveryLineMakesItsPictureAgainBitForBit) {
  const auto plan = small_plan(folder_.path() / "out");
  const auto entries = run(plan);
  ASSERT_EQ(entries.size(), 6U);
  for (const std::size_t i : {0U, 2U, 5U}) {
    EXPECT_EQ(entries[i].sha256, sha256_file(plan.folder / entries[i].item.file));
    EXPECT_EQ(reproduce(golden_engine(), entries[i], folder_ / "again.png"), entries[i].sha256) << i;
  }
}

TEST_F(ManifestTest, SeamlessPicturesToo) {
  auto plan = small_plan(folder_.path() / "out");
  plan.seamless = true;
  plan.scenes = {"1"};
  plan.seeds = {4, 5};
  const auto entries = run(plan);
  EXPECT_EQ(reproduce(golden_engine(), entries[1], folder_ / "again.png"), entries[1].sha256);
}

// The descriptor of a deep-zoom picture tells only its size.
TEST_F(ManifestTest, TheTilesOfADeepZoomPictureCount) {
  auto plan = small_plan(folder_.path() / "out");
  plan.format.format = media::Format::deep_zoom;
  plan.scenes = {"1"};
  plan.seeds = {4, 5};
  auto entries = run(plan);
  EXPECT_NE(entries[0].sha256, entries[1].sha256);
  EXPECT_EQ(reproduce(golden_engine(), entries[1], folder_ / "again.dzi"), entries[1].sha256);
  entries[1].item.seed = 6;
  EXPECT_NE(reproduce(golden_engine(), entries[1], folder_ / "other.dzi"), entries[1].sha256);
  const auto counted = contents_of(plan.folder / entries[0].item.file, media::Format::deep_zoom);
  EXPECT_EQ(counted.sha256, entries[0].sha256);
  EXPECT_GT(counted.bytes, 2 * std::filesystem::file_size(plan.folder / entries[0].item.file));
}

TEST_F(ManifestTest, ALineSaysEverythingAndComesBack) {
  const auto entries = run(small_plan(folder_.path() / "out"));
  const auto& e = entries[5];
  EXPECT_EQ(e.item.scene, 1);
  EXPECT_EQ(e.item.seed, 3U);
  EXPECT_EQ(e.item.steps, 4);
  EXPECT_DOUBLE_EQ(e.settings.guidance.scale, 3.0);
  EXPECT_EQ(e.batch, 2) << "the last group of six in fours";
  EXPECT_EQ(e.item.row, 1);
  EXPECT_EQ(e.device, "cpu");
  EXPECT_EQ(to_json_line(manifest_from_json(to_json_line(e), "x")), to_json_line(e));
}

TEST_F(ManifestTest, DamagedLinesAreNamed) {
  const auto entries = run(small_plan(folder_.path() / "out"));
  auto line = to_json_line(entries[0]);
  EXPECT_THAT(message_of([&] { manifest_from_json(line.substr(0, 50), "manifest.jsonl (3)"); }),
              HasSubstr("manifest.jsonl (3)"));
  auto hostile = line;
  hostile.replace(hostile.find("class_0-1.png"), 13, "../../evil.pn");
  EXPECT_THAT(message_of([&] { manifest_from_json(hostile, "m"); }),
              HasSubstr("file: is no plain file name"));
}

TEST_F(ManifestTest, AnotherModelIsRefused) {
  auto entry = run(small_plan(folder_.path() / "out"))[0];
  entry.generator_sha256[0] = entry.generator_sha256[0] == 'a' ? 'b' : 'a';
  EXPECT_THROW(reproduce(golden_engine(), entry, folder_ / "x.png"), Error);
}

// The record inside a batch's picture makes a canvas that looks the same.
TEST_F(ManifestTest, APicturesOwnRecordGivesTheCanvas) {
  auto plan = small_plan(folder_.path() / "out");
  plan.batch = 1;
  run(plan);
  const auto record = read_picture_record(plan.folder / "class_1-2.png");
  EXPECT_EQ(record.settings.seed, 2U);
  const auto session = restore_canvas(golden_engine(), record, folder_ / "again.equi");
  const auto strip = session->pixels({0, 6});
  EXPECT_EQ(strip.pixels, media::read_image(plan.folder / "class_1-2.png").pixels);
}

}  // namespace
}  // namespace equi::batch
