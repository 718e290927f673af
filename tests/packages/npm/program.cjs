const Database = require("better-sqlite3");
const { getLoadablePath, load } = require("sqlite-fastmigrate");

const db = new Database("data.db");
load(db);
console.log("version:", db.prepare("SELECT fastmigrate_apply('migrations')").pluck().get());

const other = new Database(":memory:");
other.loadExtension(getLoadablePath());
console.log("path:", other.prepare("SELECT fastmigrate_extension_version()").pluck().get());
