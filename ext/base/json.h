// JSON, written.

#ifndef FASTMIGRATE_BASE_JSON_H_
#define FASTMIGRATE_BASE_JSON_H_

#include <string>

namespace fastmigrate {

// The text in double quotes. A byte that is no UTF-8, which JSON cannot hold, becomes U+FFFD.
std::string JsonString(const std::string& text);

std::string JsonNumber(double number);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_JSON_H_
