// CREATE TABLE to a value.
//
// Follows the grammar of SQLite (https://www.sqlite.org/lang_createtable.html and, for what the
// documents do not say, parse.y and build.c): a type is any number of words, or one quoted one;
// constraints may have a name and nothing else; commas between table constraints may be missing;
// DEFERRABLE belongs to the foreign key written last.

#ifndef FASTMIGRATE_SCHEMA_TABLE_PARSER_H_
#define FASTMIGRATE_SCHEMA_TABLE_PARSER_H_

#include <string_view>

#include "base/result.h"
#include "schema/schema.h"

namespace fastmigrate {

Result<Table> ParseTable(std::string_view sql);

// Sorts what has no order of its own: UNIQUEs, CHECKs and foreign keys.
void SortConstraints(Table* table);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_TABLE_PARSER_H_
