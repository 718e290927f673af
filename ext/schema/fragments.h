// The pieces that CREATE TABLE and CREATE INDEX are made of, from tokens to values.

#ifndef FASTMIGRATE_SCHEMA_FRAGMENTS_H_
#define FASTMIGRATE_SCHEMA_FRAGMENTS_H_

#include <vector>

#include "base/result.h"
#include "schema/canonical_sql.h"
#include "schema/schema.h"
#include "schema/scope.h"

namespace fastmigrate {

// An expression without the parentheses around it, in this scope.
Fragment ExpressionFragment(Tokens tokens, const Scope& scope);

// A declared type. A quoted one is its first token alone: SQLite removes the quotes, and with them
// what follows. "" is a type, which makes NUMERIC of the column's affinity; no type makes BLOB.
Fragment TypeFragment(Tokens tokens);

// What stands behind DEFAULT. abc and "abc" mean 'abc' there, but for the words that are values.
// Empty for NULL, which is the default of a column without one.
Fragment DefaultFragment(Tokens tokens);

// Empty for BINARY.
Name CollationName(const Name& name);

// What is in scope in a CHECK or the WHERE of an index.
Scope ScopeIn(const Table& table);

// The same where SQLite allows no rowid: in a generated column or a column of an index.
Scope ScopeWithoutRowid(const Table& table);

// The columns of a key or an index, from what stands between its parentheses. A collation that is
// the column's own is left out.
Result<std::vector<KeyColumn>> ParseKeyColumns(Tokens list, const Table& table);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_FRAGMENTS_H_
