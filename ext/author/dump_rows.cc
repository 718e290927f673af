#include "author/dump_rows.h"

#include <utf8.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "migrate/user_schema.h"
#include "schema/schema.h"
#include "schema/table_parser.h"

namespace fastmigrate {
namespace {

std::string BlobLiteral(std::string_view bytes) { return "x'" + Hexadecimal(bytes) + "'"; }

// Whether a string literal in a text file says this text and no other. U+FFFD may be what SQLite
// made of invalid UTF-16.
bool IsPlainText(std::string_view text) {
  if (text.find('\0') != text.npos || text.find('\r') != text.npos) return false;
  if (text.find("\xEF\xBF\xBD") != text.npos) return false;
  return utf8::is_valid(text.begin(), text.end());
}

std::string TextAsSql(sqlite3_stmt* statement, int column) {
  // As stored, in the encoding of the database: asked for before anything converts it.
  const void* bytes = sqlite3_column_blob(statement, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
  return "CAST(" + BlobLiteral({static_cast<const char*>(bytes), bytes ? size : 0}) + " AS TEXT)";
}

// number * 2^exponent with factors that are exact in decimal.
std::string ExactReal(double value) {
  int exponent = 0;
  double number = std::frexp(value, &exponent);
  for (; number != std::trunc(number); --exponent) number *= 2;
  std::string sql = std::to_string(static_cast<int64_t>(number)) + ".0";
  const char* sign = exponent < 0 ? "/" : "*";
  for (int left = std::abs(exponent); left > 0; left -= 62) {
    sql += sign + std::to_string(int64_t{1} << std::min(left, 62)) + ".0";
  }
  return "(" + sql + ")";
}

Result<bool> IsReadBack(const Database& db, const std::string& literal, double value) {
  Result<Statement> statement = db.Prepare("SELECT CAST(?1 AS REAL)");
  if (!statement) return statement.error();
  statement->Bind(1, std::string_view(literal));
  Result<bool> row = statement->Step();
  if (!row) return row.error();
  const double read = statement->Real(0);
  return std::memcmp(&read, &value, sizeof value) == 0;
}

// The fewest digits, but no fewer than 15, by which the number is told from every other. Not by
// std::to_chars, which some libraries of C++ have for whole numbers alone.
std::string DecimalLiteral(double value) {
  char buffer[64];
  for (int digits = 15; digits <= 17; ++digits) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  std::string literal;
  for (const char* c = buffer; *c != '\0'; ++c) {
    if (IsDigit(*c) || *c == '-' || *c == '+' || *c == 'e') {
      literal += *c;
    } else if (literal.back() != '.') {  // the host's locale may have another point, of many bytes
      literal += '.';
    }
  }
  if (literal.find_first_of(".e") == literal.npos) literal += ".0";
  return literal;
}

Result<std::string> RealAsSql(const Database& db, double value) {
  if (std::isinf(value)) return std::string(value < 0 ? "-9e999" : "9e999");
  if (value == 0) return std::string(std::signbit(value) ? "-0.0" : "0.0");
  std::string literal = DecimalLiteral(value);
  // Up to 15 digits and 22 zeros any decimal conversion is exact; beyond, it is the SQLite at hand
  // that must read it (3.40 misreads 1 in 400 of all doubles).
  const double size = std::fabs(value);
  if (literal.size() <= 16 && size > 1e-4 && size < 1e15) return literal;
  Result<bool> is_read_back = IsReadBack(db, literal, value);
  if (!is_read_back) return is_read_back.error();
  return *is_read_back ? literal : ExactReal(value);
}

Result<Table> FindTable(const Database& db, const std::string& name) {
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  auto row = std::find_if(rows->begin(), rows->end(), [&](const SchemaRow& candidate) {
    return (candidate.type == "table" || candidate.type == "view") &&
           EqualIgnoringCase(candidate.name, name);
  });
  if (row == rows->end()) return MakeError("no such table: " + name);
  if (row->type == "view") return MakeError(name + " is a view, which has no rows of its own");
  if (IsVirtualTable(row->sql)) {
    return MakeError(name + " is a virtual table; its rows cannot be written as a script");
  }
  Result<Table> table = ParseTable(row->sql);
  if (!table) return table.error().Within("table " + row->name);
  return table;
}

// " ORDER BY ..." for the order the rows are stored in.
std::string StoredOrder(const Table& table) {
  std::string order;
  if (table.without_rowid) {
    for (const KeyColumn& column : table.primary_key->columns) {
      order += (order.empty() ? " ORDER BY " : ", ") +
               QuoteName(FindColumn(table, column.expression.canonical)->name.text);
    }
    return order;
  }
  std::optional<std::string> rowid =
      RowidName([&](std::string_view name) { return FindColumn(table, name) != nullptr; });
  if (rowid) return " ORDER BY " + *rowid;
  if (!HasRowidColumn(table)) return "";
  return " ORDER BY " + QuoteName(table.primary_key->columns[0].expression.canonical);
}

Result<std::string> SequenceScript(const Database& db, const Table& table) {
  Result<Statement> statement = db.Prepare(R"(
      SELECT name, seq
      FROM main.sqlite_sequence
      WHERE name = ?1 COLLATE NOCASE)");
  if (!statement) return statement.error();
  statement->Bind(1, std::string_view(table.name.text));
  Result<bool> row = statement->Step();
  if (!row) return row.error();
  if (!*row) return std::string();
  Result<std::string> sequence = ValueAsSql(db, *statement, 1);
  if (!sequence) return sequence.error();
  const std::string name = QuoteText(statement->Text(0));
  return "DELETE FROM sqlite_sequence WHERE name = " + name +
         ";\nINSERT INTO sqlite_sequence(name, seq) VALUES(" + name + ", " + *sequence + ");\n";
}

}  // namespace

Result<std::string> ValueAsSql(const Database& db, const Statement& statement, int column) {
  sqlite3_stmt* handle = statement.handle();
  switch (statement.Type(column)) {
    case SQLITE_INTEGER:
      return std::to_string(statement.Integer(column));
    case SQLITE_FLOAT:
      return RealAsSql(db, statement.Real(column));
    case SQLITE_BLOB: {
      const void* bytes = sqlite3_column_blob(handle, column);
      const auto size = static_cast<size_t>(sqlite3_column_bytes(handle, column));
      return BlobLiteral({static_cast<const char*>(bytes), size});
    }
    case SQLITE_TEXT: {
      std::string cast = TextAsSql(handle, column);
      const std::string text = statement.Text(column);
      return IsPlainText(text) ? QuoteText(text) : cast;
    }
    default:
      return std::string("NULL");
  }
}

Result<std::string> DumpRows(const Database& db, const std::string& name) {
  Result<Table> table = FindTable(db, name);
  if (!table) return table.error();
  std::string columns;
  int count = 0;
  for (const Column& column : table->columns) {
    if (!column.generated.empty()) continue;
    columns += (count++ == 0 ? "" : ", ") + QuoteName(column.name.text);
  }
  const std::string quoted_name = QuoteName(table->name.text);
  Result<Statement> statement =
      db.Prepare("SELECT " + columns + " FROM main." + quoted_name + StoredOrder(*table));
  if (!statement) return statement.error();

  std::string script;
  Status status = ForEachRow(*statement, [&]() -> Status {
    script += "INSERT INTO " + quoted_name + "(" + columns + ") VALUES(";
    for (int i = 0; i < count; ++i) {
      Result<std::string> value = ValueAsSql(db, *statement, i);
      if (!value) return value.error();
      if (i > 0) script += ", ";
      script += *value;
    }
    script += ");\n";
    return {};
  });
  if (!status) return status.error();
  if (!table->primary_key || !table->primary_key->autoincrement) return script;
  Result<std::string> sequence = SequenceScript(db, *table);
  if (!sequence) return sequence.error();
  return script + *sequence;
}

}  // namespace fastmigrate
