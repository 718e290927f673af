// README begins
import Database from "better-sqlite3";
import { load } from "sqlite-fastmigrate";

const db = new Database("data.db");
load(db);
const version = db.prepare("SELECT fastmigrate_apply('migrations')").pluck().get();
// README ends

import { getLoadablePath } from "sqlite-fastmigrate";

console.log("version:", version);

const other = new Database(":memory:");
other.loadExtension(getLoadablePath());
console.log("path:", other.prepare("SELECT fastmigrate_extension_version()").pluck().get());
