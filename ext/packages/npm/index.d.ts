/**
 * What a connection needs to have: that of better-sqlite3 does, `DatabaseSync` of node:sqlite with
 * `allowExtension: true`, and `Database` of Bun.
 */
export interface Connection {
  loadExtension(path: string): unknown;
}

/** The full path of the module. Throws where there is none for this platform. */
export declare function getLoadablePath(): string;

/** Gives the connection the functions of fastmigrate. Throws what its `loadExtension` throws. */
export declare function load(db: Connection): void;
