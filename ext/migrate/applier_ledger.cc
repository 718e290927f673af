// What the applier reads in the ledger, and writes to it. Belongs to applier.h.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "migrate/applier.h"
#include "migrate/text_seal.h"

namespace fastmigrate {
namespace {

// A query of our tables that fails this way finds them changed. (Not so when the host's authorizer
// forbids a function: that is an SQLITE_ERROR too.)
bool IsAboutSchema(const Error& error) {
  return error.message.find("no such table: ") != std::string::npos ||
         error.message.find("no such column: ") != std::string::npos;
}

Error FailedOnLedger(std::string_view file_name, const Error& error) {
  return IsAboutSchema(error) ? LedgerChanged(file_name) : error.Within(file_name);
}

// A program counts as one.
int64_t StatementsOf(const PendingScript& script) {
  return script.IsProgram() ? 1 : static_cast<int64_t>(script.sql().statement_count);
}

}  // namespace

Status Applier::OpenLedger() {
  Result<LedgerLook> look = LookAtLedger(db_);
  if (!look) return look.error();
  if (!host_has_temp_) host_has_temp_ = look->has_temp;
  if (Status status = RereadVersion(*look); !status) return status;
  if (Status status = TryToWrite(db_); !status) return status;
  Result<bool> created = CreateLedger(db_, *look);
  if (!created) return created.error();
  if (*created) look = LookAtLedger(db_);
  if (!look) return look.error();
  Result<LedgerFingerprint> fingerprint = ReadFingerprint(db_, std::move(*look));
  if (!fingerprint) return fingerprint.error();
  batch_->fingerprint = std::move(*fingerprint);
  return {};
}

// Under the write lock: whether another process has moved the version since it was read.
Status Applier::RereadVersion(const LedgerLook& look) {
  Result<std::optional<int>> read = ReadVersion(db_, look);
  if (!read) return read.error();
  if (!*read) {
    Result<bool> has_content = HasContent(db_);
    if (!has_content) return has_content.error();
    if (*has_content) return MakeError("the database has got content meanwhile, but no version");
  }
  const int version = read->value_or(0);
  if (version < run_.version) {
    return MakeError("the database went back from version " + std::to_string(run_.version) +
                     " to " + std::to_string(version) + " meanwhile; try again");
  }
  run_.version = version;
  batch_->is_new = !*read;
  return {};
}

Status Applier::CheckLedgerUntouched(std::string_view file_name) const {
  Result<std::string> row = VersionRow(db_);
  if (!row) return FailedOnLedger(file_name, row.error());
  Result<LedgerFingerprint> fingerprint = ReadFingerprint(db_);
  if (!fingerprint) return FailedOnLedger(file_name, fingerprint.error());
  const bool same = *row == VersionRowOf(Version()) && *fingerprint == batch_->fingerprint;
  return same ? Status() : LedgerChanged(file_name);
}

// Moves the version, which shows whether the script has been at it; the record is written before
// the commit. Scripts that share a transaction move it too, one by one: a function of the
// application can commit, not only in a statement that reads, but in whatever SQLite compiles.
Status Applier::Record(const PendingScript& script, const Measure& measure) {
  const Migration& migration = script.migration();
  const Done done{current_, Version(), measure.Changes(), measure.Milliseconds()};
  Result<bool> moved = batch_->move->Run(done.previous_version, script.version());
  if (!moved) return FailedOnLedger(migration.name, moved.error());
  if (!*moved) return LedgerChanged(migration.name);
  sqlite3_log(SQLITE_NOTICE, "fastmigrate: %s, %lld statements, %.1f ms%s",
              migration.NulTerminatedName(), static_cast<long long>(StatementsOf(script)),
              done.duration_ms,
              std::exchange(batch_->is_new, false) ? ", the first in a new database" : "");
  batch_->done.push_back(done);
  return {};
}

AppliedScript Applier::AppliedOf(const Done& done) const {
  const PendingScript& script = scripts_[done.place];
  return {script.version(),
          script.migration().Name(),
          KindName(script.migration().kind),
          StatementsOf(script),
          done.changes,
          done.duration_ms};
}

HistoryRecord Applier::RecordOf(const Done& done) const {
  const PendingScript& script = scripts_[done.place];
  HistoryRecord record;
  record.version = script.version();
  record.previous_version = done.previous_version;
  record.name = script.migration().name;
  record.kind = KindName(script.migration().kind);
  record.origin = "applied";
  record.checksum = Text(script.checksum());
  record.text_hash = Text(script.text_hash());
  record.duration_ms = done.duration_ms;
  record.statements = StatementsOf(script);
  return record;
}

Status Applier::WriteBatchRecords() {
  const std::vector<Done>& done = batch_->done;
  if (done.empty()) return {};
  Status status = DropRecordsAbove(db_, done.front().previous_version, batch_->fingerprint);
  if (status) {
    status = WriteRecords(db_, done.size(), [&](size_t place) { return RecordOf(done[place]); });
  }
  return status ? SealTexts(db_, VersionOf(done.back())) : status;
}

void Applier::Reached(const std::vector<Done>& done) {
  run_.applied.reserve(run_.applied.size() + done.size());
  for (const Done& script : done) run_.applied.push_back(AppliedOf(script));
  if (!done.empty()) run_.version = VersionOf(done.back());
}

// What the database says, not what we remember: a COMMIT can report an error and have happened.
void Applier::LearnVersion() {
  Result<std::optional<int>> version = ReadVersionNow(db_);
  if (!version) return;
  std::vector<Done> reached;
  for (const Done& done : unsure_) {
    if (VersionOf(done) <= version->value_or(0)) reached.push_back(done);
  }
  unsure_.clear();
  if (!reached.empty() && note_ != kPerhapsInPart) note_ = "though their commit reported an error";
  Reached(reached);
  run_.version = version->value_or(0);
  run_.is_managed = version->has_value();
}

}  // namespace fastmigrate
