import instantiate from "./fastmigrate.mjs";

const OK = 0;
const MISUSE = 21;
const NOMEM = 7;
const ROW = 100;
const DONE = 101;
const INTEGER = 1;
const FLOAT = 2;
const TEXT = 3;
const BLOB = 4;
const OPEN_FLAGS = 0x2 | 0x4; // to read and write, made when it is missing
const TRANSIENT = -1; // SQLite copies what is bound

export class SqliteError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "SqliteError";
    this.code = code;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Node's fetch reads no files.
async function moduleOptions() {
  if (globalThis.process?.versions?.node === undefined) return {};
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
  return { wasmBinary: await readFile(new URL("./fastmigrate.wasm", import.meta.url)) };
}

export async function load() {
  const sqlite = await instantiate(await moduleOptions());
  const rc = sqlite._register_fastmigrate();
  if (rc !== OK) throw new SqliteError("fastmigrate cannot be registered", rc);
  let opened = 0;

  // Memory of the module with these bytes and a NUL behind them; `use` gets its address.
  function withBytes(bytes, use) {
    const address = sqlite._malloc(bytes.length + 1);
    if (address === 0) throw new SqliteError("out of memory", NOMEM);
    try {
      sqlite.HEAPU8.set(bytes, address);
      sqlite.HEAPU8[address + bytes.length] = 0;
      return use(address);
    } finally {
      sqlite._free(address);
    }
  }

  function withText(text, use) {
    return withBytes(encoder.encode(text), use);
  }

  function textAt(address) {
    return decoder.decode(sqlite.HEAPU8.subarray(address, sqlite.HEAPU8.indexOf(0, address)));
  }

  function pointerAt(address) {
    return sqlite.getValue(address, "*");
  }

  function errorOf(handle) {
    const message = textAt(sqlite._sqlite3_errmsg(handle));
    return new SqliteError(message, sqlite._sqlite3_extended_errcode(handle));
  }

  function open(path) {
    return withBytes(new Uint8Array(4), (result) => {
      const rc = withText(path, (name) => sqlite._sqlite3_open_v2(name, result, OPEN_FLAGS, 0));
      const handle = pointerAt(result);
      if (rc === OK) return handle;
      const error = handle === 0 ? new SqliteError("out of memory", rc) : errorOf(handle);
      sqlite._sqlite3_close_v2(handle);
      throw error;
    });
  }

  function bindValue(statement, index, value) {
    if (value === null || value === undefined) return sqlite._sqlite3_bind_null(statement, index);
    if (typeof value === "bigint" || Number.isSafeInteger(value)) {
      if (BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) {
        throw new RangeError(`SQLite has no integer as big as ${value}`);
      }
      return sqlite._sqlite3_bind_int64(statement, index, BigInt(value));
    }
    if (typeof value === "number") return sqlite._sqlite3_bind_double(statement, index, value);
    if (typeof value === "string") {
      const bytes = encoder.encode(value);
      return withBytes(bytes, (address) =>
        sqlite._sqlite3_bind_text(statement, index, address, bytes.length, TRANSIENT));
    }
    if (value instanceof Uint8Array) {
      return withBytes(value, (address) =>
        sqlite._sqlite3_bind_blob(statement, index, address, value.length, TRANSIENT));
    }
    throw new TypeError(`SQLite has no value like this ${typeof value}`);
  }

  function columnValue(statement, column) {
    switch (sqlite._sqlite3_column_type(statement, column)) {
      case INTEGER: {
        const value = sqlite._sqlite3_column_int64(statement, column);
        return Number.isSafeInteger(Number(value)) ? Number(value) : value;
      }
      case FLOAT:
        return sqlite._sqlite3_column_double(statement, column);
      case TEXT: {
        const address = sqlite._sqlite3_column_text(statement, column);
        const size = sqlite._sqlite3_column_bytes(statement, column);
        return decoder.decode(sqlite.HEAPU8.subarray(address, address + size));
      }
      case BLOB: {
        const address = sqlite._sqlite3_column_blob(statement, column);
        const size = sqlite._sqlite3_column_bytes(statement, column);
        return sqlite.HEAPU8.slice(address, address + size);
      }
      default:
        return null;
    }
  }

  function rowOf(statement) {
    const row = {};
    for (let i = 0; i < sqlite._sqlite3_column_count(statement); ++i) {
      row[textAt(sqlite._sqlite3_column_name(statement, i))] = columnValue(statement, i);
    }
    return row;
  }

  class Database {
    #open;
    #made = null;

    constructor(source = ":memory:") {
      if (source instanceof Uint8Array) {
        this.#made = `/database-${++opened}`;
        sqlite.FS.writeFile(this.#made, source);
        source = this.#made;
      }
      try {
        this.#open = open(source);
      } catch (error) {
        this.#removeMade();
        throw error;
      }
    }

    get #handle() {
      if (this.#open === 0) throw new SqliteError("the database is closed", MISUSE);
      return this.#open;
    }

    #removeMade() {
      if (this.#made === null) return;
      for (const suffix of ["", "-journal", "-wal", "-shm"]) {
        const path = this.#made + suffix;
        if (sqlite.FS.analyzePath(path).exists) sqlite.FS.unlink(path);
      }
    }

    // The statement at this address, and the address of what stands behind it.
    #prepare(sql) {
      return withBytes(new Uint8Array(8), (results) => {
        const rc = sqlite._sqlite3_prepare_v2(this.#handle, sql, -1, results, results + 4);
        if (rc !== OK) throw errorOf(this.#handle);
        return [pointerAt(results), pointerAt(results + 4)];
      });
    }

    #prepareOne(sql) {
      return withText(sql, (address) => {
        const [statement, rest] = this.#prepare(address);
        let next = 0;
        try {
          if (statement !== 0) [next] = this.#prepare(rest);
          if (statement === 0 || next !== 0) {
            throw new RangeError("query() takes one statement; exec() takes any number of them");
          }
          return statement;
        } catch (error) {
          sqlite._sqlite3_finalize(statement);
          throw error;
        } finally {
          sqlite._sqlite3_finalize(next);
        }
      });
    }

    exec(sql) {
      const rc = withText(sql, (text) => sqlite._sqlite3_exec(this.#handle, text, 0, 0, 0));
      if (rc !== OK) throw errorOf(this.#handle);
    }

    query(sql, values = []) {
      const statement = this.#prepareOne(sql);
      try {
        values.forEach((value, i) => {
          if (bindValue(statement, i + 1, value) !== OK) throw errorOf(this.#handle);
        });
        const rows = [];
        let rc;
        while ((rc = sqlite._sqlite3_step(statement)) === ROW) rows.push(rowOf(statement));
        if (rc !== DONE) throw errorOf(this.#handle);
        return rows;
      } finally {
        sqlite._sqlite3_finalize(statement);
      }
    }

    export() {
      return withBytes(new Uint8Array(8), (result) => withText("main", (schema) => {
        const address = sqlite._sqlite3_serialize(this.#handle, schema, result, 0);
        if (address === 0) throw new SqliteError("the database cannot be exported", NOMEM);
        const size = Number(sqlite.getValue(result, "i64"));
        try {
          return sqlite.HEAPU8.slice(address, address + size);
        } finally {
          sqlite._sqlite3_free(address);
        }
      }));
    }

    close() {
      if (this.#open === 0) return;
      sqlite._sqlite3_close_v2(this.#open);
      this.#open = 0;
      this.#removeMade();
    }
  }

  return { Database, FS: sqlite.FS };
}
