// A migration whose file has been read and found sound, with the steps in which it will run.
//
// All scripts that are to be applied are read and checked before the first one runs. Their texts
// stay in memory while they are small together; a big one is read again when its turn comes, and
// must then still be the same to the byte.

#ifndef FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_
#define FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/migration.h"
#include "migrate/script_steps.h"
#include "sql/checksum.h"
#include "sql/sql_script.h"

namespace fastmigrate {

class PendingScript {
 public:
  // The text is dropped at once unless `keep_text`.
  static Result<PendingScript> Read(const Migration& migration, bool keep_text);

  PendingScript(PendingScript&&) = default;  // its steps point to what stays where it is
  PendingScript& operator=(PendingScript&&) = default;
  PendingScript(const PendingScript&) = delete;
  PendingScript& operator=(const PendingScript&) = delete;

  const Migration& migration() const { return migration_; }
  int version() const { return migration_.version; }
  const Digest& checksum() const { return script_.checksum; }
  const Digest& text_hash() const { return script_.text_hash; }  // of the bytes
  bool IsProgram() const { return migration_.kind != MigrationKind::kSql; }

  // Only for SQL. The statements that need a decision; valid while the text is dropped, too.
  const SqlScript& sql() const { return script_; }
  // Reads the text again if it was dropped.
  Status LoadText();
  void DropText();

  // In which steps it will run; none until they are planned.
  const ScriptSteps& steps() const { return steps_; }
  void PlanWith(PragmaValues* values, bool has_file);

 private:
  PendingScript() = default;

  Migration migration_;
  SqlScript script_;  // its text is empty while it is dropped; of a program, the hashes only
  ScriptSteps steps_;
  bool has_text_ = false;
};

// What in the script reaches another database file, "ATTACH" or "VACUUM INTO"; empty when nothing
// does. What is only tried must not touch one.
std::string ReachesOtherFile(const PendingScript& script);

std::vector<std::string> NamesOf(std::span<const PendingScript> scripts);

// Gives the hashes of scripts' bytes, by their kind, to be compared with what was recorded: one
// that is not the same may be that of a piece (Folder::Read()), and is looked at again. Reads a
// file, unless this process has before and it has not changed since (text_cache.h).
class TextHashes {
 public:
  TextHashes();

  Result<Digest> Of(const Migration& migration);

 private:
  // False: a look at a file's stamp is not worth its time.
  const bool may_be_known_;
  const bool may_remember_;
};

// Those before the first that cannot be read or is not sound, in their order, and what is wrong
// with that one. The first one's text and as many more as fit into a few megabytes are kept.
struct ReadScripts {
  std::vector<PendingScript> sound;
  Status rest;
};
ReadScripts ReadSoundScripts(std::span<const Migration> migrations);

// All of them; an error when one is not sound.
Result<std::vector<PendingScript>> ReadPendingScripts(std::span<const Migration> migrations);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_PENDING_SCRIPT_H_
