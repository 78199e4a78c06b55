#include "ui/frame/about_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QIcon>
#include <QLibraryInfo>
#include <QPushButton>
#include <QSysInfo>
#include <QTextBrowser>

#include <sqlite3.h>

#include "ui/app_controller.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

struct Part {
  const char* name;
  const char* licence;
  const char* use;  // marked for translation
};

// clang-format off
constexpr Part kParts[] = {
    {"libtorch", "BSD-3-Clause", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "tensors, on the CPU and on GPUs")},
    {"Qt 6", "LGPL-3.0", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "the window")},
    {"OpenCV", "Apache-2.0", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "pictures in and out")},
    {"SQLite", "public domain", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "project files")},
    {"fmt, nlohmann-json, OpenSSL", "MIT, MIT, Apache-2.0", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "text, manifests, hashes")},
    {"libpng, libtiff", "libpng, libtiff", QT_TRANSLATE_NOOP("equi::ui::AboutDialog", "large exports")},
};
// clang-format on

}  // namespace

AboutDialog::AboutDialog(const AppController& app, QWidget* parent)
    : HouseDialog(tr("About EquiCanvas"), parent) {
  resize(580, 500);
  auto* top = new QHBoxLayout;
  top->setSpacing(Space::l);
  auto* picture = new QLabel;
  picture->setPixmap(QIcon(QStringLiteral(":/equicanvas.svg")).pixmap(QSize(72, 72), devicePixelRatioF()));
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  auto* title = new QLabel(QStringLiteral("EquiCanvas"));
  title->setProperty("role", "title");
  auto* line = new QLabel(tr("Pictures that have no left or right end."));
  line->setProperty("role", "muted");
  words->addStretch();
  words->addWidget(title);
  words->addWidget(line);
  words->addStretch();
  top->addWidget(picture);
  top->addLayout(words, 1);

  QString facts = tr("Version %1").arg(QStringLiteral(EQUI_VERSION)) + QLatin1Char('\n');
  facts += QStringLiteral("Qt %1, SQLite %2\n")
               .arg(QLatin1String(qVersion()), QLatin1String(sqlite3_libversion()));
  facts += QSysInfo::prettyProductName() + QStringLiteral(", ") + QSysInfo::currentCpuArchitecture() +
           QLatin1Char('\n');
  if (const auto engine = app.engine()) {
    facts += tr("Model %1 on %2, %3")
                 .arg(QString::fromStdString(engine->manifest().name),
                      QString::fromStdString(engine->device().name()).toUpper(),
                      QString::fromStdString(name(engine->precision())));
  } else {
    facts += tr("No model is loaded");
  }
  QString html = QStringLiteral("<p>") +
                 facts.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")) +
                 QStringLiteral("</p><p>");
  html +=
      tr("It implements “Equivariant Image Modeling” (arXiv 2503.18948) in C++: an image is a row of tokens, "
         "one "
         "for each column of 16 pixels, and a panorama grows column by column.");
  html += QStringLiteral("</p><p>") + tr("MIT licence. Built on:") +
          QStringLiteral("</p><table cellspacing='3' width='100%'>");
  for (const Part& part : kParts) {
    html += QStringLiteral("<tr><td width='36%'><b>%1</b></td><td width='40%'>%2</td><td>%3</td></tr>")
                .arg(QLatin1String(part.name), tr(part.use), QLatin1String(part.licence));
  }
  html += QStringLiteral("</table>");
  auto* text = new QTextBrowser;
  text->setHtml(html);
  text->setAccessibleName(tr("Versions and licences"));
  content()->addLayout(top);
  content()->addSpacing(Space::s);
  content()->addWidget(text, 1);
  auto* buttons = add_buttons(QDialogButtonBox::Close);
  auto* copy = buttons->addButton(tr("Copy versions"), QDialogButtonBox::ActionRole);
  copy->setAutoDefault(false);
  buttons->button(QDialogButtonBox::Close)->setFocus();
  connect(copy, &QPushButton::clicked, this, [facts] { QApplication::clipboard()->setText(facts); });
}

}  // namespace equi::ui
