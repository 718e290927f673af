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
// name. It is a name here when it is one of the names given, or stands where only a name can
// (beside a dot, after FROM, before a parenthesis, ...); otherwise it is a string, whose letter
// case counts. ALTER TABLE makes the same rewriting to 'x'.

#ifndef FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_
#define FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_

#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace fastmigrate {

using Tokens = std::span<const Token>;
using NameSet = std::set<std::string, std::less<>>;  // folded

// The tokens of the text without white space and comments. The text must outlive them.
std::vector<Token> SqlTokens(std::string_view sql);

// Whether the token is one of these keywords.
bool IsOneOf(const Token& token, std::initializer_list<std::string_view> keywords);

// ASCII letters made small.
std::string Folded(std::string_view name);

// A name as SQL: bare when it is a plain word that SQLite takes for a name, else "quoted".
std::string NameAsSql(std::string_view name);

// 'text', with quotes in it doubled.
std::string StringLiteral(std::string_view text);

// The tokens as they were written, with one space where there was white space or a comment.
std::string Spelled(Tokens tokens);

// The canonical spelling. `names` are what "x" may be the name of.
std::string Canonical(Tokens tokens, const NameSet& names);

// The double-quoted tokens that may be strings.
void CollectUndecided(Tokens tokens, NameSet* undecided);

// Of the undecided ones, those that these tokens use as a name: as a bare word, or where only a
// name can stand.
void CollectNames(Tokens tokens, const NameSet& undecided, NameSet* names);

// Without the parentheses that enclose all of it, however many.
Tokens WithoutOuterParentheses(Tokens tokens);

// The parts between the commas that are in no parentheses; one part when there is none.
std::vector<Tokens> SplitAtCommas(Tokens tokens);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_CANONICAL_SQL_H_
