// Tickers on POSIX systems alone: hosts that fork, or have signals.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>

#include "base/ticker.h"

namespace fastmigrate {
namespace {

using std::chrono::milliseconds;

// It has a copy of the pipe's ends.
TEST(Ticker, IsDestroyedWhileAForkedProcessOfTheHostLives) {
  std::optional<Ticker> ticker(std::in_place, std::chrono::hours(24), [] {});
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  ticker.reset();
  kill(child, SIGKILL);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

TEST(Ticker, TakesNoSignalOfTheHost) {
  std::atomic<int> blocked = -1;
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const Ticker ticker(milliseconds(1), [&] {
    sigset_t mine;
    pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    blocked = sigismember(&mine, SIGTERM);
    blocked.notify_all();
  });
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  blocked.wait(-1);
  EXPECT_EQ(blocked, 1);
  EXPECT_EQ(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

}  // namespace
}  // namespace fastmigrate
