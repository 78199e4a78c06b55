#pragma once

namespace equi::ui {

// A scene on its way from the scenes panel to the canvas: its number as decimal text.
constexpr const char* kSceneMime = "application/x-equicanvas-scene";

}  // namespace equi::ui
