// Changes that change what the schema is.

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "mutation/mutants.h"

namespace fastmigrate {
namespace {

using Texts = std::vector<std::string>;

class Semantic {
 public:
  explicit Semantic(const Rows& rows) : rows_(rows) {}

  std::vector<Mutant> All() {
    for (size_t row = 0; row < rows_.size(); ++row) {
      DropObject(row);
      const bool is_virtual = IsVirtualTable(rows_[row].sql);
      if (rows_[row].type == "table" && !is_virtual) ChangeTable(row);
      if (rows_[row].type == "index") ChangeIndex(row);
      if (rows_[row].type == "trigger") ChangeTrigger(row);
      ChangeTokens(row);
    }
    AddObjects();
    return std::move(mutants_);
  }

 private:
  void Add(const std::string& kind, size_t row, const std::string& what, const std::string& sql) {
    mutants_.push_back({kind,
                        rows_[row].name + ": " + what,
                        [rows = &rows_, row, sql] { return ScriptWith(*rows, row, sql); },
                        {},
                        RelationOf(rows_[row])});
  }
  void Add(const std::string& kind, size_t row, const std::string& what, const TableText& table) {
    Add(kind, row, what, table.Sql());
  }

  void DropObject(size_t row);
  void AddObjects();
  void ChangeTable(size_t row);
  void ChangeColumn(size_t row, const TableText& table, size_t column);
  void ChangeItem(size_t row, const TableText& table, size_t item);
  void ChangeIndex(size_t row);
  void ChangeTrigger(size_t row);
  void ChangeTokens(size_t row);

  const Rows& rows_;
  std::vector<Mutant> mutants_;
};

void Semantic::DropObject(size_t row) {
  Rows left;
  for (size_t i = 0; i < rows_.size(); ++i) {
    bool depends = rows_[row].type != "index" && rows_[row].type != "trigger" &&
                   EqualIgnoringCase(rows_[i].table, rows_[row].name);
    if (i != row && !depends) left.push_back(rows_[i]);
  }
  mutants_.push_back(
      {"drop " + rows_[row].type, rows_[row].name, [left] { return ScriptOf(left); }});
}

void Semantic::AddObjects() {
  auto add = [&](const std::string& kind, const std::string& sql) {
    mutants_.push_back({kind, sql, [rows = &rows_, sql] { return ScriptOf(*rows) + sql; }});
  };
  add("add table", "CREATE TABLE mutant_table(a)");
  add("add view", "CREATE VIEW mutant_view AS SELECT 1");
  add("add virtual table", "CREATE VIRTUAL TABLE mutant_fts USING fts5(a)");
  for (const SchemaRow& row : rows_) {
    if (row.type != "table" || IsVirtualTable(row.sql)) continue;
    const std::string name = QuoteName(row.name);
    const std::string column = TableTextOf(row.sql).items[0][0];
    add("add index", "CREATE INDEX mutant_index ON " + name + "(" + column + ")");
    add("add trigger",
        "CREATE TRIGGER mutant_trigger AFTER DELETE ON " + name + " BEGIN SELECT 1; END");
  }
}

void Semantic::ChangeTable(size_t row) {
  const TableText table = TableTextOf(rows_[row].sql);
  for (const char* item :
       {"mutant_column TEXT", "CHECK (1 < 2)", "FOREIGN KEY (mutant) REFERENCES x"}) {
    TableText changed = table;
    changed.items.push_back({item});
    if (item[0] == 'm') {
      changed.items.pop_back();
      changed.items.insert(changed.items.begin() + static_cast<long>(table.columns), {{item}});
    } else if (item[0] == 'F') {
      changed.items.back() = {"FOREIGN KEY (" + table.items[0][0] + ") REFERENCES mutant_parent"};
    }
    Add(item[0] == 'm'   ? "add column"
        : item[0] == 'C' ? "add check"
                         : "add foreign key",
        row, item, changed);
  }
  for (const char* option : {"STRICT", "WITHOUT ROWID"}) {
    TableText changed = table;
    if (Find(table.tail, option[0] == 'S' ? "STRICT" : "WITHOUT") == std::string::npos) {
      changed.tail.push_back((table.tail.empty() ? "" : ", ") + std::string(option));
      Add(std::string("add ") + option, row, "", changed);
    }
  }
  if (!table.tail.empty()) {
    TableText changed = table;
    changed.tail.clear();
    Add("drop table options", row, Joined(table.tail), changed);
  }
  for (size_t item = 0; item < table.items.size(); ++item) {
    TableText changed = table;
    changed.items.erase(changed.items.begin() + static_cast<long>(item));
    Add(item < table.columns ? "drop column" : "drop constraint", row, Joined(table.items[item]),
        changed);
    if (item < table.columns) ChangeColumn(row, table, item);
    ChangeItem(row, table, item);
  }
}

// Whether a constraint makes the column alone the primary key.
bool IsKey(const TableText& table, const std::string& name) {
  for (size_t i = table.columns; i < table.items.size(); ++i) {
    const Texts& item = table.items[i];
    const size_t key = Find(item, "PRIMARY");
    if (key + 3 < item.size() && item[key + 3] == name && Find(item, ",") == std::string::npos) {
      return true;
    }
  }
  return false;
}

void Semantic::ChangeColumn(size_t row, const TableText& table, size_t column) {
  const Texts& item = table.items[column];
  const std::string& name = item[0];
  if (column + 1 < table.columns) {
    TableText changed = table;
    std::swap(changed.items[column], changed.items[column + 1]);
    Add("column order", row, name, changed);
  }
  TableText changed = table;
  changed.items[column][0] = "mutant_name";
  Add("rename column", row, name, changed);

  auto with = [&](const char* clause) {
    TableText added = table;
    added.items[column].emplace_back(clause);
    return added;
  };
  auto has = [&](const char* word) { return Find(item, word) != std::string::npos; };
  // A column of the key of a WITHOUT ROWID table is NOT NULL anyway.
  const bool is_not_null =
      Find(table.tail, "WITHOUT") != std::string::npos &&
      std::any_of(table.items.begin() + static_cast<long>(table.columns), table.items.end(),
                  [&](const Texts& constraint) {
                    return Find(constraint, "PRIMARY") != std::string::npos &&
                           std::count(constraint.begin(), constraint.end(), name) > 0;
                  });
  if (!has("NOT") && !is_not_null) Add("add NOT NULL", row, name, with("NOT NULL"));
  if (!has("DEFAULT") && !has("AS")) Add("add default", row, name, with("DEFAULT 'mutant'"));
  if (!has("COLLATE")) Add("add collation", row, name, with("COLLATE RTRIM"));
  if (!has("UNIQUE") && !has("PRIMARY") && !IsKey(table, name))
    Add("add UNIQUE", row, name, with("UNIQUE"));
  if (!has("CHECK")) Add("add check", row, name, with("CHECK (1 < 2)"));
  if (!has("REFERENCES")) Add("add foreign key", row, name, with("REFERENCES mutant_parent"));
  if (!has("AS") && !has("DEFAULT") && !has("PRIMARY")) {
    Add("add generated", row, name, with("AS (1)"));
  }
  changed = table;
  changed.items[column].insert(changed.items[column].begin() + 1, "mutant");
  Add("column type", row, name, changed);
  changed.items[column][1] = "\"\"";
  Add("empty column type", row, name, changed);
}

// Clauses of a column or a constraint that are taken away or replaced.
void Semantic::ChangeItem(size_t row, const TableText& table, size_t number) {
  const Texts& item = table.items[number];
  auto cut = [&](const std::string& kind, size_t begin, size_t end, const Texts& instead = {}) {
    TableText changed = table;
    Texts& texts = changed.items[number];
    texts.erase(texts.begin() + static_cast<long>(begin), texts.begin() + static_cast<long>(end));
    texts.insert(texts.begin() + static_cast<long>(begin), instead.begin(), instead.end());
    Add(kind, row, Joined(item), changed);
  };
  auto at = [&](size_t i) { return i < item.size() ? item[i] : std::string(); };
  for (size_t i = 1; i < item.size(); ++i) {
    auto is = [&](const char* word) { return EqualIgnoringCase(item[i], word); };
    // The key of a STRICT table is NOT NULL anyway.
    const bool is_strict_key = Find(table.tail, "STRICT") != std::string::npos &&
                               Find(item, "PRIMARY") != std::string::npos;
    if (is("NOT") && EqualIgnoringCase(at(i + 1), "NULL") && !is_strict_key) {
      cut("drop NOT NULL", i, i + 2);
    }
    if (is("UNIQUE") && at(i + 1) != "(") cut("drop UNIQUE", i, i + 1);
    if (is("PRIMARY")) cut("drop PRIMARY KEY", i, i + 2);
    if (is("AUTOINCREMENT")) cut("drop AUTOINCREMENT", i, i + 1);
    if (is("COLLATE")) cut("drop collation", i, i + 2);
    if (is("COLLATE")) {
      const bool is_rtrim = EqualIgnoringCase(at(i + 1), "RTRIM");
      cut("collation", i + 1, i + 2, {is_rtrim ? "NOCASE" : "RTRIM"});
    }
    if (is("CHECK")) cut("drop check", i, Behind(item, i + 1));
    if (is("DEFAULT")) {
      size_t end = at(i + 1) == "(" ? Behind(item, i + 1) : i + 2;
      if (at(i + 1) == "-" || at(i + 1) == "+") end = i + 3;
      if (!EqualIgnoringCase(at(i + 1), "NULL")) cut("drop default", i, end);
      cut("default", i + 1, end, {"'mutant'"});
    }
    if (is("REFERENCES") && number < table.columns) {
      cut("drop foreign key", i, at(i + 2) == "(" ? Behind(item, i + 2) : i + 2);
    }
    if (is("REFERENCES")) cut("foreign key parent", i + 1, i + 2, {"mutant_parent"});
    if (is("DELETE") || is("UPDATE")) {
      size_t length =
          EqualIgnoringCase(at(i + 1), "SET") || EqualIgnoringCase(at(i + 1), "NO") ? 2 : 1;
      const std::string action = Joined({at(i + 1), length == 2 ? at(i + 2) : ""});
      for (const char* other : {"CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"}) {
        if (!EqualIgnoringCase(action, other) &&
            !EqualIgnoringCase(action, other + std::string(" "))) {
          cut("foreign key action", i + 1, i + 1 + length, {other});
        }
      }
      if (!EqualIgnoringCase(at(i + 1), "NO"))
        cut("drop foreign key action", i - 1, i + 1 + length);
    }
    if (is("DEFERRED")) cut("deferrable", i, i + 1, {"IMMEDIATE"});
    if (is("DEFERRED")) cut("drop deferrable", i - 2, i + 1);
    if (is("CONFLICT"))
      cut("conflict clause", i + 1, i + 2,
          {EqualIgnoringCase(at(i + 1), "FAIL") ? "REPLACE" : "FAIL"});
    if (is("CONFLICT") && !EqualIgnoringCase(at(i + 1), "ABORT"))
      cut("drop conflict", i - 1, i + 2);
    if (is("STORED")) cut("stored", i, i + 1, {"VIRTUAL"});
    if (is("VIRTUAL")) cut("stored", i, i + 1, {"STORED"});
    // A lone INTEGER key is the rowid and has no order.
    if (is("DESC") && Find(item, "(") != i - 2) cut("key order", i, i + 1);
  }
}

void Semantic::ChangeIndex(size_t row) {
  const Texts texts = TextsOf(rows_[row].sql);
  const size_t open = Find(texts, "(");
  const size_t behind = Behind(texts, open);
  auto insert = [&](const std::string& kind, size_t at, const char* text) {
    Texts changed = texts;
    changed.insert(changed.begin() + static_cast<long>(at), text);
    Add(kind, row, text, Joined(changed));
  };
  if (EqualIgnoringCase(texts[1], "UNIQUE")) {
    Add("drop index UNIQUE", row, "", Joined(Texts(texts)).replace(7, 6, ""));
  } else {
    insert("add index UNIQUE", 1, "UNIQUE");
  }
  const bool has_order =
      EqualIgnoringCase(texts[behind - 2], "DESC") || EqualIgnoringCase(texts[behind - 2], "ASC");
  if (!has_order) insert("index order", behind - 1, "DESC");
  if (!has_order && Find(texts, "COLLATE", open + 1) == std::string::npos) {
    // One of the two is not the column's own.
    insert("index collation", behind - 1, "|| '' COLLATE NOCASE");
  }
  insert("index column", behind - 1, ", 'mutant' || 'x'");
  if (Find(texts, "WHERE") == std::string::npos) {
    insert("index WHERE", texts.size(), "WHERE 1 < 2");
  } else {
    Add("drop index WHERE", row, "",
        Joined(Texts(texts.begin(), texts.begin() + static_cast<long>(Find(texts, "WHERE")))));
    insert("index WHERE", texts.size(), "AND 1 < 2");
  }
}

void Semantic::ChangeTrigger(size_t row) {
  const Texts texts = TextsOf(rows_[row].sql);
  auto replace = [&](const std::string& kind, size_t at, size_t count, const Texts& instead) {
    Texts changed = texts;
    changed.erase(changed.begin() + static_cast<long>(at),
                  changed.begin() + static_cast<long>(at + count));
    changed.insert(changed.begin() + static_cast<long>(at), instead.begin(), instead.end());
    Add(kind, row, Joined(instead), Joined(changed));
  };
  const size_t begin = Find(texts, "BEGIN");
  for (size_t i = 3; i < begin; ++i) {
    auto is = [&](const char* word) { return EqualIgnoringCase(texts[i], word); };
    if (is("AFTER")) replace("trigger timing", i, 1, {"BEFORE"});
    if (is("BEFORE")) replace("trigger timing", i, 1, {"AFTER"});
    if (is("INSERT") || is("DELETE")) replace("trigger event", i, 1, {"UPDATE"});
    if (is("UPDATE"))
      replace("trigger event", i,
              EqualIgnoringCase(texts[i + 1], "OF") ? Find(texts, "ON", i) - i : 1, {"INSERT"});
    if (is("WHEN")) replace("drop trigger WHEN", i, begin - i, {});
  }
  if (Find(texts, "WHEN") == std::string::npos) {
    replace("add trigger WHEN", begin, 0, {"WHEN", "1"});
  }
  replace("trigger body", texts.size() - 1, 0, {"SELECT", "1", ";"});
}

// What may be deleted without a change of meaning, or where a change means nothing.
bool IsNeutral(const Texts& texts, size_t i) {
  static const std::set<std::string> kWords = {"AS",    "ASC",    "BEFORE", "VIRTUAL",  "TEMP",
                                               "ABORT", "COLUMN", "ALWAYS", "IMMEDIATE"};
  std::string word = texts[i];
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (kWords.contains(word)) return true;
  const std::string before = i > 0 ? texts[i - 1] : "";
  // The name of a constraint; the comma before a table constraint.
  if (EqualIgnoringCase(before, "CONSTRAINT")) return true;
  static const std::array<const char*, 5> kConstraints = {"CONSTRAINT", "PRIMARY", "UNIQUE",
                                                          "CHECK", "FOREIGN"};
  if (word == "," && i + 1 < texts.size()) {
    for (const char* constraint : kConstraints) {
      if (EqualIgnoringCase(texts[i + 1], constraint)) return true;
    }
  }
  // DEFAULT NULL, and NOT NULL of a key in a STRICT table: see ChangeItem().
  if (word == "NULL" && before == "DEFAULT") return true;
  if (word == "NOT" && EqualIgnoringCase(texts.back(), "STRICT")) return true;
  if (word == "DEFAULT" && i + 1 < texts.size() && EqualIgnoringCase(texts[i + 1], "NULL")) {
    return true;
  }
  return word == "(" || word == ")";
}

// Literals changed and single tokens deleted, anywhere.
void Semantic::ChangeTokens(size_t row) {
  const std::string& sql = rows_[row].sql;
  const std::vector<Token> tokens = TokensOf(sql);
  const Texts texts = TextsOf(sql);
  const size_t step = tokens.size() / 200 + 1;  // of long triggers, 200 places are enough
  for (size_t i = 1; i < tokens.size(); i += step) {
    Texts changed = texts;
    const std::string what = "token " + std::to_string(i) + " " + texts[i];
    const bool is_name = i < 4 || IsNeutral(texts, i);
    if (tokens[i].kind == TokenKind::kString && !is_name) {
      changed[i].insert(1, "~");
      Add("string", row, what, Joined(changed));
      std::string other_case = texts[i];
      for (char& c : other_case) c ^= std::isalpha(static_cast<unsigned char>(c)) ? 0x20 : 0;
      changed[i] = other_case;
      // Of types and names in the quotes of strings, too: SQLite tells.
      if (other_case != texts[i]) Add("case of a string", row, what, Joined(changed));
    } else if (tokens[i].kind == TokenKind::kNumber) {
      changed[i] += "1";
      Add("number", row, what, Joined(changed));
    } else if (tokens[i].kind == TokenKind::kOperator && texts[i].size() == 1 &&
               std::string("<>=+-*").find(texts[i]) != std::string::npos) {
      changed[i] = texts[i] == "<" ? ">" : texts[i] == "+" ? "-" : texts[i] == "-" ? "+" : "<";
      Add("operator", row, what, Joined(changed));
    }
    if (i > 3 && !IsNeutral(texts, i)) {
      changed = texts;
      changed.erase(changed.begin() + static_cast<long>(i));
      Add("delete token", row, what, Joined(changed));
    }
  }
}

}  // namespace

std::vector<Mutant> SemanticMutants(const Rows& rows, size_t limit) {
  return Thinned(Semantic(rows).All(), limit);
}

}  // namespace fastmigrate
