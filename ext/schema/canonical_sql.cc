#include "schema/canonical_sql.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

// Words whose meaning changes, or which are a syntax error, when they stand bare in place of a
// quoted name. Sorted. These are the keywords of SQLite's grammar (parse.y) without those that it
// takes for a name where a keyword does not fit, and with a few that name a literal or a special
// form.
constexpr auto kReserved = std::to_array<std::string_view>(
    {"add",        "all",        "alter",      "and",          "as",           "autoincrement",
     "between",    "case",       "cast",       "check",        "collate",      "commit",
     "constraint", "create",     "cross",      "current_date", "current_time", "current_timestamp",
     "default",    "deferrable", "delete",     "distinct",     "drop",         "else",
     "escape",     "except",     "exists",     "false",        "foreign",      "from",
     "full",       "group",      "having",     "in",           "index",        "indexed",
     "inner",      "insert",     "intersect",  "into",         "is",           "isnull",
     "join",       "left",       "limit",      "natural",      "not",          "nothing",
     "notnull",    "null",       "on",         "or",           "order",        "outer",
     "primary",    "raise",      "references", "returning",    "right",        "select",
     "set",        "table",      "then",       "to",           "transaction",  "true",
     "union",      "unique",     "update",     "using",        "values",       "when",
     "where"});

// Before a token that may be a name or a string: no SQL of a schema has a variable.
constexpr char kUndecided = '?';

bool IsPlainWord(std::string_view name) {
  Lexer lexer(name);
  Token token = lexer.Next();
  return token.kind == TokenKind::kWord && token.text.size() == name.size();
}

// Whether a quoted token at `i` can only be a name.
bool IsNamePosition(Tokens tokens, size_t i) {
  if (i + 1 < tokens.size() && (tokens[i + 1].IsOperator(".") || tokens[i + 1].IsOperator("("))) {
    return true;
  }
  if (i == 0) return false;
  const Token& before = tokens[i - 1];
  if (before.Is("BY")) return i > 1 && tokens[i - 2].Is("INDEXED");
  if (before.Is("FROM")) return i < 2 || !tokens[i - 2].Is("DISTINCT");  // IS DISTINCT FROM "x"
  return before.IsOperator(".") || EndsOperand(before) ||
         IsOneOf(before, {"JOIN", "INTO", "UPDATE", "AS", "TABLE", "COLLATE", "WITH", "SET"});
}

// LEFT and its like are keywords before JOIN only: FROM a "left" JOIN b, but SELECT "left".
std::string CanonicalName(Tokens tokens, size_t i, const std::string& name) {
  std::string folded = Lowered(name);
  if (IsPlainWord(folded)) {
    if (!IsReserved(folded)) return folded;
    bool before_join = i + 1 < tokens.size() && IsJoinWord(tokens[i + 1]);
    if (folded != "join" && !before_join && IsJoinWord({TokenKind::kWord, 0, folded})) {
      return folded;
    }
  }
  return Quoted(folded, '"');
}

void AppendCanonical(Tokens tokens, size_t i, std::string* canonical) {
  const Token& token = tokens[i];
  switch (token.kind) {
    case TokenKind::kWord:
    case TokenKind::kNumber:
    case TokenKind::kBlob:
      std::transform(token.text.begin(), token.text.end(), std::back_inserter(*canonical), Lower);
      break;
    case TokenKind::kQuotedName:
      if (IsDoubleQuoted(token) && !IsNamePosition(tokens, i)) {
        *canonical += kUndecided;
        *canonical += token.text;
      } else {
        *canonical += CanonicalName(tokens, i, Unquoted(token));
      }
      break;
    default:
      *canonical += token.text;
  }
}

void AppendMeaning(Tokens tokens, size_t i, const Meaning& meaning, std::string* canonical) {
  switch (meaning.kind) {
    case Meaning::kName:
      *canonical +=
          CanonicalName(tokens, i, meaning.name.empty() ? Unquoted(tokens[i]) : meaning.name);
      break;
    case Meaning::kString:
      *canonical += StringLiteral(Unquoted(tokens[i]));
      break;
    case Meaning::kEither:
      *canonical += kUndecided;
      *canonical += tokens[i].text;
  }
}

// What decides whether AS and ASC may be left out: the parenthesis we are in.
struct Parenthesis {
  bool cast = false;      // CAST(x AS type): AS stays
  bool order_by = false;  // ORDER BY has begun
};

bool IsOptionalAs(Tokens tokens, size_t i, const Parenthesis& scope) {
  if (!tokens[i].Is("AS") || scope.cast || i == 0 || i + 1 == tokens.size()) return false;
  const Token& alias = tokens[i + 1];
  if (alias.kind == TokenKind::kWord) {
    return !IsReserved(Lowered(alias.text)) && !alias.Is("MATERIALIZED");
  }
  return alias.kind == TokenKind::kQuotedName || alias.kind == TokenKind::kString;
}

bool IsOptionalAsc(Tokens tokens, size_t i, const Parenthesis& scope) {
  return tokens[i].Is("ASC") && scope.order_by && i > 0 && EndsOperand(tokens[i - 1]);
}

// For speed: whether the token is of interest to Follow(), IsOptionalAs() or IsOptionalAsc().
bool MayMatter(const Token& token) {
  if (token.kind == TokenKind::kWord) {
    return std::string_view("AaBbLlSs").find(token.text[0]) != std::string_view::npos &&
           token.text.size() <= 6;
  }
  return token.text == "(" || token.text == ")" || token.kind == TokenKind::kSemicolon;
}

void Follow(Tokens tokens, size_t i, std::vector<Parenthesis>* scopes) {
  const Token& token = tokens[i];
  if (token.IsOperator("(")) {
    scopes->push_back({.cast = i > 0 && tokens[i - 1].Is("CAST")});
  } else if (token.IsOperator(")")) {
    if (scopes->size() > 1) scopes->pop_back();
  } else if (token.Is("BY")) {
    scopes->back().order_by = i > 0 && tokens[i - 1].Is("ORDER");
  } else if (token.Is("SELECT") || token.Is("LIMIT") || token.kind == TokenKind::kSemicolon) {
    scopes->back().order_by = false;
  }
}

}  // namespace

std::vector<Token> SqlTokens(std::string_view sql) {
  std::vector<Token> tokens;
  tokens.reserve(sql.size() / 6 + 1);
  Lexer lexer(sql);
  for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    // SQLite takes a comment without its end for a comment.
    if (token.kind == TokenKind::kUnterminated && token.text[0] == '/') break;
    tokens.push_back(token);
  }
  return tokens;
}

bool IsOneOf(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return token.Is(word); });
}

bool IsQuoted(const Token& token) {
  return token.kind == TokenKind::kQuotedName || token.kind == TokenKind::kString;
}

bool IsDoubleQuoted(const Token& token) {
  return token.kind == TokenKind::kQuotedName && token.text[0] == '"';
}

bool IsReserved(std::string_view folded) {
  return std::binary_search(kReserved.begin(), kReserved.end(), folded);
}

bool EndsOperand(const Token& token) {
  switch (token.kind) {
    case TokenKind::kQuotedName:
    case TokenKind::kString:
    case TokenKind::kBlob:
    case TokenKind::kNumber:
      return true;
    case TokenKind::kOperator:
      return token.text == ")";
    case TokenKind::kWord:
      if (IsOneOf(token,
                  {"NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"})) {
        return true;
      }
      return !IsReserved(Lowered(token.text)) &&
             !IsOneOf(token, {"LIKE", "GLOB", "REGEXP", "MATCH", "BY", "OFFSET"});
    default:
      return false;
  }
}

bool IsJoinWord(const Token& token) {
  return IsOneOf(token, {"CROSS", "FULL", "INNER", "JOIN", "LEFT", "NATURAL", "OUTER", "RIGHT"});
}

std::string NameAsSql(std::string_view name) {
  return IsPlainWord(name) && !IsReserved(Lowered(name)) ? std::string(name) : Quoted(name, '"');
}

std::string StringLiteral(std::string_view text) { return Quoted(text, '\''); }

std::string Spelled(Tokens tokens) {
  std::string text;
  size_t end = tokens.empty() ? 0 : tokens.front().offset;
  for (const Token& token : tokens) {
    if (token.offset > end) text += ' ';
    text += token.text;
    end = token.offset + token.text.size();
  }
  return text;
}

std::string Canonical(Tokens tokens, const Meanings& meanings) {
  std::string canonical;
  if (!tokens.empty()) canonical.reserve(tokens.back().offset - tokens.front().offset);
  std::vector<Parenthesis> scopes(1);
  auto meaning = meanings.begin();
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (MayMatter(tokens[i])) {
      Follow(tokens, i, &scopes);
      const Parenthesis& scope = scopes.back();
      if (IsOptionalAs(tokens, i, scope) || IsOptionalAsc(tokens, i, scope)) continue;
    }
    if (!canonical.empty()) canonical += ' ';
    while (meaning != meanings.end() && meaning->first < i) ++meaning;
    if (meaning != meanings.end() && meaning->first == i) {
      AppendMeaning(tokens, i, meaning->second, &canonical);
    } else {
      AppendCanonical(tokens, i, &canonical);
    }
  }
  return canonical;
}

Tokens WithoutOuterParentheses(Tokens tokens) {
  std::vector<size_t> open;
  std::vector<size_t> close_of(tokens.size(), 0);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].IsOperator("(")) open.push_back(i);
    if (tokens[i].IsOperator(")") && !open.empty()) {
      close_of[open.back()] = i;
      open.pop_back();
    }
  }
  size_t begin = 0;
  size_t end = tokens.size();
  while (begin + 2 < end && tokens[begin].IsOperator("(") && close_of[begin] == end - 1) {
    ++begin;
    --end;
  }
  return tokens.subspan(begin, end - begin);
}

std::vector<Tokens> SplitAtCommas(Tokens tokens) {
  std::vector<Tokens> parts;
  size_t begin = 0;
  size_t depth = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].IsOperator("(")) ++depth;
    if (tokens[i].IsOperator(")") && depth > 0) --depth;
    if (tokens[i].IsOperator(",") && depth == 0) {
      parts.push_back(tokens.subspan(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(tokens.subspan(begin));
  return parts;
}

}  // namespace fastmigrate
