#include "faults/memory_run.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "migrate/text_cache.h"

struct sqlite3_api_routines;
extern "C" int sqlite3_fastmigrate_init(sqlite3* db, char** message,
                                        const sqlite3_api_routines* api);

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr char kDatabase[] = "data.db";
constexpr char kTemporary[] = "../tmp";
constexpr sqlite3_int64 kRowid = 4711;
// Not the defaults, so that a reset to them is seen.
constexpr char kHostSettings[] =
    "PRAGMA cache_size = -777; PRAGMA synchronous = NORMAL; PRAGMA case_sensitive_like = ON";

// Rows are kept here while nothing of the test may allocate.
char row_buffer[1 << 16];
size_t row_size = 0;

void Keep(const void* bytes, size_t size) {
  size = std::min(size, sizeof row_buffer - row_size);
  if (size > 0) std::memcpy(row_buffer + row_size, bytes, size);
  row_size += size;
}

// Times differ from run to run.
bool IsTime(const char* column) {
  return std::strcmp(column, "duration_ms") == 0 || std::strcmp(column, "applied_at") == 0;
}

void KeepRow(sqlite3_stmt* statement) {
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    Keep("|", i > 0 ? 1 : 0);
    const char* name = sqlite3_column_name(statement, i);
    if (name != nullptr && IsTime(name)) continue;
    char number[32];
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_NULL:
        Keep("NULL", 4);
        break;
      case SQLITE_TEXT:  // as a blob it needs no memory for a zero at its end
        Keep(sqlite3_column_blob(statement, i),
             static_cast<size_t>(sqlite3_column_bytes(statement, i)));
        break;
      default: {
        int size =
            std::snprintf(number, sizeof number, "%.17g", sqlite3_column_double(statement, i));
        Keep(number, static_cast<size_t>(size));
      }
    }
  }
  Keep("\n", 1);
}

// Durations inside of JSON.
std::string WithoutDurations(std::string text) {
  constexpr std::string_view kKey = "\"duration_ms\":";
  for (size_t at = text.find(kKey); at != std::string::npos; at = text.find(kKey, at + 1)) {
    size_t begin = at + kKey.size();
    text.erase(begin, text.find_first_of(",}", begin) - begin);
  }
  return text;
}

int KeepSavepoint(void* names, int action, const char*, const char* name, const char*,
                  const char*) {
  if (action == SQLITE_SAVEPOINT && name != nullptr) {
    static_cast<std::set<std::string>*>(names)->insert(name);
  }
  return SQLITE_OK;
}

int Step(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int rc = sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
  if (rc != SQLITE_OK) return rc;
  while ((rc = sqlite3_step(statement)) == SQLITE_ROW) KeepRow(statement);
  int finalized = sqlite3_finalize(statement);
  return rc == SQLITE_DONE ? finalized : rc;
}

// A database in it is its state; the one under test is compared by itself.
Files ComparableFiles() {
  Files files = ReadFiles(".");
  files.erase(kDatabase);
  for (auto& [name, bytes] : files) {
    if (name.ends_with(".db")) bytes = Describe(ReadDatabaseState(name));
  }
  return files;
}

std::string NameDifferences(const Files& wanted, const Files& present) {
  std::string text;
  for (const auto& [name, bytes] : present) {
    auto found = wanted.find(name);
    if (found == wanted.end()) text += " new: " + name;
    if (found != wanted.end() && found->second != bytes) text += " other: " + name;
  }
  for (const auto& [name, bytes] : wanted) {
    if (present.find(name) == present.end()) text += " missing: " + name;
  }
  return text;
}

bool IsNoMemory(int rc) { return (rc & 0xFF) == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM; }

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

struct MemoryRun::Outcome {
  Reply reply;
  FaultReport report{};
  bool autocommit = true;  // behind the call
  std::string savepoint_left;
  Settings settings_before;
  Settings settings_after;
  std::string surface;  // of the entry point
  DatabaseState state;
  Files files;
  Files temporary;
  bool repeated = false;
  Reply again_same;
  DatabaseState state_again_same;
  Reply again_new;
  DatabaseState state_again_new;
  int close_rc = SQLITE_OK;
  int64_t sqlite_bytes = 0;
  int64_t new_bytes = 0;
};

MemoryRun::MemoryRun(const MemoryScenario& scenario, const MemoryMode& mode)
    : scenario_(scenario), mode_(mode) {
  InstallSqliteAllocator(mode.lookaside);
  Prepare();
  // The first of them makes what lives as long as the process.
  for (int i = 0; i < 2; ++i) {
    Outcome outcome = Observe(0, false);
    reply_ = outcome.reply;
    surface_ = outcome.surface;
    after_ = outcome.state;
    files_after_ = outcome.files;
    points_ = outcome.report.allocations;
    known_ = true;
    if (i == 1) without_faults_ = Judge(outcome);
  }
  if ((reply_.rc != SQLITE_OK) != scenario_.fails) {
    without_faults_.push_back(
        {"scenario", "returns " + std::to_string(reply_.rc) + " " + reply_.message});
  }
}

sqlite3* MemoryRun::Open(bool register_functions) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(kDatabase, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (register_functions) sqlite3_fastmigrate_init(db, nullptr, nullptr);
  if (scenario_.more_functions != nullptr) scenario_.more_functions(db);
  return db;
}

void MemoryRun::Prepare() {
  WriteFiles(".", {});
  WriteFiles(kTemporary, {});
  fs::create_directories(kTemporary);
  fs::create_directories("fresh");
  Files files;
  for (const auto& [name, text] : scenario_.scripts) files["migrations/" + name] = text;
  WriteFiles(".", files);
  for (int i = 0; i < scenario_.made_by_scripts; ++i) {
    sqlite3* db = Open(false);
    sqlite3_exec(db, scenario_.scripts[static_cast<size_t>(i)].second.c_str(), nullptr, nullptr,
                 nullptr);
    sqlite3_close(db);
  }
  sqlite3* db = Open(true);
  if (mode_.wal) QueryText(db, "PRAGMA journal_mode = WAL");
  char* message = nullptr;
  sqlite3_exec(db, scenario_.prepare.c_str(), nullptr, nullptr, &message);
  if (message != nullptr) without_faults_.push_back({"scenario", message});
  sqlite3_free(message);
  sqlite3_close(db);
  template_ = ReadFiles(".");
  if (!scenario_.edit.first.empty()) {
    template_["migrations/" + scenario_.edit.first] = scenario_.edit.second;
  }
  WriteFiles(".", template_);
  before_ = ReadDatabaseState(kDatabase);
  files_before_ = ComparableFiles();
  FindStatesBetween();
}

void MemoryRun::FindStatesBetween() {
  if (scenario_.between == Between::kNone) return;
  bool own_insert = !scenario_.in_transaction.empty();
  int first = std::max(before_.version, 0);
  int last =
      scenario_.between == Between::kOwnInsert ? first : static_cast<int>(scenario_.scripts.size());
  for (int version = first; version <= last; ++version) {
    between_.push_back(ContentAfterScripts(version, own_insert));
  }
  WriteFiles(".", template_);
}

std::string MemoryRun::ContentAfterScripts(int version, bool own_insert) const {
  WriteFiles(".", template_);
  auto run = [](const std::string& sql, bool with_functions) {
    sqlite3* db = nullptr;
    sqlite3_open(kDatabase, &db);
    if (with_functions) sqlite3_fastmigrate_init(db, nullptr, nullptr);
    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(db);
  };
  if (own_insert) run(scenario_.in_transaction, false);
  if (scenario_.between == Between::kScriptsByApply) {
    if (version > 0) {
      run("SELECT fastmigrate_apply('migrations', " + std::to_string(version) + ")", true);
    }
  } else {
    for (int i = std::max(before_.version, 0); i < version; ++i) {
      run(scenario_.scripts[static_cast<size_t>(i)].second, false);
    }
  }
  return ReadDatabaseState(kDatabase).content;
}

void MemoryRun::BeginOwn(sqlite3* db) const {
  if (scenario_.in_transaction.empty()) return;
  sqlite3_exec(db, ("BEGIN; " + scenario_.in_transaction).c_str(), nullptr, nullptr, nullptr);
}

// A savepoint of the call that is still open in the host's transaction.
std::string MemoryRun::SavepointLeft(sqlite3* db) const {
  if (scenario_.in_transaction.empty() || sqlite3_get_autocommit(db) != 0) return "";
  for (const std::string& name : savepoints_) {
    std::string sql = "RELEASE \"" + name + "\"";
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return name;
  }
  return "";
}

MemoryRun::Reply MemoryRun::Call(sqlite3* db, const FaultPlan* plan, FaultReport* report) {
  row_size = 0;
  ForgetTextHashes();  // so that each call reads the scripts
  char* message = nullptr;
  int rc;
  if (plan != nullptr) ArmFaults(*plan);
  if (scenario_.call.empty()) {
    rc = sqlite3_fastmigrate_init(db, &message, nullptr);
  } else {
    rc = Step(db, scenario_.call.c_str());
  }
  if (plan != nullptr) *report = DisarmFaults();
  Reply reply;
  reply.rc = rc;
  if (message != nullptr) {
    reply.message = message;
  } else if (rc != SQLITE_OK) {
    reply.message = sqlite3_errmsg(db);
  }
  sqlite3_free(message);
  reply.rows = WithoutDurations(std::string(row_buffer, row_size));
  return reply;
}

MemoryRun::Outcome MemoryRun::Observe(int64_t point, bool verbose) {
  Outcome outcome;
  WriteFiles(".", template_);
  WriteFiles(kTemporary, {});
  bool entry_point = scenario_.call.empty();
  int64_t used_before = sqlite3_memory_used();
  sqlite3* db = Open(!entry_point);
  sqlite3_exec(db, kHostSettings, nullptr, nullptr, nullptr);
  if (scenario_.in_transaction.empty()) QueryText(db, "PRAGMA foreign_keys = ON");
  sqlite3_set_last_insert_rowid(db, kRowid);
  BeginOwn(db);
  outcome.settings_before = ReadSettings(db);

  FaultPlan plan{mode_.source, point, mode_.persistence};
  if (!known_) sqlite3_set_authorizer(db, KeepSavepoint, &savepoints_);
  outcome.reply = Call(db, &plan, &outcome.report);
  if (!known_) sqlite3_set_authorizer(db, nullptr, nullptr);
  outcome.autocommit = sqlite3_get_autocommit(db) != 0;
  // What cannot be restored while SQLite compiles nothing is restored by the next call.
  if (!entry_point) QueryText(db, "SELECT fastmigrate_extension_version()");
  outcome.settings_after = ReadSettings(db);
  outcome.savepoint_left = SavepointLeft(db);
  if (entry_point) {  // its own tables in temp are what it is for
    outcome.settings_after["temp"] = outcome.settings_before["temp"];
    outcome.surface = ReadSurface(db);
  }
  if (verbose) {
    std::printf("  returned %d: %s\n", outcome.reply.rc, outcome.reply.message.c_str());
    std::printf("  rows: %s\n", outcome.reply.rows.c_str());
    std::printf("  the allocation that failed%s:\n", outcome.report.failed ? "" : ": none");
    PrintFaultPlace();
    std::printf("  autocommit %d\n", outcome.autocommit);
  }
  sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  if (sqlite3_get_autocommit(db) == 0) sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  Files left = ReadFiles(".");
  outcome.state = ReadDatabaseState(kDatabase);
  outcome.files = ComparableFiles();
  for (const char* suffix : {"-wal", "-shm"}) {
    if (mode_.wal) outcome.files.erase(std::string(kDatabase) + suffix);  // until it is closed
  }
  outcome.temporary = ReadFiles(kTemporary);
  if (verbose) {
    std::printf("  state after the host's COMMIT: %s\n", Describe(outcome.state).c_str());
  }

  outcome.repeated = known_ && CanRepeat(outcome.state, outcome.files);
  if (outcome.repeated) {
    BeginOwn(db);
    outcome.again_same = Call(db, nullptr, nullptr);
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    outcome.state_again_same = ReadDatabaseState(kDatabase);
  }
  outcome.close_rc = sqlite3_close(db);
  if (outcome.close_rc != SQLITE_OK) sqlite3_close_v2(db);
  outcome.sqlite_bytes = sqlite3_memory_used() - used_before;
  outcome.new_bytes = LiveNewBytes();
  for (const auto& [name, bytes] : ComparableFiles()) {
    if (name.starts_with(std::string(kDatabase) + "-")) outcome.files[name] = bytes;
  }

  if (outcome.repeated) {
    WriteFiles(".", left);
    db = Open(!entry_point);
    if (scenario_.in_transaction.empty()) QueryText(db, "PRAGMA foreign_keys = ON");
    BeginOwn(db);
    outcome.again_new = Call(db, nullptr, nullptr);
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(db);
    outcome.state_again_new = ReadDatabaseState(kDatabase);
  }
  return outcome;
}

// After a wrong state or a file that was left, another call says nothing new.
bool MemoryRun::CanRepeat(const DatabaseState& state, const Files& files) const {
  if (!IsRightState(state)) return false;
  if (scenario_.repeat == Repeat::kAlways) return true;
  return state == before_ && files == files_before_;
}

bool MemoryRun::IsRightState(const DatabaseState& state) const {
  if (state == before_ || state == after_) return true;
  size_t first = static_cast<size_t>(std::max(before_.version, 0));
  if (between_.empty() || state.version < static_cast<int>(first) || !state.error.empty()) {
    return false;
  }
  size_t index = static_cast<size_t>(state.version) - first;
  if (index >= between_.size() || state.version > after_.version) return false;
  // Records begin at version 1, and all that the scenarios apply have one.
  std::vector<std::string> history = after_.history;
  history.resize(std::min(history.size(), static_cast<size_t>(state.version)));
  return state.content == between_[index] && state.ledger == after_.ledger &&
         state.history == history;
}

// Of a state that is not right.
std::string MemoryRun::WhatIsWrong(const DatabaseState& state) const {
  if (!state.error.empty()) return state.error;
  for (const std::string& record : state.history) {
    const std::vector<std::string>& right = after_.history;
    if (std::find(right.begin(), right.end(), record) == right.end()) {
      return "a record that is not whole: " + record;
    }
  }
  return "version " + std::to_string(state.version) + ", " + std::to_string(state.history.size()) +
         " records, is no state between scripts";
}

std::vector<Violation> MemoryRun::Judge(const Outcome& outcome) const {
  std::vector<Violation> violations;
  JudgeResult(outcome, &violations);
  bool had_transaction = !scenario_.in_transaction.empty();
  if (!outcome.autocommit && !had_transaction) {
    violations.push_back({"autocommit", "the host is left in a transaction"});
  }
  if (outcome.autocommit && had_transaction && outcome.reply.rc == SQLITE_OK) {
    violations.push_back({"autocommit", "the host's transaction is gone after a success"});
  }
  if (!outcome.savepoint_left.empty()) {
    violations.push_back({"savepoint", "still open: " + outcome.savepoint_left});
  }
  if (!IsRightState(outcome.state)) {
    violations.push_back({"state", WhatIsWrong(outcome.state)});
  }
  std::string changed_settings = Differences(outcome.settings_before, outcome.settings_after);
  if (!changed_settings.empty()) violations.push_back({"settings", changed_settings});
  bool done = scenario_.repeat == Repeat::kUnlessDone && after_ != before_
                  ? outcome.state == after_
                  : outcome.reply.rc == SQLITE_OK;
  // What is written before a commit in doubt stays, and the message says so.
  bool in_doubt = outcome.reply.message.find("kept, since") != std::string::npos ||
                  (outcome.reply.rc == SQLITE_NOMEM &&
                   mode_.persistence == Persistence::kFromThenOn && scenario_.writes_before_commit);
  const Files& files = done || (in_doubt && NameDifferences(files_before_, outcome.files) != "")
                           ? files_after_
                           : files_before_;
  if (std::string changed = NameDifferences(files, outcome.files); !changed.empty()) {
    violations.push_back({"files", changed});
  }
  if (!outcome.temporary.empty()) {
    std::string name = outcome.temporary.begin()->first;
    std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });  // they are random
    violations.push_back({"temp files", name});
  }
  if (outcome.close_rc != SQLITE_OK) {
    violations.push_back({"close", std::to_string(outcome.close_rc)});
  }
  if (outcome.sqlite_bytes != 0) {
    violations.push_back({"leak (SQLite)", std::to_string(outcome.sqlite_bytes) + " bytes"});
  }
  if (outcome.new_bytes != 0) {
    violations.push_back({"leak (new)", std::to_string(outcome.new_bytes) + " bytes"});
  }
  if (outcome.repeated) {
    JudgeAgain("again, same connection", outcome.again_same, outcome.state_again_same, &violations);
    JudgeAgain("again, new connection", outcome.again_new, outcome.state_again_new, &violations);
  }
  return violations;
}

void MemoryRun::JudgeResult(const Outcome& outcome, std::vector<Violation>* violations) const {
  const Reply& reply = outcome.reply;
  if (reply.rc != reply_.rc && !IsNoMemory(reply.rc)) {
    violations->push_back(
        {"result", "returned " + std::to_string(reply.rc) + ": " + FirstLine(reply.message)});
    return;
  }
  if (IsNoMemory(reply.rc)) return;
  if (outcome.state != after_) {
    violations->push_back({"false success", "the state is not that of a success"});
  }
  if (reply.rows != reply_.rows) {
    violations->push_back({"false success", "gave " + FirstLine(reply.rows)});
  }
  if (outcome.surface != surface_) {
    violations->push_back({"false success", "not everything is registered"});
  }
}

void MemoryRun::JudgeAgain(const char* where, const Reply& reply, const DatabaseState& state,
                           std::vector<Violation>* violations) const {
  if (reply.rc != reply_.rc) {
    violations->push_back(
        {where, "returned " + std::to_string(reply.rc) + ": " + FirstLine(reply.message)});
  } else if (state != after_) {
    violations->push_back({where, "does not lead to the state of a success"});
  }
}

std::vector<Violation> MemoryRun::Run(int64_t point, bool verbose) {
  RememberFaultPlace(verbose);
  Outcome outcome = Observe(point, verbose);
  std::vector<Violation> violations = Judge(outcome);
  if (verbose) {
    for (const Violation& violation : violations) {
      std::printf("  VIOLATION %s: %s\n", violation.kind.c_str(), violation.detail.c_str());
    }
  }
  return violations;
}

}  // namespace fastmigrate
