#include "author/bundle_folder.h"

#include <utf8.h>

#include "base/json.h"
#include "migrate/pending_script.h"
#include "migrate/plan.h"

namespace fastmigrate {

Result<std::string> BundleFolder(const Source& folder) {
  std::string bundle;
  for (const Migration& migration : folder.migrations) {
    if (migration.kind != MigrationKind::kSql) return ProgramInBundle(migration.Name());
    if (!utf8::is_valid(migration.name.begin(), migration.name.end())) {
      return MakeError("the name of script " + migration.Path() +
                       " is not UTF-8, which that of a script in a bundle must be");
    }
    Result<PendingScript> script = PendingScript::Read(migration, true);
    if (!script) return script.error();
    if (Status status = RefuseAsItStands(&*script); !status) return status.error();
    bundle += bundle.empty() ? "{" : ",\n ";
    bundle += JsonString(migration.Name()) + ": " + JsonString(script->sql().text);
  }
  return bundle.empty() ? "{}" : bundle + "}";
}

}  // namespace fastmigrate
