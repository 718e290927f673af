// What the arguments of CREATE VIRTUAL TABLE mean to the modules of SQLite itself.
//
// A module gets its arguments as text and does with them what it likes. FTS3, FTS4, FTS5, R-Tree
// and what belongs to them take names and options; those of any other module are compared as they
// were written, letter case and quotes included.
//
//   fts5(Body UNINDEXED, tokenize="porter ASCII", content=Docs)
//   fts5("body" unindexed, tokenize = 'PORTER ascii', content='docs')                       equal
//   fts5(body, tokenize="unicode61 separators 'x'") and with 'X'                        different

#ifndef FASTMIGRATE_SCHEMA_MODULE_ARGUMENTS_H_
#define FASTMIGRATE_SCHEMA_MODULE_ARGUMENTS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "schema/canonical_sql.h"
#include "schema/schema.h"

namespace fastmigrate {

Fragment ArgumentsFragment(const Name& module, Tokens arguments);

// The tables that the module makes for this one: each is named "<table>_<suffix>". Others of such a
// name are the user's: docs_content beside fts5(body, content='docs_content'). nullopt when the
// module is not known.
std::optional<std::vector<std::string_view>> ShadowSuffixes(const VirtualTable& table);

// A full-text index of what is stored nowhere: content=''.
bool IsContentless(const VirtualTable& table);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_MODULE_ARGUMENTS_H_
