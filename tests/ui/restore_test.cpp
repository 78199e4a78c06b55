// A picture that was exported makes its panorama again: the way back, and what stands in it.
#include <QClipboard>
#include <QFileDialog>
#include <QMimeData>
#include <QSignalSpy>
#include <QTimer>
#include <filesystem>
#include <fstream>

#include "core/batch/picture_record.h"
#include "core/media/export.h"
#include "core/media/image.h"
#include "tests/support/golden_bundle.h"
#include "tests/ui/ui_fixture.h"
#include "ui/export/canvas_export.h"
#include "ui/project/picture_settings.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;

// Answers of the question about a picture, from its last one.
enum Answer { cancel = 0, panorama = 1, photo = 2 };
constexpr int kDoNotSave = 1, kDoNotClose = 0;  // of the question about unsaved changes
constexpr int kUsePhoto = 1, kLeave = 0;        // of the one about a record of no use

class RestoreTest : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    open_window();
  }
  // Grown to both sides, with another scene and other noise in the middle.
  void make_eventful() {
    make_panorama(24);
    app->growth().change_scene(16, 2, 4);
    ASSERT_TRUE(
        wait_until([&] { return !app->growth().running() && !app->snapshot()->state.scenes.empty(); }));
    app->growth().regenerate(20, 3);
    ASSERT_TRUE(wait_until(
        [&] { return !app->growth().running() && !app->snapshot()->state.forward.takes.empty(); }));
    app->growth().set_amount(8);
    trigger("grow.left");
    ASSERT_TRUE(wait_until([&] { return app->snapshot()->extent.begin == -8; }));
    ASSERT_TRUE(wait_idle());
  }
  QString exported(const char* name) {
    ExportRequest request;
    request.columns = app->snapshot()->extent;
    request.target = from_path(folder / name);
    request.options.format = media::parse_format(fs::path(name).extension().string());
    QSignalSpy good(&app->exporter(), &CanvasExport::finished);
    app->exporter().start(request);
    EXPECT_TRUE(wait_until([&] { return good.count() == 1; }));
    return request.target;
  }
  batch::PictureRecord record_of_canvas() {
    batch::PictureRecord record;
    app->studio()
        .run({},
             [&](engine::Session* session, const jobs::Context&) {
               record = batch::make_record(*session, session->extent(), false);
             })
        .wait();
    return record;
  }
  // A picture with this record, whatever it shows.
  QString picture_with(const std::string& record, const char* name = "made.png") {
    const int height = app->engine()->picture_height();
    media::Image image{64, height, std::vector<std::uint8_t>(std::size_t(64) * std::size_t(height) * 3, 90)};
    media::ExportOptions options;
    options.format = media::parse_format(fs::path(name).extension().string());
    media::export_picture(media::source_of(image), folder / name, options, record);
    return from_path(folder / name);
  }
  QString picture_with(const batch::PictureRecord& record) {
    return picture_with(batch::to_json(record, 1 << 20));
  }
  struct Canvas {
    std::vector<float> tokens;
    std::vector<std::uint8_t> pixels;
    bool operator==(const Canvas&) const = default;
  };
  Canvas canvas() {
    Canvas seen;
    app->studio()
        .run({},
             [&](engine::Session* session, const jobs::Context&) {
               seen = {session->tokens(session->extent()), session->pixels(session->extent()).pixels};
             })
        .wait();
    return seen;
  }
  void drop(const QString& path) { Q_EMIT window->canvas()->files_dropped({path}); }
  bool wait_extent(ColumnRange extent) {
    return wait_until([&] { return app->snapshot()->extent == extent && !app->growth().running(); });
  }
  std::string message() const { return window->messages()->text().toStdString(); }
  bool wait_message(const char* part) {
    return wait_until([&] { return message().find(part) != std::string::npos; });
  }
  QStringList asked;
};

TEST_F(RestoreTest, ADroppedPictureMakesItsPanoramaAgain) {
  make_eventful();
  const auto before = canvas();
  const auto state = app->snapshot()->state;
  const auto extent = app->snapshot()->extent;
  const QString file = exported("out.png");
  app->growth().set_seed(1);
  answer(asked, {panorama, kDoNotSave}, QStringLiteral("restore-question"));
  const fs::path project = app->snapshot()->project;
  drop(file);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project; }))
      << asked.join(", ").toStdString();
  ASSERT_TRUE(wait_extent(extent)) << app->snapshot()->extent.begin << " " << app->snapshot()->extent.end;
  ASSERT_EQ(asked.size(), 2);
  EXPECT_EQ(asked.first(), QStringLiteral("This picture was made by EquiCanvas"));
  EXPECT_TRUE(canvas() == before);
  EXPECT_EQ(app->snapshot()->state.seed, state.seed);
  EXPECT_EQ(app->snapshot()->state.scenes, state.scenes);
  EXPECT_EQ(app->snapshot()->state.settings, state.settings);
  EXPECT_EQ(app->growth().seed(), state.seed) << "the panel shows them";
  EXPECT_TRUE(app->project().path().isEmpty());
  EXPECT_TRUE(app->project().dirty()) << "a new panorama, not saved yet";
  EXPECT_NE(message().find("out.png"), std::string::npos) << message();
  screenshot(QStringLiteral("restored"));
}

TEST_F(RestoreTest, EveryFormatThatCarriesSettingsDoes) {
  make_panorama(8);
  const auto before = canvas();
  for (const char* name : {"out.jpg", "out.webp", "out.tif"}) {
    const QString file = exported(name);
    const fs::path project = app->snapshot()->project;
    asked.clear();
    answer(asked, {kDoNotSave});
    window->projects()->picture_settings()->restore_from(file);
    ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project; })) << name;
    ASSERT_TRUE(wait_extent({0, 8})) << name;
    EXPECT_TRUE(canvas() == before) << name;
  }
}

TEST_F(RestoreTest, TheMenuAsksForThePicture) {
  make_panorama(8);
  const auto before = canvas();
  const QString file = exported("out.png");
  const fs::path project = app->snapshot()->project;
  answer(asked, {kDoNotSave});
  auto* timer = new QTimer(window.get());
  QObject::connect(timer, &QTimer::timeout, timer, [timer, file] {
    auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
    if (dialog == nullptr) return;
    dialog->findChild<QLineEdit*>()->setText(file);
    QMetaObject::invokeMethod(dialog, "accept");  // again, until the dialog has found the file
  });
  timer->start(20);
  trigger("file.settings");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project; }));
  ASSERT_TRUE(wait_extent({0, 8}));
  EXPECT_TRUE(canvas() == before);
}

TEST_F(RestoreTest, APastedFileCanBeAPhotoAllTheSame) {
  make_panorama(8);
  const QString file = exported("out.png");
  auto* data = new QMimeData;
  data->setUrls({QUrl::fromLocalFile(file)});
  data->setImageData(QImage(16, 16, QImage::Format_RGB32));  // as some file managers add
  QApplication::clipboard()->setMimeData(data);
  answer(asked, {photo});
  trigger("edit.paste");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
  EXPECT_EQ(app->snapshot()->state.photo_columns, 8);
  EXPECT_EQ(asked.size(), 1);
}

TEST_F(RestoreTest, CancelChangesNothingAtEitherQuestion) {
  make_panorama(8);
  const QString file = exported("out.png");
  const auto state = app->snapshot()->state;
  const fs::path project = app->snapshot()->project;
  answer(asked, {cancel});
  drop(file);
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1 && QApplication::activeModalWidget() == nullptr; }));
  answer(asked, {panorama, kDoNotClose});
  drop(file);
  ASSERT_TRUE(wait_until([&] { return asked.size() == 3 && QApplication::activeModalWidget() == nullptr; }));
  app->device_queue()->wait_idle();
  QApplication::processEvents();
  EXPECT_EQ(app->snapshot()->project, project);
  EXPECT_TRUE(app->snapshot()->state == state);
}

TEST_F(RestoreTest, StopEndsItAndKeepsWhatIsThere) {
  make_panorama(4);
  auto record = record_of_canvas();
  record.columns = {-5000, 100000};
  const fs::path project = app->snapshot()->project;
  answer(asked, {kDoNotSave});
  window->projects()->picture_settings()->restore_from(picture_with(record));
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project && columns() > 4; }));
  EXPECT_TRUE(app->growth().running());
  EXPECT_EQ(app->growth().progress().total, 100000);
  trigger("grow.stop");
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  const auto kept = columns();
  app->device_queue()->wait_idle();
  QTest::qWait(50);
  EXPECT_EQ(columns(), kept) << "the steps after it are not taken";
  EXPECT_GT(kept, 4);
  EXPECT_EQ(app->snapshot()->extent.begin, 0);
}

TEST_F(RestoreTest, ANewPanoramaInTheMiddleIsNotGrownByTheOldSteps) {
  make_panorama(4);
  auto record = record_of_canvas();
  record.columns = {-3, 40};
  answer(asked, {kDoNotSave, kDoNotSave});
  window->projects()->picture_settings()->restore_from(picture_with(record));
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1 && app->growth().running(); }));
  const fs::path project = app->snapshot()->project;
  app->project().start_untitled();
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project && !app->growth().running(); }));
  app->device_queue()->wait_idle();
  QTest::qWait(50);
  EXPECT_EQ(columns(), 0);
}

TEST_F(RestoreTest, AnotherModelIsNamedAndNothingIsLost) {
  make_panorama(4);
  auto record = record_of_canvas();
  record.model = {"atlantis", std::string(64, 'a'), std::string(64, 'b')};
  const auto state = app->snapshot()->state;
  const QString file = picture_with(record);
  answer(asked, {panorama});
  drop(file);
  ASSERT_TRUE(wait_message("atlantis")) << message();
  EXPECT_NE(message().find("made.png"), std::string::npos) << message();
  EXPECT_TRUE(app->snapshot()->state == state);
  EXPECT_TRUE(app->project().dirty());
  EXPECT_EQ(asked.size(), 1) << "nobody is asked to save what is not closed";
  screenshots(window->messages(), QStringLiteral("restore-other-model"));
}

TEST_F(RestoreTest, AnInstalledModelIsLoadedForIt) {
  install(equi::testing::golden_bundle(), "tiny");
  app->library().refresh();
  ASSERT_TRUE(wait_until([&] { return app->library().entries().size() == 2; }));
  const auto& entries = app->library().entries();
  const auto& own = app->engine()->manifest().tokenizer_sha256;
  const auto tiny = std::ranges::find_if(
      entries, [&](const ModelEntry& e) { return e.manifest && e.manifest->tokenizer_sha256 != own; });
  ASSERT_NE(tiny, entries.end());
  make_panorama(4);
  auto record = record_of_canvas();
  record.model = {tiny->manifest->name, tiny->manifest->tokenizer_sha256, tiny->manifest->generator_sha256};
  record.settings.scene = 1;
  record.columns = {0, 6};
  answer(asked, {kDoNotSave});
  window->projects()->picture_settings()->restore_from(picture_with(record));
  ASSERT_TRUE(wait_until([&] { return app->engine()->identity().same_model(record.model); })) << message();
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scene == 1; }));
  ASSERT_TRUE(wait_extent({0, 6}));
}

TEST_F(RestoreTest, ADamagedRecordIsSaidAndThePictureIsAPhoto) {
  make_panorama(4);
  const auto state = app->snapshot()->state;
  answer(asked, {kLeave});
  drop(picture_with("{\"program\": \"EquiCanvas\", \"seed\": "));
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1 && QApplication::activeModalWidget() == nullptr; }));
  EXPECT_EQ(asked.last(), QStringLiteral("The settings in this picture cannot be read"));
  EXPECT_TRUE(app->snapshot()->state == state);
  answer(asked, {kUsePhoto}, QStringLiteral("restore-damaged"));
  window->projects()->picture_settings()->restore_from(picture_with("not even JSON"));
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
}

TEST_F(RestoreTest, ASceneThatTheModelDoesNotHaveIsRefused) {
  make_panorama(4);
  auto record = record_of_canvas();
  record.settings.scenes = {{2, 5000, 4}};
  const auto state = app->snapshot()->state;
  window->projects()->picture_settings()->restore_from(picture_with(record));
  ASSERT_TRUE(wait_message("scene that the model does not have")) << message();
  EXPECT_NE(message().find("made.png"), std::string::npos) << message();
  EXPECT_TRUE(app->snapshot()->state == state);
}

TEST_F(RestoreTest, APictureThatContinuesAPhotoIsOnlyAPhoto) {
  make_panorama(4);
  auto record = record_of_canvas();
  record.has_photo = true;
  answer(asked, {kUsePhoto});
  drop(picture_with(record));
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
  EXPECT_EQ(asked, QStringList{QStringLiteral("This picture continues a photo")});
}

TEST_F(RestoreTest, APictureWithoutSettingsIsAPhotoWithoutAQuestion) {
  make_panorama(4);
  const QString file = picture_with(std::string());
  window->projects()->picture_settings()->restore_from(file);
  ASSERT_TRUE(wait_message("holds no settings")) << message();
  EXPECT_FALSE(app->snapshot()->state.photo.has_value());
  drop(file);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
}

}  // namespace
}  // namespace equi::ui::testing
