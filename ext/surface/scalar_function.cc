#include "surface/scalar_function.h"

#include <new>

namespace fastmigrate {
namespace {

void Call(sqlite3_context* context, int count, sqlite3_value** values) {
  try {
    const auto* function = static_cast<const ScalarFunction*>(sqlite3_user_data(context));
    if (count < function->least_arguments) {
      SetError(context, MakeError(std::string(function->name) + "() needs at least " +
                                  std::to_string(function->least_arguments) +
                                  (function->least_arguments == 1 ? " argument" : " arguments")));
      return;
    }
    Database db = Database::Borrow(sqlite3_context_db_handle(context));
    Result<std::optional<CallMark>> call = BeginCall(&db, function->name, function->rules);
    if (!call) {
      SetError(context, call.error());
      return;
    }
    const bool in_transaction = !db.InAutocommit();
    ResultMemory memory;
    Result<Cell> result = function->call(db, Arguments({values, values + count}));
    if (Status kept = CheckTransactionKept(db, in_transaction); result && !kept) {
      result = kept.error();
    }
    result ? memory.SetResult(context, *result) : SetError(context, result.error());
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& exception) {
    SetError(context, MakeError(exception.what()));
  }
}

}  // namespace

int RegisterScalarFunction(sqlite3* db, const ScalarFunction& function) {
  int flags = SQLITE_UTF8 | (function.rules.access == Access::kAnywhere ? 0 : SQLITE_DIRECTONLY);
  void* data = const_cast<ScalarFunction*>(&function);
  auto create = [&](int arguments) {
    return sqlite3_create_function_v2(db, function.name, arguments, flags, data, Call, nullptr,
                                      nullptr, nullptr);
  };
  if (function.most_arguments < 0) return create(-1);
  for (int arguments = function.least_arguments; arguments <= function.most_arguments;
       ++arguments) {
    if (int rc = create(arguments); rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

}  // namespace fastmigrate
