#include "base/ticker.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>

namespace fastmigrate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNever = std::chrono::hours(24);

TEST(Ticker, CallsAgainAndAgain) {
  std::atomic<int> calls = 0;
  const Ticker ticker(milliseconds(1), [&] {
    ++calls;
    calls.notify_all();
  });
  for (int seen = 0; seen < 3; seen = calls) calls.wait(seen);
}

TEST(Ticker, IsDestroyedWithoutWaitingForTheInterval) {
  const Ticker ticker(kNever, [] {});
}

// It has a copy of the pipe's ends.
TEST(Ticker, IsDestroyedWhileAForkedProcessOfTheHostLives) {
  std::optional<Ticker> ticker(std::in_place, kNever, [] {});
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
