#include "ui/batch/number_list.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include "core/base/error.h"

namespace equi::ui {
namespace {

[[noreturn]] void refuse(const QString& piece, const QString& why) {
  throw Error(ErrorKind::bad_input, "", QStringLiteral("'%1' %2").arg(piece, why).toStdString());
}

QStringList pieces_of(const QString& text) {
  static const QRegularExpression separators(QStringLiteral("[,;\\s]+"));
  return text.split(separators, Qt::SkipEmptyParts);
}

// "a-b" with both ends, or one number twice.
struct Ends {
  std::uint64_t from = 0, to = 0;
};

Ends ends_of(const QString& piece) {
  static const QRegularExpression pattern(QStringLiteral("^(\\d+)(?:[-–](\\d+))?$"));
  const auto match = pattern.match(piece);
  if (!match.hasMatch())
    refuse(piece, QCoreApplication::translate("equi::ui::NumberList",
                                              "is neither a number nor a range such as 1-20"));
  bool good = false, good_end = true;
  Ends ends;
  ends.from = match.captured(1).toULongLong(&good);
  ends.to = match.captured(2).isEmpty() ? ends.from : match.captured(2).toULongLong(&good_end);
  if (!good || !good_end) refuse(piece, QCoreApplication::translate("equi::ui::NumberList", "is too large"));
  if (ends.to < ends.from)
    refuse(piece, QCoreApplication::translate("equi::ui::NumberList", "ends before it begins"));
  return ends;
}

template <class Number, class Check>
std::vector<Number> parse(const QString& text, std::int64_t most, Check check) {
  std::vector<Number> numbers;
  for (const auto& piece : pieces_of(text)) {
    const Ends ends = ends_of(piece);
    check(piece, ends);
    if (ends.to - ends.from >= std::uint64_t(most) ||
        numbers.size() + (ends.to - ends.from) >= std::size_t(most)) {
      refuse(piece,
             QCoreApplication::translate("equi::ui::NumberList", "makes the list longer than %1").arg(most));
    }
    for (std::uint64_t n = ends.from;; ++n) {
      numbers.push_back(static_cast<Number>(n));
      if (n == ends.to) break;
    }
  }
  return numbers;
}

}  // namespace

std::vector<std::int64_t> parse_numbers(const QString& text, std::int64_t first, std::int64_t last,
                                        std::int64_t most) {
  return parse<std::int64_t>(text, most, [first, last](const QString& piece, const Ends& ends) {
    if (ends.from >= std::uint64_t(first) && ends.to <= std::uint64_t(last)) return;
    refuse(
        piece,
        QCoreApplication::translate("equi::ui::NumberList", "is not within %1 to %2").arg(first).arg(last));
  });
}

std::vector<std::uint64_t> parse_seeds(const QString& text, std::int64_t most) {
  return parse<std::uint64_t>(text, most, [](const QString&, const Ends&) {});
}

std::vector<double> parse_decimals(const QString& text, double first, double last, std::int64_t most) {
  std::vector<double> numbers;
  for (const auto& piece : pieces_of(text)) {
    bool good = false;
    const double number = piece.toDouble(&good);
    if (!good) refuse(piece, QCoreApplication::translate("equi::ui::NumberList", "is no number"));
    if (!(number >= first && number <= last))
      refuse(
          piece,
          QCoreApplication::translate("equi::ui::NumberList", "is not within %1 to %2").arg(first).arg(last));
    if (numbers.size() >= std::size_t(most))
      refuse(piece,
             QCoreApplication::translate("equi::ui::NumberList", "makes the list longer than %1").arg(most));
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace equi::ui
