#include "surface/arguments.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "surface/cell.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

// Hands the values of an SQL list, "'a', 1", to `read` as arguments and gives what it returns.
std::string Read(const std::string& list, std::function<std::string(const Arguments&)> read) {
  Database db = OpenDatabase();
  auto call = [](sqlite3_context* context, int count, sqlite3_value** values) {
    auto* reader =
        static_cast<std::function<std::string(const Arguments&)>*>(sqlite3_user_data(context));
    std::string text = (*reader)(Arguments({values, values + count}));
    SetResult(context, Cell(text));
  };
  sqlite3_create_function_v2(db.handle(), "read", -1, SQLITE_UTF8, &read, call, nullptr, nullptr,
                             nullptr);
  return Query(db, "SELECT read(" + list + ")");
}

template <typename T>
std::string Shown(const Result<T>& result, const std::function<std::string(const T&)>& show) {
  return result ? show(*result) : "error: " + result.error().message;
}

TEST(Arguments, TextMustBeAText) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"'a b'", "a b"},
      {"'größe'", "größe"},
      {"NULL", "error: argument dir must be a text, not NULL"},
      {"7", "error: argument dir must be a text, not 7"},
      {"1.5", "error: argument dir must be a text, not 1.5"},
      {"x'6d'", "error: argument dir must be a text, not a blob"},
      {"''", "error: argument dir is empty"},
      {"'a' || char(0) || 'b'", "error: argument dir holds a NUL character"},
  };
  for (const auto& [list, shown] : cases) {
    EXPECT_EQ(Read(list,
                   [](const Arguments& arguments) {
                     return Shown<std::string>(arguments.Text(0, "dir"),
                                               [](const std::string& text) { return text; });
                   }),
              shown)
        << list;
  }
}

TEST(Arguments, VersionMustBeAWholeNumber) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0", "0"},
      {"9999", "9999"},
      {"NULL", "error: argument version must be a whole number from 0 to 9999, not NULL"},
      {"'x'", "error: argument version must be a whole number from 0 to 9999, not 'x'"},
      {"'3'", "3"},
      {"' 3x'", "error: argument version must be a whole number from 0 to 9999, not ' 3x'"},
      {"-1", "error: argument version must be a whole number from 0 to 9999, not -1"},
      {"10000", "error: argument version must be a whole number from 0 to 9999, not 10000"},
      {"1.5", "error: argument version must be a whole number from 0 to 9999, not 1.5"},
      {"2.0", "2"},
      {"'2.0'", "2"},
      {"9223372036854775807",
       "error: argument version must be a whole number from 0 to 9999, not 9223372036854775807"},
      {"x'31'", "error: argument version must be a whole number from 0 to 9999, not a blob"},
      {"'{\"0001-a.sql\": \"' || printf('%.99c', 'x') || '\"}'",
       "error: argument version must be a whole number from 0 to 9999, not '{\"0001-a.sql\": "
       "\"xxxxxxxxxxxxxxxxxxxxxxxx...'"},
      {"printf('%.39c', 'x') || 'üü'",
       "error: argument version must be a whole number from 0 to 9999, not "
       "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"},
  };
  for (const auto& [list, shown] : cases) {
    EXPECT_EQ(Read(list,
                   [](const Arguments& arguments) {
                     return Shown<int>(arguments.Version(0, "version"),
                                       [](const int& version) { return std::to_string(version); });
                   }),
              shown)
        << list;
  }
}

TEST(Arguments, FolderIsMigrationsWhenItIsLeftOut) {
  auto folder = [](const Arguments& arguments) {
    return Shown<std::string>(arguments.Folder(0, "f"),
                              [](const std::string& text) { return text; });
  };
  EXPECT_EQ(Read("", folder), "migrations");
  EXPECT_EQ(Read("'m'", folder), "m");
  EXPECT_EQ(Read("NULL", folder), "error: argument dir must be a text, not NULL");
  EXPECT_EQ(Read("' {}'", folder),
            "error: f() needs a folder, and argument dir is a bundle; give the path of the folder");
}

TEST(Arguments, FolderOrBundleMayBeEither) {
  auto either = [](const Arguments& arguments) {
    return Shown<std::string_view>(arguments.FolderOrBundle(0),
                                   [](std::string_view text) { return std::string(text); });
  };
  EXPECT_EQ(Read("", either), "migrations");
  EXPECT_EQ(Read("'m'", either), "m");
  EXPECT_EQ(Read("' {}'", either), " {}");
  EXPECT_EQ(Read("1", either), "error: argument dir must be a text, not 1");
}

TEST(Arguments, LeftOutVersionIsNone) {
  auto version = [](const Arguments& arguments) {
    return Shown<std::optional<int>>(
        arguments.OptionalVersion(0, "target"),
        [](const std::optional<int>& value) { return value ? std::to_string(*value) : "none"; });
  };
  EXPECT_EQ(Read("", version), "none");
  EXPECT_EQ(Read("5", version), "5");
  EXPECT_EQ(Read("NULL", version),
            "error: argument target must be a whole number from 0 to 9999, not NULL");
}

TEST(Arguments, NullIsNotLeftOut) {
  EXPECT_EQ(Read("NULL",
                 [](const Arguments& arguments) {
                   return std::to_string(arguments.Has(0)) + std::to_string(arguments.Has(1)) +
                          std::to_string(arguments.size());
                 }),
            "101");
}

TEST(SetResult, GivesEveryKindOfCell) {
  Database db = OpenDatabase();
  static const std::vector<Cell> kCells = {Cell(), Cell(int64_t{1} << 40), Cell(0.5),
                                           Cell(std::string("a\0b", 3)), Cell(std::string())};
  auto call = [](sqlite3_context* context, int, sqlite3_value** values) {
    SetResult(context, kCells[static_cast<size_t>(sqlite3_value_int(values[0]))]);
  };
  sqlite3_create_function_v2(db.handle(), "cell", 1, SQLITE_UTF8, nullptr, call, nullptr, nullptr,
                             nullptr);
  EXPECT_EQ(Query(db,
                  "SELECT quote(cell(0)), quote(cell(1)), quote(cell(2)), hex(cell(3)), "
                  "typeof(cell(3)), quote(cell(4))"),
            "NULL|1099511627776|0.5|610062|text|''");
}

TEST(SetError, KeepsCodeAndMessage) {
  Database db = OpenDatabase();
  auto call = [](sqlite3_context* context, int, sqlite3_value**) {
    SetError(context, Error{SQLITE_CONSTRAINT_FOREIGNKEY, "größe: no"});
  };
  sqlite3_create_function_v2(db.handle(), "fail", 0, SQLITE_UTF8, nullptr, call, nullptr, nullptr,
                             nullptr);
  EXPECT_EQ(Query(db, "SELECT fail()"), "error 787: größe: no");
}

TEST(OptionalCell, IsNullOrText) {
  EXPECT_EQ(OptionalCell(std::nullopt), Cell());
  EXPECT_EQ(OptionalCell("a"), Cell(std::string("a")));
}

}  // namespace
}  // namespace fastmigrate
