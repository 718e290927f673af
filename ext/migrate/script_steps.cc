#include "migrate/script_steps.h"

#include <algorithm>

#include "sql/lexer.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

bool ConcernsOnlyConnection(const SpecialStatement& statement) {
  return statement.kind == StatementKind::kPragma && statement.name == "foreign_keys";
}

class Planner {
 public:
  Planner(const SqlScript& script, PragmaValues* values, bool has_file)
      : script_(script), values_(*values), has_file_(has_file) {}

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
    values_.EndScript();
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

  // What needs no transaction: it is put back after the script, or does not run at all.
  static bool IsSetting(const SpecialStatement& statement) {
    if (statement.kind != StatementKind::kPragma) return false;
    PragmaClass kind = ClassOfPragma(statement.name);
    return kind == PragmaClass::kSetting || kind == PragmaClass::kPassedOver;
  }

  bool HasNoEffect(const SpecialStatement& statement) {
    if (statement.kind == StatementKind::kVacuum) return !has_file_ && statement.name != "into";
    if (statement.kind != StatementKind::kPragma || statement.name == "wal_checkpoint") {
      return statement.kind == StatementKind::kPragma && !has_file_;
    }
    std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
    const std::string present = values_.Present(statement.schema, statement.name);
    if (statement.name == "journal_mode") {
      // Without a journal nothing could be rolled back; what such a script is after, speed, it
      // has by running in one transaction.
      if (LeavesNoJournal(wanted)) wanted = present == "wal" ? "delete" : present;
      if (!has_file_) return true;
    }
    if (present == wanted) return true;
    values_.Set(statement.schema, statement.name, wanted);
    return false;
  }

  void EndPart(size_t next_statement, size_t end) {
    if (next_statement == part_first_) return;
    if (settings_.size() == next_statement - part_first_ &&
        next_statement < script_.statement_count) {
      for (const SpecialStatement* setting : settings_) {
        bool passed_over = ClassOfPragma(setting->name) == PragmaClass::kPassedOver;
        if (!passed_over) plan_.steps.push_back({.outside = setting});
      }
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
  PragmaValues& values_;
  bool has_file_;
  ScriptSteps plan_;
  size_t part_first_ = 0;
  size_t part_begin_ = 0;
  std::vector<const SpecialStatement*> settings_;  // of the connection, in the present part
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

PragmaValues::Value& PragmaValues::Find(const std::string& schema, const std::string& name) {
  auto found = values_.find({schema, name});
  if (found != values_.end()) return found->second;
  std::string present = reader_(schema, name);
  return values_.emplace(std::pair(schema, name), Value{present, present}).first->second;
}

const std::string& PragmaValues::Present(const std::string& schema, const std::string& name) {
  return Find(schema, name).present;
}

void PragmaValues::Set(const std::string& schema, const std::string& name,
                       const std::string& value) {
  Find(schema, name).present = value;
}

// Into and out of WAL is a change of the database; from one rollback journal to another is one of
// the connection, as is enforcement of foreign keys.
void PragmaValues::EndScript() {
  for (auto& [key, value] : values_) {
    const std::string& name = key.second;
    const bool stays_rollback = value.at_begin != "wal" && value.present != "wal";
    const bool put_back = name == "foreign_keys" || (name == "journal_mode" && stays_rollback);
    (put_back ? value.present : value.at_begin) = put_back ? value.at_begin : value.present;
  }
}

ScriptSteps PlanSteps(const SqlScript& script, PragmaValues* values, bool has_file) {
  return Planner(script, values, has_file).Plan();
}

}  // namespace fastmigrate
