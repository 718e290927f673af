#include "sqlite/row_scan.h"

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace fastmigrate {
namespace {

using RowFunction = std::function<void(const RowValues&)>;

constexpr char kFunctionName[] = "fastmigrate_row";

// A scan that goes on.
struct Call {
  const RowFunction& row;
  int64_t rows = 0;

  // By which a result is told from that of any other function.
  int64_t Sign() const { return static_cast<int64_t>(reinterpret_cast<intptr_t>(this)); }
};

// fastmigrate_row(pointer, value, ...) -> the pointer as an integer. Only this file can make it
// (https://www.sqlite.org/bindptr.html).
void TakeRow(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* call =
      count < 1 ? nullptr : static_cast<Call*>(sqlite3_value_pointer(values[0], kFunctionName));
  if (call == nullptr) {
    sqlite3_result_error(context, "fastmigrate_row() is for fastmigrate itself", -1);
    return;
  }
  try {
    ++call->rows;
    call->row(RowValues({values + 1, static_cast<size_t>(count - 1)}));
    sqlite3_result_int64(context, call->Sign());
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& exception) {
    sqlite3_result_error(context, exception.what(), -1);
  }
}

std::string InOrder(const Scan& scan) {
  return scan.order.empty() ? "" : " ORDER BY " + scan.order;
}

// False: the function was not called, and the rows are still to be read. That may show when SQLite
// compiles the statement once more, too.
Result<bool> ScanByFunction(const Database& db, const Scan& scan, const RowFunction& row) {
  auto failed = [](const Error& error) {
    return IsFault(error) ? Result<bool>(error) : Result<bool>(false);
  };
  Result<Statement> statement =
      db.Prepare("SELECT 1 FROM " + scan.table + " WHERE " + scan.condition + " AND " +
                 kFunctionName + "(?1, " + scan.columns + ") IS NOT ?2" + InOrder(scan));
  if (!statement) return failed(statement.error());
  Call call{row};
  int rc = sqlite3_bind_pointer(statement->handle(), 1, &call, kFunctionName, nullptr);
  if (rc != SQLITE_OK) return Error{rc, sqlite3_errstr(rc)};
  statement->Bind(2, call.Sign());
  Result<bool> not_called = statement->Step();
  if (not_called) return !*not_called;
  if (call.rows > 0) return not_called.error();
  return failed(not_called.error());
}

struct ValueFree {
  void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
};

Status ScanByStep(const Database& db, const Scan& scan, const RowFunction& row) {
  const std::string sql =
      "SELECT " + scan.columns + " FROM " + scan.table + " WHERE " + scan.condition + InOrder(scan);
  return db.ForEach(sql, [&](const Statement& statement) {
    std::vector<std::unique_ptr<sqlite3_value, ValueFree>> copies;
    std::vector<sqlite3_value*> values;
    for (int column = 0; column < statement.ColumnCount(); ++column) {
      copies.emplace_back(sqlite3_value_dup(sqlite3_column_value(statement.handle(), column)));
      if (!copies.back()) throw std::bad_alloc();
      values.push_back(copies.back().get());
    }
    row(RowValues(values));
  });
}

}  // namespace

std::string_view RowValues::View(size_t column) const {
  const bool is_null = Type(column) == SQLITE_NULL;  // what could not be made a text is NULL, too
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values_[column]));
  if (text != nullptr) return {text, static_cast<size_t>(sqlite3_value_bytes(values_[column]))};
  if (!is_null) throw std::bad_alloc();
  return {};
}

// A number is not written out, which would cost more.
void RowValues::AppendValue(size_t column, std::string* bytes) const {
  const int type = Type(column);
  *bytes += static_cast<char>(type);
  auto append = [bytes](const auto& number) {
    bytes->append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  switch (type) {
    case SQLITE_INTEGER:
      append(Integer(column));
      break;
    case SQLITE_FLOAT:
      append(sqlite3_value_double(values_[column]));
      break;
    case SQLITE_NULL:
      break;
    default: {
      const std::string_view value = View(column);
      append(value.size());
      *bytes += value;
    }
  }
}

Status ScanRows(const Database& db, const Scan& scan, const RowFunction& row) {
  const bool all = scan.columns.ends_with('*');
  Result<bool> scanned = all ? false : ScanByFunction(db, scan, row);
  if (!scanned) return scanned.error();
  return *scanned ? Status() : ScanByStep(db, scan, row);
}

int RegisterRowScan(sqlite3* db) {
  return sqlite3_create_function_v2(db, kFunctionName, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                    TakeRow, nullptr, nullptr, nullptr);
}

}  // namespace fastmigrate
