#include "tests/ui/heartbeat.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace equi::ui::testing {
namespace {

constexpr double kTold = 50;  // ms

// The second number of a thread's schedstat, in milliseconds.
double starved_by(const std::filesystem::path& schedstat) {
  std::ifstream file(schedstat);
  double ran = 0;
  double waited = 0;
  if (!(file >> ran >> waited)) return 0;
  return waited * 1e-6;
}

}  // namespace

double starved_in_all() {
  double sum = 0;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", ignored))
    sum += starved_by(thread.path() / "schedstat");
  return sum;
}

double Stop::own() const {
  return std::max(0.0, wall - starved);
}

std::string Stop::told() const {
  return fmt::format("{:.0f} ms ({:.0f} on a core, {:.0f} blocked, {:.0f} waiting for a core): {}", wall,
                     busy, std::max(0.0, own() - busy), starved, during.toStdString());
}

Heartbeat::Times Heartbeat::now() {
  timespec busy{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy);
  return {static_cast<double>(busy.tv_sec) * 1e3 + static_cast<double>(busy.tv_nsec) * 1e-6,
          starved_by("/proc/thread-self/schedstat")};
}

Heartbeat::Heartbeat() : before_(now()) {
  timer_.setInterval(kInterval);
  timer_.setTimerType(Qt::PreciseTimer);
  QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { beat(); });
  since_.start();
  timer_.start();
}

void Heartbeat::beat() {
  const Times after = now();
  const Stop stop{static_cast<double>(since_.nsecsElapsed()) * 1e-6, after.busy - before_.busy,
                  after.starved - before_.starved, doing_};
  since_.restart();
  before_ = after;
  ++beats_;
  static const bool tell = qEnvironmentVariableIsSet("EQUICANVAS_HEARTBEAT_TELL");
  if (tell && stop.own() > kTold) std::fprintf(stderr, "%s\n", stop.told().c_str());
  if (stop.own() > longest_.own()) longest_ = stop;
  if (stop.wall > longest_wall_.wall) longest_wall_ = stop;
}

}  // namespace equi::ui::testing
