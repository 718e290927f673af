// FROM and expressions: the other half of select_walker.h.

#include <string>
#include <utility>
#include <vector>

#include "schema/select_walker.h"

namespace fastmigrate {

void SelectWalker::From(Range range, Scope* scope, With* with, std::vector<Range>* later) {
  size_t at = range.begin;
  while (!failed_) {
    at = FromItem({at, range.end}, scope, with, later);
    if (failed_ || at >= range.end) return;
    const size_t behind = BehindJoin(at, range);
    if (behind == at) return Fail();
    at = behind;
  }
}

size_t SelectWalker::FromItem(Range range, Scope* scope, With* with, std::vector<Range>* later) {
  size_t at = range.begin;
  if (IsOperator(at, "(") && !StartsSelect(at + 1)) {
    From({at + 1, close_of_[at]}, scope, with, later);
    at = Behind(at);
    std::string name;
    TakeAlias(&at, range, &name);
  } else {
    Relation relation = Source(&at, range, scope->outer, with, later);
    if (failed_) return at;
    TakeAlias(&at, range, &relation.name);
    scope->relations.push_back(std::move(relation));
  }
  if (Is(at, "INDEXED") && Is(at + 1, "BY")) {
    at += 2;
    TakeName(&at);
  }
  if (Is(at, "NOT") && Is(at + 1, "INDEXED")) at += 2;
  if (at < range.end && Is(at, "USING") && IsOperator(at + 1, "(")) TakeNames(&++at);
  if (at >= range.end || !Is(at, "ON")) return at;
  const size_t begin = at + 1;
  for (at = begin; at < range.end && BehindJoin(at, range) == at; ++at) {
    if (IsOperator(at, "(")) at = close_of_[at];
  }
  later->push_back({begin, at});
  return at;
}

// A subquery, a table or a table-valued function.
Relation SelectWalker::Source(size_t* at, Range range, const Scope* outer, With* with,
                              std::vector<Range>* later) {
  if (IsOperator(*at, "(")) {
    Relation relation = Select({*at + 1, close_of_[*at]}, outer, with);
    *at = Behind(*at);
    return relation;
  }
  std::string name = TakeName(at);
  if (failed_ || !IsOperator(*at, ".")) {
    if (*at < range.end && IsOperator(*at, "(")) {
      later->push_back({*at + 1, close_of_[*at]});
      *at = Behind(*at);
    }
    return NamedSource(name, outer, with);
  }
  ++*at;
  const bool is_main = name == "main";
  name = TakeName(at);
  if (is_main) return NamedSource(name, outer, nullptr);
  Relation relation = OpenRelation();
  relation.name = name;
  return relation;
}

Relation SelectWalker::NamedSource(const std::string& name, const Scope* outer, With* with) const {
  for (; with != nullptr; with = with->outer) {
    for (const With::Table& table : with->tables) {
      if (table.name != name) continue;
      if (outer != with->place && outer != &with->unknown) with->is_used_inside = true;
      Relation relation = table.relation;
      relation.name = name;
      return relation;
    }
  }
  Relation relation = catalog_.Find(name);
  relation.name = name;
  return relation;
}

void SelectWalker::TakeAlias(size_t* at, Range range, std::string* name) {
  if (*at >= range.end) return;
  if (Is(*at, "AS")) {
    ++*at;
    *name = TakeName(at);
    return;
  }
  if (!IsName(*at)) return;
  const Token& token = tokens_[*at];
  if (token.kind == TokenKind::kWord &&
      (IsReserved(Lowered(token.text)) || IsJoinWord(token) || token.Is("INDEXED"))) {
    return;
  }
  *name = TakeName(at);
}

// Behind the comma or JOIN that stands there; `at` when there is none. LEFT and its like may be
// names.
size_t SelectWalker::BehindJoin(size_t at, Range range) const {
  if (IsOperator(at, ",")) return at + 1;
  if (at > 0 && IsOperator(at - 1, ".")) return at;
  for (size_t i = at; i < range.end && IsJoinWord(tokens_[i]); ++i) {
    if (Is(i, "JOIN")) return i + 1;
  }
  return at;
}

// Expressions

void SelectWalker::Expression(Range range, const Scope* scope, With* with) {
  for (size_t i = range.begin; i < range.end && !failed_; ++i) {
    if (IsOperator(i, "(") && StartsSelect(i + 1)) {
      Select({i + 1, close_of_[i]}, scope, with);
      i = close_of_[i];
    } else if (IsOperator(i, "(") && i > 0 && Is(i - 1, "OVER") && i + 1 < range.end &&
               IsQuoted(tokens_[i + 1])) {
      NoteWindow(++i);  // OVER (base ORDER BY ...)
    } else if (IsOperator(i + 1, "(") && (Is(i, "CAST") || Is(i, "RAISE"))) {
      i = SpecialCall(i, scope, with);
    } else if (IsName(i)) {
      Operand(i, scope);
    }
  }
}

// CAST(x AS type), RAISE(FAIL, "text"): moves to its end.
size_t SelectWalker::SpecialCall(size_t at, const Scope* scope, With* with) {
  const size_t close = close_of_[at + 1];
  if (Is(at, "CAST")) {
    const size_t as = Find({at + 2, close}, "AS");
    Expression({at + 2, as}, scope, with);
    if (as + 1 < close) NoteName(as + 1);
    return close;
  }
  // Before SQLite 3.47 a name, which is the text, in any quotes; an expression since.
  const size_t text = at + 4;
  if (text + 1 != close || !IsName(text)) {
    Expression({at + 2, close}, scope, with);
  } else if (tokens_[text].kind != TokenKind::kString) {
    const Meaning meaning = Lookup(scope, Lowered(Unquoted(tokens_[text])));
    const bool is_string = IsDoubleQuoted(tokens_[text]) && meaning.kind == Meaning::kString;
    meanings_[text] = {is_string ? Meaning::kString : Meaning::kEither, {}};
  }
  return close;
}

void SelectWalker::Operand(size_t at, const Scope* scope) {
  if (IsOperator(at + 1, "(")) return NoteName(at);
  if (IsOperator(at + 1, ".")) return NoteName(at);
  if (at > 0 && IsOperator(at - 1, ".")) return NoteColumn(at, scope);
  if (at > 0 && IsOneOf(tokens_[at - 1], {"COLLATE", "IN"})) return NoteName(at);
  if (at > 0 && Is(at - 1, "OVER")) return NoteWindow(at);
  const Token& token = tokens_[at];
  if (token.kind == TokenKind::kString) return;
  const std::string name = Lowered(Unquoted(token));
  if (IsDoubleQuoted(token)) {
    meanings_[at] = Lookup(scope, name);
  } else if (IsRowidName(name) ||
             (token.kind == TokenKind::kWord && IsOneOf(token, {"TRUE", "FALSE"}))) {
    Meaning meaning = Lookup(scope, name);
    if (meaning.kind == Meaning::kName) meanings_[at] = std::move(meaning);
  }
}

void SelectWalker::NoteRowid(size_t at, const Relation& relation) {
  if (!IsName(at)) return;
  std::string key = KeyCalled(relation, Lowered(Unquoted(tokens_[at])));
  if (!key.empty()) meanings_[at] = {Meaning::kName, std::move(key)};
}

// A column with its table before it.
void SelectWalker::NoteColumn(size_t at, const Scope* scope) {
  NoteName(at);
  if (at < 2 || !IsName(at - 2)) return;
  std::string key =
      KeyCalled(scope, Lowered(Unquoted(tokens_[at - 2])), Lowered(Unquoted(tokens_[at])));
  if (!key.empty()) meanings_[at] = {Meaning::kName, std::move(key)};
}

}  // namespace fastmigrate
