#include "author/enrollment.h"

#include <functional>

#include "author/dump_rows.h"
#include "author/dump_schema.h"
#include "base/files.h"
#include "migrate/ledger.h"
#include "migrate/source.h"
#include "prove/replay.h"
#include "schema/diff.h"
#include "sqlite/schema_reader.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr size_t kListed = 20;
constexpr char kFirstScript[] = "0001-initialize.sql";

InterruptCheck InterruptOf(const Database& db) {
  return [&db] { return db.IsInterrupted(); };
}

Status RefuseManaged(const Database& db) {
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (!ledger->version) return {};
  return MakeError("the database is managed already, at version " +
                   std::to_string(*ledger->version) + "; it cannot be enrolled again");
}

std::string Listed(const std::vector<Difference>& differences) {
  std::string text;
  for (size_t i = 0; i < differences.size() && i < kListed; ++i) {
    text += "\n  " + DifferenceText(differences[i]);
  }
  if (differences.size() > kListed) {
    text += "\n  and " + std::to_string(differences.size() - kListed) + " more";
  }
  return text;
}

HistoryRecord EnrolledRecord(int version) {
  HistoryRecord record;
  record.version = version;
  record.previous_version = version;
  record.origin = "enrolled";
  return record;
}

HistoryRecord EnrolledRecord(const PendingScript& script) {
  HistoryRecord record = EnrolledRecord(script.version());
  record.name = script.migration().name;
  record.kind = KindName(script.migration().kind);
  record.checksum = script.checksum();
  return record;
}

// Under the write lock: `check` decides on what is there now; then the database is enrolled.
Status EnrollUnderLock(const Database& db, int version, const std::vector<HistoryRecord>& records,
                       const std::function<Status()>& check) {
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, InterruptOf(db));
  if (!transaction) return transaction.error();
  if (Status status = RefuseManaged(db); !status) return status;
  if (Status status = check(); !status) return status;
  if (Status status = CreateLedger(db); !status) return status;
  for (const HistoryRecord& record : records) {
    if (Status status = WriteRecord(db, record); !status) return status;
  }
  bool recorded = !records.empty() && records.back().version == version;
  HistoryRecord last = recorded ? records.back() : EnrolledRecord(version);
  if (Status status = AdvanceLedger(db, last); !status) return status;
  return transaction->Commit(InterruptOf(db));
}

// The script that is in `folder` gives, replayed, the schema of `db` and the rows of the tables.
Status ProveInitialScript(const Database& db, const MigrationFolder& folder,
                          const std::vector<std::string>& tables, std::string* checksum) {
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, folder, 1);
  if (!replay) return replay.error();
  if (Status status = (*replay)->RunTo(1); !status) return status;
  *checksum = (*replay)->scripts().front().checksum();
  Result<Schema> expected = ReadSchema((*replay)->db());
  if (!expected) return expected.error();
  Result<Schema> actual = ReadSchema(db);
  if (!actual) return actual.error();
  std::vector<Difference> differences = CompareSchemas(*expected, *actual);
  if (!differences.empty()) {
    return MakeError("the script made from the schema does not reproduce it:" +
                     Listed(differences));
  }
  for (const std::string& table : tables) {
    Result<std::string> written = RowsScript((*replay)->db(), table);
    if (!written) return written.error();
    Result<std::string> present = RowsScript(db, table);
    if (!present) return present.error();
    if (*written != *present) {
      return MakeError("the script made from table " + table + " does not reproduce its rows");
    }
  }
  return {};
}

}  // namespace

Result<int> CreateManaged(const Database& db) {
  InterruptCheck interrupted = [&db] { return db.IsInterrupted(); };
  Result<LedgerState> before = ReadLedger(db);
  if (!before) return before.error();
  if (before->version) return *before->version;
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, interrupted);
  if (!transaction) return transaction.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (ledger->version) return *ledger->version;  // another process was first
  if (ledger->has_content) {
    return MakeError(
        "the database has content but no version; if it is in the state that the scripts up to "
        "version N produce, run SELECT fastmigrate_enroll(N)");
  }
  if (Status status = CreateLedger(db); !status) return status.error();
  if (Status status = transaction->Commit(interrupted); !status) return status.error();
  return 0;
}

Status Enroll(const Database& db, int version) {
  return EnrollUnderLock(db, version, {}, [] { return Status(); });
}

Status EnrollProved(const Database& db, int version, const std::string& dir) {
  if (Status status = RefuseManaged(db); !status) return status;
  Result<MigrationFolder> folder = ReadMigrationFolder(dir);
  if (!folder) return folder.error();
  if (version > 0 && folder->Find(version) == nullptr) {
    return MakeError("'" + dir + "' holds no script of version " + std::to_string(version));
  }
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, *folder, version);
  if (!replay) return replay.error();
  if (Status status = (*replay)->RunTo(version); !status) return status;
  Result<Schema> expected = ReadSchema((*replay)->db());
  if (!expected) return expected.error();
  std::vector<HistoryRecord> records;
  for (const PendingScript& script : (*replay)->scripts()) {
    records.push_back(EnrolledRecord(script));
  }
  return EnrollUnderLock(db, version, records, [&]() -> Status {
    Result<Schema> actual = ReadSchema(db);
    if (!actual) return actual.error();
    std::vector<Difference> differences = CompareSchemas(*expected, *actual);
    if (differences.empty()) return {};
    return MakeError("the database is not what the scripts in '" + dir + "' up to version " +
                     std::to_string(version) + " produce:" + Listed(differences));
  });
}

Result<std::string> Initialize(const Database& db, const std::string& dir,
                               const std::vector<std::string>& tables) {
  HistoryRecord record = EnrolledRecord(1);
  record.name = kFirstScript;
  record.kind = KindName(MigrationKind::kSql);
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, InterruptOf(db));
  if (!transaction) return transaction.error();

  if (Status status = RefuseManaged(db); !status) return status.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (!ledger->has_content) {
    return MakeError(
        "the database is empty, so that there is no schema to write a script from; an empty "
        "database needs none: write the first script by hand and apply it");
  }
  Result<std::string> script = SchemaScript(db, tables);
  if (!script) return script.error();
  Result<bool> made = MakeFolder(dir);
  if (!made) return made.error();
  NewFile new_folder(*made ? dir : "");
  Result<MigrationFolder> folder = ReadMigrationFolder(dir);
  if (!folder) return folder.error();
  if (!folder->migrations.empty()) {
    return MakeError("'" + dir + "' holds scripts already, " + folder->migrations.front().name +
                     " the first of them; if they produce this database, run SELECT "
                     "fastmigrate_enroll(N, " +
                     QuoteText(dir) + ")");
  }
  std::string path = Joined(dir, kFirstScript);
  if (Status status = WriteNewFile(path, *script); !status) return status.error();
  NewFile new_script(path);
  folder = ReadMigrationFolder(dir);
  if (!folder) return folder.error();
  std::string checksum;
  if (Status status = ProveInitialScript(db, *folder, tables, &checksum); !status) {
    return status.error();
  }
  record.checksum = checksum;
  if (Status status = CreateLedger(db); !status) return status.error();
  if (Status status = AdvanceLedger(db, record); !status) return status.error();
  if (Status status = transaction->Commit(InterruptOf(db)); !status) return status.error();
  new_script.Keep();
  new_folder.Keep();
  return path;
}

Status AcceptEdit(const Database& db, int version, const std::string& dir) {
  Result<MigrationFolder> folder = ReadMigrationFolder(dir);
  if (!folder) return folder.error();
  const Migration* migration = folder->Find(version);
  if (migration == nullptr) {
    return MakeError("'" + dir + "' holds no script of version " + std::to_string(version));
  }
  Result<std::string> checksum = ReadChecksum(*migration);
  if (!checksum) return checksum.error();
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, InterruptOf(db));
  if (!transaction) return transaction.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (version > ledger->version.value_or(0)) {
    return MakeError(migration->name + " has not been applied, so that there is nothing to accept");
  }
  if (ledger->Find(version) == nullptr) {
    return MakeError("there is no record of version " + std::to_string(version) +
                     " (another program brought the database there), so that no edit of " +
                     migration->name + " is noticed and none needs to be accepted");
  }
  Status status = RecordChecksum(db, version, migration->name, *checksum);
  if (!status) return status;
  return transaction->Commit(InterruptOf(db));
}

}  // namespace fastmigrate
