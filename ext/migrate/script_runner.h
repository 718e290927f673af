// Runs the statements of one SQL script on one connection.
//
// The runner holds no transaction of its own: its caller does, around each part. The script's own
// BEGIN, COMMIT, ROLLBACK and savepoints become savepoints inside that, under names of ours, so
// that no script can end what is not its own.
//
// Errors say where: file, line, column, the line and a caret (source_excerpt.h).

#ifndef FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_
#define FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_

#include <optional>

#include "base/result.h"
#include "migrate/progress.h"
#include "migrate/script_steps.h"
#include "sql/sql_script.h"
#include "sqlite/database.h"
#include "sqlite/isolation.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

class ScriptRunner {
 public:
  // All of them must outlive the runner. `isolation` has begun, and is told of every setting before
  // it changes. `progress`, if any, is told of every statement.
  ScriptRunner(const Database& db, const SqlScript& script, const ScriptSteps& steps,
               Isolation* isolation, Progress* progress)
      : db_(db), script_(script), steps_(steps), isolation_(*isolation), progress_(progress) {}

  // An error with the place of the statement in front.
  Error At(size_t offset, const Error& error) const;

  // Whether SQLite can parse the statements that it is not given as they stand, or that stand
  // behind a commit. Without it, what has no effect here would be right whatever it says.
  Status CheckSyntax() const;
  // In this transaction.
  Status RunPart(const ScriptStep& part, Transaction* transaction);
  // Outside of any transaction; waits for locks.
  Status RunOutside(const SpecialStatement& statement);

 private:
  struct Failure {
    size_t offset;
    Error error;
  };

  Status RunNext(size_t begin, size_t* end);
  Status RunGuarded(size_t begin, size_t* end);
  Status RunSpecial(const SpecialStatement& statement);
  Status RunPragma(const SpecialStatement& statement);
  Status RememberSetting(const SpecialStatement& statement);
  // Prepares and runs the statement that begins at `begin`, white space and comments in front of
  // it included; `end` receives where the next begins.
  std::optional<Failure> RunStatement(size_t begin, size_t* end);
  Status RunTransactionStatement(const SpecialStatement& statement);
  Status RunTransactionSql(const SpecialStatement& statement, const std::string& sql);
  Status CheckEncoding(const SpecialStatement& statement) const;
  Status CheckStillOpen(size_t offset) const;
  Status CheckDeferredForeignKeys(size_t offset) const;
  bool IsSkipped(size_t index) const;
  Failure FailedToPrepare(size_t begin) const;

  const Database& db_;
  const SqlScript& script_;
  const ScriptSteps& steps_;
  Isolation& isolation_;
  Progress* const progress_;
  TransactionLevels levels_;
  Transaction* transaction_ = nullptr;  // of the present part
  bool enforced_ = false;               // foreign keys, in the present part
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_
