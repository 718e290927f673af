// Another migration tool's folder, as it is found.

#ifndef FASTMIGRATE_AUTHOR_FOREIGN_FOLDER_H_
#define FASTMIGRATE_AUTHOR_FOREIGN_FOLDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fastmigrate {

// Names that begin with a dot are left out. Both lists are sorted.
struct ForeignFolder {
  std::string dir;
  std::vector<std::string> files;  // regular ones, and links to them
  std::vector<std::string> folders;

  bool HasFile(std::string_view name) const;
};

// An error when the folder does not exist or cannot be read; and when what is named as an SQL file
// is none (a pipe, a link that leads nowhere), or a name is not UTF-8.
Result<ForeignFolder> ListForeignFolder(const std::string& dir);

// The text of a file in the folder or below it. An error when it is no regular file.
Result<std::string> ReadForeignFile(const ForeignFolder& folder, const std::string& path);

// A migration in it, by its name; the text is not read yet.
struct ForeignMigration {
  std::string path;         // in the folder: "V1__a.sql", "20240101000000_a/up.sql"
  std::string version;      // in the form that NormalVersion() gives; empty where the tool has none
  std::string name;         // of the file, or of the folder where each migration has one
  std::string description;  // what the name says of it, without number and ending
};

// A version as a text that is equal for equal versions: "007" and "7" are, "1.2.0" and "1_2". One
// that is no number stays as it is.
std::string NormalVersion(std::string_view version);
// Whether one such version is lower than another, by the numbers in it.
bool IsLowerVersion(std::string_view a, std::string_view b);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_FOREIGN_FOLDER_H_
