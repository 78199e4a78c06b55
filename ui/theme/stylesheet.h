#pragma once

#include <QString>

#include "ui/theme/tokens.h"

namespace equi::ui {

// The style sheet of the whole application in these colours.
//
// Widgets ask for a variant with a dynamic property, set before they are shown:
//   role = "primary" | "danger" | "ghost" | "chip"   on buttons
//   role = "panel" | "card" | "bar"                  on plain QWidgets and QFrames (they need
//   WA_StyledBackground) role = "muted" | "small" | "heading" | "title" | "error"   on labels
QString stylesheet(const Colors& colors);

}  // namespace equi::ui
