// What a migration of another tool does when it goes up, cut out of its text.
//
// The text stays as it is, byte for byte, but for the lines that only that tool understands and its
// down part:
//
//   tool               up part                         such lines
//   goose              behind -- +goose Up             -- +goose ...
//   sql-migrate        behind -- +migrate Up           -- +migrate ...
//   dbmate             behind -- migrate:up            -- migrate:up ...
//   npm package sqlite before -- Down                  -- Up
//
// Whether a transaction is wanted (NO TRANSACTION, transaction:false, notransaction) needs no word:
// what cannot run in one does not. Comments above the up part stay. Where a tool runs a statement
// that has no semicolon, because of its own line behind it, a semicolon is put there.

#ifndef FASTMIGRATE_AUTHOR_UP_PART_H_
#define FASTMIGRATE_AUTHOR_UP_PART_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace fastmigrate {

struct UpPart {
  std::string text;
  // The same with an empty line for each one left out: in it a place has the line that it has in
  // the tool's file.
  std::string placed;
};

// Of the migration in `path`, which an error names with the line. It is an error when the tool
// itself would not run the text: no line that begins the up part, SQL above it, lines that do not
// belong together.
Result<UpPart> GooseUpPart(const std::string& path, std::string_view text);
Result<UpPart> SqlMigrateUpPart(const std::string& path, std::string_view text);
Result<UpPart> DbmateUpPart(const std::string& path, std::string_view text);
Result<UpPart> NodeSqliteUpPart(const std::string& path, std::string_view text);
// Splits at "--> statement-breakpoint", an SQL comment, which stays.
Result<UpPart> DrizzleUpPart(const std::string& path, std::string_view text);
// The whole text.
Result<UpPart> WholeUpPart(const std::string& path, std::string_view text);

// Of which tools the text has the lines that begin the up part, or end it.
struct ToolLines {
  bool goose = false;
  bool sql_migrate = false;
  bool dbmate = false;
  bool node_sqlite = false;
};
ToolLines FindToolLines(std::string_view text);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_UP_PART_H_
