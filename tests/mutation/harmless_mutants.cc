// Changes that change nothing but the text.

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <utility>

#include "mutation/mutants.h"

namespace fastmigrate {
namespace {

using Texts = std::vector<std::string>;
using Edit = std::function<std::string(const std::string& sql)>;

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

bool IsKeyword(const std::string& word) {
  return sqlite3_keyword_check(word.data(), static_cast<int>(word.size())) != 0;
}

std::string EditWords(const std::string& sql,
                      const std::function<std::string(const Token&)>& edit) {
  std::string text;
  for (const Token& token : TokensOf(sql)) text += (text.empty() ? "" : " ") + edit(token);
  return text;
}

std::string WordCase(const std::string& sql, int style) {
  size_t letter = 0;
  bool is_default = false;
  return EditWords(sql, [&](const Token& token) {
    std::string text(token.text);
    const bool is_string = is_default && !IsKeyword(text);  // DEFAULT word
    is_default = token.Is("DEFAULT");
    if (token.kind != TokenKind::kWord || is_string) return text;
    for (char& c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) continue;
      bool upper = style == 0 || (style == 2 && ++letter % 2 == 0);
      c = static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
    }
    return text;
  });
}

// As little space as can be.
std::string Dense(const std::string& sql) {
  auto is_wordy = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string("_$'\"`[]@:#?.").find(c) != std::string::npos;
  };
  auto is_operator = [](char c) { return std::string("<>=!|-+*/&~").find(c) != std::string::npos; };
  std::string text;
  for (const std::string& token : TextsOf(sql)) {
    const bool space = !text.empty() && ((is_wordy(text.back()) && is_wordy(token[0])) ||
                                         (is_operator(text.back()) && is_operator(token[0])));
    text += (space ? " " : "") + token;
  }
  return text;
}

std::string Separated(const std::string& sql, const std::string& separator) {
  std::string text;
  for (const std::string& token : TextsOf(sql)) text += (text.empty() ? "" : separator) + token;
  return text;
}

// Inserts text behind "CREATE [UNIQUE|VIRTUAL] TABLE|INDEX|VIEW|TRIGGER".
std::string BehindKind(const std::string& sql, const std::string& text) {
  Texts texts = TextsOf(sql);
  size_t kind = 1;
  while (texts[kind].size() > 5 &&
         (Upper(texts[kind]) == "UNIQUE" || Upper(texts[kind]) == "VIRTUAL"))
    ++kind;
  texts.insert(texts.begin() + static_cast<long>(kind) + 1, text);
  return Joined(texts);
}

// Words put before or behind, or taken from, every place that `is_place` finds.
std::string AtPlaces(const std::string& sql,
                     const std::function<bool(const Texts&, size_t)>& is_place,
                     const std::function<std::string(const std::string&)>& edit) {
  const Texts texts = TextsOf(sql);
  Texts changed;
  for (size_t i = 0; i < texts.size(); ++i) {
    changed.push_back(is_place(texts, i) ? edit(texts[i]) : texts[i]);
  }
  return Joined(changed);
}

// A column constraint moved to the end of the table. Empty when there is none.
std::string MoveConstraint(const std::string& sql, const std::string& keyword,
                           const std::string& name) {
  TableText table = TableTextOf(sql);
  bool changed = false;
  for (size_t i = 0; i < table.columns; ++i) {
    Texts& item = table.items[i];
    const size_t at = Find(item, keyword);
    if (at == std::string::npos || at == 0) continue;
    if (at >= 2 && Upper(item[at - 2]) == "CONSTRAINT") continue;
    if (keyword == "PRIMARY" && Find(item, "DESC") != std::string::npos) continue;
    size_t end = keyword == "CHECK" ? Behind(item, at + 1) : keyword == "PRIMARY" ? at + 2 : at + 1;
    Texts constraint;
    std::string autoincrement;
    if (keyword == "REFERENCES") {
      constraint = {"FOREIGN KEY (", item[0], ")", "REFERENCES", item[at + 1]};
      end = at + 2;
      if (end < item.size() && item[end] == "(") end = Behind(item, end);
      constraint.insert(constraint.end(), item.begin() + static_cast<long>(at) + 2,
                        item.begin() + static_cast<long>(end));
      auto is = [&](size_t k, const char* word) {
        return k < item.size() && Upper(item[k]) == word;
      };
      while (is(end, "ON") || is(end, "MATCH") || is(end, "DEFERRABLE") || is(end, "INITIALLY")) {
        size_t length = is(end, "ON")           ? (is(end + 2, "SET") || is(end + 2, "NO") ? 4 : 3)
                        : is(end, "DEFERRABLE") ? 1
                                                : 2;
        constraint.insert(constraint.end(), item.begin() + static_cast<long>(end),
                          item.begin() + static_cast<long>(end + length));
        end += length;
      }
    } else {
      if (end < item.size() && keyword == "PRIMARY" && Upper(item[end]) == "ASC") ++end;
      Texts conflict;
      if (end + 1 < item.size() && Upper(item[end]) == "ON" && Upper(item[end + 1]) == "CONFLICT") {
        conflict = {"ON CONFLICT", item[end + 2]};
        end += 3;
      }
      if (end < item.size() && keyword == "PRIMARY" && Upper(item[end]) == "AUTOINCREMENT") {
        autoincrement = "AUTOINCREMENT";
        ++end;
      }
      if (keyword == "CHECK") {
        constraint.assign(item.begin() + static_cast<long>(at),
                          item.begin() + static_cast<long>(end));
      } else {
        constraint = {keyword == "PRIMARY" ? "PRIMARY KEY (" : "UNIQUE (", item[0], autoincrement,
                      ")"};
        constraint.insert(constraint.end(), conflict.begin(), conflict.end());
      }
    }
    item.erase(item.begin() + static_cast<long>(at), item.begin() + static_cast<long>(end));
    if (!name.empty()) constraint.insert(constraint.begin(), "CONSTRAINT " + name);
    table.items.push_back(constraint);
    changed = true;
  }
  return changed ? table.Sql() : "";
}

std::string ReverseConstraints(const std::string& sql) {
  TableText table = TableTextOf(sql);
  std::reverse(table.items.begin() + static_cast<long>(table.columns), table.items.end());
  return table.Sql();
}

// DEFAULT x to DEFAULT (x).
std::string DefaultParentheses(const std::string& sql) {
  TableText table = TableTextOf(sql);
  for (size_t i = 0; i < table.columns; ++i) {
    Texts& item = table.items[i];
    const size_t at = Find(item, "DEFAULT");
    if (at == std::string::npos || at + 1 >= item.size()) continue;
    size_t end = item[at + 1] == "(" ? Behind(item, at + 1) : at + 2;
    if (item[at + 1] == "-" || item[at + 1] == "+") end = at + 3;
    if (end == at + 2 && std::isalpha(static_cast<unsigned char>(item[at + 1][0])) &&
        !IsKeyword(item[at + 1]))
      continue;
    item.insert(item.begin() + static_cast<long>(end), ")");
    item.insert(item.begin() + static_cast<long>(at) + 1, "(");
  }
  return table.Sql();
}

// DEFAULT NULL at every column that has no default and is no key.
std::string AddToColumns(const std::string& sql, const std::string& clause) {
  TableText table = TableTextOf(sql);
  for (size_t i = 0; i < table.columns; ++i) {
    Texts& item = table.items[i];
    bool has_value = Find(item, "DEFAULT") != std::string::npos ||
                     Find(item, "AS") != std::string::npos ||
                     Find(item, "PRIMARY") != std::string::npos;
    if (!has_value) item.push_back(clause);
  }
  return table.Sql();
}

// At the column that is INTEGER PRIMARY KEY. Empty when there is none, or it has it.
std::string AddToKey(const std::string& sql, const std::string& clause) {
  TableText table = TableTextOf(sql);
  if (!table.tail.empty()) return "";
  for (size_t i = 0; i < table.columns; ++i) {
    Texts& item = table.items[i];
    const bool is_key = item.size() > 2 && EqualIgnoringCase(item[1], "INTEGER") &&
                        EqualIgnoringCase(item[2], "PRIMARY") &&
                        Find(item, "DESC") == std::string::npos &&
                        Find(item, "CONFLICT") == std::string::npos &&
                        Find(item, clause.substr(0, clause.find(' '))) == std::string::npos;
    if (!is_key) continue;
    item.push_back(clause);
    return table.Sql();
  }
  return "";
}

// Behind AS, FROM and their like 'x' is a name.
std::string NameInStringQuotes(const std::string& sql, const std::string& keyword) {
  const Texts texts = TextsOf(sql);
  size_t body = Find(texts, "SELECT");
  body = std::min({body, Find(texts, "BEGIN"), Find(texts, "WITH")});
  Texts changed = texts;
  for (size_t i = body; i + 1 < texts.size(); ++i) {
    const std::string& name = texts[i + 1];
    if (!EqualIgnoringCase(texts[i], keyword) || IsKeyword(name)) continue;
    if (i > 0 && EqualIgnoringCase(texts[i - 1], "DISTINCT")) continue;
    const bool is_word = std::isalpha(static_cast<unsigned char>(name[0])) != 0;
    if (is_word || name[0] == '"') changed[i + 1] = Quoted(Unquoted(TokensOf(name)[0]), '\'');
  }
  return Joined(changed);
}

class Harmless {
 public:
  explicit Harmless(const Rows& rows) : rows_(rows) { CollectNames(); }

  std::vector<Mutant> Rewritten();
  std::vector<Mutant> Altered();

 private:
  // The edit on all texts at once, and on each alone.
  void Everywhere(const std::string& kind, const Edit& edit, const std::string& type = "");
  void CollectNames();
  std::string Quote(const std::string& sql, char open, char close) const;
  std::string Unquote(const std::string& sql) const;

  const Rows& rows_;
  std::set<std::string>
      names_;  // tables and columns that are neither keywords nor types, in capitals
  std::vector<Mutant> mutants_;
};

void Harmless::CollectNames() {
  std::set<std::string> types;
  for (const SchemaRow& row : rows_) {
    if (row.type != "table" || IsVirtualTable(row.sql)) continue;
    const TableText table = TableTextOf(row.sql);
    names_.insert(Upper(row.name));
    for (size_t i = 0; i < table.columns; ++i) {
      const Token name = TokensOf(table.items[i][0])[0];
      names_.insert(Upper(Unquoted(name)));
      for (size_t k = 1; k < table.items[i].size(); ++k) types.insert(Upper(table.items[i][k]));
    }
  }
  std::erase_if(names_,
                [&](const std::string& name) { return IsKeyword(name) || types.contains(name); });
}

std::string Harmless::Quote(const std::string& sql, char open, char close) const {
  return EditWords(sql, [&](const Token& token) {
    std::string text(token.text);
    if (token.kind != TokenKind::kWord || !names_.contains(Upper(text))) return text;
    return open + text + close;
  });
}

std::string Harmless::Unquote(const std::string& sql) const {
  return EditWords(sql, [&](const Token& token) {
    const std::string name = Unquoted(token);
    if (token.kind != TokenKind::kQuotedName || !names_.contains(Upper(name)))
      return std::string(token.text);
    const std::vector<Token> tokens = TokensOf(name);
    const bool is_plain =
        tokens.size() == 1 && tokens[0].kind == TokenKind::kWord && tokens[0].text == name;
    return is_plain ? name : std::string(token.text);
  });
}

void Harmless::Everywhere(const std::string& kind, const Edit& edit, const std::string& type) {
  Rows all = rows_;
  bool changed = false;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const bool is_virtual = IsVirtualTable(rows_[i].sql);
    if (!type.empty() && (rows_[i].type != type || is_virtual)) continue;
    const std::string sql = edit(rows_[i].sql);
    if (sql.empty() || sql == rows_[i].sql || sql == Joined(TextsOf(rows_[i].sql))) continue;
    all[i].sql = sql;
    changed = true;
    mutants_.push_back({kind, rows_[i].name + ": " + sql,
                        [rows = &rows_, i, sql] { return ScriptWith(*rows, i, sql); }});
  }
  if (changed) mutants_.push_back({kind + " (all)", "", [all] { return ScriptOf(all); }});
}

// What ALTER TABLE makes of the text, there and back again, or against the text that says the same.
std::vector<Mutant> Harmless::Altered() {
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (rows_[row].type != "table" || IsVirtualTable(rows_[row].sql)) continue;
    const TableText table = TableTextOf(rows_[row].sql);
    const std::string name = QuoteName(rows_[row].name);
    auto script = [&](const std::string& statements) {
      return [rows = &rows_, statements] { return ScriptOf(*rows) + statements; };
    };
    mutants_.push_back({"ALTER TABLE RENAME", name,
                        script("ALTER TABLE " + name +
                               " RENAME TO mutant_t; ALTER TABLE mutant_t RENAME TO " + name)});
    for (size_t i = 0; i < table.columns; ++i) {
      const std::string& column = table.items[i][0];
      mutants_.push_back({"ALTER TABLE RENAME COLUMN", name + "." + column,
                          script("ALTER TABLE " + name + " RENAME COLUMN " + column +
                                 " TO mutant_c;"
                                 "ALTER TABLE " +
                                 name + " RENAME COLUMN mutant_c TO " + column)});
    }
    mutants_.push_back({"ALTER TABLE ADD, DROP COLUMN", name,
                        script("ALTER TABLE " + name + " ADD COLUMN mutant_c; ALTER TABLE " + name +
                               " DROP COLUMN mutant_c")});
    for (const char* column :
         {"mutant_c", "mutant_c VARCHAR(10) NOT NULL DEFAULT 'x' CHECK (mutant_c <> 'y')",
          "\"mutant c\" INT REFERENCES mutant_p(x) ON DELETE CASCADE", "mutant_c AS (1 + 1)"}) {
      TableText added = table;
      added.items.insert(added.items.begin() + static_cast<long>(table.columns), {column});
      const std::string sql = added.Sql();
      mutants_.push_back({"ALTER TABLE ADD COLUMN", name + " " + column,
                          script("ALTER TABLE " + name + " ADD COLUMN " + column),
                          [rows = &rows_, row, sql] { return ScriptWith(*rows, row, sql); }});
    }
    // The rename seen from the other side: what a script with the new name in it would give.
    mutants_.push_back({"ALTER TABLE RENAME on a rename", name,
                        script("ALTER TABLE " + name + " RENAME TO \"mutant t\""),
                        script("ALTER TABLE " + name +
                               " RENAME TO mutant_t; ALTER TABLE mutant_t RENAME TO 'MUTANT T'")});
  }
  return std::move(mutants_);
}

std::vector<Mutant> Harmless::Rewritten() {
  auto word = [](const Texts& texts, size_t i, const char* keyword) {
    return i < texts.size() && Upper(texts[i]) == keyword;
  };
  Everywhere("capitals", [](const std::string& sql) { return WordCase(sql, 0); });
  Everywhere("small letters", [](const std::string& sql) { return WordCase(sql, 1); });
  Everywhere("mixed letters", [](const std::string& sql) { return WordCase(sql, 2); });
  Everywhere("little space", Dense);
  Everywhere("much space", [](const std::string& sql) { return Separated(sql, " \t\r\n\f "); });
  Everywhere("comments", [](const std::string& sql) {
    return Separated(sql, " /* it's, \"a\" ( comment */ ");
  });
  Everywhere("line comments",
             [](const std::string& sql) { return Separated(sql, " -- it's, \"a\" ( comment\n"); });
  Everywhere("trailing comment", [](const std::string& sql) { return sql + " -- end"; });
  Everywhere("IF NOT EXISTS",
             [](const std::string& sql) { return BehindKind(sql, "IF NOT EXISTS"); });
  Everywhere("main.", [](const std::string& sql) { return BehindKind(sql, "main ."); });
  Everywhere("\"quotes\"", [&](const std::string& sql) { return Quote(sql, '"', '"'); });
  Everywhere("[quotes]", [&](const std::string& sql) { return Quote(sql, '[', ']'); });
  Everywhere("`quotes`", [&](const std::string& sql) { return Quote(sql, '`', '`'); });
  Everywhere("no quotes", [&](const std::string& sql) { return Unquote(sql); });
  for (const char* keyword : {"PRIMARY", "UNIQUE", "CHECK", "REFERENCES"}) {
    Everywhere(
        std::string(keyword) + " at the end",
        [=](const std::string& sql) { return MoveConstraint(sql, keyword, ""); }, "table");
    Everywhere(
        std::string(keyword) + " at the end, with a name",
        [=](const std::string& sql) { return MoveConstraint(sql, keyword, "mutant"); }, "table");
    Everywhere(
        std::string("name of ") + keyword,
        [=](const std::string& sql) {
          return AtPlaces(
              sql,
              [&](const Texts& texts, size_t i) {
                return word(texts, i, keyword) && !(i >= 2 && word(texts, i - 2, "CONSTRAINT")) &&
                       !(std::string(keyword) == "REFERENCES" && texts[i - 1] == ")");
              },
              [](const std::string& text) { return "CONSTRAINT \"mutant c\" " + text; });
        },
        "table");
  }
  Everywhere("order of constraints", ReverseConstraints, "table");
  Everywhere("parentheses around a default", DefaultParentheses, "table");
  Everywhere(
      "parentheses around a check",
      [&](const std::string& sql) {
        std::string text = sql;
        TableText table = TableTextOf(sql);
        for (Texts& item : table.items) {
          const size_t at = Find(item, "CHECK");
          if (at == std::string::npos) continue;
          item.insert(item.begin() + static_cast<long>(Behind(item, at + 1)), ")");
          item.insert(item.begin() + static_cast<long>(at) + 1, "(");
        }
        return table.Sql();
      },
      "table");
  Everywhere(
      "GENERATED ALWAYS",
      [&](const std::string& sql) {
        return AtPlaces(
            sql,
            [&](const Texts& texts, size_t i) {
              return word(texts, i, "AS") && !word(texts, i - 1, "ALWAYS") && texts[i + 1] == "(";
            },
            [](const std::string& text) { return "GENERATED ALWAYS " + text; });
      },
      "table");
  Everywhere(
      "ASC",
      [&](const std::string& sql) {
        Texts texts = TextsOf(sql);
        const size_t end = Behind(texts, Find(texts, "(")) - 1;
        if (word(texts, end - 1, "ASC") || word(texts, end - 1, "DESC")) return std::string();
        texts.insert(texts.begin() + static_cast<long>(end), "ASC");
        return Joined(texts);
      },
      "index");
  Everywhere(
      "parentheses around WHERE",
      [&](const std::string& sql) {
        Texts texts = TextsOf(sql);
        const size_t where = Find(texts, "WHERE");
        if (where == std::string::npos) return std::string();
        texts.insert(texts.begin() + static_cast<long>(where) + 1, "(");
        texts.push_back(")");
        return Joined(texts);
      },
      "index");
  Everywhere(
      "FOR EACH ROW",
      [&](const std::string& sql) {
        Texts texts = TextsOf(sql);
        const size_t each = Find(texts, "EACH");
        if (each != std::string::npos) {
          texts.erase(texts.begin() + static_cast<long>(each) - 1,
                      texts.begin() + static_cast<long>(each) + 2);
        } else {
          const size_t place = std::min(Find(texts, "WHEN"), Find(texts, "BEGIN"));
          texts.insert(texts.begin() + static_cast<long>(place), "FOR EACH ROW");
        }
        return Joined(texts);
      },
      "trigger");
  Everywhere(
      "AS of aliases",
      [&](const std::string& sql) {
        return AtPlaces(
            sql,
            [&](const Texts& texts, size_t i) {
              return i > 4 && word(texts, i, "AS") && i + 1 < texts.size() &&
                     !IsKeyword(texts[i + 1]) && texts[i + 1] != "(" &&
                     Find(texts, "CAST") == std::string::npos && sql.find("CAST") == sql.npos;
            },
            [](const std::string&) { return std::string(); });
      },
      "view");
  // What a column has without these words.
  Everywhere(
      "DEFAULT NULL", [](const std::string& sql) { return AddToColumns(sql, "DEFAULT NULL"); },
      "table");
  Everywhere(
      "NOT NULL on the rowid", [](const std::string& sql) { return AddToKey(sql, "NOT NULL"); },
      "table");
  Everywhere(
      "UNIQUE on the key", [](const std::string& sql) { return AddToKey(sql, "UNIQUE"); }, "table");
  for (const char* keyword : {"AS", "FROM", "JOIN", "INTO", "UPDATE"}) {
    for (const char* type : {"view", "trigger"}) {
      Everywhere(
          std::string("'name' behind ") + keyword,
          [=](const std::string& sql) { return NameInStringQuotes(sql, keyword); }, type);
    }
  }
  Rows reversed(rows_.rbegin(), rows_.rend());
  mutants_.push_back({"order of objects", "", [reversed] { return ScriptOf(reversed); }});
  mutants_.push_back({"statistics", "", [rows = &rows_] { return ScriptOf(*rows) + "ANALYZE"; }});
  mutants_.push_back({"VACUUM", "", [rows = &rows_] { return ScriptOf(*rows) + "VACUUM"; }});
  return std::move(mutants_);
}

}  // namespace

// ALTER TABLE takes SQLite half a second in a schema like PROJ's, so there are fewer of it.
std::vector<Mutant> HarmlessMutants(const Rows& rows, size_t limit) {
  std::vector<Mutant> mutants = Thinned(Harmless(rows).Rewritten(), limit);
  std::vector<Mutant> altered = Thinned(Harmless(rows).Altered(), limit / 3 + 1);
  mutants.insert(mutants.end(), altered.begin(), altered.end());
  return mutants;
}

}  // namespace fastmigrate
