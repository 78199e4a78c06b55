// The export dialog, driven through its real widgets: what it writes is read back by other readers.
#include <QDir>
#include <QSignalSpy>
#include <filesystem>
#include <fstream>

#include <opencv2/videoio.hpp>

#include "core/media/image.h"
#include "core/media/metadata.h"
#include "tests/ui/ui_fixture.h"
#include "ui/export/export_dialog.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;
using media::Format;

class ExportDialogTest : public UiTest {
 protected:
  void open_panorama(int columns = 16) {
    open_window();
    app->settings().set_folder(from_path(folder.path()));
    app->growth().set_amount(columns);
    click_scene(0);
    ASSERT_TRUE(wait_columns(columns));
    ASSERT_TRUE(wait_idle());
    trigger("file.export");
    ASSERT_NE(dialog(), nullptr);
  }
  // A wide canvas without growing one: a photo.
  void open_photo(int width) {
    open_window();
    app->settings().set_folder(from_path(folder.path()));
    const int height = app->engine()->picture_height();
    media::Image image{width, height, std::vector<std::uint8_t>(std::size_t(width) * height * 3)};
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<std::uint8_t>((i / 3) * 7 + (i / 977));
    media::write_image(folder / "wide.png", image);
    app->import_photo(from_path(folder / "wide.png"));
    ASSERT_TRUE(wait_columns(width / 16)) << columns() << window->messages()->text().toStdString();
    trigger("file.export");
  }
  ExportDialog* dialog() const { return window->findChild<ExportDialog*>(); }
  void choose(Format format) {
    auto* box = dialog()->format();
    box->setCurrentIndex(box->findData(static_cast<int>(format)));
  }
  void choose(ExportDialog::Span span) {
    auto* box = dialog()->range();
    box->setCurrentIndex(box->findData(static_cast<int>(span)));
  }
  fs::path write_to(const std::string& name) {
    dialog()->target()->setText(from_path(folder / name));
    return folder / name;
  }
  // Presses Export and waits for the end; whether it ended well.
  bool says_width(int width) {
    const auto text = QStringLiteral("%1 × %2").arg(width).arg(app->engine()->picture_height());
    return dialog()->facts()->text().contains(text);
  }
  bool run_export(double seconds = 60) {
    QSignalSpy good(&app->exporter(), &CanvasExport::finished), bad(&app->exporter(), &CanvasExport::failed);
    if (!dialog()->export_button()->isEnabled()) return false;
    dialog()->export_button()->click();
    EXPECT_TRUE(wait_until([&] { return good.count() + bad.count() > 0; }, seconds));
    return good.count() == 1;
  }
  // The canvas's own pixels, asked on the worker.
  engine::Strip pixels(ColumnRange columns) {
    engine::Strip strip;
    app->studio()
        .run({}, [&](engine::Session* session, const jobs::Context&) { strip = session->pixels(columns); })
        .wait();
    return strip;
  }
  void expect_canvas(const fs::path& file, ColumnRange columns) {
    const auto image = media::read_image(file);
    const auto strip = pixels(columns);
    EXPECT_EQ(image.width, strip.width);
    EXPECT_EQ(image.height, strip.height);
    EXPECT_TRUE(image.pixels == strip.pixels) << file;
  }
  std::string problem() const { return dialog()->problem()->text().toStdString(); }
  QStringList left_over() const {
    return QDir(from_path(folder.path())).entryList({"out*"}, QDir::AllEntries | QDir::Hidden);
  }
};

TEST_F(ExportDialogTest, APngHoldsTheCanvasAndItsSettings) {
  open_panorama();
  ASSERT_TRUE(wait_until([&] { return dialog()->preview()->has_picture(); }));
  EXPECT_TRUE(says_width(256)) << dialog()->facts()->text().toStdString();
  screenshots(dialog(), QStringLiteral("export"));
  const auto file = write_to("out.png");
  ASSERT_TRUE(run_export());
  expect_canvas(file, app->snapshot()->extent);
  EXPECT_NE(media::read_record(file).find(std::to_string(app->snapshot()->state.seed)), std::string::npos);
  EXPECT_EQ(left_over(), QStringList{"out.png"});
  EXPECT_NE(window->messages()->text().indexOf(QStringLiteral("out.png")), -1);
  EXPECT_TRUE(wait_until([&] { return dialog() == nullptr; })) << "it closes when all is well";
}

TEST_F(ExportDialogTest, TheNextOneStartsWithWhatWasChosen) {
  open_panorama(4);
  choose(Format::jpeg);
  dialog()->options()->quality()->setValue(71);
  const auto first = write_to("out.jpg");
  ASSERT_TRUE(run_export());
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  trigger("file.export");
  EXPECT_EQ(dialog()->format()->currentData().toInt(), static_cast<int>(Format::jpeg));
  EXPECT_EQ(dialog()->options()->quality()->value(), 71);
  EXPECT_TRUE(dialog()->target()->text().endsWith(QStringLiteral(".jpg")));
  dialog()->reject();
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  // Whatever stands in the settings file.
  app->settings().set_value(QStringLiteral("export/format"), QStringLiteral("-7"));
  app->settings().set_value(QStringLiteral("export/options"),
                            QStringList{QStringLiteral("nan"), QStringLiteral("1e300"), QStringLiteral("x")});
  trigger("file.export");
  EXPECT_EQ(dialog()->format()->currentIndex(), 0);
  EXPECT_EQ(dialog()->options()->quality()->value(), 90);
}

// Columns go on being made, several a second, while the message is read.
TEST_F(ExportDialogTest, WhyItFailedStaysToBeReadWhileThePanoramaGrows) {
  open_panorama(4);
  trigger("grow.keep_right");
  write_to("absent/out.png");
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return dialog()->problem()->property("role") == QVariant("error"); }));
  const auto before = columns();
  ASSERT_TRUE(wait_columns(before + 3));
  EXPECT_NE(problem().find("absent"), std::string::npos) << problem();
  trigger("grow.stop");
  ASSERT_TRUE(wait_idle());
}

TEST_F(ExportDialogTest, ASelectionAsWebpWithoutLoss) {
  open_panorama();
  window->canvas()->select({4, 10});
  choose(ExportDialog::Span::selection);
  choose(Format::webp);
  dialog()->options()->lossless()->setChecked(true);
  const auto file = write_to("out.webp");
  ASSERT_TRUE(run_export());
  expect_canvas(file, {4, 10});
  EXPECT_FALSE(media::read_record(file).empty());
}

TEST_F(ExportDialogTest, ColumnsAsTiff) {
  open_panorama();
  choose(Format::tiff);
  choose(ExportDialog::Span::columns);
  dialog()->from()->setValue(3);
  dialog()->to()->setValue(7);
  const auto file = write_to("out.tif");
  ASSERT_TRUE(run_export());
  expect_canvas(file, {3, 8});
}

TEST_F(ExportDialogTest, DeepZoomTilesAndAScrollingVideo) {
  open_panorama(24);
  choose(Format::deep_zoom);
  write_to("out.dzi");
  ASSERT_TRUE(run_export());
  EXPECT_TRUE(fs::exists(folder / "out.dzi"));
  EXPECT_TRUE(fs::is_directory(folder / "out_files"));

  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  trigger("file.export");
  choose(Format::mp4);
  dialog()->options()->size()->setCurrentIndex(dialog()->options()->size()->findData(QSize(1920, 256)));
  EXPECT_FALSE(dialog()->export_button()->isEnabled()) << "wider than the picture";
  EXPECT_NE(problem().find("1920"), std::string::npos) << problem();
  dialog()->options()->size()->setCurrentIndex(dialog()->options()->size()->findData(QSize(1080, 1080)));
  dialog()->options()->speed()->setValue(2000);
  EXPECT_TRUE(dialog()->export_button()->isEnabled()) << problem();
  QTest::qWait(300);
  screenshots(dialog(), QStringLiteral("export-video"));
  const auto video = write_to("out.mp4");
  ASSERT_TRUE(run_export(120));
  EXPECT_GT(fs::file_size(video), 1000U);
}

TEST_F(ExportDialogTest, AJpegLooksLikeTheCanvasAndHoldsItsSettings) {
  open_panorama();
  choose(Format::jpeg);
  dialog()->options()->quality()->setValue(95);
  const auto file = write_to("out.jpg");
  ASSERT_TRUE(run_export());
  const auto image = media::read_image(file);
  const auto strip = pixels({0, 16});
  ASSERT_EQ(image.pixels.size(), strip.pixels.size());
  double error = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const double d = double(image.pixels[i]) - double(strip.pixels[i]);
    error += d * d / double(image.pixels.size());
  }
  EXPECT_LT(error, 65) << "more than 30 dB";
  EXPECT_NE(media::read_record(file).find(std::to_string(app->snapshot()->state.seed)), std::string::npos);
  EXPECT_EQ(left_over(), QStringList{"out.jpg"});
}

TEST_F(ExportDialogTest, AWebmScrollsOverTheCanvas) {
  open_panorama(24);
  choose(Format::webm);
  auto* size = dialog()->options()->size();
  size->setCurrentIndex(size->findData(QSize(1080, 1080)));
  ASSERT_GE(size->currentIndex(), 0);
  dialog()->options()->speed()->setValue(5000);
  const auto file = write_to("out.webm");
  const auto options = dialog()->request().options;
  const double seconds = media::estimate_size(options, 24 * 16, app->engine()->picture_height()).seconds;
  const double fps = options.scroll.frames_per_second;
  ASSERT_TRUE(run_export(120)) << problem();
  cv::VideoCapture video(file.string(), cv::CAP_FFMPEG);
  ASSERT_TRUE(video.isOpened());
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_WIDTH), 1080);
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_HEIGHT), 1080);
  int frames = 0;
  for (cv::Mat frame; video.read(frame);) ++frames;
  EXPECT_NEAR(frames, seconds * fps, 1.5);
  EXPECT_EQ(left_over(), QStringList{"out.webm"});
}

TEST_F(ExportDialogTest, ADiskThatIsTooSmallIsSaidBeforeItStarts) {
  std::atomic<std::uint64_t> room = 1000;
  open_panorama(4);
  app->set_free_space([&](const fs::path&) -> std::optional<std::uint64_t> { return room; });
  const auto file = write_to("out.png");
  ASSERT_TRUE(wait_until([&] { return problem().find("needed") != std::string::npos; })) << problem();
  EXPECT_TRUE(dialog()->export_button()->isEnabled()) << "an estimate may be wrong";
  screenshots(dialog(), QStringLiteral("export-space"));
  QStringList asked;
  answer(asked, {1}, QStringLiteral("export-space-question"));
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1 && QApplication::activeModalWidget() == nullptr; }));
  EXPECT_FALSE(app->exporter().running());
  EXPECT_EQ(left_over(), QStringList());
  answer(asked, {0});
  ASSERT_TRUE(run_export());
  EXPECT_EQ(asked, QStringList(2, QStringLiteral("The disk may become full")));
  EXPECT_TRUE(fs::exists(file));
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  room = std::uint64_t{1} << 40;
  trigger("file.export");
  write_to("out2.png");
  ASSERT_TRUE(run_export()) << "nobody is asked";
  app->files()->wait_idle();  // looks at `room` no more
}

TEST_F(ExportDialogTest, SeamlessAddsABridge) {
  open_panorama();
  dialog()->seamless()->setChecked(true);
  EXPECT_TRUE(says_width(512)) << dialog()->facts()->text().toStdString();
  const auto file = write_to("out.png");
  ASSERT_TRUE(run_export());
  EXPECT_EQ(media::read_image(file).width, 512);
}

TEST_F(ExportDialogTest, AWidthLimitIsSaidBeforeAndSplittingHelps) {
  open_photo(16384);
  choose(Format::webp);
  EXPECT_NE(problem().find("16,383"), std::string::npos) << problem();
  EXPECT_FALSE(dialog()->export_button()->isEnabled());
  ASSERT_TRUE(dialog()->split()->isVisible());
  ASSERT_TRUE(wait_until([&] { return dialog()->preview()->has_picture(); }));
  screenshots(dialog(), QStringLiteral("export-limit"));
  dialog()->split()->setChecked(true);
  EXPECT_TRUE(dialog()->export_button()->isEnabled()) << problem();
  dialog()->options()->quality()->setValue(30);
  write_to("out.webp");
  ASSERT_TRUE(run_export());
  EXPECT_EQ(left_over(), (QStringList{"out-1.webp", "out-2.webp"}));
  EXPECT_EQ(media::read_image(folder / "out-1.webp").width, 16368);
  EXPECT_EQ(media::read_image(folder / "out-2.webp").width, 16);
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  trigger("file.export");
  choose(Format::png);
  EXPECT_TRUE(wait_until([&] { return problem().empty(); }));
}

TEST_F(ExportDialogTest, StopLeavesNoFileAndTheWindowStaysAlive) {
  open_photo(16384);
  write_to("out.png");
  QSignalSpy bad(&app->exporter(), &CanvasExport::failed);
  const Hold held = hold_device();
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return app->exporter().running(); }));
  EXPECT_TRUE(dialog()->stop_button()->isVisible());
  EXPECT_FALSE(dialog()->export_button()->isVisible());
  screenshots(dialog(), QStringLiteral("export-running"));
  dialog()->stop_button()->click();
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return bad.count() > 0; }));
  EXPECT_EQ(left_over(), QStringList());
  EXPECT_NE(dialog()->facts()->text().indexOf(QStringLiteral("no file")), -1);
  EXPECT_TRUE(dialog()->export_button()->isEnabled());
}

TEST_F(ExportDialogTest, GoesOnWhenItIsHiddenAndShowsItselfAgain) {
  open_photo(8192);
  const auto file = write_to("out.png");
  QSignalSpy good(&app->exporter(), &CanvasExport::finished);
  const Hold held = hold_device();
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return app->exporter().running(); }));
  dialog()->close();
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  EXPECT_TRUE(app->exporter().running());
  trigger("file.export");
  EXPECT_NE(dialog()->facts()->text().indexOf(QStringLiteral("out.png")), -1);
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return good.count() > 0; }));
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(ExportDialogTest, ClosingTheWindowAsksBeforeItStopsAnExport) {
  open_photo(1024);
  write_to("out.png");
  QSignalSpy closed(window.get(), &MainWindow::closed), bad(&app->exporter(), &CanvasExport::failed);
  const Hold held = hold_device();
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return app->exporter().running(); }));
  QStringList asked;
  answer(asked, {0, 1});  // stop the export; do not save the panorama
  window->close();
  ASSERT_TRUE(wait_until([&] { return !asked.isEmpty(); }));
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return closed.count() == 1; }));
  EXPECT_EQ(asked.first(), QStringLiteral("An export is not finished"));
  EXPECT_EQ(bad.count(), 1);
  EXPECT_EQ(left_over(), QStringList());
}

TEST_F(ExportDialogTest, ATargetThatCannotBeWrittenIsNamedAndNothingIsMade) {
  open_panorama(4);
  for (const char* name : {"absent/out.png", "wall.txt/out.png"}) {
    std::ofstream(folder / "wall.txt") << "a file, not a folder";
    write_to(name);
    dialog()->export_button()->click();
    ASSERT_TRUE(wait_until([&] { return dialog()->problem()->property("role") == QVariant("error"); }));
    EXPECT_NE(problem().find(name), std::string::npos) << problem();
    EXPECT_FALSE(app->exporter().running());
    dialog()->target()->clear();
    EXPECT_FALSE(dialog()->export_button()->isEnabled());
  }
  // A folder that cannot be written though its permissions allow it: said of the file that was asked for, not
  // of the one aside.
  for (const auto format : {Format::png, Format::jpeg, Format::tiff, Format::webp, Format::deep_zoom}) {
    choose(format);
    const auto target = "/proc/out" + media::ending(format);
    dialog()->target()->setText(QString::fromStdString(target));
    dialog()->export_button()->click();
    ASSERT_TRUE(wait_until([&] { return dialog()->problem()->property("role") == QVariant("error"); }));
    EXPECT_NE(problem().find(target), std::string::npos) << problem();
    EXPECT_EQ(problem().find("part"), std::string::npos) << problem();
  }
  screenshots(dialog(), QStringLiteral("export-error"));
}

TEST_F(ExportDialogTest, AsksBeforeItReplacesAFile) {
  open_panorama(4);
  const auto file = write_to("out.png");
  std::ofstream(file) << "mine";
  QStringList asked;
  answer(asked, {0});
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1; }));
  QTest::qWait(50);
  EXPECT_EQ(fs::file_size(file), 4U);
  answer(asked, {1});
  ASSERT_TRUE(run_export());
  EXPECT_EQ(asked.size(), 2);
  EXPECT_GT(fs::file_size(file), 1000U);
}

TEST_F(ExportDialogTest, AnEditMeanwhileEndsTheExportWithoutAFile) {
  open_photo(1024);
  write_to("out.png");
  QSignalSpy bad(&app->exporter(), &CanvasExport::failed);
  const Hold held = hold_device();
  dialog()->export_button()->click();
  ASSERT_TRUE(wait_until([&] { return app->exporter().running(); }));
  trigger("edit.undo");
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return bad.count() > 0; }));
  EXPECT_EQ(left_over(), QStringList());
}

TEST_F(ExportDialogTest, TellsTheDesktopWhenALongOneHasEnded) {
  open_panorama(4);
  QSignalSpy told(window->notifier(), &Notifier::told);
  window->notifier()->job_ended(QStringLiteral("short"), {}, 1);
  EXPECT_EQ(told.count(), 0);
  dialog()->close();
  window->hide();
  Q_EMIT app->exporter().finished({from_path(folder / "out.png")}, 1000, 60);
  EXPECT_EQ(told.count(), 1);
}

}  // namespace
}  // namespace equi::ui::testing
