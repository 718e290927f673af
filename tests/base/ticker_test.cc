#include "base/ticker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

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

}  // namespace
}  // namespace fastmigrate
