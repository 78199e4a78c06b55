#include "tests/ui/heartbeat.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace equi::ui::testing {
namespace {

// Milliseconds that this thread was ready to run and had no core; 0 where the system does not say.
double waited_for_a_core() {
  std::ifstream file("/proc/thread-self/schedstat");
  double ran = 0, waited = 0;
  if (!(file >> ran >> waited)) return 0;
  return waited * 1e-6;
}

}  // namespace

Heartbeat::Heartbeat() : waited_(waited_for_a_core()) {
  timer_.setInterval(kInterval);
  timer_.setTimerType(Qt::PreciseTimer);
  QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { beat(); });
  since_.start();
  timer_.start();
}

void Heartbeat::beat() {
  const double waited = waited_for_a_core();
  const double wall = static_cast<double>(since_.nsecsElapsed()) * 1e-6;
  since_.restart();
  const double own = std::max(0.0, wall - (waited - waited_));
  waited_ = waited;
  ++beats_;
  longest_wall_ = std::max(longest_wall_, wall);
  static const bool tell = qEnvironmentVariableIsSet("EQUICANVAS_HEARTBEAT_TELL");
  if (tell && own > 50)
    std::fprintf(stderr, "%.0f ms (%.0f with waiting): %s\n", own, wall, qPrintable(doing_));
  if (excused_ > 0) {
    --excused_;
    longest_excused_ = std::max(longest_excused_, own);
    return;
  }
  if (own > longest_) {
    longest_ = own;
    during_ = doing_;
  }
}

}  // namespace equi::ui::testing
