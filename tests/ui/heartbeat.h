#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTimer>

namespace equi::ui::testing {

// How long the event loop of this thread stands still. A timer of kInterval beats; between two beats the loop
// was busy, or blocked, for at most the time between them. From that time what the thread spent waiting for a
// core is taken off (the second number of /proc/thread-self/schedstat): that is the doing of whoever else
// uses the machine. Sleeping in a system call or on a lock is not taken off.
class Heartbeat {
 public:
  static constexpr int kInterval = 10;  // ms

  Heartbeat();

  // Names what happens from now on, for the report.
  void doing(QString what) { doing_ = std::move(what); }

  // What happens now and is drawn next is bounded apart (a change of theme: every widget is polished again).
  void excuse() { excused_ = 2; }

  double longest_ms() const { return longest_; }            // between two beats, waiting for a core taken off
  double longest_wall_ms() const { return longest_wall_; }  // the same, everything included
  double longest_excused_ms() const { return longest_excused_; }
  const QString& during() const { return during_; }  // what happened in the longest
  int beats() const { return beats_; }

 private:
  void beat();

  QTimer timer_;
  QElapsedTimer since_;
  double waited_;  // ms for a core, since the thread began
  QString doing_, during_;
  double longest_ = 0, longest_wall_ = 0, longest_excused_ = 0;
  int beats_ = 0;
  int excused_ = 0;  // beats to come
};

}  // namespace equi::ui::testing
