#include "core/sampling/guidance.h"

#include <limits>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::sampling {
namespace {

using Schedule = Guidance::Schedule;

TEST(Guidance, ConstantIsTheScaleEverywhere) {
  const Guidance g{Schedule::constant, 4.5, 16};
  EXPECT_EQ(g.at(0), 4.5);
  EXPECT_EQ(g.at(1000000), 4.5);
}

TEST(Guidance, LinearReachesTheScaleAtTheLastColumn) {
  const Guidance g{Schedule::linear, 7.0, 20};
  EXPECT_DOUBLE_EQ(g.at(0), 1.3);
  EXPECT_DOUBLE_EQ(g.at(9), 4.0);
  EXPECT_DOUBLE_EQ(g.at(19), 7.0);
}

TEST(Guidance, RampHoldsAfterItsLength) {
  const Guidance ramp{Schedule::ramp_hold, 7.0, 16}, linear{Schedule::linear, 7.0, 16};
  for (std::int64_t k = 0; k < 16; ++k) EXPECT_EQ(ramp.at(k), linear.at(k)) << k;
  EXPECT_EQ(ramp.at(16), 7.0);
  EXPECT_EQ(ramp.at(30000000), 7.0);
}

TEST(Guidance, ScaleOneIsNoGuidanceInEverySchedule) {
  for (const auto schedule : {Schedule::constant, Schedule::linear, Schedule::ramp_hold}) {
    for (const std::int64_t k : {0, 7, 15, 16, 99}) EXPECT_EQ((Guidance{schedule, 1.0, 16}).at(k), 1.0);
  }
}

TEST(Guidance, NamesGoBothWays) {
  for (const auto schedule : {Schedule::constant, Schedule::linear, Schedule::ramp_hold}) {
    EXPECT_EQ(parse_schedule(name(schedule)), schedule);
  }
  EXPECT_THROW(parse_schedule("sine"), Error);
}

TEST(Guidance, RefusesAbsurdSettings) {
  EXPECT_NO_THROW(validate({Schedule::ramp_hold, 7.0, 16}));
  EXPECT_THROW(validate({Schedule::constant, -1.0, 16}), Error);
  EXPECT_THROW(validate({Schedule::constant, std::numeric_limits<double>::quiet_NaN(), 16}), Error);
  EXPECT_THROW(validate({Schedule::linear, 3.0, 0}), Error);
}

}  // namespace
}  // namespace equi::sampling
