#include "author/up_part.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "sql/lexer.h"
#include "sql/source_excerpt.h"

namespace fastmigrate {
namespace {

enum class LineKind {
  kText,
  kUp,
  kDown,
  kBegin,  // of a statement, in which semicolons do not end it
  kEnd,
  kOption,    // understood by the tool alone, and needed by nobody else
  kVariables  // the tool puts environment variables into what follows
};

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view FirstWord(std::string_view text) {
  text = Trimmed(text, kBlanks);
  return text.substr(0, text.find_first_of(kBlanks));
}

// https://github.com/pressly/goose, internal/sqlparser: the line begins with "--". Older versions
// want these words in exactly this letter case, newer ones in any.
LineKind GooseLine(std::string_view line) {
  if (!line.starts_with("--")) return LineKind::kText;
  const std::string words = Lowered(Trimmed(line.substr(2), kBlanks));
  if (words == "+goose up") return LineKind::kUp;
  if (words == "+goose down") return LineKind::kDown;
  if (words == "+goose statementbegin") return LineKind::kBegin;
  if (words == "+goose statementend") return LineKind::kEnd;
  if (words == "+goose no transaction" || words == "+goose envsubst off") return LineKind::kOption;
  return words == "+goose envsubst on" ? LineKind::kVariables : LineKind::kText;
}

// https://github.com/rubenv/sql-migrate, sqlparse: options may follow the word.
LineKind SqlMigrateLine(std::string_view line) {
  constexpr std::string_view kPrefix = "-- +migrate ";
  if (!line.starts_with(kPrefix)) return LineKind::kText;
  const std::string_view word = FirstWord(line.substr(kPrefix.size()));
  if (word == "Up") return LineKind::kUp;
  if (word == "Down") return LineKind::kDown;
  if (word == "StatementBegin") return LineKind::kBegin;
  if (word == "StatementEnd") return LineKind::kEnd;
  return LineKind::kOption;
}

// https://github.com/amacneil/dbmate, pkg/dbmate/migration.go
LineKind DbmateLine(std::string_view line) {
  if (!line.starts_with("--")) return LineKind::kText;
  const std::string_view word = FirstWord(line.substr(2));
  if (word == "migrate:up") return LineKind::kUp;
  return word == "migrate:down" ? LineKind::kDown : LineKind::kText;
}

// https://github.com/kriasoft/node-sqlite, src/utils/migrate.ts: /^--\s+?down\b/im. "-- Up" is a
// comment to the package, too.
LineKind NodeSqliteLine(std::string_view line) {
  if (!line.starts_with("--")) return LineKind::kText;
  line.remove_prefix(2);
  if (line.empty() || kBlanks.find(line[0]) == std::string_view::npos) return LineKind::kText;
  const std::string words = Lowered(Trimmed(line, kBlanks));
  if (words == "up") return LineKind::kOption;
  if (!words.starts_with("down")) return LineKind::kText;
  const char next = words.size() > 4 ? words[4] : ' ';
  return IsLetter(next) || IsDigit(next) || next == '_' ? LineKind::kText : LineKind::kDown;
}

struct Dialect {
  std::string_view tool;
  LineKind (*kind_of)(std::string_view line);
  std::string_view up_line;  // empty: the text begins with the up part
  // What a second line of kUp or kDown is.
  enum class Again { kError, kChange, kText } again;
};
constexpr Dialect kGoose{"goose", GooseLine, "-- +goose Up", Dialect::Again::kError};
constexpr Dialect kSqlMigrate{"sql-migrate", SqlMigrateLine, "-- +migrate Up",
                              Dialect::Again::kChange};
constexpr Dialect kDbmate{"dbmate", DbmateLine, "-- migrate:up", Dialect::Again::kText};
constexpr Dialect kNodeSqliteDialect{"the npm package sqlite", NodeSqliteLine, "",
                                     Dialect::Again::kText};

// Puts a semicolon behind the last statement of what was appended from `begin` on, if it has none.
void EndStatement(std::string* text, size_t begin) {
  Lexer lexer(*text, begin);
  Token last;
  for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    last = token;
  }
  if (last.text.empty() || last.kind == TokenKind::kSemicolon) return;
  text->insert(last.offset + last.text.size(), 1, ';');
}

std::optional<size_t> FirstSql(std::string_view text) {
  Lexer lexer(text);
  const Token token = lexer.NextSql();
  if (token.kind == TokenKind::kEnd) return std::nullopt;
  return token.offset;
}

// Goes over the lines; see the head of up_part.h.
class Cutter {
 public:
  Cutter(const Dialect& dialect, const std::string& path, std::string_view text)
      : dialect_(dialect), path_(path), text_(text) {
    if (dialect.up_line.empty()) part_ = Part::kUp;
  }

  Result<UpPart> Cut() {
    if (text_.starts_with(kByteOrderMark)) Keep(kByteOrderMark);
    for (offset_ = part_text_.text.size(); offset_ < text_.size();) {
      const size_t end = std::min(text_.find('\n', offset_), text_.size() - 1) + 1;
      const std::string_view line = text_.substr(offset_, end - offset_);
      if (Status status = Take(line); !status) return status.error();
      offset_ = end;
    }
    if (in_statement_) {
      return MakeError(
          MessageAt(path_, text_, statement_line_,
                    "no StatementEnd follows, so that " + Tool() + " does not run it"));
    }
    if (part_ == Part::kHead) {
      return MakeError(path_ + " has no line " + std::string(dialect_.up_line) + ", so that " +
                       Tool() + " does not run it");
    }
    return std::move(part_text_);
  }

 private:
  enum class Part { kHead, kUp, kDown };

  std::string Tool() const { return std::string(dialect_.tool); }

  Error Here(const std::string& message) const {
    return MakeError(MessageAt(path_, text_, offset_, message));
  }

  void Keep(std::string_view line) {
    part_text_.text += line;
    part_text_.placed += line;
  }
  void LeaveOut(std::string_view line) {
    if (line.ends_with('\n')) part_text_.placed += '\n';
  }
  void KeepIfUp(std::string_view line) { part_ == Part::kDown ? LeaveOut(line) : Keep(line); }

  Status Take(std::string_view line) {
    switch (dialect_.kind_of(line)) {
      case LineKind::kText:
        KeepIfUp(line);
        return {};
      case LineKind::kUp:
        return TakePart(Part::kUp, line);
      case LineKind::kDown:
        return TakePart(Part::kDown, line);
      case LineKind::kBegin:
        LeaveOut(line);
        return BeginStatement();
      case LineKind::kEnd:
        LeaveOut(line);
        return EndOfStatement();
      case LineKind::kVariables:
        if (part_ == Part::kDown) break;
        return Here(
            "environment variables are put into what follows, which only goose does; write the "
            "values there and delete this line");
      case LineKind::kOption:
        break;
    }
    LeaveOut(line);
    return {};
  }

  Status TakePart(Part part, std::string_view line) {
    if (in_statement_) return Here("this stands inside a statement that has no StatementEnd");
    const bool is_first = part == Part::kUp ? part_ == Part::kHead : part_ != Part::kDown;
    if (dialect_.again == Dialect::Again::kText && !is_first) {
      if (part == Part::kUp && part_ == Part::kDown) {
        return Here("an up part behind the down part, which the versions of " + Tool() +
                    " do not read alike; make it a migration of its own");
      }
      KeepIfUp(line);
      return {};
    }
    if (dialect_.again == Dialect::Again::kError && !is_first) {
      return Here("there is such a line above already, so that " + Tool() + " does not run this");
    }
    if (part_ == Part::kHead) {
      if (Status status = EndHead(); !status) return status;
      if (part == Part::kDown && dialect_.again != Dialect::Again::kChange) {
        return Here("a down part without an up part above it, so that " + Tool() +
                    " does not run this");
      }
    }
    part_ = part;
    LeaveOut(line);
    return {};
  }

  // sql-migrate passes over what stands above the first part, the others refuse SQL there.
  Status EndHead() {
    const std::optional<size_t> sql = FirstSql(part_text_.placed);
    if (!sql) return {};
    if (dialect_.again != Dialect::Again::kChange) {
      return MakeError(MessageAt(path_, text_, *sql,
                                 "SQL above the line " + std::string(dialect_.up_line) +
                                     ", which " + Tool() + " does not run"));
    }
    const auto lines = std::count(part_text_.placed.begin(), part_text_.placed.end(), '\n');
    part_text_.placed = std::string(static_cast<size_t>(lines), '\n');
    part_text_.text.clear();
    return {};
  }

  Status BeginStatement() {
    if (in_statement_ || part_ == Part::kHead) {
      return Here("a StatementBegin where " + Tool() + " does not take one");
    }
    in_statement_ = true;
    statement_line_ = offset_;
    text_begin_ = part_text_.text.size();
    placed_begin_ = part_text_.placed.size();
    return {};
  }

  Status EndOfStatement() {
    if (!in_statement_) return Here("a StatementEnd without a StatementBegin above it");
    in_statement_ = false;
    EndStatement(&part_text_.text, text_begin_);
    EndStatement(&part_text_.placed, placed_begin_);
    return {};
  }

  const Dialect& dialect_;
  const std::string& path_;
  std::string_view text_;
  size_t offset_ = 0;  // of the line
  Part part_ = Part::kHead;
  UpPart part_text_;
  bool in_statement_ = false;
  size_t statement_line_ = 0;
  size_t text_begin_ = 0;  // of the statement, in what is kept
  size_t placed_begin_ = 0;
};

}  // namespace

Result<UpPart> GooseUpPart(const std::string& path, std::string_view text) {
  return Cutter(kGoose, path, text).Cut();
}

Result<UpPart> SqlMigrateUpPart(const std::string& path, std::string_view text) {
  return Cutter(kSqlMigrate, path, text).Cut();
}

Result<UpPart> DbmateUpPart(const std::string& path, std::string_view text) {
  return Cutter(kDbmate, path, text).Cut();
}

Result<UpPart> NodeSqliteUpPart(const std::string& path, std::string_view text) {
  return Cutter(kNodeSqliteDialect, path, text).Cut();
}

Result<UpPart> DrizzleUpPart(const std::string&, std::string_view text) {
  constexpr std::string_view kBreakpoint = "--> statement-breakpoint";
  UpPart part;
  while (true) {
    const size_t begin = part.text.size();
    const size_t end = text.find(kBreakpoint);
    part.text += text.substr(0, end);
    if (end == std::string_view::npos) break;
    EndStatement(&part.text, begin);
    part.text += kBreakpoint;
    text.remove_prefix(end + kBreakpoint.size());
  }
  part.placed = part.text;
  return part;
}

Result<UpPart> WholeUpPart(const std::string&, std::string_view text) {
  return UpPart{std::string(text), std::string(text)};
}

ToolLines FindToolLines(std::string_view text) {
  ToolLines found;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (!line.starts_with("--")) continue;
    found.goose = found.goose || GooseLine(line) == LineKind::kUp;
    found.sql_migrate = found.sql_migrate || SqlMigrateLine(line) == LineKind::kUp;
    found.dbmate = found.dbmate || DbmateLine(line) == LineKind::kUp;
    found.node_sqlite = found.node_sqlite || Lowered(Trimmed(line.substr(2), kBlanks)) == "down";
  }
  return found;
}

}  // namespace fastmigrate
