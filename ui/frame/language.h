#pragma once

#include <QList>
#include <QString>

namespace equi::ui {

struct Language {
  QString code;      // "en", "zh_CN"
  QString own_name;  // in that language
};

// The languages that are complete.
const QList<Language>& languages();

// Makes texts made from now on come in this language; an empty code is the system's. Windows that exist keep
// theirs.
void use_language(const QString& code);

}  // namespace equi::ui
