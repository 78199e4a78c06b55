#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTimer>
#include <string>

namespace equi::ui::testing {

// One time that the event loop of a thread did not turn, in milliseconds of the clock, and what they went by
// with.
struct Stop {
  double wall = 0;
  double busy = 0;     // the thread had a core
  double starved = 0;  // it was ready to run and had none: the doing of whoever else uses the machine
  QString during;      // what was being done

  double own() const;        // what is the program's: busy, or asleep in a system call or on a lock
  std::string told() const;  // in words
};

// Milliseconds that the threads of this process were ready to run and had no core, all together, since they
// began; 0 where the system does not say it.
double starved_in_all();

// How long the event loop of this thread stands still. A timer of kInterval beats; between two beats the loop
// was busy, or blocked, for at most the time between them. Linux says what the thread spent waiting for a
// core (the second number of /proc/thread-self/schedstat).
class Heartbeat {
 public:
  static constexpr int kInterval = 10;  // ms

  Heartbeat();

  // Names what happens from now on, for the report.
  void doing(QString what) { doing_ = std::move(what); }

  const Stop& longest() const { return longest_; }            // by what is the program's
  const Stop& longest_wall() const { return longest_wall_; }  // by the clock
  int beats() const { return beats_; }

 private:
  struct Times {
    double busy = 0, starved = 0;  // since the thread began
  };
  static Times now();
  void beat();

  QTimer timer_;
  QElapsedTimer since_;
  Times before_;
  QString doing_;
  Stop longest_, longest_wall_;
  int beats_ = 0;
};

}  // namespace equi::ui::testing
