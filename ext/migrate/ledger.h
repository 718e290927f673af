// What a managed database says of itself: its version, and the record of how it got there.
//
// What its tables hold is read and written here alone; ledger_tables.h is about the tables. Reading
// what neither program writes is an error that says what is wrong with it.

#ifndef FASTMIGRATE_MIGRATE_LEDGER_H_
#define FASTMIGRATE_MIGRATE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "migrate/ledger_tables.h"
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

// The version alone; nullopt when the database is not managed. `schema` names an attached one.
Result<std::optional<int>> ReadVersion(const Database& db, const std::string& schema = "main");

// As ReadVersion(), but waits for nobody; where this connection cannot read any more, through
// another one to its file.
Result<std::optional<int>> ReadVersionNow(const Database& db);

// The version, by the tables that were found; nullopt when the database is not managed.
Result<std::optional<int>> ReadVersion(const Database& db, const LedgerLook& look);

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

// Writes so many records, each replacing one of the same version. An error also when they were not:
// a host's authorizer can let a write pass and do nothing (SQLITE_IGNORE).
Status WriteRecords(const Database& db, size_t count,
                    const std::function<HistoryRecord(size_t place)>& record_at);

// That the version is this one, as it was written: likewise.
Status CheckVersion(const Database& db, int version);

// Puts the name and the hashes of another text into the record of the version, which must exist;
// likewise. All columns must be there (CreateLedger).
Status RecordText(const Database& db, const HistoryRecord& record);

// Everything that a script must leave alone, equal before and after it: what a look sees, and the
// records. Without the version, which VersionRow() gives.
struct LedgerFingerprint {
  std::string bytes;
  int64_t last_version = -1;  // that has a record

  bool operator==(const LedgerFingerprint&) const = default;
};
Result<LedgerFingerprint> ReadFingerprint(const Database& db, LedgerLook&& look);
Result<LedgerFingerprint> ReadFingerprint(const Database& db);

// Deletes what was recorded of versions above this one, if the fingerprint has any. Where somebody
// has set the version back it no longer holds, and would seem to when the version comes by again.
// An error also when nothing was deleted, as WriteRecords().
Status DropRecordsAbove(const Database& db, int version, const LedgerFingerprint& present);

// The rows of _meta as one text, and what that is where the version is this one; a script that has
// been at it may have left anything else.
Result<std::string> VersionRow(const Database& db);
std::string VersionRowOf(int version);

// That the script has been at what ReadFingerprint() and VersionRow() tell.
Error LedgerChanged(std::string_view file_name);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_LEDGER_H_
