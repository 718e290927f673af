// Runs the statements of one SQL script on one connection.
//
// The runner holds no transaction of its own: its caller does, around each part. The script's own
// BEGIN, COMMIT, ROLLBACK and savepoints become savepoints inside that, under names of ours, so
// that no script can end what is not its own.
//
// Errors say where: file, line, column, the line and a caret (source_excerpt.h).

#ifndef FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_
#define FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "migrate/script_steps.h"
#include "sql/sql_script.h"
#include "sqlite/database.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

class ScriptRunner {
 public:
  // All of them must outlive the runner. `settings` is told of every setting before it changes.
  ScriptRunner(const Database& db, const SqlScript& script, const ScriptSteps& steps,
               SettingsKeeper* settings);

  // An error with the place of the statement in front.
  Error At(size_t offset, int code, const std::string& message) const;

  // In the transaction that the caller has opened.
  Status RunPart(const ScriptStep& part);
  // Outside of any transaction; waits for locks.
  Status RunOutside(const SpecialStatement& statement, const InterruptCheck& interrupted);

 private:
  Status RunSpecial(const SpecialStatement& statement);
  Status RunPragma(const SpecialStatement& statement);
  Status RememberSetting(const SpecialStatement& statement);
  // Prepares and runs the statement that begins at `begin`, white space and comments in front of
  // it included; `end` receives where the next begins.
  Status RunStatement(size_t begin, size_t* end);
  Status RunTransactionStatement(const SpecialStatement& statement);
  Status CheckEncoding(const SpecialStatement& statement) const;
  bool IsSkipped(size_t index) const;
  Error FailedToPrepare(size_t begin) const;

  const Database& db_;
  const SqlScript& script_;
  const ScriptSteps& steps_;
  SettingsKeeper& settings_;
  TransactionLevels levels_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_SCRIPT_RUNNER_H_
