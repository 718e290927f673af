#include "sqlite/isolation.h"

#include <string_view>
#include <vector>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

struct TempObject {
  std::string type;  // "TRIGGER", "VIEW", "TABLE", "INDEX"
  std::string name;

  // A trigger may have the name of a table.
  std::string Key() const { return type + " " + name; }
};

// Triggers first, then views, then tables: none is dropped that another one still needs. Virtual
// tables before ordinary ones, which may be their shadow tables. Last the indexes that are left, of
// tables of the host's.
Result<std::vector<TempObject>> ReadTempObjects(const Database& db) {
  std::vector<TempObject> objects;
  Status status = db.ForEach(R"sql(
      SELECT upper(type), name FROM temp.sqlite_schema
      WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'
      ORDER BY type = 'index', type = 'table', type = 'view', rootpage <> 0)sql",
                             [&](const Statement& row) {
                               objects.push_back({row.Text(0), row.Text(1)});
                             });
  if (!status) return status.error();
  return objects;
}

Result<std::set<std::string>> ReadAttached(const Database& db) {
  std::set<std::string> schemas;
  Status status = db.ForEach("PRAGMA database_list", [&](const Statement& row) {
    if (row.Text(1) != "temp") schemas.insert(Lowered(row.Text(1)));
  });
  if (!status) return status.error();
  return schemas;
}

// What is in sqlite_schema now, as a connection that opens the file would find it. SQLite forgets
// what it has read when it takes back a change of the schema. (PRAGMA writable_schema = RESET,
// which is made for this, switches off and no more on SQLite 3.35.)
Status ReadSchemaAgain(const Database& db) {
  if (Status status = db.Execute("PRAGMA writable_schema = OFF"); !status) return status;
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "fastmigrate_reread");
  if (!savepoint) return savepoint.error();
  if (Status status = savepoint->Open(); !status) return status;
  Status changed = db.Execute("CREATE TABLE main._fastmigrate_reread (x)");
  if (!changed) return changed;
  if (!savepoint->Rollback()) return MakeError("the schema could not be read again");
  Result<std::optional<int64_t>> read = db.QueryInteger("SELECT count(*) FROM main.sqlite_schema");
  return read ? Status() : read.error();
}

}  // namespace

Result<bool> Isolation::HasTempTables(const Database& db) {
  Result<std::optional<int64_t>> found = db.QueryInteger(R"sql(
      SELECT EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE name NOT LIKE 'fastmigrate\_%' ESCAPE '\'))sql");
  if (!found) return found.error();
  return found->value_or(0) != 0;
}

Status Isolation::Begin(bool makes_temp, bool attaches) {
  if (makes_temp) {
    Result<std::vector<TempObject>> objects = ReadTempObjects(db_);
    if (!objects) return objects.error();
    for (const TempObject& object : *objects) temp_objects_.insert(object.Key());
  }
  if (attaches) {
    Result<std::set<std::string>> attached = ReadAttached(db_);
    if (!attached) return attached.error();
    attached_ = std::move(*attached);
  }
  makes_temp_ = makes_temp;
  attaches_ = attaches;
  return {};
}

bool Isolation::WasAttached(const std::string& schema) const {
  return attached_.contains(Lowered(schema));
}

// One that a DROP has taken with it (the shadow tables of a virtual table) is gone already.
Status Isolation::DropTempObjects() {
  if (!makes_temp_) return {};
  Result<std::vector<TempObject>> objects = ReadTempObjects(db_);
  if (!objects) return objects.error();
  for (const TempObject& object : *objects) {
    if (temp_objects_.contains(object.Key())) continue;
    Status status =
        db_.Execute("DROP " + object.type + " IF EXISTS temp." + QuoteName(object.name));
    if (!status) return status;
  }
  makes_temp_ = false;
  return {};
}

Status Isolation::EndIn(Transaction* transaction) {
  if (makes_temp_) {
    Status status = transaction->WhileAside([this] { return DropTempObjects(); });
    if (!status) return status;
  }
  if (settings_.Has("writable_schema")) {
    Status status = transaction->WhileAside([this] { return ReadSchemaAgain(db_); });
    if (!status) return status;
  }
  settings_.Restore();
  return {};
}

Status Isolation::DetachNew() {
  if (!attaches_) return {};
  Result<std::set<std::string>> now = ReadAttached(db_);
  if (!now) return now.error();
  for (const std::string& schema : *now) {
    if (attached_.contains(schema)) continue;
    if (Status status = db_.Execute("DETACH " + QuoteName(schema)); !status) return status;
  }
  attaches_ = false;
  return {};
}

Status Isolation::EndOutside() {
  settings_.Restore();
  return DetachNew();
}

Isolation::~Isolation() {
  try {
    (void)DropTempObjects();
    settings_.Restore();
    if (db_.InAutocommit()) (void)DetachNew();
  } catch (const std::exception&) {
    return;  // memory has run out: temp objects went with the transaction
  }
}

}  // namespace fastmigrate
