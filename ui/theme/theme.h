#pragma once

#include <QObject>
#include <memory>

#include "ui/theme/tokens.h"

namespace equi::ui {

enum class ThemeChoice { system, light, dark };

// "system", "light", "dark" and back; an unknown text is `system`.
QString name(ThemeChoice choice);
ThemeChoice parse_theme(const QString& text);

class SystemScheme;

// Gives the whole application its look: Fusion with our palette and style sheet. Follows the desktop's
// preference for dark while the choice is `system`.
class Theme : public QObject {
  Q_OBJECT

 public:
  explicit Theme(QObject* parent = nullptr);
  ~Theme() override;

  void choose(ThemeChoice choice);
  ThemeChoice choice() const { return choice_; }
  bool dark() const { return colors().dark; }

 Q_SIGNALS:
  void changed();  // colours are others: repaint what paints itself

 private:
  void apply();

  std::unique_ptr<SystemScheme> system_;
  ThemeChoice choice_ = ThemeChoice::system;
  const Colors* shown_ = nullptr;  // null: none yet
};

}  // namespace equi::ui
