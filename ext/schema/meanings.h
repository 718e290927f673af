// What the words and quoted tokens of an SQL text stand for, by what is in scope at each of them.
//
// Follows the grammar of SELECT, INSERT, UPDATE and DELETE as far as scopes need it: which tables a
// FROM holds, where a subquery begins, what is an alias; expressions are passed over token by
// token. Only tokens whose text does not say what they are get a meaning: "x" and 'x'; true, false
// and rowid where they are columns. The rowid of a table with an INTEGER PRIMARY KEY is that
// column, as ALTER TABLE RENAME COLUMN writes it:
//
//   CREATE VIEW v AS SELECT "Id", "Open", rowid FROM 't'   name id, string 'Open', name id, name t
//
// A text that is not understood gets no meanings, which makes every "x" in it equal to itself only.

#ifndef FASTMIGRATE_SCHEMA_MEANINGS_H_
#define FASTMIGRATE_SCHEMA_MEANINGS_H_

#include "schema/canonical_sql.h"
#include "schema/scope.h"

namespace fastmigrate {

// An expression of a CHECK, a generated column, an index.
Meanings ExpressionMeanings(Tokens expression, const Scope& scope);

// A SELECT, with the columns that it has.
struct SelectMeanings {
  Meanings meanings;
  Relation columns;
};
SelectMeanings MeaningsOfSelect(Tokens select, const Catalog& catalog);

// The statements between BEGIN and END of a trigger, and what stands behind WHEN. `table` is the
// folded name of the table or view it is on.
Meanings MeaningsOfTrigger(Tokens body, const std::string& table, const Catalog& catalog);
Meanings MeaningsOfWhen(Tokens condition, const std::string& table, const Catalog& catalog);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_MEANINGS_H_
