// Walks through a SELECT or an expression and notes what its words mean: the work of meanings.h.
//
// Positions are indexes of tokens; a range is [begin, end). Every function notes the meanings of
// its range; walking a range again, in another scope, replaces them. A text that it cannot follow
// makes it fail for good.
//
// The scope around a common table's body is that of the place where the table is used. While the
// body is walked it is taken to be unknown; when all of the statement is, and no subquery of an
// expression used the table, the body is walked again, in the scope of its WITH.

#ifndef FASTMIGRATE_SCHEMA_SELECT_WALKER_H_
#define FASTMIGRATE_SCHEMA_SELECT_WALKER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/canonical_sql.h"
#include "schema/scope.h"

namespace fastmigrate {

class SelectWalker {
 public:
  struct Range {
    size_t begin = 0;
    size_t end = 0;
  };
  struct With;

  SelectWalker(Tokens tokens, const Catalog& catalog);

  // A SELECT or VALUES, WITH included: the columns that it gives.
  Relation Select(Range range, const Scope* outer, With* with = nullptr) {
    return Select(range, outer, with, nullptr);
  }
  // An expression, or several with commas between them.
  void Expression(Range range, const Scope* scope, With* with = nullptr);
  // What stands behind FROM: its relations are added to the scope; its expressions, which may speak
  // of all of them, to `later`.
  void From(Range range, Scope* scope, With* with, std::vector<Range>* later);

  // The name at a place, folded, and moves behind it. All quotes make names where only a name can
  // be.
  std::string TakeName(size_t* at);
  // "(a, b)": moves behind it.
  std::vector<std::string> TakeNames(size_t* at);
  // Notes which column the name at a place is, if it is another name of the relation's rowid.
  void NoteRowid(size_t at, const Relation& relation);

  // The first place in the range, outside of parentheses, with this keyword; the range's end when
  // there is none.
  size_t Find(Range range, std::string_view keyword) const;
  size_t FindFrom(Range range) const;
  // Behind the parenthesis that opens there.
  size_t Behind(size_t open) const { return close_of_[open] + 1; }
  bool Is(size_t at, std::string_view keyword) const {
    return at < tokens_.size() && tokens_[at].Is(keyword);
  }
  bool IsOperator(size_t at, std::string_view op) const {
    return at < tokens_.size() && tokens_[at].IsOperator(op);
  }

  size_t size() const { return tokens_.size(); }
  const Catalog& catalog() const { return catalog_; }
  void Fail() { failed_ = true; }
  bool failed() const { return failed_; }
  // What was noted; nothing when it failed.
  Meanings Take();

 private:
  struct Core;  // SELECT ... up to ORDER BY; a compound has several

  bool StartsSelect(size_t at) const;
  bool IsName(size_t at) const;
  std::vector<Range> Split(Range range) const;

  Relation Select(Range range, const Scope* outer, With* with, Relation* early);
  size_t TakeWith(Range range, With* own);
  void WalkBodies(With* own, const Scope* outer);
  Relation Compound(Range range, const Scope* outer, With* with, Relation* early);
  void WalkCore(Core* core, With* with);
  void SplitCore(Core* core) const;
  void WalkResult(Range range, Core* core, With* with);
  bool HasAlias(Range range) const;
  void AddColumns(Range expression, Core* core);
  void AddStar(const Relation& relation, Core* core);
  void NoteWindow(size_t at);
  void WalkWindows(Range range, const Scope& scope, With* with);
  void WalkOrderTerm(Range range, const std::vector<Core>& cores, With* with);

  size_t FromItem(Range range, Scope* scope, With* with, std::vector<Range>* later);
  Relation Source(size_t* at, Range range, const Scope* outer, With* with,
                  std::vector<Range>* later);
  Relation NamedSource(const std::string& name, const Scope* outer, With* with) const;
  void TakeAlias(size_t* at, Range range, std::string* name);
  size_t BehindJoin(size_t at, Range range) const;

  size_t SpecialCall(size_t at, const Scope* scope, With* with);
  void Operand(size_t at, const Scope* scope);
  void NoteColumn(size_t at, const Scope* scope);
  void NoteName(size_t at);

  Tokens tokens_;
  const Catalog& catalog_;
  std::vector<size_t> close_of_;  // of each "(", where it closes; the last token when nowhere
  Meanings meanings_;
  std::vector<size_t> windows_;  // where names of windows are
  size_t depth_ = 0;
  bool failed_ = false;
};

// The common tables of a WITH.
struct SelectWalker::With {
  struct Table {
    std::string name;
    Relation relation = OpenRelation();
    bool has_columns = false;  // it names them itself
    Range body;
  };
  std::vector<Table> tables;
  With* outer = nullptr;
  const Scope* place = nullptr;  // where the WITH stands
  Scope unknown;                 // around the bodies while it is not known
  bool is_used_inside = false;   // by a subquery that sees more than `place`
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_SELECT_WALKER_H_
