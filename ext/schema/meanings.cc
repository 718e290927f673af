#include "schema/meanings.h"

#include <string>
#include <utility>
#include <vector>

#include "schema/select_walker.h"

namespace fastmigrate {
namespace {

using Range = SelectWalker::Range;

// What a trigger puts around its statements.
Scope TriggerScope(const std::string& table, const Catalog& catalog) {
  Scope scope;
  for (const char* name : {"new", "old"}) {
    Relation relation = catalog.Find(table);
    relation.name = name;
    relation.qualified_only = true;
    scope.relations.push_back(std::move(relation));
  }
  return scope;
}

class TriggerWalker {
 public:
  TriggerWalker(Tokens body, const Scope& around, const Catalog& catalog)
      : walker_(body, catalog), around_(around) {}

  Meanings Walk(Tokens body);

 private:
  void Statement(Range range);
  void Insert(Range range);
  void Upsert(Range range, const Scope& scope);
  void Update(Range range);
  void Delete(Range range);
  Scope TakeTarget(size_t* at);
  void Assignments(Range range, const Scope& scope);

  SelectWalker walker_;
  const Scope& around_;
};

Meanings TriggerWalker::Walk(Tokens body) {
  size_t begin = 0;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i].kind != TokenKind::kSemicolon) continue;
    Statement({begin, i});
    begin = i + 1;
  }
  return walker_.Take();
}

void TriggerWalker::Statement(Range range) {
  if (walker_.Is(range.begin, "INSERT") || walker_.Is(range.begin, "REPLACE")) {
    Insert(range);
  } else if (walker_.Is(range.begin, "UPDATE")) {
    Update(range);
  } else if (walker_.Is(range.begin, "DELETE")) {
    Delete(range);
  } else {
    walker_.Select(range, &around_);
  }
}

// The table that a statement changes, with the index it names.
Scope TriggerWalker::TakeTarget(size_t* at) {
  std::string name = walker_.TakeName(at);
  if (walker_.IsOperator(*at, ".")) name = walker_.TakeName(&++*at);
  Scope scope;
  scope.outer = &around_;
  scope.relations.push_back(walker_.catalog().Find(name));
  scope.relations.back().name = name;
  if (walker_.Is(*at, "AS")) scope.relations.back().name = walker_.TakeName(&++*at);
  if (walker_.Is(*at, "INDEXED") && walker_.Is(*at + 1, "BY")) {
    *at += 2;
    walker_.TakeName(at);
  }
  if (walker_.Is(*at, "NOT") && walker_.Is(*at + 1, "INDEXED")) *at += 2;
  return scope;
}

// INSERT OR x INTO t(a, b) SELECT ... ON CONFLICT ...
void TriggerWalker::Insert(Range range) {
  size_t at = walker_.Find(range, "INTO") + 1;
  if (at >= range.end) return walker_.Fail();
  Scope scope = TakeTarget(&at);
  if (walker_.IsOperator(at, "(")) {
    const size_t begin = at + 1;
    walker_.TakeNames(&at);
    for (size_t i = begin; i + 1 < at; ++i) walker_.NoteRowid(i, scope.relations.front());
  }
  if (walker_.Is(at, "DEFAULT")) return;
  size_t conflict = walker_.Find({at, range.end}, "ON");
  while (conflict < range.end && !walker_.Is(conflict + 1, "CONFLICT")) {  // of a JOIN
    conflict = walker_.Find({conflict + 1, range.end}, "ON");
  }
  walker_.Select({at, conflict}, &around_);
  if (conflict == range.end) return;
  Relation excluded = scope.relations.front();
  excluded.name = "excluded";
  excluded.qualified_only = true;
  scope.relations.push_back(std::move(excluded));
  Upsert({conflict, range.end}, scope);
}

// ON CONFLICT (a) WHERE b DO UPDATE SET a = 1 WHERE c ON CONFLICT ...
void TriggerWalker::Upsert(Range range, const Scope& scope) {
  size_t at = range.begin;
  while (at < range.end) {
    const size_t action = walker_.Find({at, range.end}, "DO");
    walker_.Expression({at + 2, action}, &scope);
    size_t end = walker_.Find({action, range.end}, "ON");
    const size_t set = walker_.Find({action, end}, "SET");
    const size_t where = walker_.Find({action, end}, "WHERE");
    if (set < end) Assignments({set + 1, where}, scope);
    if (where < end) walker_.Expression({where + 1, end}, &scope);
    at = end;
  }
}

void TriggerWalker::Update(Range range) {
  size_t at = range.begin + 1;
  if (walker_.Is(at, "OR")) at += 2;
  Scope scope = TakeTarget(&at);
  if (!walker_.Is(at, "SET")) return walker_.Fail();
  const size_t where = walker_.Find({at, range.end}, "WHERE");
  const size_t from = walker_.FindFrom({at, where});
  std::vector<Range> later;
  if (from < where) walker_.From({from + 1, where}, &scope, nullptr, &later);
  Assignments({at + 1, from}, scope);
  if (where < range.end) later.push_back({where + 1, range.end});
  for (Range expression : later) walker_.Expression(expression, &scope);
}

// a = 1, (b, c) = (2, 3)
void TriggerWalker::Assignments(Range range, const Scope& scope) {
  for (size_t at = range.begin; at < range.end; ++at) {
    const size_t names = at;
    if (walker_.IsOperator(at, "(")) {
      walker_.TakeNames(&at);
    } else {
      walker_.TakeName(&at);
    }
    for (size_t i = names; i < at; ++i) walker_.NoteRowid(i, scope.relations.front());
    if (!walker_.IsOperator(at, "=")) return walker_.Fail();
    const size_t begin = at;
    while (at < range.end && !walker_.IsOperator(at, ",")) {
      at = walker_.IsOperator(at, "(") ? walker_.Behind(at) : at + 1;
    }
    walker_.Expression({begin, at}, &scope);
  }
}

void TriggerWalker::Delete(Range range) {
  size_t at = walker_.Find(range, "FROM") + 1;
  if (at >= range.end) return walker_.Fail();
  const Scope scope = TakeTarget(&at);
  if (at == range.end) return;
  if (!walker_.Is(at, "WHERE")) return walker_.Fail();
  walker_.Expression({at + 1, range.end}, &scope);
}

}  // namespace

Meanings ExpressionMeanings(Tokens expression, const Scope& scope) {
  const Catalog catalog;
  SelectWalker walker(expression, catalog);
  walker.Expression({0, expression.size()}, &scope);
  return walker.Take();
}

SelectMeanings MeaningsOfSelect(Tokens select, const Catalog& catalog) {
  SelectWalker walker(select, catalog);
  Relation columns = walker.Select({0, select.size()}, nullptr);
  if (walker.failed()) columns = OpenRelation();
  return {walker.Take(), std::move(columns)};
}

Meanings MeaningsOfTrigger(Tokens body, const std::string& table, const Catalog& catalog) {
  const Scope around = TriggerScope(table, catalog);
  return TriggerWalker(body, around, catalog).Walk(body);
}

Meanings MeaningsOfWhen(Tokens condition, const std::string& table, const Catalog& catalog) {
  const Scope around = TriggerScope(table, catalog);
  SelectWalker walker(condition, catalog);
  walker.Expression({0, condition.size()}, &around);
  return walker.Take();
}

}  // namespace fastmigrate
