// The program of program.c, in C++.

#include <fastmigrate.h>
#include <sqlite3.h>

#include <iostream>
#include <memory>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(sqlite3_fastmigrate_init));
  sqlite3* handle = nullptr;
  sqlite3_open(":memory:", &handle);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db(handle, sqlite3_close);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db.get(), "SELECT fastmigrate_apply(?)", -1, &statement, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> apply(statement,
                                                                         sqlite3_finalize);
  sqlite3_bind_text(apply.get(), 1, argv[1], -1, SQLITE_TRANSIENT);
  if (sqlite3_step(apply.get()) != SQLITE_ROW) {
    std::cerr << sqlite3_errmsg(db.get()) << '\n';
    return 1;
  }
  std::cout << FASTMIGRATE_VERSION << ' ' << sqlite3_column_int(apply.get(), 0) << '\n';
}
