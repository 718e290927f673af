// Waiting for another connection's lock on the file.
//
// It is ours to do, so that it works under any busy handler of the host, which is left as it is:
// with pauses that are never over 10 ms, so that connections which write without a break do not
// starve us, and asking for interrupts. How long is a property of the connection (wait_limit()):
// 5 seconds, or LongWait() where scripts are to be applied (waits_long()), since another process
// may be in the middle of a long one.

#ifndef FASTMIGRATE_SQLITE_BUSY_WAIT_H_
#define FASTMIGRATE_SQLITE_BUSY_WAIT_H_

#include <chrono>
#include <functional>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// A minute, or the host's own busy timeout where that is longer.
std::chrono::milliseconds LongWait(const Database& host);

// Runs `action` again while it fails with SQLITE_BUSY and the connection's time has not passed
// since the first try. SQLITE_BUSY_SNAPSHOT is not waited for: it cannot get better. Nor is a lock
// of the host's own, where `db` is a connection of ours beside it. The message says whether one
// connection kept its lock or several wrote in turn.
Status WaitWhileBusy(const Database& db, const std::function<Status()>& action);

// For as long as it lives, the connection does not wait for locks: its busy timeout is 0, and comes
// back. A busy handler of the host's own cannot be had back (sqlite3_busy_handler() does not give
// the one before), and stays; PRAGMA busy_timeout is 0 then.
class WithoutBusyTimeout {
 public:
  explicit WithoutBusyTimeout(const Database& db);
  WithoutBusyTimeout(const WithoutBusyTimeout&) = delete;
  WithoutBusyTimeout& operator=(const WithoutBusyTimeout&) = delete;
  ~WithoutBusyTimeout();

 private:
  sqlite3* db_;
  int milliseconds_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_BUSY_WAIT_H_
