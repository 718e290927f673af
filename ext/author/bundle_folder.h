// The scripts of a folder as a bundle (migrate/bundle.h), to be embedded in a program.

#ifndef FASTMIGRATE_AUTHOR_BUNDLE_FOLDER_H_
#define FASTMIGRATE_AUTHOR_BUNDLE_FOLDER_H_

#include <string>

#include "base/result.h"
#include "migrate/source.h"

namespace fastmigrate {

// A JSON object, a line for each script, in their order. An error when there is a program among
// them, or a script that apply would refuse whatever the database: one that is not sound or
// unfinished.
Result<std::string> BundleFolder(const Source& folder);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_BUNDLE_FOLDER_H_
