// A transaction, or a savepoint in one, that undoes itself unless it is committed.
//
//   Result<Transaction> transaction = Transaction::Begin(db);
//   if (!transaction) return transaction.error();
//   ...                              // a return here rolls back
//   return transaction->Commit();
//
// Outside of a transaction it is BEGIN IMMEDIATE ... COMMIT: the write lock is taken first, so what
// is read under it stays true. Inside the caller's transaction it is a savepoint, and committing
// leaves the decision to the caller. Which of the two, and whether it is still there, is asked of
// the connection each time, since an error of SQLite (disk full, OR ROLLBACK, an interrupt) may
// have ended it.
//
// Undoing works when nothing else does. After a failed allocation in the statement that has called
// us SQLite compiles nothing any more, ROLLBACK included; but when a statement that reads and
// stands on a row is reset then, SQLite rolls the whole transaction back (tried
// on 3.35, 3.40, 3.49). So one stands for as long as the transaction is open (Sentinel); since
// SQLite drops no table while a statement reads, it steps aside for what may drop one, and a
// ROLLBACK compiled just before takes its place. While the host's sqlite3_interrupt() is in force
// no statement runs to its end either; what can be done then is what SQLite documents for an
// interrupted write: the whole transaction is rolled back, the caller's too where there is one.

#ifndef FASTMIGRATE_SQLITE_TRANSACTION_H_
#define FASTMIGRATE_SQLITE_TRANSACTION_H_

#include <optional>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Ends the transaction of its connection when memory has run out.
class Sentinel {
 public:
  // `db` must outlive it.
  explicit Sentinel(const Database& db) : db_(&db) {}

  // Stands from now on; nothing when it does already.
  Status Stand();
  // For statements that may drop a table or an index. Compiles the ROLLBACK that takes its place.
  Status StepAside();
  // While it is aside, for a call of ours that the statement makes: that one's transaction has a
  // sentinel of its own, and when it leaves, this one must stand again (RecallOuter).
  class Aside {
   public:
    explicit Aside(Sentinel* sentinel);
    ~Aside();
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

   private:
    friend class Sentinel;
    Sentinel* sentinel_;
    Aside* next_;
  };
  // Lets the one that is aside on this connection, if there is one, stand again; and step aside
  // again, for another transaction.
  static Status RecallOuter(const Database& db);
  static Status DismissOuter(const Database& db);
  // Leaves. If memory has run out since, the transaction is gone then.
  void Leave() noexcept;
  // Leaves, and rolls back.
  void RollBack() noexcept;

 private:
  static Sentinel* OuterOf(const Database& db);

  const Database* db_;
  Statement reader_{nullptr};
  Statement rollback_{nullptr};
};

// A savepoint of this name, compiled once and opened as often as it is needed.
class Savepoint {
 public:
  // Opens nothing yet. `db` must outlive it.
  static Result<Savepoint> Prepare(const Database& db, std::string_view name);

  Savepoint(Savepoint&& other) noexcept;
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(Savepoint&&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint() { Rollback(); }

  // An error outside of a transaction, where it would begin one, and its release would commit it.
  Status Open();
  Status Release();
  // Rolls back and releases, if it is open. False when that cannot be done alone (no memory, an
  // interrupt that lets nothing run, an authorizer that lets it do nothing): then the whole
  // transaction is to be rolled back.
  bool Rollback() noexcept;

 private:
  Savepoint(const Database& db, std::string name) : db_(&db), name_(std::move(name)) {}

  const Database* db_;
  std::string name_;  // quoted
  Statement open_{nullptr};
  Statement rollback_to_{nullptr};
  Statement release_{nullptr};
  int operations_ = 0;  // that it took to open it
  bool is_open_ = false;
};

class Transaction {
 public:
  // Waits for the write lock. An error also when the host's authorizer forbids what undoing needs.
  static Result<Transaction> Begin(const Database& db);

  Transaction(Transaction&& other) noexcept;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() { Rollback(); }

  // Waits for readers, where they stand in the way. On failure everything is rolled back, unless
  // the commit happened in spite of the error: ask the database.
  Status Commit();
  void Rollback() noexcept;
  // Runs something that may drop a table or an index.
  template <typename Action>
  Status WhileAside(Action action) {
    if (Status status = sentinel_.StepAside(); !status) return status;
    Sentinel::Aside aside(&sentinel_);
    Status done = action();
    if (!done) return done;
    return sentinel_.Stand();
  }

  // False once SQLite has ended it by itself.
  bool IsAlive() const { return armed_ && !db_->InAutocommit(); }
  // Inside the caller's transaction.
  bool IsNested() const { return savepoint_.has_value(); }

 private:
  explicit Transaction(const Database& db) : db_(&db), sentinel_(db) {}

  const Database* db_;
  bool armed_ = false;
  Sentinel sentinel_;
  std::optional<Savepoint> savepoint_;  // inside the caller's
};

// While it is there, all statements that read see main as of one moment, whatever other connections
// commit. It is a statement that has been begun and not ended, so that there is nothing that could
// be left open. A failure (another connection has the file locked) is in status().
class ReadSnapshot {
 public:
  enum class Locked { kFails, kWaits };
  explicit ReadSnapshot(const Database& db, Locked locked = Locked::kFails);

  const Status& status() const { return status_; }

 private:
  Status Begin(const Database& db);

  Statement reader_{nullptr};
  Status status_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_TRANSACTION_H_
