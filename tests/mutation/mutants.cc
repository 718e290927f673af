#include "mutation/mutants.h"

#include <algorithm>
#include <map>

namespace fastmigrate {

std::string ScriptOf(const Rows& rows) {
  std::string script;
  for (const char* type : {"table", "view", "index", "trigger"}) {
    for (const SchemaRow& row : rows) {
      if (row.type == type && !IsVirtualTable(row.sql)) script += row.sql + "\n;\n";
    }
    for (const SchemaRow& row : rows) {
      if (row.type == type && IsVirtualTable(row.sql)) script += row.sql + "\n;\n";
    }
  }
  return script;
}

std::string ScriptWith(const Rows& rows, size_t row, const std::string& sql) {
  Rows changed = rows;
  changed[row].sql = sql;
  return ScriptOf(changed);
}

std::vector<Token> TokensOf(const std::string& text) {
  std::vector<Token> tokens;
  Lexer lexer(text);
  for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    tokens.push_back(token);
  }
  return tokens;
}

std::vector<std::string> TextsOf(const std::string& sql) {
  std::vector<std::string> texts;
  for (const Token& token : TokensOf(sql)) texts.emplace_back(token.text);
  return texts;
}

std::string Joined(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) text += (text.empty() ? "" : " ") + token;
  return text;
}

size_t Find(const std::vector<std::string>& tokens, const std::string& keyword, size_t from) {
  int depth = 0;
  for (size_t i = from; i < tokens.size(); ++i) {
    if (depth == 0 && EqualIgnoringCase(tokens[i], keyword)) return i;
    if (tokens[i] == "(") ++depth;
    if (tokens[i] == ")") --depth;
  }
  return std::string::npos;
}

size_t Behind(const std::vector<std::string>& tokens, size_t open) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i] == "(") ++depth;
    if (tokens[i] == ")" && --depth == 0) return i + 1;
  }
  return tokens.size();
}

TableText TableTextOf(const std::string& sql) {
  TableText table;
  const std::vector<std::string> tokens = TextsOf(sql);
  const size_t open = Find(tokens, "(");
  const size_t behind = Behind(tokens, open);
  table.head.assign(tokens.begin(), tokens.begin() + static_cast<long>(open));
  table.tail.assign(tokens.begin() + static_cast<long>(behind), tokens.end());
  table.items.emplace_back();
  int depth = 0;
  for (size_t i = open + 1; i + 1 < behind; ++i) {
    if (tokens[i] == "(") ++depth;
    if (tokens[i] == ")") --depth;
    if (tokens[i] == "," && depth == 0) {
      table.items.emplace_back();
    } else {
      table.items.back().push_back(tokens[i]);
    }
  }
  for (const auto& item : table.items) {
    bool is_constraint = false;
    for (const char* word : {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}) {
      if (!item.empty() && EqualIgnoringCase(item[0], word)) is_constraint = true;
    }
    if (is_constraint) break;
    ++table.columns;
  }
  return table;
}

std::string TableText::Sql() const {
  std::string sql = Joined(head) + " ( ";
  for (size_t i = 0; i < items.size(); ++i) sql += (i > 0 ? " , " : "") + Joined(items[i]);
  return sql + " ) " + Joined(tail);
}

const std::string& RelationOf(const SchemaRow& row) {
  return row.type == "index" || row.type == "trigger" ? row.table : row.name;
}

std::vector<Mutant> Thinned(const std::vector<Mutant>& mutants, size_t limit) {
  std::map<std::string, size_t> total;
  for (const Mutant& mutant : mutants) ++total[mutant.kind];
  std::map<std::string, size_t> seen;
  std::vector<Mutant> kept;
  for (const Mutant& mutant : mutants) {
    const size_t number = seen[mutant.kind]++;
    const size_t all = std::max(total[mutant.kind], limit);
    // `limit` slices; the first of each is kept.
    if (number == 0 || number * limit / all != (number - 1) * limit / all) kept.push_back(mutant);
  }
  return kept;
}

}  // namespace fastmigrate
