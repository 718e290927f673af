// What a managed database says of itself: its version, and the record of how it got there.
//
// `main._meta` holds the version, as the Python package writes it. `main._fastmigrate_history` is
// our own record, one row a version; it may be missing in part or whole, since the Python package
// does not write it. No other file names these tables in SQL that it runs.
//
// A `_meta` that is anything else than what the two programs create is never used and never
// altered: reading it is an error that says what is wrong with it. So is a history that holds what
// we never write.

#ifndef FASTMIGRATE_MIGRATE_LEDGER_H_
#define FASTMIGRATE_MIGRATE_LEDGER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/checksum.h"
#include "sqlite/database.h"

namespace fastmigrate {

// One row of the history. How the database came to the version (`origin`): "applied", "enrolled",
// "drafted".
struct HistoryRecord {
  int version = 0;
  int previous_version = 0;  // the version before; what lies between was not there then
  std::optional<std::string> name;
  std::optional<std::string> kind;  // "sql", "py", "sh"
  std::string origin;
  std::optional<std::string> checksum;
  std::optional<std::string> text_hash;  // of the script's bytes; what was written before it was
                                         // recorded has none
  std::string applied_at;                // UTC, 2024-05-01T12:00:00.000Z; set when it is written
  std::optional<double> duration_ms;
  std::optional<int64_t> statements;
  std::string extension_version;  // set when it is written
};

// Versions and records at one moment.
struct LedgerState {
  std::optional<int> version;          // nullopt: the database is not managed
  bool has_content = false;            // HasContent(), of a database that is not managed
  std::vector<HistoryRecord> records;  // by version

  const HistoryRecord* Find(int version) const;  // null when there is none
};

// Waits while another connection holds a lock on the file, as ReadVersion() does.
Result<LedgerState> ReadLedger(const Database& db);

// Whether main has tables, views, ... that are not SQLite's own or ours. Waits likewise.
Result<bool> HasContent(const Database& db);

// As much of the ledger as shows that a database has had all scripts, and read at the least cost.
struct RecordedText {
  int version = 0;
  Digest hash = {};  // zeros: it has none
};
struct LedgerTexts {
  int version = 0;
  std::vector<RecordedText> records;  // by version; at least one
};
// Nullopt when the database is not managed, has no record, or any that older versions wrote. Does
// not wait. As many records as are expected find room at once.
Result<std::optional<LedgerTexts>> ReadLedgerTexts(const Database& db, size_t expected_records);

// The version alone; nullopt when the database is not managed. `schema` names an attached one.
Result<std::optional<int>> ReadVersion(const Database& db, const std::string& schema = "main");

// As ReadVersion(), but waits for nobody; where this connection cannot read any more, through
// another one to its file.
Result<std::optional<int>> ReadVersionNow(const Database& db);

// Which of the two tables there are, and in which form.
struct LedgerTables {
  bool meta = false;
  bool history = false;
  bool is_plain = false;       // _meta is as we create it
  bool has_text_hash = false;  // a column of the history, which older versions did not write
};

// What the schemas of main and temp say before scripts run.
struct LedgerLook {
  LedgerTables tables;
  Status sound;           // an error when one of the names is another thing's, or has a trigger
  std::string objects;    // what a script must leave alone: the tables, what is on them, triggers
                          // elsewhere that name them
  bool has_temp = false;  // temp holds something that is not of this extension
};
Result<LedgerLook> LookAtLedger(const Database& db);

// The version, by the tables that were found; nullopt when the database is not managed.
Result<std::optional<int>> ReadVersion(const Database& db, const LedgerLook& look);

// Creates what is missing of the two tables, and of the columns of a history that an older version
// has made; the version of a new _meta is 0. In the caller's transaction. False when all was there.
Result<bool> CreateLedger(const Database& db, const LedgerLook& look);
// The same, after a look of its own.
Status CreateLedger(const Database& db);

// Drops both tables, with what is on them. In the caller's transaction.
Status DropLedger(const Database& db);

// Moves the version, as often as it is needed. In the caller's transaction; the tables must be
// there.
class VersionMove {
 public:
  // `db` must outlive it.
  static Result<VersionMove> Prepare(const Database& db);

  // False when the database is not at `from`, so that a script has been at it; then nothing is
  // changed. (Another row of _meta is seen by VersionRow().)
  Result<bool> Run(int from, int to);

 private:
  VersionMove(const Database& db, Statement update) : db_(&db), update_(std::move(update)) {}

  const Database* db_;
  Statement update_;
};
// The same, once.
Result<bool> MoveVersion(const Database& db, int from, int to);

// Writes the records, each replacing one of the same version. An error also when they were not: a
// host's authorizer can let a write pass and do nothing (SQLITE_IGNORE).
Status WriteRecords(const Database& db, std::span<const HistoryRecord> records);

// That the version is this one, as it was written: likewise.
Status CheckVersion(const Database& db, int version);

// Puts the name and the hashes of another text into the record of the version, which must exist;
// likewise. All columns must be there (CreateLedger).
Status RecordText(const Database& db, const HistoryRecord& record);

// Everything that a script must leave alone, as one text that is equal before and after it: what a
// look sees, and the records. Without the version, which VersionRow() gives.
Result<std::string> LedgerFingerprint(const Database& db, LedgerLook&& look);
Result<std::string> LedgerFingerprint(const Database& db);

// The rows of _meta as one text, and what that is where the version is this one; a script that has
// been at it may have left anything else.
Result<std::string> VersionRow(const Database& db);
std::string VersionRowOf(int version);

// That the script has been at what LedgerFingerprint() and VersionRow() tell.
Error LedgerChanged(const std::string& file_name);

// As an SQL condition on a row of sqlite_schema: it is neither of the two, nor on one.
std::string NotOfLedger();

// Whether a table is one of the two.
bool IsLedgerTable(std::string_view name);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_LEDGER_H_
