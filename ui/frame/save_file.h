#pragma once

#include <QString>
#include <QWidget>

namespace equi::ui {

// Asks for a file to write. A name that ends like none of the filters' gets the first ending of the one that
// was chosen; the question whether to replace a file is about that name. Empty: none was chosen.
QString choose_save_file(QWidget* parent, const QString& title, const QString& proposal,
                         const QString& filters);

}  // namespace equi::ui
