#include "author/draft_writer.h"

#include <algorithm>
#include <utility>

#include "author/dump_schema.h"
#include "migrate/user_schema.h"
#include "schema/canonical_sql.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr char kUnfollowed[] = "PRAGMA legacy_alter_table = ON";
constexpr char kFollowed[] = "PRAGMA legacy_alter_table = OFF";
constexpr size_t kLineWidth = 97;

// Words in lines, each begun by "-- ".
std::string Comment(const std::string& text) {
  std::string comment = "--";
  size_t line = 2;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (line + 1 + (end - begin) > kLineWidth) {
      comment += "\n--";
      line = 2;
    }
    comment += " " + text.substr(begin, end - begin);
    line += 1 + (end - begin);
    begin = end + 1;
  }
  return comment + "\n";
}

// Prepared, not executed: of a stored text SQLite compiles the first statement alone.
Status RunOne(const Database& db, const std::string& sql) {
  Result<Statement> statement = db.Prepare(sql);
  return statement ? statement->Run() : Status(statement.error());
}

}  // namespace

// The connection has the host's settings. What is tried has to be what others get.
Status DraftWriter::Begin() {
  Status status = RunOne(db_, kFollowed);
  return status ? Read() : status;
}

Status DraftWriter::Read() {
  Result<Schema> schema = ReadUserSchema(db_);
  if (!schema) return schema.error();
  present_ = std::move(*schema);
  return {};
}

Status DraftWriter::Say(const std::string& sql) {
  if (Status status = RunOne(db_, sql); !status) {
    return status.error().Within("the script cannot be drafted: " + sql);
  }
  Write(sql);
  return {};
}

Result<bool> DraftWriter::Try(const std::vector<std::string>& statements,
                              const std::function<bool(const Schema&)>& is_right) {
  Result<Transaction> transaction = Transaction::Begin(db_);
  if (!transaction) return transaction.error();
  for (const std::string& sql : statements) {
    Status status = transaction->WhileAside([&] { return RunOne(db_, sql); });
    if (!status && IsFault(status.error())) return status.error();
    if (!status) return false;
  }
  Result<Schema> schema = ReadUserSchema(db_);
  if (!schema && IsFault(schema.error())) return schema.error();
  if (!schema || (is_right && !is_right(*schema))) return false;
  if (Status status = transaction->Commit(); !status) return status.error();
  present_ = std::move(*schema);
  return true;
}

Result<bool> DraftWriter::TryUnfollowed(std::vector<std::string> renames,
                                        const std::function<bool(const Schema&)>& is_right) {
  renames.insert(renames.begin(), kUnfollowed);
  renames.emplace_back(kFollowed);
  Result<bool> renamed = Try(renames, is_right);
  if (!renamed || *renamed) return renamed;
  // The setting outlives what was undone.
  if (Status status = RunOne(db_, kFollowed); !status) return status.error();
  return false;
}

Status DraftWriter::SayCopy(const std::string& sql, const std::string& from, const Name& table) {
  if (Status status = RunOne(db_, sql); !status) {
    const int code = status.error().code & 0xFF;
    if (code != SQLITE_CONSTRAINT && code != SQLITE_MISMATCH) {
      return status.error().Within("the script cannot be drafted: " + sql);
    }
    Remark("The scripts before this one make rows that break it: " + status.error().message + ".");
    emptied_.push_back(table);
    if (Status emptied = EmptyTable(db_, from); !emptied) return emptied;
  }
  Write(sql);
  return {};
}

void DraftWriter::Write(const std::string& sql) { paragraph_ += AsStatement(sql); }

void DraftWriter::Remark(const std::string& text) { paragraph_ += Comment(text); }

void DraftWriter::EndParagraph() {
  if (paragraph_.empty()) return;
  script_ += (script_.empty() ? "" : "\n") + paragraph_;
  paragraph_.clear();
}

Status DraftWriter::FollowNoRename() {
  if (!follows_renames_) return {};
  follows_renames_ = false;
  EndParagraph();
  // Both are as SQLite's documentation asks for it (https://www.sqlite.org/lang_altertable.html).
  // fastmigrate enforces no foreign keys meanwhile, but others may run the script.
  Remark("So that no row goes with a table that is set aside, and what names it keeps its name:");
  Status status = Say("PRAGMA foreign_keys = OFF");
  if (status) status = Say(kUnfollowed);
  EndParagraph();
  return status;
}

Status DraftWriter::FollowRenames() {
  if (follows_renames_) return {};
  follows_renames_ = true;
  EndParagraph();
  Status status = Say(kFollowed);
  EndParagraph();
  return status;
}

// What is written alike and means something else will mean the same when what it speaks of does.
bool IsWrittenAlike(const OriginalText& a, const OriginalText& b) {
  return a.text == b.text || Canonical(SqlTokens(a.text)) == Canonical(SqlTokens(b.text));
}

Status EmptyTable(const Database& db, const std::string& table) {
  int fired = 1;
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &fired);
  Status status = db.Execute("DELETE FROM " + table);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, &fired);
  return status;
}

Name AsideName(const Schema& present, const Schema& wanted, const Name& table,
               const std::string& prefix) {
  auto has = [](const Schema& schema, const Name& name) {
    return schema.tables.contains(name) || schema.virtual_tables.contains(name) ||
           schema.views.contains(name) || schema.indexes.contains(name);
  };
  Name name{prefix + table.text};
  while (has(present, name) || has(wanted, name)) name.text += "_";
  return name;
}

std::string RowsAreLost(const Name& table) {
  return "The rows of " + NameText(table) + " are lost.";
}

}  // namespace fastmigrate
