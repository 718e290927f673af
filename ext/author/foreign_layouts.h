// The layouts of other migration tools: how a folder is recognized, in which order its migrations
// go, and what each does when it goes up.
//
//   golang-migrate          0001_name.up.sql, 0001_name.down.sql
//   sqlx                    those, beside 0001_name.sql
//   goose                   0001_name.sql with a line -- +goose Up
//   sql-migrate             name.sql with a line -- +migrate Up
//   dbmate                  0001_name.sql with a line -- migrate:up
//   npm package sqlite      001-name.sql with a line -- Down
//   diesel                  2024-01-01-000000_name/up.sql
//   Prisma                  20240101000000_name/migration.sql; drizzle 1.0 as well
//   Flyway, refinery        V1__name.sql
//   drizzle                 meta/_journal.json, 0000_name.sql
//   Atlas                   atlas.sum, 20240101000000_name.sql
//   sqitch                  sqitch.plan, deploy/name.sql
//   numbered files          0001_name.sql, 20240101-name.sql, 001.sql: D1, sqlx, umzug and others
//
// Tools whose folders look alike and mean the same are one layout. Files in the folder that its
// tool passes over are passed over; a migration that is no SQL is an error that names it.

#ifndef FASTMIGRATE_AUTHOR_FOREIGN_LAYOUTS_H_
#define FASTMIGRATE_AUTHOR_FOREIGN_LAYOUTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "author/foreign_folder.h"
#include "base/result.h"
#include "migrate/migration.h"

namespace fastmigrate {

// A migration of the other tool, and the script of ours that it becomes, which holds its text.
struct ConvertedMigration {
  ForeignMigration foreign;
  Migration script;
};

struct ConvertedFolder {
  std::string tools;  // of the layout: "Flyway, refinery"
  std::vector<ConvertedMigration> migrations;
};

// Reads and converts the folder; writes nothing. `recorded` are the tools whose record the database
// holds, which decide where a folder looks like that of several, and whether numbered files go by
// number or, as with umzug and knex, by name. An error when it looks like that of several, with the
// reasons, or of none; when something in it cannot be converted; and when an up part is no sound
// script (sql/sql_script.h), with the place.
Result<ConvertedFolder> ConvertForeignFolder(const std::string& dir,
                                             const std::vector<std::string>& recorded);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_FOREIGN_LAYOUTS_H_
