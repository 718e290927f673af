#include "schema/select_walker.h"

#include <algorithm>

namespace fastmigrate {
namespace {

constexpr size_t kMaxDepth = 60;        // of SELECTs in SELECTs
constexpr size_t kMaxDepthOfTwice = 3;  // of those whose common tables are walked twice

}  // namespace

struct SelectWalker::Core {
  Range range;
  Range result, from, where, group, having, window;
  Scope scope;
  Relation columns;
};

SelectWalker::SelectWalker(Tokens tokens, const Catalog& catalog)
    : tokens_(tokens), catalog_(catalog), close_of_(tokens.size(), tokens.size()) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].IsOperator("(")) open.push_back(i);
    if (!tokens[i].IsOperator(")")) continue;
    if (open.empty()) {
      Fail();
      return;
    }
    close_of_[open.back()] = i;
    open.pop_back();
  }
  if (!open.empty()) Fail();
}

bool SelectWalker::StartsSelect(size_t at) const {
  return Is(at, "SELECT") || Is(at, "VALUES") || (Is(at, "WITH") && IsName(at + 1));
}

bool SelectWalker::IsName(size_t at) const {
  return at < tokens_.size() && (tokens_[at].kind == TokenKind::kWord || IsQuoted(tokens_[at]));
}

size_t SelectWalker::Find(Range range, std::string_view keyword) const {
  for (size_t i = range.begin; i < range.end; ++i) {
    if (IsOperator(i, "(")) i = close_of_[i];
    if (Is(i, keyword)) return i;
  }
  return range.end;
}

size_t SelectWalker::FindFrom(Range range) const {
  size_t from = Find(range, "FROM");
  while (from < range.end && from > 0 && Is(from - 1, "DISTINCT")) {  // a IS DISTINCT FROM b
    from = Find({from + 1, range.end}, "FROM");
  }
  return from;
}

std::vector<SelectWalker::Range> SelectWalker::Split(Range range) const {
  std::vector<Range> parts;
  size_t begin = range.begin;
  for (size_t i = range.begin; i < range.end; ++i) {
    if (IsOperator(i, "(")) i = close_of_[i];
    if (!IsOperator(i, ",")) continue;
    parts.push_back({begin, i});
    begin = i + 1;
  }
  parts.push_back({begin, range.end});
  return parts;
}

void SelectWalker::NoteName(size_t at) {
  if (IsQuoted(tokens_[at])) meanings_[at] = {Meaning::kName, {}};
}

std::string SelectWalker::TakeName(size_t* at) {
  if (!IsName(*at)) {
    Fail();
    return {};
  }
  NoteName(*at);
  return Lowered(Unquoted(tokens_[(*at)++]));
}

std::vector<std::string> SelectWalker::TakeNames(size_t* at) {
  std::vector<std::string> names;
  const size_t behind = Behind(*at);
  for (Range part : Split({*at + 1, behind - 1})) names.push_back(TakeName(&part.begin));
  *at = behind;
  return names;
}

// SELECT

Relation SelectWalker::Select(Range range, const Scope* outer, With* with, Relation* early) {
  if (failed_ || ++depth_ > kMaxDepth) {
    Fail();
    return OpenRelation();
  }
  With own;
  own.outer = with;
  own.place = outer;
  own.unknown.is_open = true;
  const size_t begin = TakeWith(range, &own);
  if (!own.tables.empty()) {
    WalkBodies(&own, &own.unknown);
    with = &own;
  }
  Relation columns = Compound({begin, range.end}, outer, with, early);
  if (!own.tables.empty() && !own.is_used_inside && depth_ <= kMaxDepthOfTwice) {
    WalkBodies(&own, outer);
  }
  --depth_;
  return columns;
}

size_t SelectWalker::TakeWith(Range range, With* own) {
  size_t at = range.begin;
  if (!Is(at, "WITH")) return at;
  ++at;
  if (Is(at, "RECURSIVE") && IsName(at + 1) && !Is(at + 1, "AS")) ++at;
  while (!failed_) {
    With::Table table;
    table.name = TakeName(&at);
    if (IsOperator(at, "(")) {
      table.has_columns = true;
      table.relation.is_open = false;
      for (const std::string& name : TakeNames(&at)) table.relation.columns.insert(name);
    }
    if (!Is(at++, "AS")) Fail();
    if (Is(at, "NOT")) ++at;
    if (Is(at, "MATERIALIZED")) ++at;
    if (failed_ || !IsOperator(at, "(")) break;
    table.body = {at + 1, close_of_[at]};
    at = Behind(at);
    own->tables.push_back(std::move(table));
    if (!IsOperator(at, ",")) return at;
    ++at;
  }
  Fail();
  return range.end;
}

void SelectWalker::WalkBodies(With* own, const Scope* outer) {
  for (With::Table& table : own->tables) {
    Relation* early = table.has_columns ? nullptr : &table.relation;
    Relation columns = Select(table.body, outer, own, early);
    if (!table.has_columns) table.relation = std::move(columns);
  }
}

Relation SelectWalker::Compound(Range range, const Scope* outer, With* with, Relation* early) {
  const size_t limit = Find(range, "LIMIT");
  const size_t order = Find({range.begin, limit}, "ORDER");
  std::vector<Core> cores;
  size_t begin = range.begin;
  for (size_t i = begin; i <= order; ++i) {
    if (i < order && IsOperator(i, "(")) i = close_of_[i];
    if (i < order && !IsOneOf(tokens_[i], {"UNION", "EXCEPT", "INTERSECT"})) continue;
    Core core;
    core.range = {begin, std::min(i, order)};
    core.scope.outer = outer;
    cores.push_back(std::move(core));
    begin = Is(i + 1, "ALL") ? i + 2 : i + 1;
  }
  for (Core& core : cores) {
    WalkCore(&core, with);
    if (early != nullptr && &core == &cores.front()) *early = core.columns;
  }
  if (order < limit) {
    if (!Is(order + 1, "BY")) Fail();
    for (Range term : Split({order + 2, limit})) WalkOrderTerm(term, cores, with);
  }
  if (limit < range.end) Expression({limit + 1, range.end}, nullptr, with);
  return cores.empty() ? OpenRelation() : std::move(cores.front().columns);
}

void SelectWalker::WalkCore(Core* core, With* with) {
  core->columns.rowid = Relation::Rowid::kUnknown;
  if (Is(core->range.begin, "VALUES")) {
    const Range rows = {core->range.begin + 1, core->range.end};
    Expression(rows, core->scope.outer, with);
    if (!IsOperator(rows.begin, "(")) return Fail();
    size_t number = Split({rows.begin + 1, close_of_[rows.begin]}).size();
    for (; number > 0; --number) {
      core->columns.columns.insert("column" + std::to_string(number));
    }
    return;
  }
  if (!Is(core->range.begin, "SELECT")) return Fail();
  SplitCore(core);
  std::vector<Range> expressions = {core->where, core->group, core->having};
  if (core->from.begin < core->from.end) From(core->from, &core->scope, with, &expressions);
  if (failed_) return;
  for (Range part : Split(core->result)) WalkResult(part, core, with);
  core->scope.sees_aliases = Scope::Aliases::kUnsure;
  WalkWindows(core->window, core->scope, with);
  core->scope.sees_aliases = Scope::Aliases::kSeen;
  for (Range expression : expressions) Expression(expression, &core->scope, with);
}

void SelectWalker::SplitCore(Core* core) const {
  size_t begin = core->range.begin + 1;
  if (Is(begin, "DISTINCT") || Is(begin, "ALL")) ++begin;
  const size_t end = core->range.end;
  size_t window = Find({begin, end}, "WINDOW");
  while (window < end && !(Is(window + 2, "AS") && IsOperator(window + 3, "("))) {
    window = Find({window + 1, end}, "WINDOW");  // a column of that name
  }
  const size_t having = Find({begin, window}, "HAVING");
  const size_t group = Find({begin, having}, "GROUP");
  const size_t where = Find({begin, group}, "WHERE");
  const size_t from = FindFrom({begin, where});
  core->result = {begin, from};
  core->from = {from + 1, where};
  core->where = {where + 1, group};
  core->group = {group + 2, having};
  core->having = {having + 1, window};
  core->window = {window + 1, end};
}

// An expression with or without alias, * or t.*.
void SelectWalker::WalkResult(Range range, Core* core, With* with) {
  if (range.begin >= range.end) return Fail();
  if (IsOperator(range.end - 1, "*") && range.end - range.begin <= 3) {
    const bool is_all = range.end - range.begin == 1;
    const std::string name = is_all ? "" : TakeName(&range.begin);
    bool is_known = false;
    for (const Relation& relation : core->scope.relations) {
      if (!is_all && relation.name != name) continue;
      is_known = true;
      AddStar(relation, core);
    }
    if (!is_known) core->columns.is_open = true;
    return;
  }
  if (!HasAlias(range)) {
    Expression(range, &core->scope, with);
    return AddColumns(range, core);
  }
  const size_t alias = range.end - 1;
  NoteName(alias);
  core->scope.aliases.insert(Lowered(Unquoted(tokens_[alias])));
  core->columns.columns.insert(Lowered(Unquoted(tokens_[alias])));
  Expression({range.begin, Is(alias - 1, "AS") ? alias - 1 : alias}, &core->scope, with);
}

bool SelectWalker::HasAlias(Range range) const {
  if (range.end - range.begin < 2 || !IsName(range.end - 1)) return false;
  const Token& last = tokens_[range.end - 1];
  const Token& before = tokens_[range.end - 2];
  if (before.Is("AS")) return true;
  if (!EndsOperand(before)) return false;
  if (before.Is("OVER") && IsOperator(range.end - 3, ")")) return false;  // sum(a) OVER w
  if (last.kind != TokenKind::kWord) return true;
  if (IsReserved(Lowered(last.text))) return false;
  if (!last.Is("END")) return true;
  size_t open_cases = 0;
  for (size_t i = range.begin; i < range.end - 1; ++i) {
    if (IsOperator(i, "(")) i = close_of_[i];
    if (Is(i, "CASE")) ++open_cases;
    if (Is(i, "END") && open_cases > 0) --open_cases;
  }
  return open_cases == 0;
}

// The name of a result without an alias: that of the column it is, else its text.
void SelectWalker::AddColumns(Range range, Core* core) {
  const size_t offset = tokens_[range.begin].offset;
  const char* text = tokens_[range.begin].text.data();
  const Token& end = tokens_[range.end - 1];
  const std::string_view span(text, end.offset + end.text.size() - offset);
  while (range.end - range.begin > 2) {
    if (Is(range.end - 2, "COLLATE")) {
      range.end -= 2;
    } else if (IsOperator(range.begin, "(") && close_of_[range.begin] == range.end - 1) {
      range = {range.begin + 1, range.end - 1};
    } else {
      break;
    }
  }
  if (IsOneOf(tokens_[range.begin], {"LIKELY", "UNLIKELY", "LIKELIHOOD"})) {
    core->columns.is_open = true;  // SQLite looks into them
    return;
  }
  const size_t last = range.end - 1;
  const bool is_column = IsName(last) && tokens_[last].kind != TokenKind::kString &&
                         (last == range.begin || IsOperator(last - 1, "."));
  std::string name = Lowered(is_column ? Unquoted(tokens_[last]) : span);
  if (auto meaning = meanings_.find(last); is_column && meaning != meanings_.end()) {
    if (meaning->second.kind == Meaning::kEither) core->columns.is_open = true;
    if (meaning->second.kind == Meaning::kString) name = Lowered(span);
    if (!meaning->second.name.empty()) name = meaning->second.name;
    if (IsRowidName(name)) name = "rowid";  // by whichever name it was selected
  }
  core->columns.columns.insert(name);
}

void SelectWalker::AddStar(const Relation& relation, Core* core) {
  core->columns.columns.insert(relation.columns.begin(), relation.columns.end());
  core->columns.is_open = core->columns.is_open || relation.is_open;
}

void SelectWalker::NoteWindow(size_t at) {
  NoteName(at);
  windows_.push_back(at);
}

// SQLite compares the names of windows quotes and all: OVER w is not WINDOW "w".
Meanings SelectWalker::Take() {
  for (size_t at : windows_) {
    const bool is_odd = std::any_of(windows_.begin(), windows_.end(), [&](size_t other) {
      return EqualIgnoringCase(Unquoted(tokens_[at]), Unquoted(tokens_[other])) &&
             !EqualIgnoringCase(tokens_[at].text, tokens_[other].text);
    });
    if (is_odd) meanings_[at] = {Meaning::kEither, {}};
  }
  return failed_ ? Meanings() : std::move(meanings_);
}

// name AS (base PARTITION BY ...), ...
void SelectWalker::WalkWindows(Range range, const Scope& scope, With* with) {
  if (range.begin >= range.end) return;
  for (Range part : Split(range)) {
    if (part.begin < part.end) NoteWindow(part.begin);
    part.begin += 3;
    if (part.begin < part.end && IsQuoted(tokens_[part.begin])) NoteWindow(part.begin++);
    Expression(part, &scope, with);
  }
}

// An alias goes before a column here. In a compound, a term means a column of any of its SELECTs.
void SelectWalker::WalkOrderTerm(Range range, const std::vector<Core>& cores, With* with) {
  size_t end = range.begin;
  while (end < range.end && !IsOneOf(tokens_[end], {"COLLATE", "ASC", "DESC", "NULLS"})) ++end;
  const bool is_word = end == range.begin + 1 && IsName(range.begin);
  if (is_word && IsDoubleQuoted(tokens_[range.begin])) {
    const std::string name = Lowered(Unquoted(tokens_[range.begin]));
    for (const Core& core : cores) {
      if (!core.scope.aliases.contains(name)) continue;
      NoteName(range.begin);
      return Expression({end, range.end}, nullptr, with);
    }
  }
  if (cores.size() == 1) return Expression(range, &cores.front().scope, with);
  Scope unknown;
  unknown.is_open = true;
  Expression(range, &unknown, with);
}

}  // namespace fastmigrate
