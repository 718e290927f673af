// Two schemas to their differences, each one sentence.
//
// `expected` is what the migration scripts produce, `actual` is the database. One change by hand is
// one difference: a missing table hides its missing columns, indexes and triggers, a missing column
// the UNIQUE and the foreign key that it alone carries, a column that moved is one change of the
// order, and what is written alike on both sides is not mentioned when it means something else only
// because the table it speaks of has changed.
//
//   type    name          difference                                       expected  actual
//   column  users.email   declared type is VARCHAR(80), expected TEXT      TEXT      VARCHAR(80)
//   index   idx_users     the scripts create it, this database does not have it   CREATE ...

#ifndef FASTMIGRATE_SCHEMA_DIFF_H_
#define FASTMIGRATE_SCHEMA_DIFF_H_

#include <string>
#include <vector>

#include "schema/schema.h"

namespace fastmigrate {

struct Difference {
  // "table", "column", "primary key", "unique", "foreign key", "check", "virtual table", "index",
  // "view", "trigger"
  std::string type;
  // "users", "users.email", "users(email)" for a unique or a foreign key
  std::string name;
  // One sentence, lower case, no full stop.
  std::string difference;
  // SQL; empty where there is nothing.
  std::string expected;
  std::string actual;

  friend bool operator==(const Difference&, const Difference&) = default;
};

// Empty exactly when the schemas are equal. Tables come first, then virtual tables, indexes, views,
// triggers, each by name.
std::vector<Difference> CompareSchemas(const Schema& expected, const Schema& actual);

// "column users.email: declared type is VARCHAR(80), expected TEXT"
std::string DifferenceText(const Difference& difference);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_DIFF_H_
