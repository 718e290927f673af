#include "author/up_part.h"

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

std::string Text(const Result<UpPart>& part) {
  return part ? part->text : "error: " + part.error().message;
}

std::string Goose(const std::string& text) { return Text(GooseUpPart("a.sql", text)); }
std::string SqlMigrate(const std::string& text) { return Text(SqlMigrateUpPart("a.sql", text)); }
std::string Dbmate(const std::string& text) { return Text(DbmateUpPart("a.sql", text)); }

TEST(UpPart, KeepsTheLinesOfTheFileForPlaces) {
  Result<UpPart> part =
      GooseUpPart("a.sql", "-- a\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\nSELECT 3");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->text, "-- a\nSELECT 1;\n");
  EXPECT_EQ(part->placed, "-- a\n\nSELECT 1;\n\n\n");
}

// Between the two lines goose and sql-migrate hand SQLite what stands there, as it is.
TEST(UpPart, EndsAStatementThatTheToolEndsByItsLine) {
  const std::string body =
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND -- done\n";
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose StatementBegin\n" + body +
                  "-- +goose StatementEnd\nSELECT 1;\n"),
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND; -- done\nSELECT "
            "1;\n");
  EXPECT_EQ(SqlMigrate("-- +migrate Up\n-- +migrate StatementBegin\n" + body +
                       "-- +migrate StatementEnd\n"),
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND; -- done\n");
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- x\n-- +goose "
                  "StatementEnd\n"),
            "SELECT 1;\n-- x\n");
}

TEST(UpPart, TheToolSeesItsLinesInsideAStatementToo) {
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose StatementBegin\nSELECT '\n-- +goose Down\n';\n"),
            "error: a.sql:4:1: this stands inside a statement that has no StatementEnd\n  4 | -- "
            "+goose Down\n    | ^");
  EXPECT_EQ(Goose("-- +goose Up\nSELECT '\n-- +goose NO TRANSACTION\n -- +goose Down';\n"),
            "SELECT '\n -- +goose Down';\n");
}

TEST(UpPart, IsAnErrorWhereGooseRunsNothing) {
  EXPECT_EQ(Goose("SELECT 1;\n"),
            "error: a.sql has no line -- +goose Up, so that goose does not run it");
  EXPECT_EQ(Goose("SELECT 1;\n-- +goose Up\n"),
            "error: a.sql:1:1: SQL above the line -- +goose Up, which goose does not run\n  1 | "
            "SELECT 1;\n    | ^");
  EXPECT_EQ(Goose("-- +goose Down\nSELECT 1;\n-- +goose Up\n"),
            "error: a.sql:1:1: a down part without an up part above it, so that goose does not run "
            "this\n  1 | -- +goose Down\n    | ^");
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose Up\n"),
            "error: a.sql:2:1: there is such a line above already, so that goose does not run "
            "this\n  2 | -- +goose Up\n    | ^");
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose StatementEnd\n"),
            "error: a.sql:2:1: a StatementEnd without a StatementBegin above it\n  2 | -- +goose "
            "StatementEnd\n    | ^");
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose StatementBegin\nSELECT 1;"),
            "error: a.sql:2:1: no StatementEnd follows, so that goose does not run it\n  2 | -- "
            "+goose StatementBegin\n    | ^");
  EXPECT_EQ(Goose("-- +goose StatementBegin\n"),
            "error: a.sql:1:1: a StatementBegin where goose does not take one\n  1 | -- +goose "
            "StatementBegin\n    | ^");
  EXPECT_EQ(Goose("-- +goose Up\n-- +goose ENVSUBST ON\nSELECT '${X}';\n"),
            "error: a.sql:2:1: environment variables are put into what follows, which only goose "
            "does; write the values there and delete this line\n  2 | -- +goose ENVSUBST ON\n    | "
            "^");
}

TEST(UpPart, OfSqlMigrateMayComeInSeveralPieces) {
  EXPECT_EQ(SqlMigrate("SELECT 'not run';\n-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT "
                       "2;\n-- +migrate Up\nSELECT 3;\n"),
            "SELECT 1;\nSELECT 3;\n");
  EXPECT_EQ(SqlMigrate("-- +migrate Down\nSELECT 2;\n-- +migrate Up\nSELECT 3;\n"), "SELECT 3;\n");
  EXPECT_EQ(SqlMigrate("-- +migrate Up \r\nSELECT 1;\r\n"), "SELECT 1;\r\n");
}

TEST(UpPart, OfDbmateBeginsAtTheFirstLineOnly) {
  EXPECT_EQ(Dbmate("-- why\n\n-- migrate:up\nSELECT 1;\n-- migrate:upper\n-- migrate:up\n--  "
                   "migrate:down x:y\nSELECT 2;\n-- migrate:down\n"),
            "-- why\n\nSELECT 1;\n-- migrate:upper\n-- migrate:up\n");
  EXPECT_EQ(Dbmate("/* x\n-- migrate:up\n*/\n"),
            "error: a.sql:1:1: SQL above the line -- migrate:up, which dbmate does not run\n  1 | "
            "/* x\n    | ^");
}

// To older versions it is a comment in the down part; newer ones begin another up part with it.
TEST(UpPart, IsAnErrorWhereTheVersionsOfDbmateDiffer) {
  EXPECT_EQ(
      Dbmate("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n-- migrate:up\n"),
      "error: a.sql:5:1: an up part behind the down part, which the versions of dbmate do not "
      "read alike; make it a migration of its own\n  5 | -- migrate:up\n    | ^");
}

TEST(UpPart, OfTheNpmPackageEndsAtDown) {
  const std::string text =
      "-- Up\nSELECT 1;\n-- Downtown\n--Down\n-- down_\n--\tDOWN!\nSELECT 2;\n";
  EXPECT_EQ(Text(NodeSqliteUpPart("a.sql", text)), "SELECT 1;\n-- Downtown\n--Down\n-- down_\n");
}

TEST(UpPart, OfNothingIsNothing) {
  EXPECT_EQ(Goose(""), "error: a.sql has no line -- +goose Up, so that goose does not run it");
  EXPECT_EQ(Goose("-- +goose Up"), "");
  EXPECT_EQ(Text(NodeSqliteUpPart("a.sql", "")), "");
  EXPECT_EQ(Text(DrizzleUpPart("a.sql", "--> statement-breakpoint")), "--> statement-breakpoint");
}

}  // namespace
}  // namespace fastmigrate
