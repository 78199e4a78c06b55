// That the second language is complete: whoever adds a text to the window and no Chinese for it fails here.
#include <QDialogButtonBox>
#include <QFile>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QTreeWidget>
#include <QXmlStreamReader>
#include <algorithm>
#include <filesystem>
#include <vector>

#include "tests/ui/ui_fixture.h"
#include "ui/frame/language.h"
#include "ui/frame/shortcuts_dialog.h"

namespace equi::ui::testing {
namespace {

struct Text {
  QString context, source, translation;
  bool finished = false;

  std::string told() const { return (context + QStringLiteral(": ") + source).toStdString(); }
};

std::vector<Text> read(const QString& path) {
  QFile file(path);
  EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
  QXmlStreamReader xml(&file);
  std::vector<Text> texts;
  QString context;
  while (xml.readNext() != QXmlStreamReader::Invalid && !xml.atEnd()) {
    if (!xml.isStartElement()) continue;
    if (xml.name() == u"name") {
      context = xml.readElementText();
    } else if (xml.name() == u"source") {
      texts.push_back({context, xml.readElementText(), {}, false});
    } else if (xml.name() == u"translation" && !texts.empty()) {
      texts.back().finished = !xml.attributes().hasAttribute(QStringLiteral("type"));
      texts.back().translation = xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
    }
  }
  EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
  return texts;
}

// %1, %L2, %n … in their order by number.
QStringList places(const QString& text) {
  static const QRegularExpression place(QStringLiteral("%L?(\\d+|n)"));
  QStringList found;
  for (auto each = place.globalMatch(text); each.hasNext();) found << each.next().captured(1);
  found.sort();
  return found;
}

class Translations : public ::testing::Test {
 protected:
  // The translations as lupdate would leave them after a look at all sources.
  std::vector<Text> updated() {
    const TempFolder folder;
    const QString file = from_path(folder / "equicanvas_zh_CN.ts");
    std::filesystem::copy_file("ui/translations/equicanvas_zh_CN.ts", to_path(file));
    QProcess lupdate;
    lupdate.start(
        QStringLiteral(EQUI_LUPDATE),
        {QStringLiteral("-silent"), QStringLiteral("-locations"), QStringLiteral("none"),
         QStringLiteral("-I"), QStringLiteral("."), QStringLiteral("ui"), QStringLiteral("-ts"), file});
    EXPECT_TRUE(lupdate.waitForFinished(120'000) && lupdate.exitCode() == 0)
        << lupdate.readAllStandardError().toStdString();
    return read(file);
  }
};

TEST_F(Translations, EveryTextOfTheWindowHasItsChinese) {
  const auto texts = updated();
  EXPECT_GT(texts.size(), 600U);
  for (const Text& text : texts) {
    EXPECT_TRUE(text.finished && !text.translation.isEmpty())
        << text.told()
        << "\n  is new and not in ui/translations/equicanvas_zh_CN.ts, or there and no longer used";
  }
}

TEST_F(Translations, TheyKeepTheirPlacesForNumbersAndNames) {
  for (const Text& text : read(QStringLiteral("ui/translations/equicanvas_zh_CN.ts"))) {
    EXPECT_EQ(places(text.translation), places(text.source)) << text.told();
    EXPECT_EQ(text.translation.endsWith(u'…'), text.source.endsWith(u'…')) << text.told();
    EXPECT_EQ(text.translation.count(u'&') > 0, text.source.count(u'&') > 0) << text.told();
  }
}

class Chinese : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    use_language(QStringLiteral("zh_CN"));
  }
  void TearDown() override {
    UiTest::TearDown();
    use_language(QStringLiteral("en"));
  }
};

TEST_F(Chinese, TheWindowSpeaksIt) {
  open_window();
  make_panorama(8);
  EXPECT_EQ(window->actions_table()
                ->menu(Menu::file)
                ->title()
                .contains(QRegularExpression(QStringLiteral("[a-z]"))),
            false);
  screenshot(QStringLiteral("main-chinese"));
}

TEST_F(Chinese, SoDoQtsOwnDialogs) {
  const QDialogButtonBox box(QDialogButtonBox::Close | QDialogButtonBox::Cancel);
  for (const QAbstractButton* button : box.buttons()) {
    EXPECT_FALSE(button->text().contains(QRegularExpression(QStringLiteral("[a-z]"))))
        << button->text().toStdString();
  }
}

TEST_F(Chinese, KeysOfMenusAreNotReadOut) {
  open_window();
  for (const ActionSpec& spec : Actions::table()) {
    const QString tip = window->actions_table()->get(spec.id)->toolTip();
    EXPECT_FALSE(tip.contains(QRegularExpression(QStringLiteral("\\([A-Z]\\).*\\(")))) << tip.toStdString();
  }
  ShortcutsDialog dialog(*window->actions_table(), window.get());
  const auto* tree = dialog.findChild<QTreeWidget*>();
  for (int i = 0; i < tree->topLevelItemCount(); ++i) {
    const QTreeWidgetItem* group = tree->topLevelItem(i);
    EXPECT_FALSE(group->text(0).contains(u'(')) << group->text(0).toStdString();
    for (int j = 0; j < group->childCount(); ++j)
      EXPECT_FALSE(group->child(j)->text(0).contains(u'(')) << group->child(j)->text(0).toStdString();
  }
}

TEST(PlainText, HasNoKeyInEitherLanguage) {
  EXPECT_EQ(plain_text(QStringLiteral("Se&ttings…")), QStringLiteral("Settings…"));
  EXPECT_EQ(plain_text(QStringLiteral("设置(&T)…")), QStringLiteral("设置…"));
  EXPECT_EQ(plain_text(QStringLiteral("Columns (16)")), QStringLiteral("Columns (16)"));
}

}  // namespace
}  // namespace equi::ui::testing
