// A bundle: scripts without a folder, as one JSON text that a program carries inside itself.
//
//   {"0001-users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
//    "0002-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;"}
//
// It holds what a folder would: the names of files and their texts. Which of them are scripts, and
// in which order, source.h decides, for both alike.

#ifndef FASTMIGRATE_MIGRATE_BUNDLE_H_
#define FASTMIGRATE_MIGRATE_BUNDLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fastmigrate {

struct BundledFile {
  std::string name;
  std::string text;
};

// Whether it is meant as a bundle, not as a path: its first character is '{'. White space and a
// byte order mark may stand before it.
bool IsBundle(std::string_view text);

// The files in the order of the text, which has to be a bundle. An error, which shows the place,
// when it is no JSON or not UTF-8; and when a text is no string, when a name is there twice, is
// empty or that of a path.
Result<std::vector<BundledFile>> ReadBundle(std::string_view json);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_BUNDLE_H_
