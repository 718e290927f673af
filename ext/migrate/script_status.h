// What is true of each script and each recorded version: pure, from the ledger and the source.
//
//   applied    at or below the version, and its text is the recorded one (or none was recorded)
//   enrolled   at or below the version that the database was enrolled at
//   pending    above the version
//   edited     applied, but its text is another now
//   missing    recorded, but there is no such script now
//   late       at or below the version, never applied: the record shows that the database went from
//              a lower version to a higher one while the script was not there, or was enrolled with
//              scripts of which it was none
//   ignored    not a script's name
//
// Only our own records can say that a script was edited, is missing or late. Where there are none,
// since the Python package writes none, a script at or below the version is simply applied.

#ifndef FASTMIGRATE_MIGRATE_SCRIPT_STATUS_H_
#define FASTMIGRATE_MIGRATE_SCRIPT_STATUS_H_

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "migrate/ledger.h"
#include "migrate/source.h"

namespace fastmigrate {

enum class ScriptState { kApplied, kEnrolled, kPending, kEdited, kMissing, kLate, kIgnored };

std::string_view StateName(ScriptState state);

struct ScriptStatus {
  std::optional<int> version;  // none for an ignored file
  std::optional<std::string> name;
  ScriptState state = ScriptState::kPending;
  std::optional<std::string> kind;
  std::optional<std::string> origin;
  std::optional<std::string> applied_at;
  std::optional<std::string> detail;
};

// By version, then name; ignored files at the end. `checksums` holds those of the scripts that
// NeedsChecksum() names, by version.
std::vector<ScriptStatus> ListStatus(const LedgerState& ledger, const Source& source,
                                     const std::map<int, std::string>& checksums);

// Whether the script's state is kLate.
bool IsLate(const LedgerState& ledger, const Migration& migration);

// Whether the state of this script depends on what its file holds.
bool NeedsChecksum(const LedgerState& ledger, const Migration& migration);

// That the database has content and no version: what to do, by where it comes from.
Error NotManaged(const Source& source);

// That the database's version is above the last script.
Error AheadOfSource(int version, const Source& source);

// Reads the files that NeedsChecksum() names.
Result<std::map<int, std::string>> ReadChecksums(const LedgerState& ledger, const Source& source);

// The migrations of `source` to apply, in order, up to `target`. An error when the promise that a
// version makes is broken already, or the target cannot be reached.
Result<std::span<const Migration>> PendingMigrations(const LedgerState& ledger,
                                                     const Source& source,
                                                     const std::map<int, std::string>& checksums,
                                                     std::optional<int> target);
// The same where the promise is known to hold, and the version is not above the last script's.
Result<std::span<const Migration>> PendingAbove(int version, const Source& source,
                                                std::optional<int> target);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_SCRIPT_STATUS_H_
