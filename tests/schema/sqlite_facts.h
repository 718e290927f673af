// What SQLite itself makes of a table or a view: the judge of whether two texts mean the same.
//
// Its columns, indexes and foreign keys as pragmas tell them, and the bytecode (EXPLAIN) of reading
// and changing it, which has CHECKs, NOT NULL, defaults, generated columns, index expressions,
// foreign keys and triggers in it. Two schemas whose facts are the same cannot be told apart by any
// statement on this relation. What only repeats the text is left out: the default and NOT NULL of
// table_xinfo, the text of a failed CHECK, the name of a view's column that is its expression.

#ifndef FASTMIGRATE_TESTS_SQLITE_FACTS_H_
#define FASTMIGRATE_TESTS_SQLITE_FACTS_H_

#include <string>
#include <vector>

#include "schema/canonical_sql.h"
#include "sqlite/database.h"

namespace fastmigrate {

// All rows of a query, one a line; what went wrong when it does not run.
inline std::string RowsText(const Database& db, const std::string& sql) {
  Result<Statement> statement = db.Prepare(sql);
  if (!statement) return "no statement: " + sql.substr(0, 14) + "\n";
  const int columns = sqlite3_column_count(statement->handle());
  std::string text;
  while (true) {
    Result<bool> row = statement->Step();
    if (!row) return text + "error\n";
    if (!*row) return text;
    for (int i = 0; i < columns; ++i) text += statement->Text(i) + "|";
    text += "\n";
  }
}

// What is opened or emptied is told by name: on which page its tree begins depends on how long the
// texts of the schema are.
inline std::string Tree(const Database& db, const std::string& page) {
  Result<std::optional<std::string>> name =
      db.QueryText("SELECT name FROM main.sqlite_master WHERE rootpage = " + page);
  return name ? name->value_or(page) : page;
}

// EXPLAIN, with what must not count taken out.
inline std::string Explained(const Database& db, const std::string& sql) {
  Result<Statement> statement = db.Prepare("EXPLAIN " + sql);
  if (!statement) return "no statement: " + sql.substr(0, 8) + "\n";
  std::string text;
  while (true) {
    Result<bool> row = statement->Step();
    if (!row || !*row) return text;
    const std::string opcode = statement->Text(1);
    std::string p4 = statement->Text(5);
    // The text of a constraint that fails; that of a RAISE has 0 here.
    if (opcode.starts_with("Halt") && statement->Text(6) != "0") p4.clear();
    if (opcode == "Explain") continue;  // the query plan for people, with SQLITE_DEBUG
    if (p4.starts_with("-- ") || p4.starts_with("vtab:"))
      p4.clear();  // a trigger's name, an address
    const bool opens =
        opcode == "OpenRead" || opcode == "OpenWrite" || opcode == "ReopenIdx" || opcode == "Clear";
    const int of_page = opcode == "Clear" ? 2 : 3;
    for (int i = 2; i <= 4; ++i) {
      const std::string value = statement->Text(i);
      text += (i == 2 ? opcode + "|" : "|") + (opens && i == of_page ? Tree(db, value) : value);
    }
    text += "|" + p4 + "|" + statement->Text(6) + "\n";
  }
}

inline std::vector<std::string> Strings(const Database& db, const std::string& sql) {
  std::vector<std::string> strings;
  Result<Statement> statement = db.Prepare(sql);
  while (statement) {
    Result<bool> row = statement->Step();
    if (!row || !*row) break;
    strings.push_back(statement->Text(0));
  }
  return strings;
}

inline std::string SqliteFacts(const Database& db, const std::string& relation) {
  const std::string name = QuoteText(relation);
  const std::string quoted = QuoteName(relation);
  (void)db.Execute("PRAGMA foreign_keys = ON").ok();
  std::string facts =
      RowsText(db,
               "SELECT CASE WHEN name GLOB '*[^A-Za-z0-9_]*' THEN '' ELSE lower(name) END,"
               " lower(replace(type, ' ', '')), pk, hidden FROM pragma_table_xinfo(" +
                   name + ")");
  facts += RowsText(db,
                    "SELECT lower(\"table\"), lower(\"from\"), on_update, on_delete, match"
                    " FROM pragma_foreign_key_list(" +
                        name + ") ORDER BY 1, 2, seq");
  facts += RowsText(db,
                    "SELECT l.name, l.\"unique\", l.origin, l.partial, x.cid, lower(x.name),"
                    " x.desc, lower(x.coll), x.key FROM pragma_index_list(" +
                        name + ") AS l, pragma_index_xinfo(l.name) AS x ORDER BY l.name, x.seqno");
  std::string columns;
  std::string values;
  std::string changes;
  for (const std::string& column :
       Strings(db, "SELECT name FROM pragma_table_info(" + name + ")")) {
    columns += (columns.empty() ? "" : ", ") + QuoteName(column);
    values += values.empty() ? "?" : ", ?";
    changes += (changes.empty() ? "" : ", ") + QuoteName(column) + " = ?";
  }
  facts += Explained(db, "SELECT * FROM " + quoted);
  facts += Explained(db, "SELECT rowid FROM " + quoted);
  facts += Explained(db, "INSERT INTO " + quoted + " DEFAULT VALUES");
  facts += Explained(db, "INSERT INTO " + quoted + "(" + columns + ") VALUES(" + values + ")");
  facts += Explained(db, "UPDATE " + quoted + " SET " + changes);
  facts += Explained(db, "DELETE FROM " + quoted + " WHERE 1 < ?");
  return facts;
}

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_SQLITE_FACTS_H_
