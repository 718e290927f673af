#include "sqlite/transaction.h"

#include <mutex>
#include <utility>

#include "sqlite/busy_wait.h"

namespace fastmigrate {
namespace {

constexpr char kSentinelSql[] = "EXPLAIN ROLLBACK";
constexpr char kNested[] = "fastmigrate transaction";
constexpr int kRollbackTries =
    3;  // a progress handler may stop one statement and let the next one run

bool Ran(const Statement& statement) noexcept {
  int rc = sqlite3_step(statement.handle());
  sqlite3_reset(statement.handle());
  return rc == SQLITE_DONE;
}

// Where an interrupt lets no statement run to its end, a write that the interrupt stops ends the
// whole transaction ("If the interrupted SQL operation is an INSERT, UPDATE, or DELETE that is
// inside an explicit transaction, then the entire transaction will be rolled back automatically",
// https://www.sqlite.org/c3ref/interrupt.html). It needs no table, and is written without white
// space, where SQLite's parser looks for an interrupt and would not even compile it. In case it
// runs, it is undone with the rest.
void EndByInterruptedWrite(const Database& db) noexcept {
  sqlite3_exec(db.handle(), R"(PRAGMA"main"."user_version"=0;)", nullptr, nullptr, nullptr);
}

// Prepares, or says who forbids it.
Result<Statement> PrepareUndo(const Database& db, const std::string& sql) {
  Result<Statement> statement = db.Prepare(sql);
  if (statement || PrimaryCode(statement.error()) != SQLITE_AUTH) return statement;
  return Error{statement.error().code,
               "this connection's authorizer forbids " + sql +
                   ", so that what fails could not be undone: " + statement.error().message};
}

// An authorizer that answers SQLITE_IGNORE makes SQLite do nothing, and call it a success.
Error Ignored(const std::string& sql) {
  return {SQLITE_AUTH, "this connection's authorizer lets " + sql + " do nothing"};
}

// How many operations its last run had. To open a savepoint, to go back to it and to release it
// take as many; what an authorizer lets do nothing has fewer. It may be asked again, when a
// statement is compiled anew because the schema has changed, and answer otherwise.
int Operations(const Statement& statement) noexcept {
  return sqlite3_stmt_status(statement.handle(), SQLITE_STMTSTATUS_VM_STEP, 1);
}

// Of all connections of the process; each links itself, so that none needs memory.
std::mutex asides_mutex;
Sentinel::Aside* asides = nullptr;

}  // namespace

Status Sentinel::Stand() {
  if (reader_.handle() == nullptr) {
    // The cheapest statement that counts as a reader: it opens no table and takes no lock.
    Result<Statement> reader = db_->Prepare(kSentinelSql);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
  }
  if (sqlite3_stmt_busy(reader_.handle()) != 0) return {};
  Result<bool> row = reader_.Step();
  return row ? Status() : Status(row.error());
}

Sentinel::Aside::Aside(Sentinel* sentinel) : sentinel_(sentinel) {
  std::lock_guard<std::mutex> lock(asides_mutex);
  next_ = std::exchange(asides, this);
}

Sentinel::Aside::~Aside() {
  std::lock_guard<std::mutex> lock(asides_mutex);
  Aside** link = &asides;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

Sentinel* Sentinel::OuterOf(const Database& db) {
  std::lock_guard<std::mutex> lock(asides_mutex);
  for (Aside* aside = asides; aside != nullptr; aside = aside->next_) {
    if (aside->sentinel_->db_->handle() == db.handle()) return aside->sentinel_;
  }
  return nullptr;
}

Status Sentinel::RecallOuter(const Database& db) {
  Sentinel* const outer = OuterOf(db);
  return outer == nullptr ? Status() : outer->Stand();
}

Status Sentinel::DismissOuter(const Database& db) {
  Sentinel* const outer = OuterOf(db);
  const bool stands = outer != nullptr && sqlite3_stmt_busy(outer->reader_.handle()) != 0;
  return stands ? outer->StepAside() : Status();
}

Status Sentinel::StepAside() {
  Result<Statement> rollback = PrepareUndo(*db_, "ROLLBACK");
  if (!rollback) return rollback.error();
  rollback_ = std::move(*rollback);
  Leave();
  return {};
}

void Sentinel::Leave() noexcept { sqlite3_reset(reader_.handle()); }

// It leaves behind the ROLLBACK, whose own memory may be what is missing.
void Sentinel::RollBack() noexcept {
  for (int i = 0; i < kRollbackTries && !db_->InAutocommit(); ++i) Ran(rollback_);
  Leave();
  // Compiled anew, in case the first was ignored when it was compiled.
  if (!db_->InAutocommit()) sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  if (db_->InAutocommit()) return;
  EndByInterruptedWrite(*db_);
  if (!db_->InAutocommit()) Ran(rollback_);
}

Result<Savepoint> Savepoint::Prepare(const Database& db, std::string_view name) {
  Savepoint savepoint(db, QuoteName(name));
  Result<Statement> open = PrepareUndo(db, "SAVEPOINT " + savepoint.name_);
  if (!open) return open.error();
  Result<Statement> rollback_to = PrepareUndo(db, "ROLLBACK TO " + savepoint.name_);
  if (!rollback_to) return rollback_to.error();
  Result<Statement> release = PrepareUndo(db, "RELEASE " + savepoint.name_);
  if (!release) return release.error();
  savepoint.open_ = std::move(*open);
  savepoint.rollback_to_ = std::move(*rollback_to);
  savepoint.release_ = std::move(*release);
  return savepoint;
}

Savepoint::Savepoint(Savepoint&& other) noexcept
    : db_(other.db_),
      name_(std::move(other.name_)),
      open_(std::move(other.open_)),
      rollback_to_(std::move(other.rollback_to_)),
      release_(std::move(other.release_)),
      operations_(other.operations_),
      is_open_(std::exchange(other.is_open_, false)) {}

Status Savepoint::Open() {
  if (db_->InAutocommit()) return MakeError("no transaction is open for a savepoint");
  (void)Operations(open_);
  if (Status status = open_.Run(); !status) return status;
  operations_ = Operations(open_);
  is_open_ = true;
  return {};
}

Status Savepoint::Release() {
  Status status = release_.Run();
  if (status) is_open_ = false;
  return status;
}

bool Savepoint::Rollback() noexcept {
  if (!std::exchange(is_open_, false) || db_->InAutocommit()) return true;
  bool undone = false;
  for (int i = 0; i < kRollbackTries && !undone && !db_->InAutocommit(); ++i) {
    (void)Operations(rollback_to_);
    undone = Ran(rollback_to_);
  }
  if (undone && Operations(rollback_to_) != operations_) return false;
  bool released = false;
  for (int i = 0; i < kRollbackTries && undone && !released; ++i) released = Ran(release_);
  return released || db_->InAutocommit();
}

Result<Transaction> Transaction::Begin(const Database& db) {
  Transaction transaction(db);
  // Also asks the host's authorizer whether what fails could be undone.
  if (Status status = transaction.sentinel_.StepAside(); !status) return status.error();
  if (!db.InAutocommit()) {
    Result<Savepoint> savepoint = Savepoint::Prepare(db, kNested);
    if (!savepoint) return savepoint.error();
    if (Status status = transaction.sentinel_.Stand(); !status) return status.error();
    if (Status status = savepoint->Open(); !status) return status.error();
    transaction.savepoint_.emplace(std::move(*savepoint));
    transaction.armed_ = true;
    if (Status status = Sentinel::DismissOuter(db); !status) return status.error();
    return transaction;
  }
  Result<Statement> begin = db.Prepare("BEGIN IMMEDIATE");
  if (!begin) return begin.error();
  Status status = WaitWhileBusy(db, [&] { return begin->Run(); });
  // A progress handler can stop it when the transaction is open already.
  transaction.armed_ = true;
  if (status && db.InAutocommit()) status = Ignored("BEGIN");
  if (status) status = transaction.sentinel_.Stand();
  if (!status) return status.error();
  return transaction;
}

Transaction::Transaction(Transaction&& other) noexcept
    : db_(other.db_),
      armed_(std::exchange(other.armed_, false)),
      sentinel_(std::move(other.sentinel_)),
      savepoint_(std::move(other.savepoint_)) {
  other.savepoint_.reset();
}

// The sentinel leaves before a COMMIT, which would keep a lock for it.
Status Transaction::Commit() {
  Status status;
  if (savepoint_) {
    status = Sentinel::RecallOuter(*db_);
    if (status) status = savepoint_->Release();
  } else {
    status = sentinel_.StepAside();
    Result<Statement> commit = status ? db_->Prepare("COMMIT") : Result<Statement>(status.error());
    status = commit ? WaitWhileBusy(*db_, [&] { return commit->Run(); }) : Status(commit.error());
    if (status && !db_->InAutocommit()) status = Ignored("COMMIT");
  }
  if (status) {
    sentinel_.Leave();
    armed_ = false;
  } else {
    Rollback();
  }
  return status;
}

void Transaction::Rollback() noexcept {
  if (!std::exchange(armed_, false)) return;
  if (!savepoint_) {
    sentinel_.RollBack();
    return;
  }
  const bool undone = savepoint_->Rollback();
  sentinel_.Leave();
  if (!undone) sentinel_.RollBack();
  if (!db_->InAutocommit()) (void)Sentinel::RecallOuter(*db_);
}

ReadSnapshot::ReadSnapshot(const Database& db, Locked locked) {
  const bool waits = locked == Locked::kWaits;
  status_ = waits ? WaitWhileBusy(db, [&] { return Begin(db); }) : Begin(db);
}

Status ReadSnapshot::Begin(const Database& db) {
  Result<Statement> reader = db.Prepare("SELECT count(*) FROM main.sqlite_schema");
  if (!reader) return reader.error();
  Result<bool> row = reader->Step();
  reader_ = std::move(*reader);
  return row ? Status() : Status(row.error());
}

}  // namespace fastmigrate
