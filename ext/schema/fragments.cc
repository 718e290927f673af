#include "schema/fragments.h"

#include <utility>

namespace fastmigrate {
namespace {

// Whether a COLLATE behind these tokens belongs to all of them: one token, (...) or f(...).
bool IsClosed(Tokens tokens) {
  if (tokens.size() == 1) return true;
  if (tokens.empty()) return false;
  if (tokens[0].kind == TokenKind::kWord && !tokens[0].Is("NOT")) tokens = tokens.subspan(1);
  return tokens[0].IsOperator("(") &&
         (tokens.size() == 2 || WithoutOuterParentheses(tokens).size() < tokens.size());
}

Result<KeyColumn> ParseKeyColumn(Tokens tokens, const Table& table, const NameSet& names) {
  KeyColumn key;
  if (tokens.size() > 1 && IsOneOf(tokens.back(), {"ASC", "DESC"})) {
    key.descending = tokens.back().Is("DESC");
    tokens = tokens.first(tokens.size() - 1);
  }
  tokens = WithoutOuterParentheses(tokens);
  while (tokens.size() > 2 && tokens[tokens.size() - 2].Is("COLLATE") &&
         IsClosed(tokens.first(tokens.size() - 2))) {
    if (key.collation.text.empty()) key.collation.text = Unquoted(tokens.back());
    tokens = WithoutOuterParentheses(tokens.first(tokens.size() - 2));
  }
  if (tokens.empty()) return MakeError("a column is missing");
  const Column* column = nullptr;
  if (tokens.size() == 1 && tokens[0].kind != TokenKind::kNumber) {
    column = FindColumn(table, Unquoted(tokens[0]));
  }
  if (column == nullptr) {
    key.is_column = false;
    key.expression = {Spelled(tokens), Canonical(tokens, names)};
    return key;
  }
  key.expression = {NameText(column->name), Folded(column->name.text)};
  if (CollationName(key.collation) == column->collation) key.collation = {};
  return key;
}

}  // namespace

Fragment ExpressionFragment(Tokens tokens, const NameSet& names) {
  Tokens inside = WithoutOuterParentheses(tokens);
  return {Spelled(inside), Canonical(inside, names)};
}

Fragment TypeFragment(Tokens tokens) {
  if (tokens.empty()) return {};
  std::string text = tokens[0].kind == TokenKind::kWord ? Spelled(tokens) : Unquoted(tokens[0]);
  std::string canonical;
  for (const Token& token : SqlTokens(text)) {
    if (!canonical.empty()) canonical += ' ';
    canonical += Folded(token.text);
  }
  return {text, canonical};
}

Fragment DefaultFragment(Tokens tokens) {
  Fragment fragment = ExpressionFragment(tokens, {});
  Tokens inside = WithoutOuterParentheses(tokens);
  if (inside.size() != 1) return fragment;
  bool is_string = inside[0].kind == TokenKind::kQuotedName;
  if (inside[0].kind == TokenKind::kWord) {
    is_string = !IsOneOf(
        inside[0], {"NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"});
  }
  if (is_string) fragment.canonical = StringLiteral(Unquoted(inside[0]));
  return fragment;
}

Name CollationName(const Name& name) { return name == Name{"BINARY"} ? Name{} : name; }

NameSet NamesIn(const Table& table) {
  NameSet names = {"rowid", "oid", "_rowid_", Folded(table.name.text)};
  for (const Column& column : table.columns) names.insert(Folded(column.name.text));
  return names;
}

Result<std::vector<KeyColumn>> ParseKeyColumns(Tokens list, const Table& table,
                                               const NameSet& names) {
  std::vector<KeyColumn> columns;
  for (Tokens part : SplitAtCommas(list)) {
    Result<KeyColumn> column = ParseKeyColumn(part, table, names);
    if (!column) return column.error();
    columns.push_back(*column);
  }
  return columns;
}

}  // namespace fastmigrate
