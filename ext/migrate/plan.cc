#include "migrate/plan.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/environment.h"
#include "base/subprocess.h"
#include "migrate/ledger.h"
#include "migrate/script_status.h"
#include "migrate/unedited.h"
#include "sql/source_excerpt.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

bool HoldsAttach(const PendingScript& script) {
  return script.sql().Has(StatementKind::kAttach) || script.sql().Has(StatementKind::kDetach);
}

Result<bool> IsEmpty(const Database& db) {
  Result<std::optional<int64_t>> objects =
      db.QueryInteger("SELECT count(*) FROM main.sqlite_schema");
  if (!objects) return objects.error();
  return objects->value_or(1) == 0;
}

// Whether this step cannot run while a statement of the host's connection reads.
Result<bool> IsRefusedInTableForm(const SpecialStatement& outside, const Database& db,
                                  bool has_side) {
  // What a reading statement has touched, this connection keeps open.
  if (outside.name == "journal_mode") {
    Result<std::string> mode = ReadPragma(db, "main", "journal_mode");
    if (!mode) return mode.error();
    if (*mode == "wal") return true;
  }
  // The host's connection has its encoding fixed, and could read no other. Once there is a table,
  // SQLite passes over this pragma.
  if (outside.name == "encoding") return IsEmpty(db);
  return !has_side &&
         (outside.kind == StatementKind::kAttach || outside.kind == StatementKind::kDetach ||
          outside.kind == StatementKind::kVacuum);
}

}  // namespace

Status RefuseAsItStands(PendingScript* script) {
  if (script->IsProgram()) return {};
  const SqlScript& sql = script->sql();
  if (!sql.unfinished && !sql.down_part) return {};
  if (Status status = script->LoadText(); !status) return status;
  const std::string name = script->migration().Name();
  if (sql.unfinished) {
    return MakeError(MessageAt(name, sql.text, *sql.unfinished,
                               "this script is unfinished; write its SQL, and delete this line"));
  }
  return MakeError(
      MessageAt(name, sql.text, *sql.down_part,
                "another migration tool's down part begins here, and would run behind "
                "the up part; delete it, or let SELECT fastmigrate_import('FOLDER OF THE "
                "TOOL', 'FOLDER') write the up parts of all scripts"));
}

Result<MigrationPlan> PlanMigration(const Database& db, const Source& source,
                                    std::optional<int> target) {
  Result<std::optional<int>> version = UneditedVersion(db, source);
  if (!version) return version.error();
  Result<std::span<const Migration>> migrations = std::span<const Migration>();
  if (*version) {
    migrations = PendingAbove(**version, source, target);
  } else {
    Result<LedgerState> ledger = ReadLedger(db);
    if (!ledger) return ledger.error();
    Result<std::map<int, std::string>> checksums = ReadChecksums(*ledger, source);
    if (!checksums) return checksums.error();
    migrations = PendingMigrations(*ledger, source, *checksums, target);
    version = ledger->version;
  }
  if (!migrations) return migrations.error();
  MigrationPlan plan{version->value_or(0), version->has_value(), {}};
  if (migrations->empty()) return plan;
  Result<std::vector<PendingScript>> pending = ReadPendingScripts(*migrations);
  if (!pending) return pending.error();
  for (PendingScript& script : *pending) {
    if (Status status = RefuseAsItStands(&script); !status) return status.error();
  }
  if (Status status = PlanSteps(db, *pending); !status) return status.error();
  plan.pending = std::move(*pending);
  return plan;
}

Status PlanSteps(const Database& db, std::span<PendingScript> scripts) {
  Status status;
  PragmaValues values([&](const std::string& schema, const std::string& name) -> std::string {
    if (name == "foreign_keys") return "0";  // as it is while scripts run
    Result<std::string> value = ReadPragma(db, schema, name);
    if (value) return NormalizedPragmaValue(name, *value);
    // Of a database that a script will attach nothing is known yet.
    if (status && IsFault(value.error())) status = value.error();
    return "";
  });
  const bool has_file = !db.MainPath().empty();
  for (PendingScript& script : scripts) script.PlanWith(&values, has_file);
  return status;
}

std::string WhatNeedsNoTransaction(const PendingScript& script) {
  if (script.IsProgram()) return "is a program with a connection of its own";
  for (const ScriptStep& step : script.steps().steps) {
    if (step.outside == nullptr) continue;
    switch (step.outside->kind) {
      case StatementKind::kVacuum:
        return "holds VACUUM";
      case StatementKind::kAttach:
      case StatementKind::kDetach:
        break;
      default:
        return "holds PRAGMA " + step.outside->name;
    }
  }
  // What it attaches could not be detached behind it.
  if (script.sql().Has(StatementKind::kAttach)) return "holds ATTACH";
  return script.sql().Has(StatementKind::kDetach) ? "holds DETACH" : "";
}

bool NeedsOtherConnection(const PendingScript& script) {
  if (script.IsProgram()) return true;
  return script.sql().drops || script.sql().makes_temp || HoldsAttach(script) ||
         !script.steps().IsOnePart();
}

Status RefuseWithoutJournal(const Database& host) {
  Result<std::string> mode = ReadPragma(host, "main", "journal_mode");
  if (!mode) return mode.error();
  if (*mode != "off") return {};
  return MakeError(
      "this connection has journal_mode OFF, so that what fails could not be rolled back; run "
      "PRAGMA journal_mode = DELETE first");
}

Status RefuseInTransaction(const Database& host, std::span<const PendingScript> scripts) {
  if (host.InAutocommit()) return {};
  if (ForeignKeysEnforced(host)) {
    return MakeError(
        "scripts cannot be applied in a transaction that was begun with foreign_keys on: a table "
        "rebuild would delete the rows of child tables, and SQLite does not let it be switched off "
        "now; COMMIT first, or run PRAGMA foreign_keys = OFF before BEGIN");
  }
  for (const PendingScript& script : scripts) {
    std::string outside = WhatNeedsNoTransaction(script);
    if (outside.empty()) continue;
    return MakeError(script.migration().Name() + " " + outside +
                     ", which cannot work inside your transaction; COMMIT first");
  }
  return {};
}

Status RefuseInWritingStatement(const Database& host, const std::string& function) {
  if (!IsWriting(host)) return {};
  return MakeError(function +
                   "() cannot be called inside a statement that writes (INSERT ... SELECT, CREATE "
                   "TABLE AS, UPDATE); call it in a SELECT of its own");
}

Status RefuseProgram(const PendingScript& script, const Database& host) {
  if (!script.IsProgram()) return {};
  const std::string name = script.migration().Name();
  if (!CanRunProcesses()) {
    return MakeError(name + " is a program, and on this system programs (.py, .sh) cannot be run");
  }
  if (host.MainPath().empty()) {
    return MakeError(name + " is a program, which cannot reach a database that has no file");
  }
  if (EnvironmentVariable("FASTMIGRATE_ALLOW_SCRIPTS") == "1") return {};
  return MakeError(name +
                   " is a program, and programs are not run unless the environment of this process "
                   "has FASTMIGRATE_ALLOW_SCRIPTS=1");
}

Status RefuseInTableForm(PendingScript& script, const Database& db, bool has_side) {
  for (const ScriptStep& step : script.steps().steps) {
    if (step.outside == nullptr) continue;
    Result<bool> refused = IsRefusedInTableForm(*step.outside, db, has_side);
    if (!refused) return refused.error();
    if (!*refused) continue;
    if (Status status = script.LoadText(); !status) return status;
    return MakeError(MessageAt(script.migration().Name(), script.sql().text, step.outside->offset,
                               "SQLite refuses this in a statement that reads, as SELECT * FROM "
                               "fastmigrate_apply() does; SELECT fastmigrate_apply(...) can do "
                               "it"));
  }
  return {};
}

}  // namespace fastmigrate
