// What the fuzz targets share: a folder in memory, connections with bounds, and a database as text.
//
// A target stops the program by Require() when a promise is broken; libFuzzer then keeps the input.

#ifndef FASTMIGRATE_TESTS_FUZZ_FUZZ_SUPPORT_H_
#define FASTMIGRATE_TESTS_FUZZ_FUZZ_SUPPORT_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastmigrate::fuzz {

// Prints what was found and what it was found with, and aborts, unless `held`.
void Require(bool held, std::string_view promise, std::string_view details = {});

// The random numbers of SQLite are the same for every input, so that an input shows the same again
// wherever it stands in a run.
void BeginInput();

// The working directory of the process from here on: a fresh folder in $TMPDIR, removed at exit.
// Relative paths of a script stay in it.
void WorkInScratchFolder();
void WriteFile(const std::string& path, std::string_view text);  // with its folder
// Everything in the working directory.
void EmptyScratchFolder();

struct CloseConnection {
  void operator()(sqlite3* db) const;  // requires that nothing of ours is still open
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

// Every statement of it is interrupted after a bounded number of steps; values are small.
Connection Open(const std::string& path, bool with_functions);

struct Outcome {
  int code = SQLITE_OK;
  std::string message;               // of the error
  std::optional<std::string> value;  // the first column of the last row

  bool ok() const { return code == SQLITE_OK; }
};
// All statements of the text.
Outcome Run(const Connection& db, const std::string& sql);

std::string Quote(std::string_view text);      // as an SQL string
std::string QuoteName(std::string_view name);  // as the name of an SQL object

// The schema and the rows as text, without `_meta`, `_fastmigrate_history`, and without the shadow
// tables of virtual ones, which depend on where transactions ended. nullopt when they cannot be
// read, within the bounds too.
std::optional<std::string> Content(const Connection& db);
// All of it, the two tables as well.
std::optional<std::string> EverythingIn(const Connection& db);

// The parts of an input, between lines that are "====".
std::vector<std::string> Parts(const uint8_t* data, size_t size);

// Whether the text holds one of these words (in lower case) in any letter case.
bool Holds(std::string_view text, std::initializer_list<std::string_view> words);

}  // namespace fastmigrate::fuzz

#endif  // FASTMIGRATE_TESTS_FUZZ_FUZZ_SUPPORT_H_
