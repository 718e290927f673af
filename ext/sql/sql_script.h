// The text of an SQL script, checked, and what must be known of its statements before any runs.
//
// A statement ends at its semicolon; that of CREATE TRIGGER at the semicolon behind an END that
// itself follows one (the rule of sqlite3_complete()). Statements count from 0; a bare semicolon
// is none.
//
// Only statements that need a decision are kept, with their place; all others are plain and leave
// no trace, so that a script of half a million INSERTs costs no memory beyond its text. Plain ones
// are run by handing SQLite the text from where the last one ended.
//
//   kind         statement                               why it is not plain
//   kBegin ...   BEGIN, COMMIT, END, ROLLBACK            become savepoints inside our transaction
//   kSavepoint   SAVEPOINT, RELEASE, ROLLBACK TO         one left open is an error
//   kPragma      PRAGMA name = value                     ignored in a transaction, or put back;
//                                                        also behind EXPLAIN, which SQLite runs
//   kVacuum      VACUUM                                  not possible in a transaction
//   kAttach      ATTACH, DETACH                          likewise

#ifndef FASTMIGRATE_SQL_SQL_SCRIPT_H_
#define FASTMIGRATE_SQL_SQL_SCRIPT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/checksum.h"
#include "sql/lexer.h"

namespace fastmigrate {

enum class StatementKind {
  kPlain,
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,
  kRelease,
  kRollbackTo,
  kPragma,
  kVacuum,
  kAttach,
  kDetach,
};

struct SpecialStatement {
  StatementKind kind = StatementKind::kPlain;
  size_t index = 0;   // among the script's statements
  size_t offset = 0;  // of its first token
  size_t end = 0;     // behind its semicolon, or the end of the text
  // The savepoint's, pragma's (in lower case) or detached schema's name; for kVacuum "into" when
  // it is VACUUM INTO.
  std::string name;
  std::string schema;  // kPragma: the schema it names, or empty
  std::string value;   // kPragma: the value, unquoted
};

// What a new script holds until somebody has written it.
inline constexpr std::string_view kUnfinishedLine =
    "-- fastmigrate: unfinished; write the SQL, and delete this line";

struct SqlScript {
  std::string_view file_name;  // for messages; the caller keeps it
  std::string text;            // without a byte order mark
  Digest checksum{};
  Digest text_hash{};  // of the bytes as they were given
  size_t statement_count = 0;
  std::vector<SpecialStatement> specials;
  // DROP TABLE, DROP INDEX, or a call of fastmigrate_recreate_table(), which drops a table: what
  // SQLite refuses while a statement of the connection reads.
  bool drops = false;
  // INSERT, REPLACE, UPDATE or DELETE, or a WITH that may stand before one.
  bool changes_rows = false;
  bool may_drop = false;  // a statement of it may (MayDrop)
  // Where a line stands that says the script is unfinished (kUnfinishedLine), and one with which
  // another tool's scripts begin what undoes them (-- +goose Down, -- +migrate Down,
  // -- migrate:down, -- Down behind -- Up).
  std::optional<size_t> unfinished;
  std::optional<size_t> down_part;
  // TEMP or TEMPORARY is among the words, or temp among the names: it may make temp objects.
  bool makes_temp = false;

  bool Has(StatementKind kind) const;
};

// Whether the statement with this first token may drop a table or an index. A query may call a
// function that does; inside a statement that writes SQLite lets none.
bool MayDrop(const Token& first);

// Checks the text: UTF-8 without NUL, strings, comments and triggers that end, no dot-commands of
// the sqlite3 shell. A failure's message holds file, line and column.
Result<SqlScript> ReadSqlScript(std::string_view file_name, std::string text);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_SQL_SCRIPT_H_
