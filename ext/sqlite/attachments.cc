#include "sqlite/attachments.h"

#include <algorithm>

#include "base/result.h"

namespace fastmigrate {
namespace {

Result<std::vector<std::string>> AttachedSchemas(const Database& db) {
  Result<Statement> rows = db.Prepare("PRAGMA database_list");
  if (!rows) return rows.error();
  std::vector<std::string> schemas;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return schemas;
    if (rows->Text(1) != "temp") schemas.push_back(rows->Text(1));
  }
}

}  // namespace

AttachmentKeeper::AttachmentKeeper(const Database& db, bool needed) : db_(db) {
  if (!needed) return;
  if (Result<std::vector<std::string>> schemas = AttachedSchemas(db); schemas) before_ = *schemas;
}

AttachmentKeeper::~AttachmentKeeper() {
  if (before_.empty()) return;
  Result<std::vector<std::string>> now = AttachedSchemas(db_);
  if (!now) return;
  for (const std::string& schema : *now) {
    bool is_new = std::find(before_.begin(), before_.end(), schema) == before_.end();
    if (is_new) (void)db_.Execute("DETACH " + QuoteName(schema));
  }
}

}  // namespace fastmigrate
