// Applies scripts, in order, on one connection, each together with its version.
//
// Consecutive scripts that one transaction can hold share it, with a savepoint each. It is
// committed before a script that cannot be in it, when it is older than a second, and at the end.
// When a script fails, it alone is rolled back and those before it are committed.
//
// Some things can only be found out when the scripts of a transaction have run already: that rows
// without a parent are left at its end, that a script has changed our tables, that a script made
// SQLite roll back the whole transaction (OR ROLLBACK). Then all of it is rolled back and runs
// again: with a look behind each script, where the guilty one is not known (Look::kBehindEach); and
// without the guilty one and what follows it, where it is. Nothing runs more than three times.
//
// Rows without a parent are compared with those of before the call, so that old orphans do not
// count, and only at the end of a transaction, so that a later script may mend what an earlier one
// has left; while there are new ones, the transaction's age does not end it.
//
// Another process may apply the same scripts meanwhile. The version is read under the write lock,
// and scripts that it covers by then are passed over.

#ifndef FASTMIGRATE_MIGRATE_APPLIER_H_
#define FASTMIGRATE_MIGRATE_APPLIER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_lock.h"
#include "base/result.h"
#include "migrate/ledger.h"
#include "migrate/pending_script.h"
#include "migrate/progress.h"
#include "migrate/script_runner.h"
#include "sqlite/database.h"
#include "sqlite/foreign_keys.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

struct AppliedScript {
  int version = 0;
  std::string name;
  std::string_view kind;
  int64_t statements = 0;
  int64_t changes = 0;  // rows, triggers included
  double duration_ms = 0;
};

// What a call has reached: the one place that knows it. In the caller's transaction "reached" means
// kept in that transaction.
struct MigrationRun {
  int version = 0;
  bool is_managed = true;  // false: the database has no version, and counts as being at 0
  std::vector<AppliedScript> applied;
  size_t total = 0;  // scripts that were pending when the call began

  // "database stays at version 3"
  std::string State() const;
};

struct ApplyOptions {
  // New rows without a parent make a script fail: the caller has foreign keys enforced.
  bool check_foreign_keys = false;
  // Commit once, at the end, however long it takes. For a statement that keeps what it reads
  // locked, which must not begin a second transaction.
  bool one_transaction = false;
  // An error ends with the state that the database is in.
  bool tells_state = false;
  // A line to add to an error: what to do about it. None: no advice.
  std::function<std::string(const Error&)> advice;
  // Behind each script that has run, within the shared transaction where it is in one, and again
  // when the script runs again. An error ends the call; the script stays.
  std::function<Status(const PendingScript&)> behind_each;
  // Runs something on a second connection, open for as long: VACUUM, which SQLite refuses inside
  // any statement. None: it can run on the applier's own connection.
  std::function<Status(const std::function<Status(const Database&)>&)> on_side;
  Progress* progress = nullptr;  // is told of each script
};

class Applier {
 public:
  // `db` and `run` must outlive the applier. run->version is the one that the scripts were planned
  // for.
  Applier(const Database& db, ApplyOptions options, MigrationRun* run);
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  // The steps of the scripts must be planned. What is committed is in `run`, also when it fails.
  Status Apply(std::span<PendingScript> scripts);

 private:
  enum class Look { kAtTheEnd, kBehindEach };
  // Time and changed rows since it was made.
  class Measure {
   public:
    explicit Measure(const Database& db)
        : db_(db), changes_(db.TotalChanges()), began_(std::chrono::steady_clock::now()) {}

    int64_t Changes() const { return db_.TotalChanges() - changes_; }
    double Milliseconds() const {
      std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - began_;
      return passed.count();
    }

   private:
    const Database& db_;
    int64_t changes_;
    std::chrono::steady_clock::time_point began_;
  };
  struct PartedScript;
  struct Done {
    size_t place = 0;  // among the scripts
    int previous_version = 0;
    int64_t changes = 0;
    double duration_ms = 0;
  };
  // Everything that is open and known while the shared transaction is.
  struct Batch {
    explicit Batch(Transaction begun) : transaction(std::move(begun)) {}

    Transaction transaction;
    std::optional<Savepoint> savepoint;  // a script's
    std::optional<VersionMove> move;     // behind it
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    bool is_new = false;  // the database had no version
    LedgerFingerprint fingerprint;
    std::vector<ForeignKeyViolation> orphans;  // from before, with Look::kBehindEach
    std::vector<Done> done;                    // scripts that have run in it
    bool is_checked = false;                   // the ledger has been looked at behind them
    size_t clean = 0;                          // so many of them leave no new rows without a parent
    std::optional<Error> orphan;               // what the script behind those has left
  };

  Status RunUpTo(size_t limit);
  Status ApplyOne(PendingScript* script);
  Status RunOne(PendingScript* script);
  Status ApplyInBatch(PendingScript* script);
  Status RunInSavepoint(PendingScript* script);
  bool IsPerhapsCommitted(const Error& error) const;
  Status ApplyInParts(PendingScript* script);
  Status RunOutside(PartedScript* run, const SpecialStatement& statement);
  Status ApplyPart(PartedScript* run, const ScriptStep* part, bool last);
  Status RunAndCheckPart(PartedScript* run, const ScriptStep* part, bool last);
  Status ApplyProgram(const PendingScript& script);
  Result<bool> LockScript(const PendingScript& script, std::optional<FileLock>* lock);
  Status CommitEarlierScripts(const Error& error);

  Status OpenBatch();
  Status OpenLedger();
  Status RereadVersion(const LedgerLook& look);
  Status CommitBatch();
  Status CommitChecked();
  Status WriteBatchRecords();
  int VersionOf(const Done& done) const { return scripts_[done.place].version(); }
  AppliedScript AppliedOf(const Done& done) const;
  HistoryRecord RecordOf(const Done& done) const;
  Status CheckBatch();
  void NoteOrphans(const Status& orphans);
  bool MayCut();

  Status CheckLedgerUntouched(std::string_view file_name) const;
  Status CheckForeignKeys(std::string_view file_name,
                          const std::vector<ForeignKeyViolation>& before) const;
  Status ReleaseSavepoint(std::string_view file_name);
  Status Record(const PendingScript& script, const Measure& measure);
  // Each script begins as on a new connection.
  void ForgetRowid() const { sqlite3_set_last_insert_rowid(db_.handle(), 0); }
  // The version as this connection sees it.
  int Version() const;
  void Reached(const std::vector<Done>& done);
  void RunAgain(size_t limit, std::optional<Error> guilty);
  void LearnVersion();
  Error Finished(const Error& error) const;

  // What became of a script that failed.
  static constexpr char kRolledBack[] = "this one was rolled back";
  static constexpr char kPerhapsInPart[] = "a part of this one may be committed";

  const Database& db_;
  const ApplyOptions options_;
  MigrationRun& run_;
  std::span<PendingScript> scripts_;
  std::optional<Batch> batch_;
  // Tables in temp, on which a script may make what it does not call TEMP.
  std::optional<bool> host_has_temp_;
  std::vector<Done> unsure_;  // of a COMMIT that reported an error
  Look look_ = Look::kAtTheEnd;
  bool again_ = false;           // what ran was rolled back and is to run again
  size_t limit_ = 0;             // so many scripts
  std::optional<Error> guilty_;  // what the script behind those does, known already
  size_t current_ = 0;           // the script that runs, by its place
  std::string note_;             // what became of the script that failed
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_APPLIER_H_
