#include "migrate/user_schema.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(UserSchema, IsWithoutOurTablesAndWhatIsOnThem) {
  Database db = OpenDatabase();
  Query(db,
        "CREATE TABLE t (a); CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version "
        "INTEGER NOT NULL DEFAULT 0); CREATE TABLE _fastmigrate_history (x); CREATE INDEX h ON "
        "_fastmigrate_history (x)");
  Result<Schema> schema = ReadUserSchema(db);
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->tables.size(), 1u);
  EXPECT_TRUE(schema->tables.contains(Name{"t"}));
  EXPECT_TRUE(schema->indexes.empty());
}

}  // namespace
}  // namespace fastmigrate
