#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

namespace equi::cli {

// Prints one JSON document to standard output.
void print_json(const nlohmann::json& document);

// Text on standard error; lost, as nobody hears it, where that cannot be written (closed, on a full disk).
void say(const std::string& text);

// A line on standard error that something may go wrong with `where`; nothing when `text` is empty.
void warn(const std::string& where, const std::string& text);
// That of a JPEG whose end is missing.
void warn_if_cut_short(const std::string& picture);

// Progress on standard error: a bar that redraws itself on a terminal, a plain line every tenth otherwise,
// nothing when `silent` (as with --json).
class ProgressBar {
 public:
  ProgressBar(std::string what, std::int64_t total, bool silent);
  ~ProgressBar();
  void update(std::int64_t done);

 private:
  void draw(std::int64_t done) const;

  std::string what_;
  std::int64_t total_;
  bool silent_;
  bool terminal_;
  std::int64_t shown_tenth_ = 0;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_{};
};

// Turns Ctrl-C (SIGINT), SIGTERM and a closed terminal (SIGHUP) into a stop request while it lives; a second
// Ctrl-C ends the program. Make it before other threads are started: it blocks the signals in them.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace equi::cli
