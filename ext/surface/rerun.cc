#include "surface/rerun.h"

#include <set>
#include <string>
#include <utility>

#include "sql/lexer.h"

namespace fastmigrate {
namespace {

// What may stand before a parenthesis that begins no call.
constexpr std::string_view kBeforeParenthesis =
    " all and as between case cast distinct else exists from having in is join limit not on or "
    "select then using when where ";
// SQLite's functions that only tell a value. (A host may have others under their names: they would
// be called twice.)
constexpr std::string_view kTellingFunctions =
    " abs avg coalesce count format group_concat ifnull iif instr json json_array json_group_array "
    "json_group_object json_object length like lower max min nullif printf quote replace round "
    "string_agg substr substring sum total trim typeof upper ";
// What gives rows of its own, or does something else than to select.
constexpr std::string_view kForbidden =
    " delete except insert intersect into recursive union update values ";
// Operators that call a function of the application.
constexpr std::string_view kCalling = " match regexp ";
constexpr std::string_view kBehindFrom = " group having limit order where window ";

// Whether the name, in lower case, is one of these.
bool IsOneOf(std::string_view names, const std::string& name) {
  return names.find(" " + name + " ") != std::string_view::npos;
}

// Follows a SELECT from token to token, as far as it takes to see what it reads and what it calls.
// What it does not understand counts as something else than the table.
class SelectReader {
 public:
  SelectReader(std::string_view sql, std::string_view table) : lexer_(sql), table_(Lowered(table)) {
    Read();
    Read();
  }

  bool SelectsFromTableOnly() {
    if (!token_.Is("SELECT") && !token_.Is("WITH")) return false;
    for (; token_.kind != TokenKind::kEnd; Read()) {
      if (!Follow()) return false;
    }
    return table_count_ == 1 && (select_count_ == 1 || !calls_other_);
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

  // False when the token shows that it is no such SELECT.
  bool Follow() {
    Level& level = levels_.back();
    if (token_.IsOperator("(")) {
      // A query, or a join, where a table may stand.
      const bool is_source = std::exchange(level.wants_source, false);
      if (before_.IsName() && !before_is_source_ && !NoteCall(Lowered(Unquoted(before_)))) {
        return false;
      }
      levels_.push_back({is_source, is_source});
    } else if (token_.IsOperator(")")) {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (token_.IsOperator(",")) {
      level.wants_source = level.in_from;
    } else if (token_.IsName()) {
      return FollowName(&level);
    }
    before_is_source_ = false;
    return true;
  }

  bool FollowName(Level* level) {
    const std::string name = Lowered(Unquoted(token_));
    if (reads_list_ && next_.IsOperator(".")) return true;
    if (std::exchange(reads_list_, false) && name == table_) return false;
    if (level->wants_source && next_.IsOperator(".")) return true;  // a schema; its table comes
    before_is_source_ = std::exchange(level->wants_source, false) && !token_.Is("SELECT");
    if (before_is_source_) return TakeSource(name);
    if (token_.kind != TokenKind::kWord) return true;
    if (IsOneOf(kForbidden, name)) return false;
    if (IsOneOf(kCalling, name)) calls_other_ = true;
    if (name == "in") reads_list_ = !next_.IsOperator("(");
    if (name == "select") {
      ++select_count_;
      *level = {};
    } else if (name == "from" || name == "join") {
      *level = {true, true};
    } else if (name == "as" && before_.IsName() && next_.IsOperator("(")) {
      named_queries_.insert(Lowered(Unquoted(before_)));
    } else if (IsOneOf(kBehindFrom, name)) {
      level->in_from = false;
    }
    return true;
  }

  bool TakeSource(const std::string& name) {
    if (name == table_) return ++table_count_ == 1;
    return named_queries_.erase(name) == 1;  // read once
  }

  // A scalar function of ours may make what it would make once more.
  bool NoteCall(const std::string& name) {
    if (!IsOneOf(kBeforeParenthesis, name) && !IsOneOf(kTellingFunctions, name)) {
      calls_other_ = true;
    }
    return !name.starts_with("fastmigrate_");
  }

  Lexer lexer_;
  const std::string table_;
  Token before_;
  Token token_;
  Token next_;
  bool before_is_source_ = false;
  bool reads_list_ = false;  // x IN table: a list of values, from wherever it is
  std::vector<Level> levels_{Level()};
  std::set<std::string> named_queries_;  // of a WITH, which have not been read yet
  int select_count_ = 0;
  int table_count_ = 0;
  bool calls_other_ = false;
};

}  // namespace

bool SelectsFromOnly(std::string_view sql, std::string_view table) {
  return SelectReader(sql, table).SelectsFromTableOnly();
}

std::optional<StatementRun> StatementRun::Of(sqlite3* db, std::string_view function) {
  sqlite3_stmt* running = nullptr;
  sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite3_next_stmt(db, statement)) != nullptr) {
    if (sqlite3_stmt_busy(statement) == 0) continue;
    if (running != nullptr) return std::nullopt;
    running = statement;
  }
  const char* sql = running == nullptr ? nullptr : sqlite3_sql(running);
  if (sql == nullptr || sqlite3_stmt_readonly(running) == 0) return std::nullopt;
  if (!SelectsFromOnly(sql, function)) return std::nullopt;
  StatementRun run;
  run.statement_ = running;
  run.count_ = sqlite3_stmt_status(running, SQLITE_STMTSTATUS_RUN, 0);
  run.recompilations_ = sqlite3_stmt_status(running, SQLITE_STMTSTATUS_REPREPARE, 0);
  return run;
}

StatementRun StatementRun::Next() const {
  StatementRun next = *this;
  ++next.count_;
  ++next.recompilations_;
  return next;
}

}  // namespace fastmigrate
