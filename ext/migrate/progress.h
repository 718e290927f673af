// What a call is doing, on standard error, for the person who waits for it:
//
//   fastmigrate: 0002-rebuild.sql (1 of 3) begins
//   fastmigrate: 0002-rebuild.sql (1 of 3) ended after 41.2 s
//
// and on a terminal, once a second, a line that replaces itself:
//
//   fastmigrate: 0002-rebuild.sql (1 of 3), statement 4 of 7, 17 s
//
// Only where the environment has FASTMIGRATE_PROGRESS=1: standard error is the host's. The line
// that replaces itself is written by a thread, since one statement may take an hour, and SQLite's
// progress handler is the host's; the thread ends before the call does, and takes no signal.
//
// A script that runs again, because what came behind it was rolled back with it, begins again.
// Nothing here makes a call fail.

#ifndef FASTMIGRATE_MIGRATE_PROGRESS_H_
#define FASTMIGRATE_MIGRATE_PROGRESS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/ticker.h"

namespace fastmigrate {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  struct Output {
    std::function<void(std::string_view)> write;
    bool is_terminal = false;
    std::chrono::milliseconds tick{1000};
  };

  // Null when the environment does not ask for it. `names` gives those of the scripts that are to
  // run.
  static std::unique_ptr<Progress> FromEnvironment(
      const std::function<std::vector<std::string>()>& names);

  Progress(std::vector<std::string> names, Output output);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `statements` is 0 for a program.
  void Begin(std::string_view name, size_t statements) noexcept;
  // Counted from 0.
  void AtStatement(size_t index) noexcept { statement_.store(index, std::memory_order_relaxed); }
  void End(bool succeeded) noexcept;

 private:
  void WriteLive() noexcept;
  void WriteLine(const std::string& text);

  const std::vector<std::string> names_;
  const Output output_;
  std::atomic<size_t> statement_ = 0;

  std::mutex mutex_;   // of what follows, and of writing
  std::string label_;  // "0002-rebuild.sql (1 of 3)"; empty between scripts
  size_t statements_ = 0;
  Clock::time_point began_;
  bool is_live_line_shown_ = false;

  std::unique_ptr<Ticker> ticker_;  // the last, since its thread uses the others
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_PROGRESS_H_
