// The pieces that CREATE TABLE and CREATE INDEX are made of, from tokens to values.

#ifndef FASTMIGRATE_SCHEMA_FRAGMENTS_H_
#define FASTMIGRATE_SCHEMA_FRAGMENTS_H_

#include <vector>

#include "base/result.h"
#include "schema/canonical_sql.h"
#include "schema/schema.h"

namespace fastmigrate {

// An expression without the parentheses around it.
Fragment ExpressionFragment(Tokens tokens, const NameSet& names);

// A declared type. A quoted one is its first token alone: SQLite removes the quotes, and with them
// what follows.
Fragment TypeFragment(Tokens tokens);

// What stands behind DEFAULT. abc and "abc" mean 'abc' there, but for the words that are values.
Fragment DefaultFragment(Tokens tokens);

// Empty for BINARY.
Name CollationName(const Name& name);

// What a double-quoted token in an expression of this table may be the name of.
NameSet NamesIn(const Table& table);

// The columns of a key or an index, from what stands between its parentheses. A collation that is
// the column's own is left out.
Result<std::vector<KeyColumn>> ParseKeyColumns(Tokens list, const Table& table,
                                               const NameSet& names);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_FRAGMENTS_H_
