#include "ui/canvas/viewport.h"

#include <gtest/gtest.h>

namespace equi::ui {
namespace {

Viewport view_of(std::int64_t begin, std::int64_t end, QSize size = {1000, 500}) {
  Viewport view;
  view.set_size(size);
  view.set_picture(256, 16);
  view.set_extent({begin, end});
  return view;
}

TEST(Viewport, ZoomKeepsThePictureUnderTheCursor) {
  Viewport view = view_of(0, 1000);
  view.place_column(400, 0.5);
  const QPointF cursor(731, 260);
  const double before = view.picture_at(cursor).x();
  for (const double factor : {1.2, 3.0, 0.4, 0.7}) {
    view.zoom_at(cursor, factor);
    EXPECT_NEAR(view.picture_at(cursor).x(), before, 1.0 / view.zoom()) << factor;
  }
}

TEST(Viewport, PositionsAreWholeDevicePixelsApart) {
  Viewport view = view_of(0, 100);
  view.zoom_at({300, 200}, 0.731);
  const double at = view.column_x(32);
  view.pan({17.4, 0});
  EXPECT_NEAR(std::abs(view.column_x(32) - at), 17, 1.0);
  EXPECT_DOUBLE_EQ(view.column_x(32) - view.column_x(0), 32 * 16 * view.zoom());
}

TEST(Viewport, LevelIsTheCoarsestThatIsFineEnough) {
  Viewport view = view_of(0, 100000);
  for (const auto& [zoom, level] : std::vector<std::pair<double, int>>{
           {2, 0}, {1, 0}, {0.6, 0}, {0.5, 1}, {0.3, 1}, {0.25, 2}, {0.04, 4}}) {
    view.set_zoom(zoom);
    EXPECT_EQ(view.level(), level) << zoom;
  }
}

TEST(Viewport, SomethingThatExistsStaysInSight) {
  Viewport view = view_of(-20, 40);
  view.pan({1e9, 0});
  EXPECT_TRUE(view.shows(-20));
  view.pan({-1e9, 0});
  EXPECT_TRUE(view.shows(39));
}

TEST(Viewport, FitAllShowsBothEnds) {
  Viewport view = view_of(-3000, 5000);
  view.fit_all();
  EXPECT_TRUE(view.shows(-3000));
  EXPECT_TRUE(view.shows(4999));
}

TEST(Viewport, AMillionColumnsFitAndPositionsStayExact) {
  Viewport view = view_of(0, 1'000'000);
  view.fit_all();
  EXPECT_TRUE(view.shows(0));
  EXPECT_TRUE(view.shows(999'999));
  view.zoom_at({500, 250}, 1e9);
  EXPECT_DOUBLE_EQ(view.zoom(), Viewport::kMaxZoom);
  view.place_column(999'000, 0.5);
  EXPECT_NEAR(view.column_x(999'001) - view.column_x(999'000), 16 * Viewport::kMaxZoom, 1e-3);
}

}  // namespace
}  // namespace equi::ui
