#include "migrate/tool_records.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "schema/table_parser.h"

namespace fastmigrate {
namespace {

struct ToolRecord {
  std::string_view tool;
  std::string_view table;
  std::string_view columns;  // "id name"
  // A name that an application may use as well: then the columns must be these and no others.
  // Otherwise a version of the tool may have added some.
  bool is_common = false;
};

constexpr ToolRecord kRecords[] = {
    {"golang-migrate", "schema_migrations", "version dirty", true},
    {"dbmate, Rails", "schema_migrations", "version", true},
    {"Ecto", "schema_migrations", "version inserted_at", true},
    {"Rails", "ar_internal_metadata", "key value"},
    {"goose", "goose_db_version", "version_id is_applied"},
    {"sql-migrate", "gorp_migrations", "id applied_at"},
    {"sqlx", "_sqlx_migrations", "version description success checksum"},
    {"diesel", "__diesel_schema_migrations", "version run_on"},
    {"refinery", "refinery_schema_history", "version name checksum"},
    {"Flyway", "flyway_schema_history", "installed_rank version script checksum"},
    {"drizzle", "__drizzle_migrations", "hash created_at"},
    {"Prisma", "_prisma_migrations", "id checksum migration_name"},
    {"Atlas", "atlas_schema_revisions", "version description hash"},
    {"knex", "knex_migrations", "name batch"},
    {"knex", "knex_migrations_lock", "is_locked"},
    {"Alembic", "alembic_version", "version_num"},
    {"Django", "django_migrations", "app name applied"},
    {"EF Core", "__EFMigrationsHistory", "MigrationId ProductVersion"},
    {"EF Core", "__EFMigrationsLock", "Id Timestamp"},
    {"D1", "d1_migrations", "id name applied_at"},
    {"Sequelize", "SequelizeMeta", "name"},
    {"the npm package sqlite", "migrations", "id name up down", true},
    {"TypeORM", "migrations", "id timestamp name", true},
    {"Laravel", "migrations", "id migration batch", true},
    {"gormigrate", "migrations", "id", true},
    {"Kysely", "kysely_migration", "name timestamp"},
    {"Kysely", "kysely_migration_lock", "is_locked"},
    {"MikroORM", "mikro_orm_migrations", "name executed_at"},
    {"Bun ORM", "bun_migrations", "name group_id"},
    {"Bun ORM", "bun_migration_locks", "table_name"},
    {"SeaORM", "seaql_migrations", "version applied_at"},
    {"Yoyo", "_yoyo_migration", "migration_hash migration_id"},
    {"Yoyo", "_yoyo_log", "migration_hash operation"},
    {"Yoyo", "_yoyo_version", "version installed_at_utc"},
    {"Yoyo", "yoyo_lock", "locked ctime pid"},
    {"peewee-migrate", "migratehistory", "name migrated_at"},
    {"Liquibase", "DATABASECHANGELOG", "ID AUTHOR FILENAME MD5SUM"},
    {"Liquibase", "DATABASECHANGELOGLOCK", "ID LOCKED LOCKGRANTED LOCKEDBY"},
    {"Doctrine", "doctrine_migration_versions", "version executed_at"},
    {"Phinx", "phinxlog", "version migration_name"},
};

bool HasRecordName(std::string_view table) {
  return std::any_of(std::begin(kRecords), std::end(kRecords), [&](const ToolRecord& record) {
    return EqualIgnoringCase(record.table, table);
  });
}

std::set<Name> Names(std::string_view list) {
  std::set<Name> names;
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    names.insert(Name{std::string(list.substr(0, end))});
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

bool HasColumnsOf(const Table& table, const ToolRecord& record) {
  std::set<Name> names;
  for (const Column& column : table.columns) names.insert(column.name);
  const std::set<Name> known = Names(record.columns);
  if (record.is_common) return names == known;
  return std::includes(names.begin(), names.end(), known.begin(), known.end());
}

}  // namespace

std::string_view ToolOfRecord(const SchemaRow& table) {
  if (table.type != "table" || !HasRecordName(table.name) || IsVirtualTable(table.sql)) return "";
  Result<Table> parsed = ParseTable(table.sql);
  if (!parsed) return "";
  for (const ToolRecord& record : kRecords) {
    if (!EqualIgnoringCase(record.table, table.name)) continue;
    if (HasColumnsOf(*parsed, record)) return record.tool;
  }
  return "";
}

std::vector<SchemaRow> WithoutToolRecords(std::vector<SchemaRow> rows,
                                          std::vector<SchemaRow>* records) {
  std::set<Name> tables;
  for (const SchemaRow& row : rows) {
    if (!ToolOfRecord(row).empty()) tables.insert(Name{row.name});
  }
  if (tables.empty()) return rows;
  auto others = std::stable_partition(rows.begin(), rows.end(), [&](const SchemaRow& row) {
    return !tables.contains(Name{row.table});
  });
  records->insert(records->end(), std::make_move_iterator(others),
                  std::make_move_iterator(rows.end()));
  rows.erase(others, rows.end());
  return rows;
}

std::string HasNoRecordName() {
  std::string names;
  for (const ToolRecord& record : kRecords) {
    names += (names.empty() ? "'" : ", '") + std::string(record.table) + "'";
  }
  return "tbl_name COLLATE NOCASE NOT IN (" + names + ")";
}

}  // namespace fastmigrate
