// Prepare(): the database and the folder that each point begins with.

#include <stdio.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "faults/fault_check.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

void WriteScripts(const FaultScripts& scripts, const std::string& folder) {
  fs::create_directories(folder);
  for (const FaultScript& script : scripts) {
    std::ofstream(folder + "/" + script.name, std::ios::binary) << script.text;
  }
}

// As goose has them: with a way back, and with the numbers of ours.
void WriteGooseScripts(const FaultScripts& scripts, const std::string& folder) {
  fs::create_directories(folder);
  for (const FaultScript& script : scripts) {
    std::ofstream(folder + "/0" + script.name.substr(0, 4) + "_" + script.name.substr(5),
                  std::ios::binary)
        << "-- +goose Up\n-- +goose StatementBegin\n"
        << script.text << "-- +goose StatementEnd\n-- +goose Down\nDROP TABLE book;\n";
  }
}

std::string GooseRecord(int version) {
  std::string sql =
      "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT "
      "NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));";
  for (int i = 0; i <= version; ++i) {
    sql += "INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (" +
           std::to_string(i) + ", 1, '2026-01-01 00:00:00');";
  }
  return sql;
}

void Must(sqlite3* db, const std::string& sql) {
  CallResult result = RunQuery(db, sql);
  if (result.code == SQLITE_OK) return;
  fprintf(stderr, "%s: %s\n", sql.c_str(), result.message.c_str());
  exit(2);
}

// The scripts as they were applied: without what an edit has added.
FaultScripts Unedited(const Scenario& scenario) {
  FaultScripts scripts = scenario.scripts;
  if (scenario.name != "accept") return scripts;
  std::string& text = scripts[1].text;
  text.erase(text.find("SELECT 'edited'"));
  return scripts;
}

void MakeDatabase(const Subject& subject) {
  const Scenario& scenario = subject.scenario;
  sqlite3* db = OpenHost(subject.folder + "/data.db", subject.journal_mode);
  if (scenario.start != Start::kEmpty) {
    WriteScripts(Unedited(scenario), subject.folder + "/made");
    Must(db, "SELECT fastmigrate_apply('" + subject.folder + "/made', " +
                 std::to_string(scenario.version) + ")");
    fs::remove_all(subject.folder + "/made");
  }
  if (!IsOfScripts(scenario.start)) {
    Must(db, "DROP TABLE _meta; DROP TABLE _fastmigrate_history");
  }
  if (scenario.by_goose && scenario.start != Start::kEmpty) Must(db, GooseRecord(scenario.version));
  Must(db, scenario.by_hand);
  if (scenario.start == Start::kEnrolled) {
    Must(db, "SELECT fastmigrate_enroll(" + std::to_string(scenario.version) + ")");
  }
  sqlite3_close(db);
}

}  // namespace

std::string Prepare(Subject* subject) {
  const Scenario& scenario = subject->scenario;
  fs::remove_all(subject->folder);
  fs::create_directories(subject->folder);
  MakeDatabase(*subject);
  if (scenario.has_folder) WriteScripts(scenario.scripts, subject->folder + "/migrations");
  if (scenario.by_goose) WriteGooseScripts(scenario.scripts, subject->folder + "/foreign");
  subject->before = ReadFileState(subject->folder + "/data.db");
  for (FileState& state : OracleStates(scenario.scripts, subject->folder)) {
    if (IsOfScripts(scenario.start)) subject->between.push_back(std::move(state));
  }
  fs::remove(subject->folder + "/oracle.db");

  std::string trial = subject->folder + "-trial";
  fs::remove_all(trial);
  fs::copy(subject->folder, trial, fs::copy_options::recursive);
  sqlite3* db = OpenHost(trial + "/data.db", subject->journal_mode);
  if (scenario.in_transaction) Must(db, "PRAGMA foreign_keys = OFF; BEGIN");
  subject->success = RunQuery(db, SqlOf(scenario, trial));
  subject->success.text = WithoutFolder(subject->success.text, trial);
  RunQuery(db, "COMMIT");
  sqlite3_close(db);
  subject->after = ReadFileState(trial + "/data.db");
  fs::remove_all(trial);

  if (subject->success.code != scenario.error) {
    return "without a fault: " + subject->success.message;
  }
  if (!IsOfScripts(scenario.start) || !scenario.oracle_known) return "";
  for (const FileState& state : subject->between) {
    if (state == subject->after) return "";
  }
  return "without a fault: the state at version " + std::to_string(subject->after.version) +
         " is not that of the scripts";
}

}  // namespace fastmigrate
