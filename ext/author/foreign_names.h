// The migrations in a folder whose order follows from their names, by tool: see foreign_layouts.h.

#ifndef FASTMIGRATE_AUTHOR_FOREIGN_NAMES_H_
#define FASTMIGRATE_AUTHOR_FOREIGN_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "author/foreign_folder.h"
#include "base/result.h"

namespace fastmigrate {

// What a file name says: "0001_a.up.sql" is the number "0001", the rest "_a" and this ending. A
// date with hyphens is one number, and so is a time with dots, "2024.01.02T12.30.00".
struct NumberedName {
  std::string number;  // empty: it begins with none
  std::string rest;
  std::string ending;  // ".sql", ".up.sql", ".down.sql", ".go"; with its dot
};
NumberedName ParseNumberedName(std::string_view file);

// What a name says in Flyway: "V1_2__add_a.sql" is V, "1_2", "add_a".
struct FlywayName {
  char kind = 0;  // V, U, B, R; 0: it is none
  std::string version;
  std::string description;
  std::string ending;
};
FlywayName ParseFlywayName(std::string_view file);

// The name of the language when a migration may be written in it, by the ending: "Go"; empty for
// another.
std::string_view LanguageOf(std::string_view file);

// Each in the order in which the tool applies them. An error when two have one version, where the
// tool has versions.
using Listing = Result<std::vector<ForeignMigration>>;
Listing ListUpFiles(const ForeignFolder& folder);          // golang-migrate
Listing ListUpAndPlainFiles(const ForeignFolder& folder);  // sqlx
Listing ListNumberedFiles(const ForeignFolder& folder);    // goose, sqlite, D1, ...
Listing ListDbmateFiles(const ForeignFolder& folder);
Listing ListNamedFiles(const ForeignFolder& folder);  // umzug, knex: the same, by name
Listing ListAllFiles(const ForeignFolder& folder);    // sql-migrate
Listing ListAtlasFiles(const ForeignFolder& folder);
Listing ListFlywayFiles(const ForeignFolder& folder);
Listing ListDieselFolders(const ForeignFolder& folder);
Listing ListPrismaFolders(const ForeignFolder& folder);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_FOREIGN_NAMES_H_
