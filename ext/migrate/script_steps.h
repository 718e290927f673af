// How a script is cut into what can stand in a transaction and what cannot.
//
// A part is a run of statements that one transaction holds; an outside statement (VACUUM, ATTACH,
// DETACH, and pragmas that SQLite refuses or ignores in a transaction) stands between parts, before
// the first or behind the last. Most scripts are one part.
//
//   PRAGMA foreign_keys = OFF;      no step: enforcement is off already
//   BEGIN;                          |
//   CREATE TABLE new_users (...);   | one part
//   COMMIT;                         |
//   VACUUM;                         outside
//   INSERT INTO log VALUES (1);     another part
//   PRAGMA foreign_keys = ON;       no step: put back after the script anyway
//
// Inside the script's own BEGIN ... COMMIT nothing is outside: there such a statement does what it
// does in plain SQLite, which is to fail or to be ignored.

#ifndef FASTMIGRATE_MIGRATE_SCRIPT_STEPS_H_
#define FASTMIGRATE_MIGRATE_SCRIPT_STEPS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sql/sql_script.h"

namespace fastmigrate {

// The transaction that a script has open by its own statements, as a stack of levels.
class TransactionLevels {
 public:
  struct Level {
    std::string name;  // of the savepoint, as the script writes it; empty for BEGIN
    size_t offset = 0;
  };

  bool empty() const { return levels_.empty(); }
  size_t size() const { return levels_.size(); }
  const Level& back() const { return levels_.back(); }
  // The index of the innermost savepoint of that name; size() when there is none.
  size_t Find(const std::string& name) const;

  void Push(Level level) { levels_.push_back(std::move(level)); }
  void Truncate(size_t size) { levels_.resize(size); }

  // Follows a statement that succeeds; one that would fail is passed over.
  void Follow(const SpecialStatement& statement);

 private:
  std::vector<Level> levels_;
};

struct ScriptStep {
  const SpecialStatement* outside = nullptr;  // null: a part
  // Of a part: its statements, from the first to before `end_statement`, and the bytes they are in.
  size_t first_statement = 0;
  size_t end_statement = 0;
  size_t begin = 0;
  size_t end = 0;
};

struct ScriptSteps {
  std::vector<ScriptStep> steps;
  std::vector<size_t> skipped;  // statements, by index, that need not run

  // One transaction can hold it all.
  bool IsOnePart() const {
    return steps.empty() || (steps.size() == 1 && steps[0].outside == nullptr);
  }
  bool HasPartBehind(size_t step) const;
  size_t PartCount() const;
};

// The present value of a pragma, normalized; "" when it has none.
using PragmaReader = std::function<std::string(const std::string& schema, const std::string& name)>;

// What the pragmas are that stand outside of transactions, followed through scripts in their order
// before any of them has run.
class PragmaValues {
 public:
  // `reader` gives those that no script has changed yet.
  explicit PragmaValues(PragmaReader reader) : reader_(std::move(reader)) {}

  const std::string& Present(const std::string& schema, const std::string& name);
  void Set(const std::string& schema, const std::string& name, const std::string& value);
  // Behind a script: what only concerns the connection is put back then.
  void EndScript();

 private:
  struct Value {
    std::string at_begin;  // of the script
    std::string present;
  };
  Value& Find(const std::string& schema, const std::string& name);

  PragmaReader reader_;
  std::map<std::pair<std::string, std::string>, Value> values_;  // by schema and name
};

// `has_file` is false for an in-memory or temporary database, which VACUUM does nothing for. The
// steps point into the script's `specials`.
ScriptSteps PlanSteps(const SqlScript& script, PragmaValues* values, bool has_file);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_SCRIPT_STEPS_H_
