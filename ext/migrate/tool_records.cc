#include "migrate/tool_records.h"

#include <algorithm>
#include <iterator>
#include <optional>
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
  // Queries; empty where a record does not tell. What the database has had, a row each: by what the
  // tool knows the migration, and the number of a RecordedMigration::Covers.
  std::string_view applied = {};
  std::string_view half_done = {};  // what was begun and not finished
};

constexpr ToolRecord kRecords[] = {
    {"golang-migrate", "schema_migrations", "version dirty", true,
     "SELECT version, 1 FROM main.schema_migrations",
     "SELECT version FROM main.schema_migrations WHERE dirty"},
    {"dbmate, Rails", "schema_migrations", "version", true,
     "SELECT version, 0 FROM main.schema_migrations"},
    {"Ecto", "schema_migrations", "version inserted_at", true},
    {"Rails", "ar_internal_metadata", "key value"},
    // A row for each time that one was applied, in older versions of goose also for each time that
    // it was taken back; 0 is the empty database.
    {"goose", "goose_db_version", "version_id is_applied", false,
     R"sql(SELECT version_id, 0 FROM main.goose_db_version AS r
           WHERE is_applied AND version_id > 0 AND NOT EXISTS (
             SELECT 1 FROM main.goose_db_version AS later
             WHERE later.version_id = r.version_id AND later.id > r.id))sql"},
    {"sql-migrate", "gorp_migrations", "id applied_at", false,
     "SELECT id, 0 FROM main.gorp_migrations"},
    // The name that its documentation gives the table.
    {"sql-migrate", "migrations", "id applied_at", true, "SELECT id, 0 FROM main.migrations"},
    {"sqlx", "_sqlx_migrations", "version description success checksum", false,
     "SELECT version, 0 FROM main._sqlx_migrations WHERE success",
     "SELECT version FROM main._sqlx_migrations WHERE NOT success"},
    {"diesel", "__diesel_schema_migrations", "version run_on", false,
     "SELECT version, 0 FROM main.__diesel_schema_migrations"},
    {"refinery", "refinery_schema_history", "version name checksum", false,
     "SELECT version, 0 FROM main.refinery_schema_history"},
    // A row for each time; the last one of a version counts. A baseline stands for what is below
    // it.
    {"Flyway", "flyway_schema_history", "installed_rank version script checksum", false,
     R"sql(SELECT version, CASE WHEN type LIKE '%BASELINE' THEN 2 ELSE 0 END
           FROM main.flyway_schema_history AS r
           WHERE success AND version IS NOT NULL AND type NOT LIKE 'UNDO%' AND type <> 'DELETE'
             AND NOT EXISTS (
               SELECT 1 FROM main.flyway_schema_history AS later
               WHERE later.version = r.version AND later.installed_rank > r.installed_rank))sql",
     "SELECT script FROM main.flyway_schema_history WHERE NOT success"},
    {"drizzle", "__drizzle_migrations", "hash created_at", false,
     "SELECT created_at, 0 FROM main.__drizzle_migrations"},
    {"Prisma", "_prisma_migrations", "id checksum migration_name", false,
     R"sql(SELECT migration_name, 0 FROM main._prisma_migrations
           WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL)sql",
     R"sql(SELECT migration_name FROM main._prisma_migrations
           WHERE finished_at IS NULL AND rolled_back_at IS NULL)sql"},
    // Bit 1 of the type: a baseline, which stands for what is below it; bit 4: set by hand. A row
    // of Atlas's own has a name that begins with a dot.
    {"Atlas", "atlas_schema_revisions", "version description hash", false,
     R"sql(SELECT version, CASE WHEN type & 1 THEN 2 ELSE 0 END FROM main.atlas_schema_revisions
           WHERE version NOT LIKE '.%')sql",
     R"sql(SELECT version FROM main.atlas_schema_revisions
           WHERE version NOT LIKE '.%' AND applied < total AND NOT type & 5)sql"},
    {"knex", "knex_migrations", "name batch", false, "SELECT name, 0 FROM main.knex_migrations"},
    {"knex", "knex_migrations_lock", "is_locked"},
    {"Alembic", "alembic_version", "version_num"},
    {"Django", "django_migrations", "app name applied"},
    {"EF Core", "__EFMigrationsHistory", "MigrationId ProductVersion"},
    {"EF Core", "__EFMigrationsLock", "Id Timestamp"},
    {"D1", "d1_migrations", "id name applied_at", false, "SELECT name, 0 FROM main.d1_migrations"},
    // What its runtime keeps beside the user's tables, in the file for local work and in exports.
    {"D1", "_cf_METADATA", "key value", true},
    {"D1", "_cf_KV", "key value", true},
    {"Sequelize", "SequelizeMeta", "name", false, "SELECT name, 0 FROM main.SequelizeMeta"},
    {"the npm package sqlite", "migrations", "id name up down", true,
     "SELECT id, 0 FROM main.migrations"},
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

// Null when the table is none.
const ToolRecord* FindRecord(const SchemaRow& table) {
  if (table.type != "table" || !HasRecordName(table.name) || IsVirtualTable(table.sql)) {
    return nullptr;
  }
  Result<Table> parsed = ParseTable(table.sql);
  if (!parsed) return nullptr;
  for (const ToolRecord& record : kRecords) {
    if (!EqualIgnoringCase(record.table, table.name)) continue;
    if (HasColumnsOf(*parsed, record)) return &record;
  }
  return nullptr;
}

Result<AppliedRecord> ReadRecord(const Database& db, const ToolRecord& record) {
  AppliedRecord applied;
  // Of a table that two tools have alike, the one that has files of SQL.
  applied.tool = record.tool.substr(0, record.tool.find(','));
  Status status = db.ForEach(record.applied, [&](const Statement& row) {
    applied.migrations.push_back(
        {row.Text(0), static_cast<RecordedMigration::Covers>(row.Integer(1))});
  });
  if (!status) return status.error().Within("reading the record of " + applied.tool);
  if (record.half_done.empty()) return applied;
  Result<std::optional<std::string>> half_done = db.QueryText(record.half_done);
  if (!half_done) return half_done.error().Within("reading the record of " + applied.tool);
  applied.half_done = std::move(*half_done);
  return applied;
}

}  // namespace

std::string_view ToolOfRecord(const SchemaRow& table) {
  const ToolRecord* record = FindRecord(table);
  return record == nullptr ? "" : record->tool;
}

Result<std::vector<AppliedRecord>> ReadAppliedRecords(const Database& db) {
  std::vector<const ToolRecord*> found;
  Status status = db.ForEach(
      "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'table' AND NOT " +
          HasNoRecordName(),
      [&](const Statement& row) {
        const ToolRecord* record = FindRecord({row.Text(0), row.Text(1), row.Text(2), row.Text(3)});
        if (record != nullptr && !record->applied.empty()) found.push_back(record);
      });
  if (!status) return status.error();
  std::vector<AppliedRecord> records;
  for (const ToolRecord* record : found) {
    Result<AppliedRecord> applied = ReadRecord(db, *record);
    if (!applied) return applied.error();
    records.push_back(std::move(*applied));
  }
  return records;
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
  return "(tbl_name COLLATE NOCASE NOT IN (" + names + "))";
}

}  // namespace fastmigrate
