// A folder of the user's pictures, as it may be.
#include "core/train/folder_pictures.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/image.h"
#include "tests/support/temp_folder.h"

namespace equi::train {
namespace {

namespace fs = std::filesystem;

class FolderPictures : public ::testing::Test {
 protected:
  void picture(const std::string& name, int width = 80) {
    fs::create_directories((folder_ / name).parent_path());
    media::Image image{width, 40, std::vector<std::uint8_t>(std::size_t(width) * 40 * 3, 120)};
    media::write_image(folder_ / name, image);
  }
  void cut_off(const std::string& name) {
    picture(name);
    fs::resize_file(folder_ / name, fs::file_size(folder_ / name) - 10);
  }
  void broken(const std::string& name) { std::ofstream(folder_ / name) << "no picture"; }
  PictureCache read() { return folder_pictures(folder_ / "data", folder_ / "cache", 32, 16, 2, report_); }
  // Reading must fail with this kind and name this in the message.
  void expect_failure(ErrorKind kind, const std::string& named) {
    try {
      read();
      FAIL() << "was read";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), kind);
      EXPECT_NE(std::string(e.what()).find(named), std::string::npos) << e.what();
    }
  }
  testing::TempFolder folder_;
  FolderReport report_;
};

TEST_F(FolderPictures, TakesEachSubFolderAsAClass) {
  picture("data/sea/1.png");
  picture("data/sea/2.jpg");
  picture("data/hills/1.png", 200);
  picture("data/hills/2.png", 20);
  const auto cache = read();
  EXPECT_EQ(cache.index().class_names, (std::vector<std::string>{"hills", "sea"}));
  EXPECT_EQ(cache.training_count(), 4);
  for (const auto& p : cache.index().pictures) {
    EXPECT_EQ(p.width % 16, 0);
    EXPECT_GE(p.width, 32);
  }
}

TEST_F(FolderPictures, TakesAFlatFolderAsOneClass) {
  picture("data/a.png");
  picture("data/b.png");
  std::ofstream(folder_ / "data/notes.txt") << "not looked at";
  EXPECT_EQ(read().index().class_names, std::vector<std::string>{"data"});
  EXPECT_EQ(report_.skipped, 0);
}

TEST_F(FolderPictures, SkipsWhatCannotBeReadAndNamesTheFirstFive) {
  picture("data/sea/good.png");
  picture("data/sea/good2.png");
  for (int i = 0; i < 7; ++i) broken("data/sea/x" + std::to_string(i) + ".jpg");
  EXPECT_EQ(read().training_count(), 2);
  EXPECT_EQ(report_.skipped, 7);
  EXPECT_EQ(report_.skipped_names,
            (std::vector<std::string>{"x0.jpg", "x1.jpg", "x2.jpg", "x3.jpg", "x4.jpg"}));
}

TEST_F(FolderPictures, SkipsJpegsThatBreakOff) {
  for (const char* name : {"data/a.jpg", "data/b.jpg"}) picture(name);
  cut_off("data/c.jpg");
  ASSERT_NO_THROW(media::read_image(folder_ / "data/c.jpg")) << "it would be read";
  EXPECT_EQ(read().training_count(), 2);
  EXPECT_EQ(report_.skipped_names, std::vector<std::string>{"c.jpg"});
}

TEST_F(FolderPictures, TellsOfAClassWithOnePicture) {
  picture("data/sea/1.png");
  picture("data/hills/1.png");
  picture("data/hills/2.png");
  read();
  EXPECT_EQ(report_.lonely, std::vector<std::string>{"sea"});
}

TEST_F(FolderPictures, RefuseAnEmptyClass) {
  picture("data/sea/1.png");
  fs::create_directories(folder_ / "data/void");
  expect_failure(ErrorKind::bad_input, "void");
}

TEST_F(FolderPictures, RefuseAClassOfWhichNothingCanBeRead) {
  picture("data/sea/1.png");
  fs::create_directories(folder_ / "data/dust");
  broken("data/dust/1.png");
  expect_failure(ErrorKind::bad_input, "dust");
}

TEST_F(FolderPictures, RefuseAFolderThatIsNotThere) {
  expect_failure(ErrorKind::io, "data");
}

TEST_F(FolderPictures, NameAClassThatMayNotBeOpened) {
  picture("data/sea/1.png");
  picture("data/secret/1.png");
  fs::permissions(folder_ / "data/secret", fs::perms::none);
  if (geteuid() == 0) {  // root may open everything
    EXPECT_EQ(read().training_count(), 2);
  } else {
    expect_failure(ErrorKind::io, "secret");
  }
  fs::permissions(folder_ / "data/secret", fs::perms::owner_all);
}

TEST_F(FolderPictures, AreDecodedOnceUntilAFileChanges) {
  picture("data/sea/1.png");
  picture("data/sea/2.png");
  read();
  const auto before = fs::last_write_time(folder_ / "cache/pixels.bin");
  EXPECT_EQ(read().training_count(), 2);
  EXPECT_EQ(fs::last_write_time(folder_ / "cache/pixels.bin"), before);
  picture("data/sea/3.png");
  EXPECT_EQ(read().training_count(), 3);
}

}  // namespace
}  // namespace equi::train
