#include "surface/table_function.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "surface/rerun.h"

namespace fastmigrate {
namespace {

constexpr int kMostArguments = 8;

// A function on a connection.
struct FunctionModule {
  const TableFunction* function;
  std::optional<WaitingRows> waiting = std::nullopt;
  // The run that has had them: SQLite may ask again in it (dir IN ('a', 'b'), RIGHT JOIN), when
  // rows have been given.
  std::optional<StatementRun> answered = std::nullopt;
  bool may_wait = true;  // rows have not waited in vain
};

struct FunctionTable : sqlite3_vtab {
  sqlite3* db = nullptr;
  FunctionModule* module = nullptr;
  const TableFunction* function = nullptr;
  int column_count = 0;  // without the hidden ones
  int argument_count = 0;
  bool is_in_main = false;  // the eponymous one
};

struct FunctionCursor : sqlite3_vtab_cursor {
  std::vector<Row> rows;
  size_t at = 0;
};

int CountNames(const char* list) {
  std::string_view names(list);
  return names.empty() ? 0 : 1 + static_cast<int>(std::count(names.begin(), names.end(), ','));
}

int Fail(FunctionTable* table, const Error& error) {
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s", error.message.c_str());
  return error.code;
}

// Runs `action`, which returns a result code; no exception leaves.
template <typename Action>
int Guarded(FunctionTable* table, Action action) {
  try {
    return action();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& exception) {
    return Fail(table, MakeError(exception.what()));
  }
}

int Connect(sqlite3* db, void* data, int, const char* const* names, sqlite3_vtab** vtab,
            char** message) {
  // A table of another name is in the schema of somebody's database, and reading it must not act.
  if (std::string_view(names[0]) != names[2]) {
    *message = sqlite3_mprintf("%s is a table-valued function, not a module for tables", names[0]);
    return SQLITE_ERROR;
  }
  try {
    auto table = std::make_unique<FunctionTable>();
    table->db = db;
    table->module = static_cast<FunctionModule*>(data);
    table->function = table->module->function;
    table->column_count = CountNames(table->function->columns);
    table->argument_count = CountNames(table->function->arguments);
    std::string sql = "CREATE TABLE f(" + std::string(table->function->columns);
    std::string arguments = table->function->arguments;
    for (size_t at = 0; at < arguments.size();) {
      size_t comma = std::min(arguments.find(',', at), arguments.size());
      sql += ", " + arguments.substr(at, comma - at) + " HIDDEN";
      at = comma + 1;
    }
    if (int rc = sqlite3_declare_vtab(db, (sql + ")").c_str()); rc != SQLITE_OK) {
      *message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
      return rc;
    }
    table->is_in_main = std::string_view(names[1]) == "main";
    if (table->function->rules.access != Access::kAnywhere) {
      sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    }
    *vtab = table.release();
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

int Disconnect(sqlite3_vtab* vtab) {
  delete static_cast<FunctionTable*>(vtab);
  return SQLITE_OK;
}

// An argument that is named and not given a value would be passed over, and the function run with
// its default.
int NotGiven(FunctionTable* table) {
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s: %s are arguments; give them with =", table->function->name,
                                   table->function->arguments);
  return SQLITE_ERROR;
}

bool IsUsed(const sqlite3_index_info& info, int column) {
  return (info.colUsed & (sqlite3_uint64{1} << std::min(column, 63))) != 0;
}

// idxNum is a set of bits: the arguments that are given, in their order.
int BestIndex(sqlite3_vtab* vtab, sqlite3_index_info* info) {
  auto* table = static_cast<FunctionTable*>(vtab);
  int constraint_of[kMostArguments];
  std::fill(std::begin(constraint_of), std::end(constraint_of), -1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    int argument = constraint.iColumn - table->column_count;
    if (argument < 0 || argument >= table->argument_count) continue;
    if (constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) {
      return NotGiven(table);
    }
    // An argument that depends on a table further in: this join order cannot work.
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    constraint_of[argument] = i;
  }
  int position = 0;
  info->idxNum = 0;
  for (int argument = 0; argument < table->argument_count; ++argument) {
    if (constraint_of[argument] < 0) {
      if (IsUsed(*info, table->column_count + argument)) return NotGiven(table);
      continue;
    }
    info->aConstraintUsage[constraint_of[argument]].argvIndex = ++position;
    info->aConstraintUsage[constraint_of[argument]].omit = 1;
    info->idxNum |= 1 << argument;
  }
  info->estimatedCost = 1;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

int Open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  *cursor = new (std::nothrow) FunctionCursor();
  return *cursor == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<FunctionCursor*>(cursor);
  return SQLITE_OK;
}

Status CreateInTemp(const Database& host, const std::string& name) {
  return host.Execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp." + name + " USING " + name);
}

// A SELECT over the eponymous table holds a lock on main, which the one in temp does not: it is
// made now, and the statement finds it when it is run again. False when it is there (the statement
// asks for main's by name) or cannot be made, and the eponymous one must do.
Result<bool> MoveToTemp(const Database& host, const std::string& name) {
  Result<std::optional<int64_t>> is_there =
      host.QueryInteger("SELECT 1 FROM temp.sqlite_master WHERE name = '" + name + "'");
  if (!is_there) return is_there.error();
  if (*is_there) return false;
  Status created = CreateInTemp(host, name);
  if (created) return true;
  switch (PrimaryCode(created.error())) {
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_BUSY:
      return created.error();
    default:
      return false;  // temp cannot be written
  }
}

// What a second look of a call has found, which would hide what the first has done.
Error BehindWhatWasDone(const Error& error, const TableFunction& function,
                        const std::vector<Row>& rows) {
  if (rows.empty()) return error;
  return {error.code, error.message + "\n" + function.done +
                          " by this call before that: " + std::to_string(rows.size())};
}

// Nullopt when the statement is to be run again.
Result<std::optional<std::vector<Row>>> RowsFor(const FunctionTable& table,
                                                const Arguments& arguments) {
  Database db = Database::Borrow(table.db);
  db.SetKeepsReadLocks();
  const bool in_transaction = !db.InAutocommit();
  std::optional<StatementRun> run;
  if (!in_transaction) run = StatementRun::Of(table.db, table.function->name);
  std::optional<WaitingRows> waiting = std::exchange(table.module->waiting, std::nullopt);
  const bool is_rerun = run && waiting && waiting->run == *run;
  if (waiting && !is_rerun) table.module->may_wait = false;
  if (run == table.module->answered) run.reset();
  if (is_rerun) table.module->answered = waiting->run;
  // What has changed the database looks whether there is more to do, and finds nothing.
  if (is_rerun && table.function->done == nullptr) return std::optional(std::move(waiting->rows));
  Result<std::optional<CallMark>> call =
      BeginCall(&db, table.function->name, table.function->rules);
  if (!call) return call.error();
  if (run && table.is_in_main) {
    Result<bool> moved = MoveToTemp(db, table.function->name);
    if (!moved) return moved.error();
    if (*moved) return std::optional<std::vector<Row>>();
  }
  auto reads_main = [&db] { return sqlite3_txn_state(db.handle(), "main") != SQLITE_TXN_NONE; };
  const bool did_read = reads_main();
  Result<std::vector<Row>> rows = table.function->call(db, arguments);
  if (!rows && is_rerun) return BehindWhatWasDone(rows.error(), *table.function, waiting->rows);
  if (!rows) return rows.error();
  if (Status kept = CheckTransactionKept(db, in_transaction); !kept) return kept.error();
  if (is_rerun) rows->insert(rows->begin(), waiting->rows.begin(), waiting->rows.end());
  if (run && !is_rerun && table.module->may_wait && !did_read && reads_main()) {
    table.module->waiting = WaitingRows{run->Next(), std::move(*rows)};
    return std::optional<std::vector<Row>>();
  }
  return std::optional(std::move(*rows));
}

int Filter(sqlite3_vtab_cursor* vtab_cursor, int given, const char*, int count,
           sqlite3_value** values) {
  auto* cursor = static_cast<FunctionCursor*>(vtab_cursor);
  auto* table = static_cast<FunctionTable*>(cursor->pVtab);
  return Guarded(table, [&]() -> int {
    cursor->rows.clear();
    cursor->at = 0;
    std::vector<sqlite3_value*> arguments(static_cast<size_t>(table->argument_count), nullptr);
    int next = 0;
    for (int argument = 0; argument < table->argument_count && next < count; ++argument) {
      if ((given & (1 << argument)) != 0) arguments[static_cast<size_t>(argument)] = values[next++];
    }
    Result<std::optional<std::vector<Row>>> rows = RowsFor(*table, Arguments(std::move(arguments)));
    if (!rows) return Fail(table, rows.error());
    if (!*rows) return SQLITE_SCHEMA;
    cursor->rows = std::move(**rows);
    return SQLITE_OK;
  });
}

int Next(sqlite3_vtab_cursor* cursor) {
  ++static_cast<FunctionCursor*>(cursor)->at;
  return SQLITE_OK;
}

int Eof(sqlite3_vtab_cursor* vtab_cursor) {
  auto* cursor = static_cast<FunctionCursor*>(vtab_cursor);
  return cursor->at >= cursor->rows.size() ? 1 : 0;
}

int GiveColumn(sqlite3_vtab_cursor* vtab_cursor, sqlite3_context* context, int column) {
  auto* cursor = static_cast<FunctionCursor*>(vtab_cursor);
  const Row& row = cursor->rows[cursor->at];
  auto index = static_cast<size_t>(column);
  if (index < row.size()) SetResult(context, row[index]);
  return SQLITE_OK;
}

int GiveRowid(sqlite3_vtab_cursor* vtab_cursor, sqlite3_int64* rowid) {
  *rowid = static_cast<sqlite3_int64>(static_cast<FunctionCursor*>(vtab_cursor)->at) + 1;
  return SQLITE_OK;
}

// With xCreate the same as xConnect a module is eponymous, and good for CREATE VIRTUAL TABLE as
// well.
sqlite3_module MakeModule() {
  sqlite3_module module{};
  module.xCreate = Connect;
  module.xConnect = Connect;
  module.xBestIndex = BestIndex;
  module.xDisconnect = Disconnect;
  module.xDestroy = Disconnect;
  module.xOpen = Open;
  module.xClose = Close;
  module.xFilter = Filter;
  module.xNext = Next;
  module.xEof = Eof;
  module.xColumn = GiveColumn;
  module.xRowid = GiveRowid;
  return module;
}

}  // namespace

int RegisterTableFunction(sqlite3* db, const TableFunction& function) {
  static const sqlite3_module kModule = MakeModule();
  auto* data = new (std::nothrow) FunctionModule{&function};
  if (data == nullptr) return SQLITE_NOMEM;
  // It calls the destructor also when it fails.
  return sqlite3_create_module_v2(db, function.name, &kModule, data, [](void* module) {
    delete static_cast<FunctionModule*>(module);
  });
}

int CreateTableFunctionInTemp(sqlite3* db, const TableFunction& function) {
  Status created = CreateInTemp(Database::Borrow(db), function.name);
  return !created && PrimaryCode(created.error()) == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

}  // namespace fastmigrate
