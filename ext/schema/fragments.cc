#include "schema/fragments.h"

#include <utility>

#include "schema/meanings.h"

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

std::string CanonicalType(Tokens tokens) {
  std::string canonical;
  for (const Token& token : tokens) {
    if (!canonical.empty()) canonical += ' ';
    canonical += Lowered(token.text);
  }
  return canonical;
}

// The canonical spelling of a quoted type: that of the same words without quotes, if they could
// stand so.
std::string CanonicalQuotedType(const std::string& type) {
  const std::vector<Token> tokens = SqlTokens(type);
  if (Spelled(tokens) != type || type.empty()) return Quoted(Lowered(type), '"');
  return CanonicalType(tokens);
}

Result<KeyColumn> ParseKeyColumn(Tokens tokens, const Table& table, const Scope& scope) {
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
    key.expression = ExpressionFragment(tokens, scope);
    return key;
  }
  key.expression = {NameText(column->name), Lowered(column->name.text)};
  key.written_collation.text = Lowered(key.collation.text);
  if (CollationName(key.collation) == column->collation) key.collation = {};
  return key;
}

}  // namespace

Fragment ExpressionFragment(Tokens tokens, const Scope& scope) {
  Tokens inside = WithoutOuterParentheses(tokens);
  return {Spelled(inside), Canonical(inside, ExpressionMeanings(inside, scope))};
}

Fragment TypeFragment(Tokens tokens) {
  if (tokens.empty()) return {};
  if (tokens[0].kind == TokenKind::kWord) return {Spelled(tokens), CanonicalType(tokens)};
  const std::string type = Unquoted(tokens[0]);
  const std::string canonical = CanonicalQuotedType(type);
  return {canonical.starts_with('"') ? Quoted(type, '"') : type, canonical};
}

Fragment DefaultFragment(Tokens tokens) {
  Fragment fragment = ExpressionFragment(tokens, Scope());
  Tokens inside = WithoutOuterParentheses(tokens);
  if (inside.size() != 1) return fragment;
  bool is_string = inside[0].kind == TokenKind::kQuotedName;
  if (inside[0].kind == TokenKind::kWord) {
    is_string = !IsOneOf(
        inside[0], {"NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"});
  }
  if (inside[0].Is("NULL")) return {};
  if (is_string) fragment.canonical = StringLiteral(Unquoted(inside[0]));
  return fragment;
}

Name CollationName(const Name& name) { return name == Name{"BINARY"} ? Name{} : name; }

Scope ScopeIn(const Table& table) {
  Scope scope;
  scope.relations.push_back(RelationOf(table));
  return scope;
}

Scope ScopeWithoutRowid(const Table& table) {
  Scope scope = ScopeIn(table);
  scope.has_rowid = false;
  return scope;
}

Result<std::vector<KeyColumn>> ParseKeyColumns(Tokens list, const Table& table) {
  const Scope scope = ScopeWithoutRowid(table);
  std::vector<KeyColumn> columns;
  for (Tokens part : SplitAtCommas(list)) {
    Result<KeyColumn> column = ParseKeyColumn(part, table, scope);
    if (!column) return column.error();
    columns.push_back(*column);
  }
  return columns;
}

}  // namespace fastmigrate
