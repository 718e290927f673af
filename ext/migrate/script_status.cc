#include "migrate/script_status.h"

#include <algorithm>
#include <utility>

#include "migrate/pending_script.h"

namespace fastmigrate {
namespace {

constexpr char kEnrolled[] = "enrolled";

// Whether a record says that the database passed this version without applying a script of it. What
// was recorded of versions above the present one no longer holds: somebody has set it back.
const HistoryRecord* RecordThatCovers(const LedgerState& ledger, int version) {
  for (const HistoryRecord& record : ledger.records) {
    if (record.version > ledger.version.value_or(0)) break;
    if (record.origin != kEnrolled && record.previous_version < version &&
        version < record.version) {
      return &record;
    }
  }
  return nullptr;
}

// What says that the database was enrolled at this version or above it; null when nothing does.
const HistoryRecord* EnrolledAtOrAbove(const LedgerState& ledger, int version) {
  const HistoryRecord* last = nullptr;
  for (const HistoryRecord& record : ledger.records) {
    if (record.origin == kEnrolled && record.version >= version) last = &record;
  }
  return last;
}

// Whether the scripts were there when the database was enrolled, and each was recorded.
bool EnrolledWithScripts(const LedgerState& ledger) {
  return std::any_of(ledger.records.begin(), ledger.records.end(), [](const HistoryRecord& record) {
    return record.origin == kEnrolled && record.name;
  });
}

ScriptStatus StatusOf(const LedgerState& ledger, const Migration& migration,
                      const std::map<int, std::string>& checksums) {
  ScriptStatus status;
  status.version = migration.version;
  status.name = migration.Name();
  status.kind = std::string(KindName(migration.kind));
  if (migration.version > ledger.version.value_or(0)) return status;

  const HistoryRecord* record = ledger.Find(migration.version);
  if (record != nullptr) {
    status.origin = record->origin;
    status.applied_at = record->applied_at;
    status.state = record->origin == kEnrolled ? ScriptState::kEnrolled : ScriptState::kApplied;
    auto checksum = checksums.find(migration.version);
    if (record->checksum && checksum != checksums.end() && checksum->second != *record->checksum) {
      status.state = ScriptState::kEdited;
      status.detail = "its SQL is not what was applied";
      if (migration.kind != MigrationKind::kSql) status.detail = "it is not what was applied";
    }
    return status;
  }
  if (const HistoryRecord* covering = RecordThatCovers(ledger, migration.version)) {
    status.state = ScriptState::kLate;
    status.detail = "the database went from version " + std::to_string(covering->previous_version) +
                    " to " + std::to_string(covering->version) + " without it";
    return status;
  }
  const HistoryRecord* enrolled = EnrolledAtOrAbove(ledger, migration.version);
  status.state = enrolled != nullptr ? ScriptState::kEnrolled : ScriptState::kApplied;
  if (enrolled != nullptr && EnrolledWithScripts(ledger)) {
    status.state = ScriptState::kLate;
    status.detail = "it was not there when the database was enrolled at version " +
                    std::to_string(enrolled->version);
    return status;
  }
  if (enrolled != nullptr) status.origin = kEnrolled;
  return status;
}

std::vector<ScriptStatus> MissingScripts(const LedgerState& ledger, const Source& source) {
  std::vector<ScriptStatus> missing;
  for (const HistoryRecord& record : ledger.records) {
    if (record.version > ledger.version.value_or(0) || source.Find(record.version) != nullptr) {
      continue;
    }
    // Enrolled without a look at the scripts, so that none is known of.
    if (record.origin == kEnrolled && !record.name) continue;
    ScriptStatus status;
    status.version = record.version;
    status.name = record.name;
    status.state = ScriptState::kMissing;
    status.kind = record.kind;
    status.origin = record.origin;
    status.applied_at = record.applied_at;
    status.detail = "no script in " + source.Name() + " has this version";
    missing.push_back(std::move(status));
  }
  return missing;
}

std::string Names(const std::vector<ScriptStatus>& scripts) {
  std::string names;
  for (const ScriptStatus& script : scripts) names += (names.empty() ? "" : ", ") + *script.name;
  return names;
}

// Of an edited script that has another name as well, in a folder that may be another project's.
Error OtherScript(const ScriptStatus& script, const std::string& recorded_name,
                  const Source& source) {
  return MakeError(*script.name + " is not what was applied as version " +
                   std::to_string(*script.version) + ", which was " + recorded_name + ": is " +
                   source.Name() + " the " + (source.is_bundle ? "one" : "folder") +
                   " that belongs to this database? If it is, and the script was renamed and "
                   "edited, run SELECT fastmigrate_accept(" +
                   std::to_string(*script.version) + ", " + source.Argument() + ")");
}

Error Edited(const std::vector<ScriptStatus>& edited, const LedgerState& ledger,
             const Source& source) {
  for (const ScriptStatus& script : edited) {
    const HistoryRecord* record = ledger.Find(*script.version);
    if (record->name && *record->name != *script.name) {
      return OtherScript(script, *record->name, source);
    }
  }
  const bool one = edited.size() == 1;
  return MakeError(Names(edited) +
                   (one ? " was edited after it was applied; restore it"
                        : " were edited after they were applied; restore them") +
                   ", or, if the present text is right, run SELECT fastmigrate_accept(" +
                   (one ? std::to_string(*edited.front().version) : "N") + ", " +
                   source.Argument() + ")" + (one ? "" : " for each"));
}

// No script of ours, and files that another tool would run: that must not look like success.
Status RefuseForeignFolder(const Source& source) {
  if (!source.migrations.empty()) return {};
  std::vector<std::string> foreign;
  for (const IgnoredFile& file : source.ignored) {
    if (IsForeignScript(file.name)) foreign.push_back(file.name);
  }
  if (foreign.empty()) return {};
  std::string others;
  if (foreign.size() > 1) others = " and " + std::to_string(foreign.size() - 1) + " more";
  return MakeError(
      source.Name() +
      " holds no script that is named as fastmigrate asks, like "
      "0001-create-users.sql, but " +
      foreign.front() + others +
      "; rename what is yours; of another migration tool's, SELECT fastmigrate_import(" +
      (source.is_bundle ? "'FOLDER OF THE TOOL'" : source.Argument()) +
      ", 'FOLDER') makes scripts in a folder of their own");
}

// That no script was edited, and none is late.
Status CheckPromise(const LedgerState& ledger, const Source& source,
                    const std::map<int, std::string>& checksums) {
  std::vector<ScriptStatus> edited;
  for (const Migration& migration : source.migrations) {
    if (migration.version > ledger.version.value_or(0)) break;
    ScriptStatus status = StatusOf(ledger, migration, checksums);
    if (status.state == ScriptState::kLate) {
      return MakeError(*status.name + " was never applied: " + *status.detail +
                       "; give it a number above the last script's");
    }
    if (status.state == ScriptState::kEdited) edited.push_back(std::move(status));
  }
  return edited.empty() ? Status() : Edited(edited, ledger, source);
}

// The script's, when its bytes are not those that were recorded.
Result<std::string> ReadChecksum(const Migration& migration, const HistoryRecord& record,
                                 TextHashes* hashes) {
  if (record.text_hash) {
    Result<Digest> hash = hashes->Of(migration);
    if (!hash) return hash.error();
    if (Text(*hash) == *record.text_hash) return *record.checksum;
  }
  Result<PendingScript> script = PendingScript::Read(migration, false);
  if (!script) return script.error();
  return Text(script->checksum());
}

Status CheckTarget(int version, const Source& source, int target) {
  if (target < version) {
    return MakeError("the database is at version " + std::to_string(version) +
                     ", beyond the target " + std::to_string(target) +
                     "; fastmigrate only moves forward");
  }
  if (target == version || source.Find(target) != nullptr) return {};
  std::string last = "there is none at all";
  if (!source.migrations.empty()) last = "the last one is " + source.migrations.back().Name();
  return MakeError("no script in " + source.Name() + " leads to the target version " +
                   std::to_string(target) + "; " + last);
}

}  // namespace

Error NotManaged(const Source& source) {
  const std::string scripts = source.Argument();
  const std::string folder = source.is_bundle ? "'migrations'" : scripts;
  return MakeError(
      "the database has content but no version, so it is not known which scripts it has had "
      "already\n"
      "  if these scripts made it, SELECT fastmigrate_find_version(" +
      scripts + ") finds the version N, and SELECT fastmigrate_enroll(N, " + scripts +
      ") proves and records it\n"
      "  if there are no scripts yet, SELECT fastmigrate_initialize(" +
      folder +
      ") writes the first\n"
      "  if another migration tool made it, SELECT fastmigrate_import('FOLDER OF THE TOOL', " +
      folder + ") takes its migrations over, and enrolls the database where the tool left it");
}

Error AheadOfSource(int version, const Source& source) {
  const std::string what = source.is_bundle ? "bundle" : "folder";
  std::string last = "it holds no script";
  if (!source.migrations.empty()) last = "its last script is " + source.migrations.back().Name();
  return MakeError("the database is at version " + std::to_string(version) + ", ahead of the " +
                   (source.is_bundle ? what : what + " " + source.Name()) + ": " + last +
                   "; give the " + what + " that belongs to this database");
}

std::string_view StateName(ScriptState state) {
  switch (state) {
    case ScriptState::kApplied:
      return "applied";
    case ScriptState::kEnrolled:
      return "enrolled";
    case ScriptState::kPending:
      return "pending";
    case ScriptState::kEdited:
      return "edited";
    case ScriptState::kMissing:
      return "missing";
    case ScriptState::kLate:
      return "late";
    case ScriptState::kIgnored:
      return "ignored";
  }
  return "";
}

bool IsLate(const LedgerState& ledger, const Migration& migration) {
  return StatusOf(ledger, migration, {}).state == ScriptState::kLate;
}

bool NeedsChecksum(const LedgerState& ledger, const Migration& migration) {
  if (migration.version > ledger.version.value_or(0)) return false;
  const HistoryRecord* record = ledger.Find(migration.version);
  return record != nullptr && record->checksum.has_value();
}

Result<std::map<int, std::string>> ReadChecksums(const LedgerState& ledger, const Source& source) {
  std::map<int, std::string> checksums;
  TextHashes hashes;
  for (const Migration& migration : source.migrations) {
    if (!NeedsChecksum(ledger, migration)) continue;
    Result<std::string> checksum =
        ReadChecksum(migration, *ledger.Find(migration.version), &hashes);
    if (!checksum) return checksum.error();
    checksums.emplace_hint(checksums.end(), migration.version, std::move(*checksum));
  }
  return checksums;
}

std::vector<ScriptStatus> ListStatus(const LedgerState& ledger, const Source& source,
                                     const std::map<int, std::string>& checksums) {
  std::vector<ScriptStatus> states = MissingScripts(ledger, source);
  for (const Migration& migration : source.migrations) {
    states.push_back(StatusOf(ledger, migration, checksums));
  }
  std::sort(states.begin(), states.end(),
            [](const ScriptStatus& a, const ScriptStatus& b) { return a.version < b.version; });
  for (const IgnoredFile& file : source.ignored) {
    ScriptStatus status;
    status.name = file.name;
    status.state = ScriptState::kIgnored;
    status.detail = file.reason;
    states.push_back(std::move(status));
  }
  return states;
}

Result<std::span<const Migration>> PendingMigrations(const LedgerState& ledger,
                                                     const Source& source,
                                                     const std::map<int, std::string>& checksums,
                                                     std::optional<int> target) {
  if (!ledger.version && ledger.has_content) return NotManaged(source);
  if (Status status = RefuseForeignFolder(source); !status) return status.error();
  int version = ledger.version.value_or(0);
  if (version > source.LastVersion()) return AheadOfSource(version, source);
  if (Status status = CheckPromise(ledger, source, checksums); !status) return status.error();
  return PendingAbove(version, source, target);
}

Result<std::span<const Migration>> PendingAbove(int version, const Source& source,
                                                std::optional<int> target) {
  if (target) {
    if (Status status = CheckTarget(version, source, *target); !status) return status.error();
  }
  auto count_up_to = [&source](int limit) {
    return std::upper_bound(source.migrations.begin(), source.migrations.end(), limit,
                            [](int value, const Migration& m) { return value < m.version; }) -
           source.migrations.begin();
  };
  const std::span<const Migration> all(source.migrations);
  const auto first = static_cast<size_t>(count_up_to(version));
  return all.subspan(first, static_cast<size_t>(count_up_to(target.value_or(kMaxVersion))) - first);
}

}  // namespace fastmigrate
