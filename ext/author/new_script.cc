#include "author/new_script.h"

#include "base/files.h"
#include "migrate/migration.h"
#include "sql/sql_script.h"

namespace fastmigrate {
namespace {

std::string UnfinishedScript() { return std::string(kUnfinishedLine) + "\n"; }

// Whether the folder's last script has this description, and nobody has written it yet.
Result<bool> IsMade(const Source& source, const std::string& description) {
  if (source.migrations.empty()) return false;
  const Migration& last = source.migrations.back();
  Result<std::string> name = MigrationFileName(last.version, description);
  if (!name) return name.error();
  if (last.name != *name) return false;
  Result<std::string> text = ReadFile(Joined(source.dir, *name));
  if (!text) return text.error();
  return *text == UnfinishedScript();
}

}  // namespace

Result<NewFile> CreateScript(const Source& source, const std::string& description) {
  Result<bool> made = IsMade(source, description);
  if (!made) return made.error();
  if (*made) return NewFile(Joined(source.dir, source.migrations.back().name));
  int version = source.LastVersion() + 1;
  if (version > kMaxVersion) {
    return MakeError("'" + source.dir + "' has a script of the last number there is, 9999");
  }
  Result<std::string> name = MigrationFileName(version, description);
  if (!name) return name.error();
  return WriteNewFile(Joined(source.dir, *name), UnfinishedScript());
}

}  // namespace fastmigrate
