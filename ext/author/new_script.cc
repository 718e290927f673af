#include "author/new_script.h"

#include "base/files.h"
#include "migrate/migration.h"
#include "sql/sql_script.h"

namespace fastmigrate {

Result<NewFile> CreateScript(const Source& source, const std::string& description) {
  int version = source.LastVersion() + 1;
  if (version > kMaxVersion) {
    return MakeError("'" + source.dir + "' has a script of the last number there is, 9999");
  }
  Result<std::string> name = MigrationFileName(version, description);
  if (!name) return name.error();
  return WriteNewFile(Joined(source.dir, *name), std::string(kUnfinishedLine) + "\n");
}

}  // namespace fastmigrate
