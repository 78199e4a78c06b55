#pragma once

namespace equi::ui {

// What has to happen before the QApplication is made: names, scaling. And the resources of the library.
void prepare_application();

}  // namespace equi::ui
