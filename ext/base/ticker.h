// Calls a function at intervals, from a thread of its own, until it is destroyed.
//
// The thread takes none of the host's signals, and its clock is not one that somebody sets. It
// waits on a pipe: a std::condition_variable that waits by such a clock needs glibc 2.30, and the
// module is to load on older ones.

#ifndef FASTMIGRATE_BASE_TICKER_H_
#define FASTMIGRATE_BASE_TICKER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace fastmigrate {

class Ticker {
 public:
  // `tick` must not throw. Where no thread is to be had it is never called.
  Ticker(std::chrono::milliseconds interval, std::function<void()> tick);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  // Does not wait for the end of the interval, but for that of a call that has begun.
  ~Ticker();

 private:
  class Ending;

  std::unique_ptr<Ending> ending_;
  std::thread thread_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_TICKER_H_
