#include "surface/call.h"

#include <utility>

#include "migrate/plan.h"
#include "sqlite/settings.h"

namespace fastmigrate {

Status CheckTransactionKept(const Database& host, bool was_open) {
  if (!was_open || !host.InAutocommit()) return {};
  if (Status status = host.CheckCaller(); !status) return status;
  return Error{SQLITE_ABORT_ROLLBACK, "SQLite has rolled back the transaction that was open"};
}

Result<std::optional<CallMark>> BeginCall(Database* host, const char* function,
                                          const CallRules& rules) {
  RestoreLeftSettings(*host);
  if (rules.access == Access::kChanges) {
    if (Status status = RefuseInWritingStatement(*host, function); !status) return status.error();
  }
  if (rules.wait == Wait::kLong) host->SetWaitsLong();
  std::optional<CallMark> mark;
  if (rules.reentry == Reentry::kAllowed) return mark;
  Result<CallMark> set = CallMark::Set(*host, function);
  if (!set) return set.error();
  mark.emplace(std::move(*set));
  return mark;
}

}  // namespace fastmigrate
