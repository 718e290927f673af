// Schemas changed on purpose: what the comparison must find, and what it must not report.
//
// A mutant is the script of a schema with one change in it. The changes are made on tokens, without
// the schema parser, and SQLite decides whether the result is a schema at all: what it refuses is
// no mutant. Changes known to mean nothing (deleting AS, say) are not made as changes that do. Of
// others only SQLite can say whether they mean anything: they are judged by the bytecode it makes.

#ifndef FASTMIGRATE_TESTS_MUTATION_MUTANTS_H_
#define FASTMIGRATE_TESTS_MUTATION_MUTANTS_H_

#include <functional>
#include <string>
#include <vector>

#include "sql/lexer.h"
#include "sqlite/database.h"
#include "sqlite/schema_reader.h"

namespace fastmigrate {

struct Mutant {
  std::string kind;                     // "drop column"
  std::string what;                     // the object and what changed in it
  std::function<std::string()> script;  // made late: a schema has thousands of mutants
  // What it is compared with; none: the schema that was not changed.
  std::function<std::string()> other = {};
  // The table or view that SQLite is asked about (sqlite_facts.h) when it must be the judge: of a
  // change that was not found, and of every JudgedMutant. Empty: it is not asked.
  std::string relation = {};
};

using Rows = std::vector<SchemaRow>;

// The statements of the rows in an order that runs.
std::string ScriptOf(const Rows& rows);
// The script with another text for one row.
std::string ScriptWith(const Rows& rows, size_t row, const std::string& sql);

// The tokens of a text without space and comments; `text` must live on.
std::vector<Token> TokensOf(const std::string& text);
// The tokens written with one space between them, which is always valid.
std::string Joined(const std::vector<std::string>& tokens);
std::vector<std::string> TextsOf(const std::string& sql);

// The column definitions and constraints between the parentheses of a CREATE TABLE, by token texts:
// head + items + tail is the statement.
struct TableText {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> items;
  std::vector<std::string> tail;
  size_t columns = 0;  // the first items are columns, the rest are constraints
  std::string Sql() const;
};
TableText TableTextOf(const std::string& sql);

// Where a keyword, given in capitals, stands outside of parentheses in the tokens; npos: nowhere.
size_t Find(const std::vector<std::string>& tokens, const std::string& keyword, size_t from = 0);
// The index behind the parentheses that open at `open`.
size_t Behind(const std::vector<std::string>& tokens, size_t open);

// At most `limit` of each kind, spread evenly over the schema. The rows must outlive the mutants.
std::vector<Mutant> SemanticMutants(const Rows& rows, size_t limit);
std::vector<Mutant> HarmlessMutants(const Rows& rows, size_t limit);

// Quotes and letter case of one name or string: what SQLite sees no change in is harmless.
std::vector<Mutant> JudgedMutants(const Rows& rows, size_t limit);

// The table or view that an object is, or is on.
const std::string& RelationOf(const SchemaRow& row);

// Keeps at most `limit` of each kind.
std::vector<Mutant> Thinned(const std::vector<Mutant>& mutants, size_t limit);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_MUTATION_MUTANTS_H_
