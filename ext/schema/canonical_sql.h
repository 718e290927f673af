// SQL text in canonical spelling, so that comparing strings compares meaning.
//
// Words are in small letters, one space is between tokens, names are bare where they may be:
//
//   SELECT [Id], "name" AS n  -- c   =>  select id , name n
//
// What is left out: comments, `AS` before an alias, `ASC` in ORDER BY. Strings and numbers stay as
// they are. Nothing is parsed here, so two spellings of one expression (a <> b, a != b) differ.
//
// "x" is the hard case: SQLite takes it for a name, and for the string 'x' when there is no such
// name in scope. Which it is, is found by meanings.h and given to Canonical() as Meanings; the same
// for 'x', which is a name in FROM 'x' and AS 'x', and for true, false and rowid, which may be
// names of columns. Where it is not known, "x" is equal to nothing but "x", in this letter case.

#ifndef FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_
#define FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_

#include <cstddef>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "sql/lexer.h"

namespace fastmigrate {

using Tokens = std::span<const Token>;
using NameSet = std::set<std::string, std::less<>>;  // folded

// The tokens of the text without white space and comments. The text must outlive them.
std::vector<Token> SqlTokens(std::string_view sql);

// Whether the token is one of these keywords.
bool IsOneOf(const Token& token, std::initializer_list<std::string_view> keywords);

// A name as SQL: bare when it is a plain word that SQLite takes for a name, else "quoted".
std::string NameAsSql(std::string_view name);

// 'text', with quotes in it doubled.
std::string StringLiteral(std::string_view text);

// The tokens as they were written, with one space where there was white space or a comment.
std::string Spelled(Tokens tokens);

// What a token stands for, where its text alone does not say it.
struct Meaning {
  enum Kind { kName, kString, kEither };

  Kind kind = kEither;
  std::string name;  // of kName: the name to write instead of its own; empty: its own
};
using Meanings = std::map<size_t, Meaning>;  // by the index of the token

// The canonical spelling. A double-quoted token without a meaning is a name where only a name can
// stand (beside a dot, behind FROM, before a parenthesis, ...), else kEither.
std::string Canonical(Tokens tokens, const Meanings& meanings = {});

// Whether an expression may end with this token, so that a name behind it is an alias.
bool EndsOperand(const Token& token);

// "x", `x`, [x] and 'x'; "x" alone.
bool IsQuoted(const Token& token);
bool IsDoubleQuoted(const Token& token);

// Whether the word, standing bare, is never a name.
bool IsReserved(std::string_view folded);

// CROSS, FULL, INNER, JOIN, LEFT, NATURAL, OUTER, RIGHT.
bool IsJoinWord(const Token& token);

// Without the parentheses that enclose all of it, however many.
Tokens WithoutOuterParentheses(Tokens tokens);

// The parts between the commas that are in no parentheses; one part when there is none.
std::vector<Tokens> SplitAtCommas(Tokens tokens);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_
