// The schemas that the mutation tests change: files of SQL and databases.

#ifndef FASTMIGRATE_TESTS_MUTATION_SCHEMA_FILES_H_
#define FASTMIGRATE_TESTS_MUTATION_SCHEMA_FILES_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sqlite/database.h"

namespace fastmigrate {

// A database in memory that the script has made; nullopt when it does not run.
std::optional<Database> Make(const std::string& script);

// Of the arguments: FOLDER/*.sql, then the files named. One that is not there is printed and
// counted.
std::vector<std::string> SchemaFiles(std::span<char* const> arguments, size_t* failed);

// A database, or what a .sql file makes; nullopt when it cannot be opened or does not run.
std::optional<Database> OpenSchema(const std::string& file);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_MUTATION_SCHEMA_FILES_H_
