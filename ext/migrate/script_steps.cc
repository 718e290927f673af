#include "migrate/script_steps.h"

#include <algorithm>
#include <map>

#include "sql/lexer.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

bool ConcernsOnlyConnection(const SpecialStatement& statement) {
  return statement.kind == StatementKind::kPragma &&
         (statement.name == "foreign_keys" || statement.name == "synchronous");
}

class Planner {
 public:
  Planner(const SqlScript& script, const PragmaReader& present, bool has_file)
      : script_(script), present_(present), has_file_(has_file) {}

  ScriptSteps Plan() {
    TransactionLevels levels;
    for (const SpecialStatement& statement : script_.specials) {
      if (levels.empty() && IsOutside(statement)) {
        if (HasNoEffect(statement)) {
          plan_.skipped.push_back(statement.index);
        } else {
          EndPart(statement.index, statement.offset);
          plan_.steps.push_back({.outside = &statement});
          part_first_ = statement.index + 1;
          part_begin_ = statement.end;
          settings_.clear();
        }
      } else if (levels.empty() && IsSetting(statement)) {
        settings_.push_back(&statement);
      }
      levels.Follow(statement);
    }
    EndPart(script_.statement_count, script_.text.size());
    DropUselessTail();
    return std::move(plan_);
  }

 private:
  static bool IsOutside(const SpecialStatement& statement) {
    switch (statement.kind) {
      case StatementKind::kVacuum:
      case StatementKind::kAttach:
      case StatementKind::kDetach:
        return true;
      case StatementKind::kPragma:
        return ClassOfPragma(statement.name) == PragmaClass::kOutside;
      default:
        return false;
    }
  }

  static bool IsSetting(const SpecialStatement& statement) {
    return statement.kind == StatementKind::kPragma &&
           ClassOfPragma(statement.name) == PragmaClass::kSetting;
  }

  bool HasNoEffect(const SpecialStatement& statement) {
    if (statement.kind == StatementKind::kVacuum) return !has_file_ && statement.name != "into";
    if (statement.kind != StatementKind::kPragma || statement.name == "wal_checkpoint") {
      return statement.kind == StatementKind::kPragma && !has_file_;
    }
    std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
    std::string key = statement.schema + "." + statement.name;
    if (values_.count(key) == 0) values_[key] = present_(statement.schema, statement.name);
    if (statement.name == "journal_mode") {
      // Without a journal nothing could be rolled back; what such a script is after, speed, it
      // has by running in one transaction.
      if (LeavesNoJournal(wanted)) wanted = values_[key] == "wal" ? "delete" : values_[key];
      if (!has_file_) return true;
    }
    if (values_[key] == wanted) return true;
    values_[key] = wanted;
    return false;
  }

  void EndPart(size_t next_statement, size_t end) {
    if (next_statement == part_first_) return;
    if (settings_.size() == next_statement - part_first_ &&
        next_statement < script_.statement_count) {
      // Nothing but settings of the connection: no transaction is needed for them.
      for (const SpecialStatement* setting : settings_) plan_.steps.push_back({.outside = setting});
    } else {
      plan_.steps.push_back({nullptr, part_first_, next_statement, part_begin_, end});
    }
  }

  // What only concerns the connection is put back after the script, so at its end it is idle.
  void DropUselessTail() {
    for (size_t i = plan_.steps.size(); i-- > 0 && plan_.steps[i].outside != nullptr;) {
      if (!ConcernsOnlyConnection(*plan_.steps[i].outside)) continue;
      plan_.skipped.push_back(plan_.steps[i].outside->index);
      plan_.steps.erase(plan_.steps.begin() + static_cast<std::ptrdiff_t>(i));
    }
    std::sort(plan_.skipped.begin(), plan_.skipped.end());
  }

  const SqlScript& script_;
  const PragmaReader& present_;
  bool has_file_;
  ScriptSteps plan_;
  size_t part_first_ = 0;
  size_t part_begin_ = 0;
  std::vector<const SpecialStatement*> settings_;  // of the connection, in the present part
  std::map<std::string, std::string> values_;      // as they will be at this place of the script
};

}  // namespace

size_t TransactionLevels::Find(const std::string& name) const {
  for (size_t i = levels_.size(); i-- > 0;) {
    if (!levels_[i].name.empty() && EqualIgnoringCase(levels_[i].name, name)) return i;
  }
  return levels_.size();
}

void TransactionLevels::Follow(const SpecialStatement& statement) {
  switch (statement.kind) {
    case StatementKind::kBegin:
      if (levels_.empty()) Push({"", statement.offset});
      break;
    case StatementKind::kCommit:
    case StatementKind::kRollback:
      levels_.clear();
      break;
    case StatementKind::kSavepoint:
      Push({statement.name, statement.offset});
      break;
    case StatementKind::kRelease:
      Truncate(std::min(Find(statement.name), size()));
      break;
    case StatementKind::kRollbackTo:
      if (size_t level = Find(statement.name); level < size()) Truncate(level + 1);
      break;
    default:
      break;
  }
}

bool ScriptSteps::HasPartBehind(size_t step) const {
  for (size_t i = step + 1; i < steps.size(); ++i) {
    if (steps[i].outside == nullptr) return true;
  }
  return false;
}

size_t ScriptSteps::PartCount() const {
  return static_cast<size_t>(std::count_if(
      steps.begin(), steps.end(), [](const ScriptStep& step) { return step.outside == nullptr; }));
}

ScriptSteps PlanSteps(const SqlScript& script, const PragmaReader& present, bool has_file) {
  return Planner(script, present, has_file).Plan();
}

}  // namespace fastmigrate
