// Applies scripts, in order, on one connection, each together with its version.
//
// Consecutive scripts that one transaction can hold share it, with a savepoint each. It is
// committed before a script that cannot be in it, when it is older than a second, and at the end.
// When a script fails, it alone is rolled back and those before it are committed.
//
// Two things can only be found out when the scripts of a transaction have run already: that they
// left rows without a parent, and that a script made SQLite roll back the whole transaction (OR
// ROLLBACK). Then all of it is rolled back, and the scripts run again with more care (Care): since
// rows without a parent from before do not count, first with those known; then a transaction each,
// and the foreign keys checked after each, so that the guilty script alone is left out.
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
#include <vector>

#include "base/file_lock.h"
#include "base/result.h"
#include "base/subprocess.h"
#include "migrate/pending_script.h"
#include "migrate/script_runner.h"
#include "migrate/script_steps.h"
#include "sqlite/database.h"
#include "sqlite/foreign_keys.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

struct AppliedScript {
  int version = 0;
  std::string name;
  std::string kind;
  int64_t statements = 0;
  int64_t changes = 0;  // rows, triggers included
  double duration_ms = 0;
};

struct ApplyOptions {
  InterruptCheck interrupted;
  // New rows without a parent make a script fail: the caller has foreign keys enforced.
  bool check_foreign_keys = false;
  // Commit once, at the end, however long it takes. For a statement that keeps what it reads
  // locked, which must not begin a second transaction.
  bool one_transaction = false;
  // Runs something on a second connection, open for as long: VACUUM, which SQLite refuses inside
  // any statement. None: it can run on the applier's own connection.
  std::function<Status(const std::function<Status(const Database&)>&)> on_side;
};

// An error when the script is a program and the environment does not allow programs.
Status RefuseProgram(const PendingScript& script);

// How a script of this kind and content will be run on a database.
ScriptSteps StepsOf(const PendingScript& script, const Database& db);

class Applier {
 public:
  // `db` must outlive the applier.
  Applier(const Database& db, ApplyOptions options);
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  // `version` is the one that the scripts were planned for. When it fails, version() and applied()
  // say what is committed nevertheless, and failure_note() what became of the script that failed.
  // In the caller's transaction "committed" means: kept in that transaction.
  Status Apply(std::span<PendingScript> scripts, int version);

  int version() const { return committed_version_; }
  const std::vector<AppliedScript>& applied() const { return applied_; }
  const std::string& failure_note() const { return failure_note_; }

 private:
  enum class Care {
    kNone,         // the foreign keys are checked at the end of a transaction
    kKnowsBefore,  // and at its beginning
    kEachScript,   // a transaction a script, and the foreign keys checked before and after each
  };
  class Measure;
  struct PartedScript;

  Status Run(std::span<PendingScript> scripts);
  Status ApplyOne(PendingScript* script);
  Status ApplyInBatch(PendingScript* script, const ScriptSteps& steps);
  Status RunInSavepoint(PendingScript* script, const ScriptSteps& steps);
  Status ApplyInParts(PendingScript* script, const ScriptSteps& steps);
  Status RunOutside(PartedScript* run, const SpecialStatement& statement);
  Status ApplyPart(PartedScript* run, const ScriptStep* part, bool last);
  Status ApplyProgram(const PendingScript& script);
  Result<bool> TakeTurn(const PendingScript& script, std::optional<FileLock>* lock);
  void KeepOthers();

  // The shared transaction.
  Status OpenBatch();
  Status CommitBatch();
  Status CommitChecked();
  bool BatchIsOld() const;

  Status FollowVersion();
  Status LookBefore(std::vector<ForeignKeyViolation>* violations,
                    std::optional<std::string>* fingerprint, const SqlScript& sql,
                    bool foreign_keys);
  Status CheckLedgerUntouched(const SqlScript& sql, const std::optional<std::string>& fingerprint);
  Status CheckForeignKeys(const SqlScript& sql,
                          const std::vector<ForeignKeyViolation>& before) const;
  Status Record(const PendingScript& script, const Measure& measure);

  const Database& db_;
  const ApplyOptions options_;
  std::optional<Transaction> batch_;
  std::chrono::steady_clock::time_point batch_began_;
  Care care_ = Care::kNone;
  std::optional<Care> retry_with_;  // what ran was rolled back and is to run again
  std::vector<ForeignKeyViolation> violations_before_batch_;  // with Care::kKnowsBefore
  int version_ = 0;  // of the database as this connection sees it
  int committed_version_ = 0;
  std::vector<AppliedScript> applied_;      // committed
  std::vector<AppliedScript> uncommitted_;  // in the open transaction
  std::string failure_note_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_APPLIER_H_
