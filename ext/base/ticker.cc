#include "base/ticker.h"

#include <exception>
#include <utility>

#ifdef _WIN32
#include <condition_variable>
#include <mutex>
#else
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/pipe.h"
#endif

namespace fastmigrate {
namespace {

// While it lives, threads that are begun here take none of the host's signals.
class SignalsBlocked {
 public:
#ifdef _WIN32
  SignalsBlocked() = default;
#else
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

}  // namespace

// What the destructor tells the thread.
class Ticker::Ending {
 public:
#ifdef _WIN32
  static std::unique_ptr<Ending> Make() { return std::make_unique<Ending>(); }

  void Announce() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      is_announced_ = true;
    }
    announced_.notify_all();
  }

  bool ComesWithin(std::chrono::milliseconds interval) {
    std::unique_lock<std::mutex> lock(mutex_);
    return announced_.wait_for(lock, interval, [this] { return is_announced_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable announced_;
  bool is_announced_ = false;
#else
  // Null when no pipe can be opened.
  static std::unique_ptr<Ending> Make() {
    Result<Pipe> pipe = OpenPipe();
    return pipe ? std::make_unique<Ending>(std::move(*pipe)) : nullptr;
  }

  explicit Ending(Pipe pipe) : pipe_(std::move(pipe)) {}

  // By a byte, not by closing the end: the host may have forked, and its child have that end too.
  void Announce() {
    [[maybe_unused]] const ssize_t written = write(pipe_.write_end.value(), "", 1);
  }

  // An error counts as the end of the interval.
  bool ComesWithin(std::chrono::milliseconds interval) {
    pollfd readable{pipe_.read_end.value(), POLLIN, 0};
    return poll(&readable, 1, static_cast<int>(interval.count())) > 0;
  }

 private:
  Pipe pipe_;
#endif
};

Ticker::Ticker(std::chrono::milliseconds interval, std::function<void()> tick) {
  try {
    ending_ = Ending::Make();
    if (!ending_) return;
    [[maybe_unused]] const SignalsBlocked blocked;
    thread_ = std::thread([ending = ending_.get(), interval, tick = std::move(tick)] {
      while (!ending->ComesWithin(interval)) tick();
    });
  } catch (const std::exception&) {
    // There is no thread.
  }
}

Ticker::~Ticker() {
  if (!thread_.joinable()) return;
  ending_->Announce();
  thread_.join();
}

}  // namespace fastmigrate
