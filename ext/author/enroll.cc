#include "author/enroll.h"

#include <memory>
#include <utility>

#include "migrate/text_seal.h"
#include "prove/find_version.h"
#include "prove/replay.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr size_t kListed = 20;

HistoryRecord EnrolledRecord(int version) {
  HistoryRecord record;
  record.version = version;
  record.previous_version = version;
  record.origin = "enrolled";
  return record;
}

// A database that was made managed at version 0 has no record, and nothing to lose.
Status CheckOnlyEnrolled(const LedgerState& ledger) {
  if (!ledger.version) {
    return MakeError("the database is not managed, so that there is no enrolment to take back");
  }
  const std::string version = std::to_string(*ledger.version);
  int enrolled = 0;
  for (const HistoryRecord& record : ledger.records) {
    if (record.version > *ledger.version) break;
    if (record.origin == "enrolled") {
      enrolled = record.version;
      continue;
    }
    return MakeError("the database is at version " + version + ", and " +
                     record.name.value_or("a script") + " was " + record.origin +
                     " by fastmigrate, so that this is no enrolment to take back");
  }
  if (enrolled == *ledger.version) return {};
  return MakeError("the database is at version " + version +
                   ", which is not from an enrolment: another program has brought it there");
}

// Whether an enrolment has brought it to this version, behind which nothing was applied: a driver
// that runs a statement twice, such as PHP's, has enrolled it the first time. An error when it is
// managed in another way.
Result<bool> IsEnrolledAt(const Database& db, int version) {
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (ledger->version == version && CheckOnlyEnrolled(*ledger)) return true;
  if (Status status = RefuseManaged(db); !status) return status.error();
  return false;
}

// Under the write lock: `check` decides on what is there now; then the database is enrolled.
Status EnrollUnderLock(const Database& db, int version, std::vector<HistoryRecord> records,
                       const std::function<Status()>& check) {
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  Result<bool> enrolled = IsEnrolledAt(db, version);
  if (!enrolled) return enrolled.error();
  if (Status status = check(); !status) return status;
  if (*enrolled) return {};
  if (Status status = WriteEnrollment(db, 0, version, std::move(records)); !status) return status;
  return transaction->Commit();
}

Error NotWhatScriptsProduce(const Source& source, int version,
                            const std::vector<Difference>& differences) {
  return MakeError("the database is not what the scripts in " + source.Name() + " up to version " +
                   std::to_string(version) + " produce:" + Listed(differences));
}

// `untold` are the last scripts up to the version.
Error CannotTell(const Source& source, int version, const std::vector<Migration>& untold) {
  int lower = 0;
  for (const Migration& migration : source.migrations) {
    if (migration.version < untold.front().version) lower = migration.version;
  }
  std::string names;
  for (const Migration& migration : untold) names += (names.empty() ? "" : ", ") + migration.Name();
  return MakeError("the schema is that of version " + std::to_string(version) + ", and that of " +
                   std::to_string(lower) + " as well: " + names + " " +
                   (untold.size() == 1 ? "changes" : "change") +
                   " only rows, so that it cannot be told whether this database has had " +
                   (untold.size() == 1 ? "it" : "them") +
                   "; if so, run SELECT fastmigrate_enroll(" + std::to_string(version) +
                   "); if not, SELECT fastmigrate_enroll(" + std::to_string(lower) + ", " +
                   source.Argument() + ") and apply");
}

// A sentence about the version that the database is more like than the one it was compared with;
// empty when there is none.
std::string Nearest(const Database& db, const Source& source, int version, size_t differences) {
  Result<NearestVersion> nearest = FindNearestVersion(db, source);
  if (!nearest || nearest->differences.size() >= differences || nearest->version == version) {
    return "";
  }
  const std::string number = std::to_string(nearest->version);
  if (nearest->differences.empty()) {
    return "\nit is what they produce up to version " + number + ": SELECT fastmigrate_enroll(" +
           number + ", " + source.Argument() + ")";
  }
  return "\nit is nearest to version " + number +
         ", from which it differs in this:" + Listed(nearest->differences);
}

}  // namespace

Status RefuseManaged(const Database& db) {
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (!ledger->version) return {};
  return MakeError(
      "the database is managed already, at version " + std::to_string(*ledger->version) +
      "; it cannot be enrolled again (SELECT fastmigrate_unenroll() takes an enrolment "
      "back, as long as no script was applied behind it)");
}

Result<int> Unenroll(const Database& db) {
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (Status status = CheckOnlyEnrolled(*ledger); !status) return status.error();
  Status dropped = transaction->WhileAside([&] { return DropLedger(db); });
  if (!dropped) return dropped.error();
  Result<LedgerState> now = ReadLedger(db);
  if (!now) return now.error();
  if (now->version || !now->records.empty()) {
    return Error{SQLITE_AUTH,
                 "the enrolment is still there (does this connection's authorizer "
                 "ignore that main._meta is dropped?)"};
  }
  if (Status status = transaction->Commit(); !status) return status.error();
  return *ledger->version;
}

HistoryRecord EnrolledRecord(const PendingScript& script) {
  HistoryRecord record = EnrolledRecord(script.version());
  record.name = script.migration().Name();
  record.kind = KindName(script.migration().kind);
  record.checksum = Text(script.checksum());
  record.text_hash = Text(script.text_hash());
  return record;
}

Status WriteEnrollment(const Database& db, int from, int version,
                       std::vector<HistoryRecord> records) {
  if (records.empty() || records.back().version != version) {
    records.push_back(EnrolledRecord(version));
  }
  if (Status status = CreateLedger(db); !status) return status;
  Result<LedgerFingerprint> present = ReadFingerprint(db);
  if (!present) return present.error();
  if (Status status = DropRecordsAbove(db, from, *present); !status) return status;
  if (Result<bool> moved = MoveVersion(db, from, version); !moved) return moved.error();
  Status written = WriteRecords(db, records.size(), [&](size_t place) { return records[place]; });
  if (!written) return written;
  if (Status status = SealTexts(db, version); !status) return status;
  return CheckVersion(db, version);
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

Result<int> CreateManaged(const Database& db) {
  Result<LedgerState> before = ReadLedger(db);
  if (!before) return before.error();
  if (before->version) return *before->version;
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
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
  if (Status status = CheckVersion(db, 0); !status) return status.error();
  if (Status status = transaction->Commit(); !status) return status.error();
  return 0;
}

Status Enroll(const Database& db, int version) {
  return EnrollUnderLock(db, version, {}, [] { return Status(); });
}

Status EnrollProved(const Database& db, int version, const Source& source) {
  if (Result<bool> enrolled = IsEnrolledAt(db, version); !enrolled) return enrolled.error();
  if (Status status = source.CheckHas(version); !status) return status;
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, source, version, Replay::Tells::kRows);
  if (!replay) return replay.error();
  if (Status status = (*replay)->Run(); !status) return status;
  std::vector<HistoryRecord> records;
  for (const PendingScript& script : (*replay)->scripts()) {
    records.push_back(EnrolledRecord(script));
  }
  std::vector<Difference> differences;
  Status enrolled = EnrollUnderLock(db, version, std::move(records), [&]() -> Status {
    Result<std::vector<Difference>> found = (*replay)->Compare(db);
    if (!found) return found.error();
    differences = std::move(*found);
    if (!differences.empty()) return NotWhatScriptsProduce(source, version, differences);
    if (!(*replay)->untold().empty()) return CannotTell(source, version, (*replay)->untold());
    return {};
  });
  // Searched when the lock is free again.
  if (differences.empty()) return enrolled;
  return MakeError(enrolled.error().message + Nearest(db, source, version, differences.size()));
}

}  // namespace fastmigrate
