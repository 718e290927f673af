#include "author/table_rebuild.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "migrate/ledger.h"
#include "migrate/plan.h"
#include "migrate/user_schema.h"
#include "schema/canonical_sql.h"
#include "schema/parser.h"
#include "schema/schema.h"
#include "schema/table_parser.h"
#include "schema/token_reader.h"
#include "sql/lexer.h"
#include "sqlite/foreign_keys.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

// The old table, while the new one has its name.
constexpr char kAside[] = "fastmigrate rebuild";

struct OldTable {
  std::string name;  // as it is stored
  Table table;
  std::vector<SchemaRow> dependents;     // its indexes and triggers
  std::vector<SchemaRow> temp_triggers;  // on a table of its name, which may be one in temp
  std::optional<int64_t> sequence;       // AUTOINCREMENT's counter
};

std::string MainName(const std::string& table) { return "main." + QuoteName(table); }

// Of a CREATE statement of this kind ("TABLE", "INDEX", ...): the token that names what it makes.
Result<Token> NameToken(const std::vector<Token>& create, std::string_view kind) {
  TokenReader reader(create);
  Result<CreateHeader> header = TakeCreateHeader(&reader, kind);
  if (!header) return header.error();
  return create[reader.position() - 1];
}

Error BadDefinitions(const std::string& problem) {
  return MakeError(
      "argument column_defs must be what stands between the parentheses of CREATE TABLE, but it " +
      problem);
}

// What stands behind the name in CREATE TABLE. Whatever it is, it is the end of one statement.
Result<std::string> TableBody(const std::string& definitions, const Table& old) {
  std::string options = old.strict ? " STRICT" : "";
  if (old.without_rowid) options += old.strict ? ", WITHOUT ROWID" : " WITHOUT ROWID";
  Token first = Lexer(definitions).NextSql();
  if (first.kind == TokenKind::kEnd) return BadDefinitions("is empty");
  Token last;
  int depth = 0;
  Lexer lexer(definitions);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    if (token.kind == TokenKind::kSemicolon) return BadDefinitions("holds a semicolon");
    if (token.kind == TokenKind::kUnterminated) {
      return BadDefinitions("holds a string, name or comment that does not end: " +
                            std::string(token.text.substr(0, 40)));
    }
    if (token.IsOperator("(")) ++depth;
    if (token.IsOperator(")") && --depth < 0) {
      return BadDefinitions("closes a parenthesis that it has not opened");
    }
    last = token;
  }
  if (depth > 0) return BadDefinitions("leaves a parenthesis open");
  if (first.IsOperator("(")) return definitions.substr(first.offset);
  bool ends_in_comment = last.kind == TokenKind::kComment && last.text.starts_with("--");
  return "(" + definitions + (ends_in_comment ? "\n)" : ")") + options;
}

Result<bool> Exists(const Database& db, const std::string& schema, const std::string& type,
                    const std::string& name) {
  Result<std::optional<int64_t>> found =
      db.QueryInteger("SELECT 1 FROM " + schema + ".sqlite_master WHERE type = " + QuoteText(type) +
                      " AND name = " + QuoteText(name) + " COLLATE NOCASE");
  if (!found) return found.error();
  return found->has_value();
}

// Why a table that is not among those of the schema cannot be rebuilt.
Error NotATable(const Database& db, const std::string& name) {
  if (Result<bool> shadow = Exists(db, "main", "table", name); shadow && *shadow) {
    return MakeError(name + " is a shadow table, which belongs to a virtual table");
  }
  if (Result<bool> temporary = Exists(db, "temp", "table", name); temporary && *temporary) {
    return MakeError(name + " is a temporary table; only tables of main can be rebuilt");
  }
  return MakeError("no such table: " + name);
}

Status RefuseName(const std::string& name) {
  if (IsLedgerTable(name)) {
    return MakeError(name + " is fastmigrate's own table, which cannot be rebuilt");
  }
  if (Lowered(name).starts_with("sqlite_")) {
    return MakeError(name + " is SQLite's own table, which cannot be rebuilt");
  }
  return {};
}

Result<std::vector<SchemaRow>> ReadTempTriggers(const Database& db, const std::string& table) {
  Result<Statement> rows = db.Prepare(R"sql(
      SELECT type, name, tbl_name, sql FROM temp.sqlite_master
      WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE ORDER BY rowid)sql");
  if (!rows) return rows.error();
  rows->Bind(1, table);
  std::vector<SchemaRow> triggers;
  Status status = ForEachRow(*rows, [&] {
    triggers.push_back({rows->Text(0), rows->Text(1), rows->Text(2), rows->Text(3)});
  });
  if (!status) return status.error();
  return triggers;
}

Result<OldTable> ReadOldTable(const Database& db, const std::string& name) {
  if (Status status = RefuseName(name); !status) return status.error();
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  auto found = std::find_if(rows->begin(), rows->end(), [&](const SchemaRow& row) {
    return (row.type == "table" || row.type == "view") && EqualIgnoringCase(row.name, name);
  });
  if (found == rows->end()) return NotATable(db, name);
  if (found->type == "view") return MakeError(name + " is a view; only tables can be rebuilt");
  if (IsVirtualTable(found->sql)) {
    return MakeError(name + " is a virtual table, which cannot be rebuilt");
  }
  Result<Table> table = ParseTable(found->sql);
  if (!table) return table.error().Within("table " + found->name);
  OldTable old{found->name, std::move(*table), {}, {}, {}};
  for (const char* type : {"index", "trigger"}) {
    for (const SchemaRow& row : *rows) {
      if (row.type == type && EqualIgnoringCase(row.table, name)) old.dependents.push_back(row);
    }
  }
  Result<std::vector<SchemaRow>> temp_triggers = ReadTempTriggers(db, name);
  if (!temp_triggers) return temp_triggers.error();
  old.temp_triggers = std::move(*temp_triggers);
  if (old.table.primary_key && old.table.primary_key->autoincrement) {
    Result<std::optional<int64_t>> sequence =
        db.QueryInteger("SELECT seq FROM main.sqlite_sequence WHERE name = " + QuoteText(old.name));
    if (!sequence) return sequence.error();
    old.sequence = *sequence;
  }
  return old;
}

Status Drop(const Database& db, const std::string& table, Transaction* transaction) {
  return transaction->WhileAside([&] { return db.Execute("DROP TABLE " + MainName(table)); });
}

// Copies the rows aside, into columns without types, which keep any value as it is.
Status CopyAside(const Database& db, const OldTable& old, Transaction* transaction) {
  std::string columns;
  for (const Column& column : old.table.columns) {
    columns += (columns.empty() ? "" : ", ") + QuoteName(column.name.text);
  }
  Status status = db.Execute("CREATE TABLE " + MainName(kAside) + " (" + columns + ")");
  if (!status) return status;
  std::optional<std::string> rowid = RowidOf(old.table);
  if (rowid && FindColumn(old.table, *rowid) == nullptr) columns += ", " + *rowid;
  status = db.Execute("INSERT INTO " + MainName(kAside) + " (" + columns + ") SELECT " + columns +
                      " FROM " + MainName(old.name) + " NOT INDEXED");
  if (!status) return status;
  return Drop(db, old.name, transaction);
}

// The savepoint undoes it when it fails: SQLite 3.35 has the new name in mind even then.
Status RenameAside(const Database& db, const OldTable& old) {
  SettingsKeeper settings(db);
  Status status = settings.Remember("", "legacy_alter_table");
  if (status) status = db.Execute("PRAGMA legacy_alter_table = ON");
  if (!status) return status;
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "fastmigrate rename");
  if (!savepoint) return savepoint.error();
  if (Status opened = savepoint->Open(); !opened) return opened;
  status = db.Execute("ALTER TABLE " + MainName(old.name) + " RENAME TO " + QuoteName(kAside));
  return status ? savepoint->Release() : status;
}

Status SetAside(const Database& db, const OldTable& old, Transaction* transaction) {
  Status status = RenameAside(db, old);
  if (status || status.error().code != SQLITE_ERROR) return status;
  return CopyAside(db, old, transaction);
}

// What the new table holds in place of the old one's data would be lost.
Status RefuseLoss(const Table& old, const Table& present) {
  for (const Column& column : old.columns) {
    const Column* kept = FindColumn(present, column.name.text);
    std::string name = NameText(column.name);
    if (kept == nullptr) {
      return MakeError("column " + name +
                       " is not among the new definitions, so its data would be lost; add it, or "
                       "rename or drop it with ALTER TABLE first");
    }
    if (!kept->generated.empty() && column.generated.empty()) {
      return MakeError("column " + name +
                       " would become a generated column, so its data would be lost; drop it with "
                       "ALTER TABLE first");
    }
  }
  return {};
}

Result<Table> CreateTable(const Database& db, const OldTable& old, const std::string& body) {
  std::vector<Token> tokens = SqlTokens(old.table.sql.text);
  Result<Token> name = NameToken(tokens, "TABLE");
  if (!name) return name.error();
  Result<Statement> create =
      db.Prepare("CREATE TABLE main." + std::string(name->text) + " " + body);
  if (!create) return create.error();
  if (Status status = create->Run(); !status) return status.error();
  Result<std::optional<std::string>> sql = db.QueryText(
      "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = " + QuoteText(old.name));
  if (!sql) return sql.error();
  return ParseTable(sql->value_or(""));
}

// OR ABORT: a constraint's own ON CONFLICT REPLACE or IGNORE would drop rows.
Result<int64_t> CopyRows(const Database& db, const OldTable& old, const Table& present) {
  std::string to;
  std::string from;
  auto add = [&](const std::string& to_name, const std::string& from_name) {
    to += (to.empty() ? "" : ", ") + QuoteName(to_name);
    from += (from.empty() ? "" : ", ") + QuoteName(from_name);
  };
  std::optional<std::string> old_rowid = RowidOf(old.table);
  std::optional<std::string> rowid = RowidOf(present);
  // Where the rowid is a column that the old table has too, it is copied as that.
  if (old_rowid && rowid && FindColumn(old.table, *rowid) == nullptr) add(*rowid, *old_rowid);
  for (const Column& column : present.columns) {
    const Column* old_column = FindColumn(old.table, column.name.text);
    if (old_column == nullptr || !column.generated.empty()) continue;
    add(column.name.text, old_column->name.text);
  }
  int64_t changes = db.TotalChanges();
  Status status = db.Execute("INSERT OR ABORT INTO " + MainName(old.name) + " (" + to +
                             ") SELECT " + from + " FROM " + MainName(kAside) + " NOT INDEXED");
  if (status) return db.TotalChanges() - changes;
  if (status.error().code != SQLITE_CONSTRAINT_NOTNULL) return status.error();
  return Error{
      status.error().code,
      status.error().message +
          " (a new column needs a DEFAULT; the NULLs of an old one must be replaced first)"};
}

Status KeepSequence(const Database& db, const OldTable& old, const Table& present) {
  if (!old.sequence || !present.primary_key || !present.primary_key->autoincrement) return {};
  std::string name = QuoteText(old.name);
  std::string sequence = std::to_string(*old.sequence);
  return db.Execute(
      "UPDATE main.sqlite_sequence SET seq = max(seq, " + sequence + ") WHERE name = " + name +
      "; INSERT INTO main.sqlite_sequence (name, seq) SELECT " + name + ", " + sequence +
      " WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = " + name + ")");
}

// With the schema in front of its name: a bare name could mean another table, one in temp.
Status Recreate(const Database& db, const SchemaRow& row, const std::string& schema) {
  std::vector<Token> tokens = SqlTokens(row.sql);
  Result<Token> name = NameToken(tokens, row.type == "index" ? "INDEX" : "TRIGGER");
  if (!name) return name.error().Within(row.type + " " + row.name);
  // Prepared, not executed: of a stored text SQLite compiles the first statement alone, and behind
  // it a hostile file can carry others.
  Result<Statement> create =
      db.Prepare(row.sql.substr(0, name->offset) + schema + "." + row.sql.substr(name->offset));
  Status status = create ? create->Run() : Status(create.error());
  return status ? status : status.error().Within(row.type + " " + row.name);
}

Status RecreateDependents(const Database& db, const OldTable& old) {
  for (const SchemaRow& row : old.dependents) {
    if (Status status = Recreate(db, row, "main"); !status) return status;
  }
  for (const SchemaRow& row : old.temp_triggers) {
    Result<bool> exists = Exists(db, "temp", "trigger", row.name);
    if (!exists) return exists.error();
    if (*exists) continue;  // it is on a table in temp, or in another database
    if (Status status = Recreate(db, row, "temp"); !status) return status;
  }
  return {};
}

// In the caller's transaction.
Result<int64_t> Rebuild(const Database& db, const OldTable& old, const std::string& body,
                        Transaction* transaction) {
  if (Status status = SetAside(db, old, transaction); !status) return status.error();
  Result<Table> present = CreateTable(db, old, body);
  if (!present) return present.error().Within("its new definitions");
  if (Status status = RefuseLoss(old.table, *present); !status) return status.error();
  Result<int64_t> rows = CopyRows(db, old, *present);
  if (!rows) return rows.error().Within("copying its rows");
  if (Status status = Drop(db, kAside, transaction); !status) return status.error();
  if (Status status = KeepSequence(db, old, *present); !status) return status.error();
  if (Status status = RecreateDependents(db, old); !status) return status.error();
  return rows;
}

Result<int64_t> RebuildChecked(const Database& db, const OldTable& old, const std::string& body,
                               bool check_foreign_keys, Transaction* transaction) {
  if (!check_foreign_keys) return Rebuild(db, old, body, transaction);
  Result<std::vector<ForeignKeyViolation>> before = FindForeignKeyViolations(db);
  if (!before) return before.error();
  Result<int64_t> rows = Rebuild(db, old, body, transaction);
  if (!rows) return rows.error();
  Result<std::vector<ForeignKeyViolation>> after = FindForeignKeyViolations(db);
  if (!after) return after.error();
  std::vector<ForeignKeyViolation> violations = NewViolations(*before, *after);
  if (violations.empty()) return rows;
  return Error{SQLITE_CONSTRAINT_FOREIGNKEY,
               "FOREIGN KEY constraint failed: " + DescribeViolations(violations)};
}

// SQLite drops no table while a statement of the connection reads. A script's error lists the
// others already (script_runner.cc).
Error WithAdvice(Error error, const Database& db, bool nested) {
  if ((error.code & 0xFF) != SQLITE_LOCKED) return error;
  error.message +=
      ": a statement of this connection reads, and SQLite drops no table meanwhile; call "
      "fastmigrate_recreate_table() in a SELECT without FROM, and finish or reset other statements "
      "first";
  std::string others = nested ? "" : OtherRunningStatements(db);
  if (!others.empty()) error.message += ": " + others;
  return error;
}

Status RefuseWhatCannotWork(const Database& db) {
  if (!db.InAutocommit() && ForeignKeysEnforced(db)) {
    return MakeError(
        "a table cannot be rebuilt in a transaction that was begun with foreign_keys on: it would "
        "delete the rows of child tables, and SQLite does not let it be switched off now; COMMIT "
        "first, or run PRAGMA foreign_keys = OFF before BEGIN");
  }
  return RefuseWithoutJournal(db);
}

}  // namespace

Result<int64_t> RebuildTable(const Database& db, const std::string& table,
                             const std::string& definitions) {
  if (Status status = RefuseWhatCannotWork(db); !status) return status.error();
  bool enforced = ForeignKeysEnforced(db);
  RowidKeeper rowid(db);
  EnforcementOff enforcement(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  Result<OldTable> old = ReadOldTable(db, table);
  if (!old) return old.error();
  Result<std::string> body = TableBody(definitions, old->table);
  if (!body) return body.error();
  Result<int64_t> rows = RebuildChecked(db, *old, *body, enforced, &*transaction);
  if (!rows) {
    Error error = WithAdvice(rows.error(), db, transaction->IsNested());
    return error.Within("cannot rebuild table " + old->name);
  }
  if (Status status = transaction->Commit(); !status) return status.error();
  return rows;
}

}  // namespace fastmigrate
