#include "sqlite/side_connection.h"

#include <utility>

#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

constexpr int kStepsBetweenChecks = 10000;  // of SQLite's virtual machine

}  // namespace

SideConnection::SideConnection(const Database& host, Database db, ExclusiveCall mark)
    : host_(host), db_(std::move(db)), mark_(std::move(mark)) {
  sqlite3_progress_handler(
      db_.handle(), kStepsBetweenChecks,
      [](void* self) { return static_cast<SideConnection*>(self)->host_.IsInterrupted() ? 1 : 0; },
      this);
}

Result<std::unique_ptr<SideConnection>> SideConnection::Open(const Database& host) {
  Result<Database> db = Database::OpenBeside(host);
  if (!db) return db.error();
  Result<std::optional<int64_t>> first_read = db->QueryInteger("PRAGMA main.schema_version");
  if (!first_read && (first_read.error().code & 0xFF) != SQLITE_BUSY) return first_read.error();
  if (Status status = CopySettings(host, *db); !status) return status.error();
  Result<ExclusiveCall> mark = ExclusiveCall::Begin(*db, "fastmigrate");
  if (!mark) return mark.error();
  return std::unique_ptr<SideConnection>(
      new SideConnection(host, std::move(*db), std::move(*mark)));
}

}  // namespace fastmigrate
