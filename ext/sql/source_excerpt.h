// An error message that points at a place in a script, in the way compilers do:
//
//   0003-add-email.sql:12:18: no such column: emial
//     12 | UPDATE users SET emial = lower(email);
//        |                  ^
//
// Lines and columns count from 1, columns in characters. A long line is cut around the place.

#ifndef FASTMIGRATE_SQL_SOURCE_EXCERPT_H_
#define FASTMIGRATE_SQL_SOURCE_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace fastmigrate {

// `offset` is in bytes; at or behind the end of the text it means the end of its last line.
std::string MessageAt(std::string_view file_name, std::string_view text, size_t offset,
                      std::string_view message);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_SOURCE_EXCERPT_H_
