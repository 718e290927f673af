// Compiles, and each line marked so does not without its mark.
import { load, SqliteError, type Database, type Row } from "sqlite-fastmigrate-wasm";

const { Database: Open, FS } = await load();
const db: Database = new Open(new Uint8Array(FS.readFile("data.db")));
const rows: Row[] = db.query("SELECT ?, ?", [1n, null]);
const code: number = new SqliteError().code;
const text: string = FS.readFile("0001-users.sql", { encoding: "utf8" });

// @ts-expect-error A path is a string.
new Open(1);
// @ts-expect-error SQLite has no such value.
db.query("SELECT ?", [{}]);
// @ts-expect-error There are many rows.
const row: Row = rows;
