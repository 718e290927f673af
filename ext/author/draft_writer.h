// A script that is being drafted: each statement is run on a scratch database as it is written
// down.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_WRITER_H_
#define FASTMIGRATE_AUTHOR_DRAFT_WRITER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/schema.h"
#include "sqlite/database.h"

namespace fastmigrate {

class DraftWriter {
 public:
  // `db` must outlive it.
  explicit DraftWriter(const Database& db) : db_(db) {}

  const Database& db() const { return db_; }
  // As of the last Read() or Try() that succeeded.
  const Schema& present() const { return present_; }
  const std::string& script() const { return script_; }

  Status Begin();
  Status Read();
  // Runs the statement, and writes it into the paragraph.
  Status Say(const std::string& sql);
  // Runs the statements; undoes them and is false when one of them fails, or `is_right` is false of
  // the schema that they give. Writes nothing.
  Result<bool> Try(const std::vector<std::string>& statements,
                   const std::function<bool(const Schema&)>& is_right = {});
  // The same with statements that rename tables, while what names these keeps the names.
  Result<bool> TryUnfollowed(std::vector<std::string> renames,
                             const std::function<bool(const Schema&)>& is_right);
  // Runs a statement that copies rows from this table, and writes it. What the rows of the scratch
  // database break is no error: a remark says so, and they are deleted there (emptied()).
  Status SayCopy(const std::string& sql, const std::string& from, const Name& table);
  // The tables whose rows the scripts make and the draft refuses.
  const std::vector<Name>& emptied() const { return emptied_; }
  // Writes what has run.
  void Write(const std::string& sql);
  // A comment, in lines.
  void Remark(const std::string& text);
  void EndParagraph();

  // From here on what names a table that is renamed keeps the name, until FollowRenames().
  Status FollowNoRename();
  Status FollowRenames();

 private:
  const Database& db_;
  Schema present_;
  bool follows_renames_ = true;
  std::vector<Name> emptied_;
  std::string paragraph_;
  std::string script_;
};

// Deletes its rows; no trigger fires.
Status EmptyTable(const Database& db, const std::string& table);

// Null when there is none.
template <typename T>
const T* Find(const std::map<Name, T>& objects, const Name& name) {
  auto found = objects.find(name);
  return found == objects.end() ? nullptr : &found->second;
}

// What is written alike and means something else will mean the same when what it speaks of does.
bool IsWrittenAlike(const OriginalText& a, const OriginalText& b);

template <typename T>
bool IsChanged(const T& present, const T& wanted) {
  return present != wanted && !IsWrittenAlike(present.sql, wanted.sql);
}

// A name that neither schema has, for a table that is set aside: "old_users".
Name AsideName(const Schema& present, const Schema& wanted, const Name& table,
               const std::string& prefix = "old_");

// A remark: "The rows of users are lost."
std::string RowsAreLost(const Name& table);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_WRITER_H_
