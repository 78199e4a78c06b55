#include "app/cli/console.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/cut_short.h"

namespace equi::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr int kBarWidth = 30;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction hangup = {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);  // as nohup leaves it
  return set;
}

}  // namespace

void print_json(const nlohmann::json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

void warn(const std::string& where, const std::string& text) {
  if (!text.empty()) say(fmt::format("warning: {}: {}\n", printable(where), text));
}

void warn_if_cut_short(const std::string& picture) {
  if (media::is_cut_short(picture)) warn(picture, "breaks off: a part of the picture may be missing");
}

ProgressBar::ProgressBar(std::string what, std::int64_t total, bool silent)
    : what_(std::move(what)),
      total_(std::max<std::int64_t>(total, 1)),
      silent_(silent),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputc('\n', stderr);
}

void ProgressBar::update(std::int64_t done) {
  if (silent_) return;
  const auto now = std::chrono::steady_clock::now();
  if (terminal_) {
    if (done < total_ && now - last_ < kRedraw) return;
    last_ = now;
    draw(done);
    drawn_ = true;
  } else if (done * 10 / total_ > shown_tenth_) {
    shown_tenth_ = done * 10 / total_;
    say(fmt::format("{}: {} of {}\n", what_, done, total_));
  }
}

void ProgressBar::draw(std::int64_t done) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(total_ - done) / rate : 0;
  const auto filled = std::size_t(done * kBarWidth / total_);
  say(fmt::format("\r{} [{}{}] {}/{}  {:.1f}/s  {:.0f} s left \x1b[K", what_, std::string(filled, '='),
                  std::string(kBarWidth - std::min<std::size_t>(filled, kBarWidth), ' '), done, total_, rate,
                  left));
  std::fflush(stderr);
}

Interrupt::Interrupt() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    const sigset_t waited = stop_signals();
    const timespec pause{0, 100'000'000};
    while (!end.stop_requested()) {
      if (sigtimedwait(&waited, nullptr, &pause) < 0) continue;
      if (source_.stop_requested()) std::_Exit(130);
      source_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace equi::cli
