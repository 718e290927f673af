#include "sqlite/transaction.h"

#include <algorithm>
#include <random>
#include <thread>

namespace fastmigrate {
namespace {

constexpr char kNested[] = "\"fastmigrate transaction\"";

bool IsBusy(const Error& error) {
  return (error.code & 0xFF) == SQLITE_BUSY && error.code != SQLITE_BUSY_SNAPSHOT;
}

// 1 ms, then longer, never over 50 ms; half of each pause is random, so that processes that
// started together do not go on together.
std::chrono::microseconds Pause(int attempt) {
  static thread_local std::minstd_rand random(std::random_device{}());
  int longest = std::min(50000, 1000 << std::min(attempt, 6));
  return std::chrono::microseconds(longest / 2 +
                                   static_cast<int>(random() % static_cast<unsigned>(longest / 2)));
}

// Undoes with this SQL; or, where an interrupt keeps it from running, ends the whole transaction
// by a write that the interrupt stops ("If the interrupted SQL operation is an INSERT, UPDATE, or
// DELETE that is inside an explicit transaction, then the entire transaction will be rolled back
// automatically", https://www.sqlite.org/c3ref/interrupt.html). It needs no table, and is written
// without white space, where SQLite's parser looks for an interrupt and would not even compile it.
// In case it runs, it is undone with the rest.
void Undo(const Database& db, const std::string& sql) {
  Status status = db.Execute(sql);
  if (status || (status.error().code & 0xFF) != SQLITE_INTERRUPT || db.InAutocommit()) return;
  (void)db.Execute(R"(PRAGMA"main"."user_version"=0;)");
  if (!db.InAutocommit()) (void)db.Execute(sql);
}

}  // namespace

Status RetryWhileBusy(const InterruptCheck& interrupted, const std::function<Status()>& action) {
  auto deadline = std::chrono::steady_clock::now() + kBusyTimeout;
  for (int attempt = 0;; ++attempt) {
    Status status = action();
    if (status || !IsBusy(status.error())) return status;
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{status.error().code,
                   status.error().message + " (another connection has held its lock for over " +
                       std::to_string(kBusyTimeout.count() / 1000) + " seconds)"};
    }
    if (interrupted()) return Error{SQLITE_INTERRUPT, "interrupted"};
    std::this_thread::sleep_for(Pause(attempt));
  }
}

Result<Transaction> Transaction::Begin(const Database& db, const InterruptCheck& interrupted) {
  bool nested = !db.InAutocommit();
  Status status = nested
                      ? db.Execute(std::string("SAVEPOINT ") + kNested)
                      : RetryWhileBusy(interrupted, [&] { return db.Execute("BEGIN IMMEDIATE"); });
  if (!status) return status.error();
  return Transaction(db, nested);
}

Transaction::Transaction(Transaction&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)), nested_(other.nested_) {}

Transaction::~Transaction() { Rollback(); }

bool Transaction::IsAlive() const { return db_ != nullptr && !db_->InAutocommit(); }

Status Transaction::Commit(const InterruptCheck& interrupted) {
  Status status = nested_ ? db_->Execute(std::string("RELEASE ") + kNested)
                          : RetryWhileBusy(interrupted, [&] { return db_->Execute("COMMIT"); });
  if (!status) {
    Rollback();
    return status;
  }
  db_ = nullptr;
  return {};
}

void Transaction::Rollback() {
  if (!IsAlive()) return;
  Undo(*db_, nested_ ? std::string("ROLLBACK TO ") + kNested + "; RELEASE " + kNested
                     : std::string("ROLLBACK"));
  db_ = nullptr;
}

ReadSnapshot::ReadSnapshot(const Database& db) : db_(db) {
  if (db.InAutocommit() && !IsWriting(db)) begun_ = db.Execute("BEGIN").ok();
}

// COMMIT, since a ROLLBACK would call the host's rollback hook.
ReadSnapshot::~ReadSnapshot() {
  if (!begun_ || db_.InAutocommit()) return;
  if (!db_.Execute("COMMIT")) Undo(db_, "ROLLBACK");
}

Result<Savepoint> Savepoint::Open(const Database& db, std::string name) {
  // Outside of a transaction it would begin one, and its release would commit it.
  if (db.InAutocommit()) return MakeError("no transaction is open for a savepoint");
  if (Status status = db.Execute("SAVEPOINT " + QuoteName(name)); !status) return status.error();
  return Savepoint(db, std::move(name));
}

Savepoint::Savepoint(Savepoint&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)), name_(std::move(other.name_)) {}

Savepoint::~Savepoint() {
  if (db_ == nullptr || db_->InAutocommit()) return;
  Undo(*db_, "ROLLBACK TO " + QuoteName(name_) + "; RELEASE " + QuoteName(name_));
}

Status Savepoint::Release() {
  Status status = db_->Execute("RELEASE " + QuoteName(name_));
  if (status) db_ = nullptr;
  return status;
}

}  // namespace fastmigrate
