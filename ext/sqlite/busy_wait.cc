#include "sqlite/busy_wait.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

namespace fastmigrate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongWait{60000};
constexpr int kLongestPauseMicroseconds = 10000;

bool IsBusy(const Error& error) {
  return PrimaryCode(error) == SQLITE_BUSY && error.code != SQLITE_BUSY_SNAPSHOT;
}

// 1 ms, then longer; half of each pause is random, so that processes that started together do not
// go on together.
std::chrono::microseconds PauseBefore(int attempt) {
  int longest = std::min(kLongestPauseMicroseconds, 1000 << std::min(attempt, 4));
  unsigned random = 0;
  sqlite3_randomness(sizeof random, &random);
  return std::chrono::microseconds(longest / 2 +
                                   static_cast<int>(random % static_cast<unsigned>(longest / 2)));
}

// Changes with every commit of another connection; nothing while the file cannot be read, or where
// a look at it would keep a lock of our own.
std::optional<int64_t> DataVersion(const Database& db) {
  if (db.keeps_read_locks()) return std::nullopt;
  Result<std::optional<int64_t>> version = db.QueryInteger("PRAGMA main.data_version");
  return version ? *version : std::nullopt;
}

// A connection of ours cannot get past a lock that the host's own statement or transaction keeps.
bool IsLockedByHost(const Database& db) {
  return db.host() != db.handle() && sqlite3_txn_state(db.host(), "main") != SQLITE_TXN_NONE;
}

Error GaveUp(const Error& error, milliseconds waited, bool others_wrote) {
  std::string seconds = std::to_string(waited.count() / 1000) + " seconds)";
  std::string why = others_wrote
                        ? " (other connections have been writing one after the other for over "
                        : " (another connection has held its lock for over ";
  return {error.code, error.message + why + seconds};
}

Error LockedByHost(const Error& error, const Database& db) {
  std::string message =
      error.message + " (by this connection itself: a second connection is needed here, and ";
  std::string others = OtherRunningStatements(Database::Borrow(db.host()));
  message += others.empty()
                 ? "a statement of this one still reads)"
                 : "a statement of this one still reads; finish or reset it first: " + others + ")";
  return {error.code, message};
}

// 0 when it has none, or a busy handler of its own.
int BusyTimeout(const Database& host) {
  Result<std::optional<int64_t>> timeout = host.QueryInteger("PRAGMA busy_timeout");
  return timeout ? static_cast<int>(timeout->value_or(0)) : 0;
}

}  // namespace

milliseconds LongWait(const Database& host) {
  return std::max(kLongWait, milliseconds(BusyTimeout(host)));
}

WithoutBusyTimeout::WithoutBusyTimeout(const Database& db)
    : db_(db.handle()), milliseconds_(BusyTimeout(db)) {
  if (milliseconds_ > 0) sqlite3_busy_timeout(db_, 0);
}

WithoutBusyTimeout::~WithoutBusyTimeout() {
  if (milliseconds_ > 0) sqlite3_busy_timeout(db_, milliseconds_);
}

// How long it is waited is asked of the host only when there is something to wait for.
Status WaitWhileBusy(const Database& db, const std::function<Status()>& action) {
  const auto began = std::chrono::steady_clock::now();
  std::optional<milliseconds> limit;
  std::optional<int64_t> seen;
  bool others_wrote = false;
  for (int attempt = 0;; ++attempt) {
    Status status = action();
    if (status || !IsBusy(status.error())) return status;
    if (IsLockedByHost(db)) return LockedByHost(status.error(), db);
    if (!limit) {
      limit = db.waits_long() ? LongWait(Database::Borrow(db.host())) : db.wait_limit();
    }
    if (std::chrono::steady_clock::now() >= began + *limit) {
      return GaveUp(status.error(), *limit, others_wrote);
    }
    if (db.IsInterrupted()) return Error{SQLITE_INTERRUPT, "interrupted"};
    std::optional<int64_t> present = DataVersion(db);
    others_wrote = others_wrote || (present && seen && *present != *seen);
    if (present) seen = present;
    std::this_thread::sleep_for(PauseBefore(attempt));
  }
}

}  // namespace fastmigrate
