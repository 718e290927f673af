// A migration whose file has been read and found sound, ready to be applied.
//
// All scripts that are to be applied are read and checked before the first one runs. Their texts
// stay in memory while they are small together; a big one is read again when its turn comes, and
// must then still have the same checksum.

#ifndef FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_
#define FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/migration.h"
#include "sql/sql_script.h"

namespace fastmigrate {

class PendingScript {
 public:
  // The text is dropped at once unless `keep_text`.
  static Result<PendingScript> Read(const Migration& migration, bool keep_text);

  const Migration& migration() const { return migration_; }
  int version() const { return migration_.version; }
  const std::string& checksum() const { return checksum_; }
  bool IsProgram() const { return migration_.kind != MigrationKind::kSql; }

  // Only for SQL. The statements that need a decision; valid while the text is dropped, too.
  const SqlScript& sql() const { return script_; }
  // Reads the text again if it was dropped.
  Status LoadText();
  void DropText();

 private:
  Migration migration_;
  std::string checksum_;
  SqlScript script_;  // its text is empty while it is dropped
  bool has_text_ = false;
};

// What in the script reaches another database file, "ATTACH" or "VACUUM INTO"; empty when nothing
// does. What is only tried must not touch one.
std::string ReachesOtherFile(const PendingScript& script);

// The checksum of a migration's file, by its kind. Reads it, keeps nothing.
Result<std::string> ReadChecksum(const Migration& migration);

// All of them, checked, in their order. The first one's text and as many more as fit into a few
// megabytes are kept.
Result<std::vector<PendingScript>> ReadPendingScripts(const std::vector<Migration>& migrations);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_
