// A transaction that undoes itself unless it is committed.
//
// Outside of a transaction it is BEGIN IMMEDIATE ... COMMIT: the write lock is taken first, so what
// is read under it stays true. Inside the caller's transaction it is a savepoint, and committing
// leaves the decision to the caller. Which of the two, and whether it is still there, is asked of
// the connection each time, since an error of SQLite (disk full, OR ROLLBACK, an interrupt) may
// have ended it.
//
// While a host's sqlite3_interrupt() is in force no statement runs to its end, ROLLBACK included.
// What can be done then is what SQLite documents for an interrupted write: the whole transaction
// is rolled back, the caller's too where there is one.
//
// Waiting for another connection's lock is ours (kBusyTimeout with back-off), so that it works
// under any busy handler of the host, which is left as it is.

#ifndef FASTMIGRATE_SQLITE_TRANSACTION_H_
#define FASTMIGRATE_SQLITE_TRANSACTION_H_

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

inline constexpr std::chrono::milliseconds kBusyTimeout{5000};

using InterruptCheck = std::function<bool()>;

// Runs `action` again, with growing pauses, while it fails with SQLITE_BUSY and the timeout has
// not passed since the first try. SQLITE_BUSY_SNAPSHOT is not waited for: it cannot get better.
Status RetryWhileBusy(const InterruptCheck& interrupted, const std::function<Status()>& action);

class Transaction {
 public:
  // Waits for the write lock.
  static Result<Transaction> Begin(const Database& db, const InterruptCheck& interrupted);

  Transaction(Transaction&& other) noexcept;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // Waits for readers, where they stand in the way; on failure everything is rolled back.
  Status Commit(const InterruptCheck& interrupted);
  void Rollback();

  // False once SQLite has ended it by itself.
  bool IsAlive() const;
  // Inside the caller's transaction.
  bool IsNested() const { return nested_; }

 private:
  Transaction(const Database& db, bool nested) : db_(&db), nested_(nested) {}

  const Database* db_;  // null: disarmed
  bool nested_;
};

// While it is there, all statements that read see the database as of one moment, whatever other
// connections commit. It does nothing in a transaction, which does the same, nor while a statement
// of the connection writes, from which no transaction can be begun and ended.
class ReadSnapshot {
 public:
  explicit ReadSnapshot(const Database& db);
  ~ReadSnapshot();
  ReadSnapshot(const ReadSnapshot&) = delete;
  ReadSnapshot& operator=(const ReadSnapshot&) = delete;

 private:
  const Database& db_;
  bool begun_ = false;
};

// A savepoint inside a transaction: rolled back and released unless Release() is called.
class Savepoint {
 public:
  static Result<Savepoint> Open(const Database& db, std::string name);

  Savepoint(Savepoint&& other) noexcept;
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(Savepoint&&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint();

  Status Release();

 private:
  Savepoint(const Database& db, std::string name) : db_(&db), name_(std::move(name)) {}

  const Database* db_;  // null: disarmed
  std::string name_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_TRANSACTION_H_
