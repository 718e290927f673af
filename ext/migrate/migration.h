// One migration script, and what its file name says of it.
//
// A script is named NNNN-description.EXT: four digits, a hyphen, anything, and .sql, .py or .sh.
//
//   0001-initialize.sql      version 1, SQL
//   0042-.py                 version 42, a Python program
//   001-typo.sql, 0001_a.sql, 0001-a.SQL, 0001-a.sql.bak     not scripts

#ifndef FASTMIGRATE_MIGRATE_MIGRATION_H_
#define FASTMIGRATE_MIGRATE_MIGRATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace fastmigrate {

inline constexpr int kMaxVersion = 9999;

enum class MigrationKind : uint8_t { kSql, kPython, kShell };

// "sql", "py" or "sh".
std::string_view KindName(MigrationKind kind);

// Where scripts were found, with the names of all of them, so that none needs memory of its own.
struct ScriptHome {
  std::optional<Folder> folder;
  std::string names;  // a NUL behind each
  std::string text;   // without a folder: what the one script holds
};

struct Migration {
  int version = 0;
  MigrationKind kind = MigrationKind::kSql;
  std::string_view name;  // of the file, without its folder; in `home`, with a NUL behind it
  std::shared_ptr<const ScriptHome> home;

  std::string Name() const { return std::string(name); }
  const char* NulTerminatedName() const { return name.data(); }
  bool IsInFile() const { return home->folder.has_value(); }
  std::string Path() const;                               // where it is in a file
  const std::string& Text() const { return home->text; }  // where it is not
};

// One that is in no folder.
Migration MigrationOfText(int version, std::string name, std::string text);

// The text, which for a file is read now, in the folder that was listed.
Result<std::string> ReadText(const Migration& migration);

// What a script's file name says; nullopt when it is no script's. The version may be 0, which no
// script may have.
struct MigrationName {
  int version = 0;
  MigrationKind kind = MigrationKind::kSql;
};
std::optional<MigrationName> ParseMigrationName(std::string_view file_name);

// Why a file of that name is not a script, for people: "the number has 3 digits, not 4".
std::string WhyNotMigration(std::string_view file_name);

// Whether a file or folder of that name, which is not a script's, may be one of another migration
// tool: 000001_a.up.sql, 20240101_a.sql, V1__a.sql, sqitch.plan, ...
bool IsForeignScript(std::string_view file_name);

// "0007-add-email.sql": the description in lower case, all but letters and digits as hyphens. An
// error when the description holds none.
Result<std::string> MigrationFileName(int version, std::string_view description);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_MIGRATION_H_
