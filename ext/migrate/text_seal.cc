#include "migrate/text_seal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/ascii.h"
#include "migrate/ledger_tables.h"
#include "migrate/migration.h"
#include "sqlite/row_scan.h"

namespace fastmigrate {
namespace {

constexpr char kSealColumn[] = "text_seal";

// What is recorded: the hash, and the schema version, its highest byte first.
using SealBytes = std::array<char, sizeof(Digest) + 4>;

Digest TextsIn(const SealBytes& bytes) {
  Digest texts;
  std::copy_n(bytes.begin(), texts.size(), texts.begin());
  return texts;
}

SealBytes BytesOf(const Digest& texts, uint32_t schema_version) {
  SealBytes bytes{};
  char* end = std::copy(texts.begin(), texts.end(), bytes.data());
  for (int shift : {24, 16, 8, 0}) *end++ = static_cast<char>(schema_version >> shift & 0xFF);
  return bytes;
}

// Nullopt where a host's authorizer ignores the pragma.
Result<std::optional<uint32_t>> SchemaVersion(const Database& db) {
  Result<std::optional<int64_t>> version = db.QueryInteger("PRAGMA main.schema_version");
  if (!version) return version.error();
  if (!*version) return std::optional<uint32_t>();
  return std::optional(static_cast<uint32_t>(**version));
}

// Reads a BLOB of this size without a statement, which costs twice as much to compile. False when
// there is none: no such row or column, another value, a view or a virtual table.
Result<bool> ReadBlob(const Database& db, const char* table, const char* column, int64_t rowid,
                      std::span<char> bytes) {
#ifdef SQLITE_OMIT_INCRBLOB
  return false;
#else
#ifndef SQLITE_CORE
  // A host may have been built without it, and its entry in the table of functions is then null.
  if (sqlite3_api->blob_open == nullptr) return false;
#endif
  sqlite3_blob* opened = nullptr;
  int rc = sqlite3_blob_open(db.handle(), "main", table, column, rowid, 0, &opened);
  const std::unique_ptr<sqlite3_blob, int (*)(sqlite3_blob*)> blob(
      opened, [](sqlite3_blob* b) { return sqlite3_blob_close(b); });
  if (rc == SQLITE_ERROR) return false;
  const int size = static_cast<int>(bytes.size());
  if (rc == SQLITE_OK && sqlite3_blob_bytes(opened) != size) return false;
  if (rc == SQLITE_OK) rc = sqlite3_blob_read(opened, bytes.data(), size, 0);
  return rc == SQLITE_OK ? Result<bool>(true) : Result<bool>(db.LastError());
#endif
}

// Whether a table of this name has this column as its primary key, as no view and no virtual table
// of SQLite's own has one.
Result<bool> HasPrimaryKey(const Database& db, const char* table, const char* column) {
  int is_key = 0;
  int rc = sqlite3_table_column_metadata(db.handle(), "main", table, column, nullptr, nullptr,
                                         nullptr, &is_key, nullptr);
  if (rc == SQLITE_ERROR) return false;
  return rc == SQLITE_OK ? Result<bool>(is_key != 0) : Result<bool>(db.LastError());
}

// Whether the two tables are as they were when the seal was made, or else as we create them.
Result<bool> AreSound(const Database& db, const SealBytes& seal) {
  Result<std::optional<uint32_t>> schema_version = SchemaVersion(db);
  if (!schema_version) return schema_version.error();
  if (*schema_version && seal == BytesOf(TextsIn(seal), **schema_version)) return true;
  Result<LedgerTables> tables = FindTables(db, "main");
  if (!tables) return tables.error();
  return tables->is_plain && tables->is_plain_history;
}

Status UnlessForbidden(const Error& error) {
  return PrimaryCode(error) == SQLITE_AUTH ? Status() : Status(error);
}

}  // namespace

TextsHash::TextsHash(size_t expected) { bytes_.reserve(expected * (2 + sizeof(Digest))); }

void TextsHash::Add(int version, const Digest& text_hash) {
  std::array<char, 2 + sizeof(Digest)> entry{static_cast<char>(version >> 8 & 0xFF),
                                             static_cast<char>(version & 0xFF)};
  std::copy(text_hash.begin(), text_hash.end(), entry.begin() + 2);
  bytes_.append(entry.data(), entry.size());
}

// The statement over _meta stays at its row until the rest is read, so that all of it is of one
// moment. What is not as we write it is nullopt.
Result<std::optional<TextSeal>> ReadSeal(const Database& db) {
  const std::optional<TextSeal> none;
  Result<bool> is_table = HasPrimaryKey(db, kMetaTable, "id");
  if (!is_table) return is_table.error();
  if (!*is_table) return none;
  Result<Statement> meta = db.Prepare("SELECT version, id FROM main._meta");
  if (!meta) return meta.error();
  Result<bool> there = meta->Step();
  if (!there) return there.error();
  const int64_t version = *there ? meta->Integer(0) : -1;
  if (version < 0 || version > kMaxVersion || meta->Type(0) != SQLITE_INTEGER ||
      meta->Integer(1) != 1) {
    return none;
  }
  SealBytes bytes{};
  Result<bool> is_sealed = ReadBlob(db, kHistoryTable, kSealColumn, version, bytes);
  if (!is_sealed) return is_sealed.error();
  if (!*is_sealed) return none;
  Result<bool> sound = AreSound(db, bytes);
  if (!sound) return sound.error();
  if (!*sound) return none;
  Result<bool> another = meta->Step();
  if (!another) return another.error();
  if (*another) return none;
  return std::optional(TextSeal{static_cast<int>(version), TextsIn(bytes)});
}

Status SealTexts(const Database& db, int version) {
  TextsHash texts(static_cast<size_t>(version));
  const Scan scan{"version, text_hash", std::string("main.") + kHistoryTable,
                  "version <= " + std::to_string(version), "version"};
  Status scanned = ScanRows(db, scan, [&](const RowValues& row) {
    const std::optional<Digest> hash = DigestOf(row.View(1));
    if (hash && row.Integer(0) <= version) texts.Add(static_cast<int>(row.Integer(0)), *hash);
  });
  if (!scanned) return scanned;
  Result<std::optional<uint32_t>> schema_version = SchemaVersion(db);
  if (!schema_version) return UnlessForbidden(schema_version.error());
  if (!*schema_version) return {};
  const SealBytes bytes = BytesOf(texts.Result(), **schema_version);
  Status sealed = db.Execute(std::string("UPDATE main.") + kHistoryTable + " SET " + kSealColumn +
                             " = x'" + Hexadecimal({bytes.data(), bytes.size()}) +
                             "' WHERE version = " + std::to_string(version));
  return sealed ? sealed : UnlessForbidden(sealed.error());
}

}  // namespace fastmigrate
