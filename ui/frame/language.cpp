#include "ui/frame/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>
#include <memory>

namespace equi::ui {
namespace {

// Owned by the application: they go with it.
QTranslator* ours = nullptr;
QTranslator* qts = nullptr;

void replace(QTranslator*& translator, const QString& file, const QString& folder) {
  if (translator != nullptr) {
    QCoreApplication::removeTranslator(translator);
    delete translator;
    translator = nullptr;
  }
  auto* made = new QTranslator(QCoreApplication::instance());
  if (!file.isEmpty() && made->load(file, folder)) {
    QCoreApplication::installTranslator(made);
    translator = made;
  } else {
    delete made;
  }
}

}  // namespace

const QList<Language>& languages() {
  static const QList<Language> known = {{QStringLiteral("en"), QStringLiteral("English")},
                                        {QStringLiteral("zh_CN"), QStringLiteral("简体中文")}};
  return known;
}

void use_language(const QString& code) {
  const QString wanted = code.isEmpty() ? QLocale::system().name() : code;
  const bool chinese = wanted.startsWith(QLatin1String("zh"));
  QLocale::setDefault(code.isEmpty() ? QLocale::system()
                                     : QLocale(chinese ? QStringLiteral("zh_CN") : QStringLiteral("en_US")));
  replace(ours, chinese ? QStringLiteral("equicanvas_zh_CN") : QString(), QStringLiteral(":/i18n"));
  replace(qts, chinese ? QStringLiteral("qtbase_zh_CN") : QString(),
          QLibraryInfo::path(QLibraryInfo::TranslationsPath));
}

}  // namespace equi::ui
