// Connections and statements, wrapped so that every return code is read and everything is closed.
//
// A Database is borrowed (the host's connection, which we never close) or owned (one that we
// opened). A Statement belongs to the Database that prepared it and must not outlive it.
//
//   Result<Statement> statement = db.Prepare("SELECT version FROM main._meta WHERE id = ?1");
//   if (!statement) return statement.error();
//   statement->Bind(1, 1);
//   Result<bool> row = statement->Step();
//
// Errors carry SQLite's extended result code and message, nothing else; callers add the context.
// Memory that runs out while a value is read is std::bad_alloc, as everywhere in C++.

#ifndef FASTMIGRATE_SQLITE_DATABASE_H_
#define FASTMIGRATE_SQLITE_DATABASE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "sqlite/sqlite_api.h"

namespace fastmigrate {

class Statement {
 public:
  // Takes ownership; null is a statement of no SQL (only comments).
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  sqlite3_stmt* handle() const { return statement_.get(); }

  // Parameters count from 1. The text is copied. When it fails, the next Step() says so.
  void Bind(int index, int64_t value);
  void Bind(int index, double value);
  void Bind(int index, std::string_view text);
  // The text is not copied: it must stay until it is bound anew or the statement is gone.
  void BindStatic(int index, std::string_view text);
  void BindNull(int index);

  // True: a row is there. False: done; the statement may be stepped again after Reset().
  Result<bool> Step();
  // Steps to the end, whatever rows there are, and resets.
  Status Run();
  void Reset();

  int ColumnCount() const { return sqlite3_column_count(statement_.get()); }
  // Of the present row; columns count from 0.
  bool IsNull(int column) const;
  int Type(int column) const;  // SQLITE_INTEGER, SQLITE_TEXT, ...
  int64_t Integer(int column) const;
  double Real(int column) const;
  std::string Text(int column) const;       // empty for NULL
  std::string_view View(int column) const;  // likewise; good until the next call for this column

 private:
  void Note(int rc);

  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bound_ = SQLITE_OK;  // the first failure of a Bind()
};

// Calls `row` for each row that is left; a Status that is not ok, where it returns one, ends the
// loop. The row's values are read from the statement.
template <typename Function>
Status ForEachRow(Statement& statement, Function row) {
  while (true) {
    Result<bool> there = statement.Step();
    if (!there) return there.error();
    if (!*there) return {};
    if constexpr (std::is_void_v<decltype(row())>) {
      row();
    } else {
      if (Status status = row(); !status) return status;
    }
  }
}

// What a statement says is missing, and who can make it: for connections of our own.
class ObjectProvider {
 public:
  virtual ~ObjectProvider() = default;
  // Makes what the error says is missing. False when it is about something else, or it cannot.
  virtual bool Provide(const Error& error) = 0;
};

// What Database::Open() does to each new connection; returns an SQLite result code. The SQL surface
// sets it, so that scripts find our functions on every connection they run on.
using ConnectionSetup = int (*)(sqlite3* db);
void SetConnectionSetup(ConnectionSetup setup);

class Database {
 public:
  static Database Borrow(sqlite3* handle);
  // Opens a database of our own. `flags` as for sqlite3_open_v2(); `vfs` null is the default one.
  static Result<Database> Open(const std::string& uri, int flags, const char* vfs = nullptr);
  // A second connection to the file of `other`'s main database: same VFS, same URI parameters (but
  // never a shared cache), read-only if that is. It is an error when there is no such file
  // (in-memory and temporary databases). Nothing is read yet.
  static Result<Database> OpenBeside(const Database& other);

  sqlite3* handle() const { return handle_; }

  // Runs all statements of the text; rows are dropped.
  Status Execute(const std::string& sql) const;
  // One statement. What it lacks is asked of the provider, if there is one.
  Result<Statement> Prepare(std::string_view sql) const;
  // Calls `row` with the statement for each row of the query; see ForEachRow() above.
  template <typename Function>
  Status ForEach(std::string_view sql, Function row) const {
    Result<Statement> statement = Prepare(sql);
    if (!statement) return statement.error();
    return ForEachRow(*statement, [&] { return row(std::as_const(*statement)); });
  }
  // The first column of the first row; nullopt when there is no row or it is NULL.
  Result<std::optional<int64_t>> QueryInteger(std::string_view sql) const;
  Result<std::optional<std::string>> QueryText(std::string_view sql) const;

  // The last failed call's error.
  Error LastError() const;

  // Neither BEGIN nor SAVEPOINT has been executed, or what they opened is closed.
  bool InAutocommit() const { return sqlite3_get_autocommit(handle_) != 0; }
  // Full path of main's file; empty for an in-memory or temporary database.
  std::string MainPath() const;
  bool IsReadOnly() const { return sqlite3_db_readonly(handle_, "main") == 1; }
  // Rows changed since the connection was opened, triggers included.
  int64_t TotalChanges() const;

  // A connection of our own stops when the host's is interrupted, and waits for locks as long.
  // `host` must outlive it.
  void Obey(const Database& host) {
    obeyed_ = host.handle_;
    wait_limit_ = host.wait_limit_;
    waits_long_ = host.waits_long_;
  }
  // The host's connection: this one, or the one that it obeys.
  sqlite3* host() const { return obeyed_; }
  // Whether the host has called sqlite3_interrupt() and a statement of its connection is still
  // running (ours is, for as long as we are called from SQL).
  bool IsInterrupted() const;
  // An error when the statement that has called us will fail whatever we return: the host has
  // interrupted it, or memory has run out in it.
  Status CheckCaller() const;

  // How long a call waits for another connection's lock: as busy_wait.h says, if it waits long.
  std::chrono::milliseconds wait_limit() const { return wait_limit_; }
  void SetWaitLimit(std::chrono::milliseconds limit) { wait_limit_ = limit; }
  bool waits_long() const { return waits_long_; }
  void SetWaitsLong() { waits_long_ = true; }

  // Whether what is read now stays locked to the end of the call: the statement that has called us
  // reads (SELECT * FROM f()), and SQLite lets go of no lock before all that read have ended.
  bool keeps_read_locks() const { return keeps_read_locks_; }
  void SetKeepsReadLocks() { keeps_read_locks_ = true; }

  // `provider` must outlive it; null for none.
  void SetProvider(ObjectProvider* provider) { provider_ = provider; }
  bool Provide(const Error& error) const { return provider_ && provider_->Provide(error); }

 private:
  struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Database(sqlite3* handle, bool owned)
      : owned_(owned ? handle : nullptr), handle_(handle), obeyed_(handle) {}

  std::unique_ptr<sqlite3, Closer> owned_;
  sqlite3* handle_;
  sqlite3* obeyed_;
  std::chrono::milliseconds wait_limit_{5000};
  bool waits_long_ = false;
  bool keeps_read_locks_ = false;
  ObjectProvider* provider_ = nullptr;
};

// The running statements of the connection, but for the one that has called us, "; " between them:
// what keeps SQLite from dropping a table.
std::string OtherRunningStatements(const Database& db);

// Whether a statement of the connection that writes is running, from which we may be called. No
// transaction can be begun, committed or rolled back then.
bool IsWriting(const Database& db);

// Whether the error is about a function, collation, module or table that this connection does not
// have, though another one may.
bool IsMissingObject(const Error& error);

// Whether the error is of the machine or of the moment (no memory, disk, lock, interrupt), and says
// nothing about the SQL that met it.
bool IsFault(const Error& error);

// Writes to main, and changes nothing: what is in the way of any write (a file or folder that is
// read-only, a full disk) fails here, with the name of the file, and not in what the caller wants
// to write. In a transaction.
Status TryToWrite(const Database& db);

// The primary code of an error: SQLITE_BUSY of SQLITE_BUSY_SNAPSHOT.
inline int PrimaryCode(const Error& error) { return error.code & 0xFF; }

// A name as an SQL identifier, and a text as an SQL string literal.
std::string QuoteName(std::string_view name);
std::string QuoteText(std::string_view text);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_DATABASE_H_
