// The next script of a folder.

#ifndef FASTMIGRATE_AUTHOR_NEW_SCRIPT_H_
#define FASTMIGRATE_AUTHOR_NEW_SCRIPT_H_

#include <string>

#include "base/files.h"
#include "base/result.h"
#include "migrate/source.h"

namespace fastmigrate {

// Creates the next numbered SQL script of the folder, with a line that says it is unfinished
// (sql_script.h); it is removed again unless it is kept. When the last script is just that, of this
// description, there is nothing to create: a driver that runs a statement twice has made it the
// first time.
Result<NewFile> CreateScript(const Source& source, const std::string& description);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_NEW_SCRIPT_H_
