/** What SQLite stores. An integer beyond 2^53 is a bigint. */
export type Value = null | number | bigint | string | Uint8Array;

/** The values of a row by the names of its columns. */
export type Row = Record<string, Value>;

/** What SQLite or fastmigrate has refused. */
export declare class SqliteError extends Error {
  /** The extended result code of SQLite. */
  readonly code: number;
}

export interface Database {
  /** Runs any number of statements. Throws an SqliteError at the first that fails. */
  exec(sql: string): void;

  /**
   * Runs one statement with these values for its `?`, and returns its rows. Throws an SqliteError when
   * it fails, and a RangeError when it is not one statement.
   */
  query(sql: string, values?: readonly (Value | undefined)[]): Row[];

  /** The bytes of the database, as a file would hold them. */
  export(): Uint8Array;

  /** Closes the database. Afterwards all other calls throw. */
  close(): void;
}

/**
 * The part of Emscripten's file system that scripts and databases need:
 * https://emscripten.org/docs/api_reference/Filesystem-API.html
 */
export interface FileSystem {
  mkdir(path: string): unknown;
  readdir(path: string): string[];
  readFile(path: string): Uint8Array;
  readFile(path: string, options: { encoding: "utf8" }): string;
  rename(from: string, to: string): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  writeFile(path: string, content: string | Uint8Array): void;
}

export interface Module {
  /**
   * Opens a database: a new one in memory, a copy of the one that the bytes are, or the file of this
   * name in `FS`, which is made when it is missing. Throws an SqliteError when it cannot be opened.
   */
  Database: new (source?: string | Uint8Array) => Database;
  FS: FileSystem;
}

/** Makes an instance of the module, with memory and files of its own. */
export declare function load(): Promise<Module>;
