#include "surface/rerun.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "sql/lexer.h"

namespace fastmigrate {
namespace {

// Behind the parenthesis that has been read, to the one that closes it.
void SkipArguments(Lexer* lexer) {
  for (int depth = 1; depth > 0;) {
    const Token token = lexer->NextSql();
    if (token.kind == TokenKind::kEnd) return;
    if (token.IsOperator("(")) ++depth;
    if (token.IsOperator(")")) --depth;
  }
}

// Whether the token ends the list of tables behind FROM.
bool EndsFrom(const Token& token) {
  constexpr std::array kBehindFrom = {"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"};
  return token.kind == TokenKind::kEnd || token.kind == TokenKind::kSemicolon ||
         std::any_of(kBehindFrom.begin(), kBehindFrom.end(),
                     [&token](const char* keyword) { return token.Is(keyword); });
}

bool IsNameOf(const Token& token, std::string_view table) {
  return token.IsName() && EqualIgnoringCase(Unquoted(token), table);
}

// [schema .] table [(arguments)] [[AS] alias], and nothing else.
bool IsTableAlone(Lexer* lexer, std::string_view table) {
  Token token = lexer->NextSql();
  Token next = lexer->NextSql();
  if (next.IsOperator(".")) {
    token = lexer->NextSql();
    next = lexer->NextSql();
  }
  if (!IsNameOf(token, table)) return false;
  if (next.IsOperator("(")) {
    SkipArguments(lexer);
    next = lexer->NextSql();
  }
  if (next.Is("AS")) {
    (void)lexer->NextSql();
    next = lexer->NextSql();
  } else if (!EndsFrom(next) && next.IsName()) {
    next = lexer->NextSql();
  }
  return EndsFrom(next);
}

// What may stand before a parenthesis that begins no call.
constexpr std::string_view kBeforeParenthesis =
    " all and as between by case distinct else except exists filter from glob having in intersect "
    "is join like limit materialized not offset on or over select then union using values when "
    "where ";
// SQLite's functions that only tell a value. (A host may have others under their names: they would
// be called twice.)
constexpr std::string_view kTellingFunctions =
    " abs avg coalesce count format group_concat ifnull iif instr json json_array json_group_array "
    "json_group_object json_object length lower max min nullif printf quote replace round "
    "string_agg substr substring sum total trim typeof upper ";

bool IsOneOf(std::string_view names, const std::string& name) {
  return names.find(" " + Lowered(name) + " ") != std::string_view::npos;
}

// Follows a query from token to token, as far as it takes to see what it reads from and what it
// calls. What it does not understand counts as something else than ours.
class SourceReader {
 public:
  SourceReader(std::string_view sql, const IsOurs& is_ours) : lexer_(sql), is_ours_(is_ours) {
    Read();
    Read();
  }

  bool ReadsOnlyOurs() {
    for (; token_.kind != TokenKind::kEnd; Read()) {
      if (token_.IsOperator("(")) {
        if (before_.IsName() && !MayBeCalled(Unquoted(before_))) return false;
        // A query, or a join, where a table may stand.
        const bool is_source = std::exchange(levels_.back().wants_source, false);
        levels_.push_back({is_source, is_source});
      } else if (token_.IsOperator(")")) {
        if (levels_.size() > 1) levels_.pop_back();
      } else if (!Follow()) {
        return false;
      }
    }
    return true;
  }

 private:
  // Within parentheses, or outside of all.
  struct Level {
    bool in_from = false;
    bool wants_source = false;  // the next token names a table
  };

  void Read() {
    before_ = token_;
    token_ = next_;
    next_ = lexer_.NextSql();
  }

  bool MayBeCalled(const std::string& name) const {
    return IsOneOf(kBeforeParenthesis, name) || IsOneOf(kTellingFunctions, name) || is_ours_(name);
  }

  // False when the token names a table of somebody else.
  bool Follow() {
    Level& level = levels_.back();
    if (token_.Is("SELECT")) {
      level = {};
    } else if (token_.Is("FROM") || token_.Is("JOIN")) {
      level = {true, true};
    } else if (token_.IsOperator(",")) {
      level.wants_source = level.in_from;
    } else if (token_.IsName() && (level.wants_source || before_.Is("IN"))) {
      if (next_.IsOperator(".")) return true;  // a schema; its table comes
      level.wants_source = false;
      return is_ours_(Unquoted(token_)) || named_queries_.contains(Lowered(Unquoted(token_)));
    } else if (token_.Is("AS") && before_.IsName() && next_.IsOperator("(")) {
      named_queries_.insert(Lowered(Unquoted(before_)));
    } else if (EndsFrom(token_)) {
      level.in_from = false;
    }
    return true;
  }

  Lexer lexer_;
  const IsOurs& is_ours_;
  Token before_;
  Token token_;
  Token next_;
  std::vector<Level> levels_{Level()};
  std::set<std::string> named_queries_;  // of a WITH
};

}  // namespace

bool SelectsFromAlone(std::string_view sql, std::string_view table) {
  int selects = 0;
  int names = 0;  // x IN fastmigrate_status needs no SELECT
  Lexer all(sql);
  for (Token token = all.NextSql(); token.kind != TokenKind::kEnd; token = all.NextSql()) {
    if (token.Is("SELECT")) ++selects;
    if (IsNameOf(token, table)) ++names;
  }
  if (selects != 1 || names != 1) return false;
  Lexer lexer(sql);
  Token token = lexer.NextSql();
  if (!token.Is("SELECT")) return false;
  while (token.kind != TokenKind::kEnd && !token.Is("FROM")) token = lexer.NextSql();
  return IsTableAlone(&lexer, table);
}

bool ReadsOnlyOurs(std::string_view sql, const IsOurs& is_ours) {
  return SourceReader(sql, is_ours).ReadsOnlyOurs();
}

std::optional<StatementRun> StatementRun::Of(sqlite3* db) {
  StatementRun run;
  sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite3_next_stmt(db, statement)) != nullptr) {
    if (sqlite3_stmt_busy(statement) == 0) continue;
    if (run.statement_ != nullptr) return std::nullopt;
    run.statement_ = statement;
  }
  if (run.statement_ == nullptr) return std::nullopt;
  run.count_ = sqlite3_stmt_status(run.statement_, SQLITE_STMTSTATUS_RUN, 0);
  run.recompilations_ = sqlite3_stmt_status(run.statement_, SQLITE_STMTSTATUS_REPREPARE, 0);
  return run;
}

// SQLite counts the steps of its virtual machine when sqlite3_step() returns: in the first run of a
// statement there are none before it has given a row. Where it counted them sooner, no statement
// would be run again by that.
bool StatementRun::MayBeginAnew(std::string_view function, const IsOurs& is_ours) const {
  const char* sql = sqlite3_sql(statement_);
  if (sql == nullptr || sqlite3_stmt_readonly(statement_) == 0) return false;
  if (SelectsFromAlone(sql, function)) return true;
  const bool gave_no_row =
      count_ == 1 && sqlite3_stmt_status(statement_, SQLITE_STMTSTATUS_VM_STEP, 0) == 0;
  return gave_no_row && ReadsOnlyOurs(sql, is_ours);
}

StatementRun StatementRun::Next() const {
  StatementRun next = *this;
  ++next.count_;
  ++next.recompilations_;
  return next;
}

}  // namespace fastmigrate
