#include "sqlite/database.h"

#include <atomic>
#include <new>

#include "base/ascii.h"
#include "sql/lexer.h"

namespace fastmigrate {
namespace {

std::atomic<ConnectionSetup> connection_setup = nullptr;

// For the path and the parameters of a URI; everything that could mean something is escaped.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    bool plain = IsLetter(c) || IsDigit(c) || c == '/' || c == '.' || c == '-' || c == '_';
    encoded += plain ? std::string(1, c) : "%" + Hexadecimal({&c, 1});
  }
  return encoded;
}

// https://www.sqlite.org/uri.html. On Windows the path has '\', which is encoded, so that neither a
// drive nor a server is taken for another part of the URI.
std::string UriOfFile(const char* filename) {
  std::string uri = "file:" + PercentEncoded(filename);
  char separator = '?';
  for (int i = 0; const char* key = sqlite3_uri_key(filename, i); ++i) {
    // The mode is said by the flags; a shared cache would share the locks we must not share.
    if (std::string_view(key) == "cache" || std::string_view(key) == "mode") continue;
    uri += separator + PercentEncoded(key) + "=" +
           PercentEncoded(sqlite3_uri_parameter(filename, key));
    separator = '&';
  }
  return uri;
}

// The functions of ours that run SQL in which a table may be dropped, and their guard
// (transaction.h).
bool IsOurs(std::string_view sql) {
  for (std::string_view function : {"fastmigrate_apply", "fastmigrate_rehearse",
                                    "fastmigrate_recreate_table", "EXPLAIN ROLLBACK"}) {
    if (sql.find(function) != std::string_view::npos) return true;
  }
  return false;
}

sqlite3_vfs* VfsOf(sqlite3* db) {
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  return vfs;
}

}  // namespace

void SetConnectionSetup(ConnectionSetup setup) { connection_setup = setup; }

void Statement::Bind(int index, int64_t value) { Note(sqlite3_bind_int64(handle(), index, value)); }
void Statement::Bind(int index, double value) { Note(sqlite3_bind_double(handle(), index, value)); }
void Statement::Bind(int index, std::string_view text) {
  Note(sqlite3_bind_text64(handle(), index, text.data() ? text.data() : "", text.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Statement::BindStatic(int index, std::string_view text) {
  Note(sqlite3_bind_text64(handle(), index, text.data() ? text.data() : "", text.size(),
                           SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::BindNull(int index) { Note(sqlite3_bind_null(handle(), index)); }

void Statement::Note(int rc) {
  if (bound_ == SQLITE_OK) bound_ = rc;
}

Result<bool> Statement::Step() {
  if (handle() == nullptr) return false;
  if (bound_ != SQLITE_OK) return Error{bound_, sqlite3_errstr(bound_)};
  int rc = sqlite3_step(handle());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  sqlite3* db = sqlite3_db_handle(handle());
  Error error{sqlite3_extended_errcode(db), sqlite3_errmsg(db)};
  sqlite3_reset(handle());
  return error;
}

Status Statement::Run() {
  if (Status status = ForEachRow(*this, [] {}); !status) return status;
  Reset();
  return {};
}

void Statement::Reset() { sqlite3_reset(handle()); }

bool Statement::IsNull(int column) const { return Type(column) == SQLITE_NULL; }
int Statement::Type(int column) const { return sqlite3_column_type(handle(), column); }
int64_t Statement::Integer(int column) const { return sqlite3_column_int64(handle(), column); }
double Statement::Real(int column) const { return sqlite3_column_double(handle(), column); }
std::string Statement::Text(int column) const { return std::string(View(column)); }

std::string_view Statement::View(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle(), column));
  if (text == nullptr) {
    // A number that could not be made a text is NULL from then on.
    if (sqlite3_errcode(sqlite3_db_handle(handle())) == SQLITE_NOMEM) throw std::bad_alloc();
    return {};
  }
  return {text, static_cast<size_t>(sqlite3_column_bytes(handle(), column))};
}

Database Database::Borrow(sqlite3* handle) { return {handle, false}; }

Result<Database> Database::Open(const std::string& uri, int flags, const char* vfs) {
  sqlite3* handle = nullptr;
  int rc = sqlite3_open_v2(uri.c_str(), &handle, flags, vfs);
  Database db(handle, true);
  ConnectionSetup setup = connection_setup.load();
  if (rc == SQLITE_OK && setup != nullptr) rc = setup(handle);
  if (rc == SQLITE_OK) return db;
  // Of no memory SQLite may know nothing: there is no connection, or it is the setup that had none.
  if (handle == nullptr || rc == SQLITE_NOMEM) return Error{SQLITE_NOMEM, "out of memory"};
  return db.LastError();
}

Result<Database> Database::OpenBeside(const Database& other) {
  if (other.MainPath().empty()) return MakeError("the database has no file");
  const char* filename = sqlite3_db_filename(other.handle(), "main");
  sqlite3_vfs* vfs = VfsOf(other.handle());
  int access = other.IsReadOnly() ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  // Private also where the host has shared caches for all connections of the process.
  return Open(UriOfFile(filename), access | SQLITE_OPEN_URI | SQLITE_OPEN_PRIVATECACHE,
              vfs ? vfs->zName : nullptr);
}

Status Database::Execute(const std::string& sql) const {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return LastError();
}

Result<Statement> Database::Prepare(std::string_view sql) const {
  while (true) {
    sqlite3_stmt* statement = nullptr;
    int rc =
        sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (rc == SQLITE_OK) return Statement(statement);
    Error error = LastError();
    if (!Provide(error)) return error;
  }
}

Result<std::optional<int64_t>> Database::QueryInteger(std::string_view sql) const {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->Step();
  if (!row) return row.error();
  if (!*row || statement->IsNull(0)) return std::optional<int64_t>();
  return std::optional<int64_t>(statement->Integer(0));
}

Result<std::optional<std::string>> Database::QueryText(std::string_view sql) const {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->Step();
  if (!row) return row.error();
  if (!*row || statement->IsNull(0)) return std::optional<std::string>();
  return std::optional<std::string>(statement->Text(0));
}

Error Database::LastError() const {
  return {sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_)};
}

std::string Database::MainPath() const {
  // A deserialized database has a name that leads to another one, which is empty.
  sqlite3_vfs* vfs = VfsOf(handle_);
  if (vfs != nullptr && std::string_view(vfs->zName) == "memdb") return "";
  const char* filename = sqlite3_db_filename(handle_, "main");
  return filename ? filename : "";
}

int64_t Database::TotalChanges() const {
#if SQLITE_VERSION_NUMBER >= 3037000
  if (sqlite3_libversion_number() >= 3037000) return sqlite3_total_changes64(handle_);
#endif
  return sqlite3_total_changes(handle_);
}

// Any statement that is started while the interrupt is in force fails with it.
// sqlite3_is_interrupted (3.41) would go on saying so when the interrupted statement has ended.
bool Database::IsInterrupted() const {
  return sqlite3_exec(obeyed_, "SELECT 1", nullptr, nullptr, nullptr) == SQLITE_INTERRUPT;
}

Status Database::CheckCaller() const {
  int rc = sqlite3_exec(obeyed_, "SELECT 1", nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? Status() : Error{rc, sqlite3_errmsg(obeyed_)};
}

std::string OtherRunningStatements(const Database& db) {
  std::string statements;
  sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite3_next_stmt(db.handle(), statement)) != nullptr) {
    const char* sql = sqlite3_sql(statement);
    if (sqlite3_stmt_busy(statement) == 0 || sql == nullptr || IsOurs(sql)) continue;
    statements += (statements.empty() ? "" : "; ") + std::string(sql);
  }
  return statements;
}

bool IsWriting(const Database& db) {
  sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite3_next_stmt(db.handle(), statement)) != nullptr) {
    if (sqlite3_stmt_busy(statement) != 0 && sqlite3_stmt_readonly(statement) == 0) return true;
  }
  return false;
}

bool IsMissingObject(const Error& error) {
  for (const char* words : {"no such function: ", "no such collation sequence: ",
                            "no such module: ", "no such table: "}) {
    if (error.message.find(words) != std::string::npos) return true;
  }
  return false;
}

Status TryToWrite(const Database& db) {
  Result<std::optional<int64_t>> number = db.QueryInteger("PRAGMA main.user_version");
  if (!number) return number.error();
  Status written = db.Execute("PRAGMA main.user_version = " + std::to_string(number->value_or(0)));
  if (written) return written;
  const std::string path = db.MainPath();
  return written.error().Within("cannot write " + (path.empty() ? "the database" : path));
}

bool IsFault(const Error& error) {
  switch (PrimaryCode(error)) {
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
      return true;
    default:
      return false;
  }
}

std::string QuoteName(std::string_view name) { return Quoted(name, '"'); }
std::string QuoteText(std::string_view text) { return Quoted(text, '\''); }

}  // namespace fastmigrate
