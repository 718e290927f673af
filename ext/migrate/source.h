// Migration scripts, in order: those of a folder, or those of a bundle (bundle.h).
//
// Regular files and links to them that are named as migration.h says are scripts; everything else
// is passed over, with the reason kept. Gaps between the numbers are allowed.

#ifndef FASTMIGRATE_MIGRATE_SOURCE_H_
#define FASTMIGRATE_MIGRATE_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "migrate/migration.h"

namespace fastmigrate {

struct IgnoredFile {
  std::string name;
  std::string reason;
};

struct Source {
  std::string dir;  // as it was given; empty for a bundle
  bool is_bundle = false;
  std::vector<Migration> migrations;  // by version
  std::vector<IgnoredFile> ignored;   // by name

  int LastVersion() const { return migrations.empty() ? 0 : migrations.back().version; }
  const Migration* Find(int version) const;  // null when there is none
  // An error when there is none; 0 is where every folder begins.
  Status CheckHas(int version) const;
  Error HasNone(int version) const;

  // How a message speaks of it: "'migrations'", "the bundle".
  std::string Name() const;
  // How it stands in a call that a message suggests: "'migrations'", "BUNDLE".
  std::string Argument() const;
};

// That a program is where it cannot be.
Error ProgramInBundle(const std::string& name);

// Of a folder's path, or of a bundle. An error when the folder does not exist or cannot be read, or
// the bundle is none (bundle.h); when two scripts have one version, when a script's number is 0000
// or its link leads nowhere, when there is a config.py, and when there is a program in a bundle.
Result<Source> ReadSource(std::string_view dir_or_bundle);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_SOURCE_H_
