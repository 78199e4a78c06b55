#include "ui/log.h"

#include <QCoreApplication>

namespace equi::ui {

void Log::add(Level level, const QString& text) {
  lines_.append({QDateTime::currentDateTime(), level, text});
  while (lines_.size() > kKept) lines_.removeFirst();
  Q_EMIT added();
}

QString Log::as_text() const {
  QString text;
  for (const Line& line : lines_) {
    const char* level = line.level == Level::info      ? ""
                        : line.level == Level::warning ? "warning: "
                                                       : "error: ";
    text += line.time.toString(QStringLiteral("hh:mm:ss.zzz  ")) + QLatin1String(level) + line.text +
            QLatin1Char('\n');
  }
  return text;
}

ErrorText describe(const Error& error) {
  const auto say = [](const char* text) { return QCoreApplication::translate("equi::ui::Error", text); };
  ErrorText text;
  switch (error.kind()) {
    case ErrorKind::bad_input:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "This cannot be used"));
      break;
    case ErrorKind::io:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "Reading or writing failed"));
      break;
    case ErrorKind::unsupported:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "This is not supported"));
      break;
    case ErrorKind::cancelled:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "Stopped"));
      break;
    case ErrorKind::numeric:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "The model gave numbers that are not finite"));
      break;
    case ErrorKind::internal:
      text.title = say(QT_TRANSLATE_NOOP("equi::ui::Error", "Something went wrong inside the program"));
      break;
  }
  text.detail = QString::fromStdString(printable(error.where(), 400));
  if (!text.detail.isEmpty()) text.detail += QStringLiteral(": ");
  text.detail += QString::fromStdString(error.message());
  if (!error.hint().empty()) text.detail += QStringLiteral(" — ") + QString::fromStdString(error.hint());
  return text;
}

}  // namespace equi::ui
