#include <fastmigrate.h>
#include <sqlite3.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// README begins
struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Closer>;

// The library is linked, and every connection that is opened later has the functions.
Database Open(const char* path) {
  static const int registered =
      sqlite3_auto_extension(reinterpret_cast<void (*)()>(sqlite3_fastmigrate_init));
  sqlite3* db = nullptr;
  int rc = registered == SQLITE_OK ? sqlite3_open(path, &db) : registered;
  Database opened(db);
  if (rc != SQLITE_OK) throw std::runtime_error(sqlite3_errstr(rc));
  return opened;
}
// README ends

// The rows, with a space between two columns.
std::vector<std::string> Rows(const Database& db, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &prepared, nullptr);
  std::unique_ptr<sqlite3_stmt, Closer> statement(prepared);
  std::vector<std::string> rows;
  int rc = SQLITE_OK;
  while ((rc = sqlite3_step(statement.get())) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
      const unsigned char* text = sqlite3_column_text(statement.get(), i);
      row += (i == 0 ? "" : " ") + std::string(reinterpret_cast<const char*>(text));
    }
    rows.push_back(row);
  }
  if (rc != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db.get()));
  return rows;
}

void Show(const std::string& label, const Database& db, const std::string& sql) {
  for (const std::string& row : Rows(db, sql)) std::cout << label << ": " << row << "\n";
}

void Address(sqlite3_context* context, int, sqlite3_value** values) {
  std::string name(reinterpret_cast<const char*>(sqlite3_value_text(values[0])));
  for (char& letter : name) letter |= 0x20;
  name += "@example.com";
  sqlite3_result_text(context, name.c_str(), -1, SQLITE_TRANSIENT);
}

int main() {
  Show("new", Open("new.db"), "SELECT fastmigrate_apply('migrations')");

  Database db = Open("app.db");
  Show("enroll", db, "SELECT fastmigrate_enroll(1)");
  try {
    Rows(db, "SELECT fastmigrate_apply('broken')");
  } catch (const std::runtime_error& error) {
    std::cout << "broken: " << error.what() << "\n";
    std::cout << "code: " << sqlite3_extended_errcode(db.get()) << "\n";
  }
  Show("version", db, "SELECT fastmigrate_version()");
  Show("apply", db, "SELECT fastmigrate_apply('migrations')");
  Show("again", db, "SELECT fastmigrate_apply('migrations')");
  Show("status", db, "SELECT version, state FROM fastmigrate_status('migrations')");
  Show("differences", db, "SELECT count(*) FROM fastmigrate_verify('migrations')");
  Show("posts", db, "SELECT count(*) FROM posts");

  db = Open("copy.db");
  Rows(db, "SELECT fastmigrate_enroll(1)");
  Show("row", db, "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')");
  Show("posts", db, "SELECT count(*) FROM posts");

  sqlite3_create_function(db.get(), "address", 1, SQLITE_UTF8, nullptr, Address, nullptr, nullptr);
  Show("function", db, "SELECT fastmigrate_apply('function')");
  Show("function", db, "SELECT email FROM users");

  db = Open(":memory:");
  Show("bundle", db, "SELECT fastmigrate_apply(fastmigrate_bundle('migrations'), 2)");

  // Habits
  Show("foreign keys", db, "PRAGMA foreign_keys");
}
