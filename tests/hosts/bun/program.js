// README begins
import { Database } from "bun:sqlite";

function connect(path) {
  const db = new Database(path);
  db.loadExtension("build/fastmigrate");
  return db;
}

const db = connect("new.db");
const { version } = db.query("SELECT fastmigrate_apply('migrations') AS version").get();
// README ends

const value = (db, sql, ...parameters) => db.query(sql).values(...parameters)[0][0];

console.log("new:", version);

const app = connect("app.db");
console.log("enroll:", value(app, "SELECT fastmigrate_enroll(?)", 1));
try {
  value(app, "SELECT fastmigrate_apply('broken')");
} catch (error) {
  console.log("broken:", error.message);
  console.log("code:", error.errno);
}
console.log("version:", value(app, "SELECT fastmigrate_version()"));
console.log("apply:", value(app, "SELECT fastmigrate_apply(?)", "migrations"));
console.log("again:", value(app, "SELECT fastmigrate_apply(?)", "migrations"));
for (const row of app.query("SELECT version, state FROM fastmigrate_status('migrations')").all()) {
  console.log("status:", row.version, row.state);
}
console.log("differences:", value(app, "SELECT count(*) FROM fastmigrate_verify('migrations')"));
console.log("posts:", value(app, "SELECT count(*) FROM posts"));

const copy = connect("copy.db");
value(copy, "SELECT fastmigrate_enroll(1)");
for (const row of copy.query("SELECT * FROM fastmigrate_apply('migrations')").all()) {
  console.log("row:", row.version, row.name, row.statements, row.changes);
}
console.log("posts:", value(copy, "SELECT count(*) FROM posts"));

console.log("function: skipped, since bun:sqlite defines no functions");

const bundle = value(copy, "SELECT fastmigrate_bundle('migrations')");
const memory = connect(":memory:");
console.log("bundle:", value(memory, "SELECT fastmigrate_apply(?, ?)", bundle, 2));

// Habits
console.log("foreign keys:", value(memory, "PRAGMA foreign_keys"));
console.log("number:", value(memory, "SELECT typeof(?)", 2));

const other = connect("transaction.db");
const apply = other.transaction(() => {
  console.log("in transaction:", value(other, "SELECT fastmigrate_apply('migrations')"));
  throw new Error("undone");
});
try {
  apply();
} catch {
  console.log("after an exception:", value(other, "SELECT fastmigrate_version()"));
}

// get() fetches one row of three, and leaves nothing open.
const got = connect("got.db");
const row = got.query("SELECT name FROM fastmigrate_apply('migrations')").get();
connect("got.db").run("INSERT INTO users (name) VALUES ('Edsger')");
console.log("got:", row.name);
console.log("other connection wrote:", value(got, "SELECT count(*) FROM users"));
