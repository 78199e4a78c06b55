#pragma once

#include <QDateTime>
#include <QList>
#include <QObject>

#include "core/base/error.h"

namespace equi::ui {

// What the program has done, for the log window. GUI thread only; the last kKept lines.
class Log : public QObject {
  Q_OBJECT

 public:
  static constexpr int kKept = 2000;
  enum class Level { info, warning, error };
  struct Line {
    QDateTime time;
    Level level = Level::info;
    QString text;
  };

  using QObject::QObject;
  void add(Level level, const QString& text);
  const QList<Line>& lines() const { return lines_; }
  QString as_text() const;

 Q_SIGNALS:
  void added();

 private:
  QList<Line> lines_;
};

// An error as two pieces of text: what happened, and where and what can be done.
struct ErrorText {
  QString title;
  QString detail;
};
ErrorText describe(const Error& error);

}  // namespace equi::ui
