// README begins
const { DatabaseSync } = require("node:sqlite");

function connect(path) {
  const db = new DatabaseSync(path, { allowExtension: true });
  db.loadExtension("build/fastmigrate");
  return db;
}

const db = connect("new.db");
const { version } = db.prepare("SELECT fastmigrate_apply('migrations') AS version").get();
// README ends

const value = (db, sql, ...parameters) => Object.values(db.prepare(sql).get(...parameters))[0];

console.log("new:", version);

const app = connect("app.db");
console.log("enroll:", value(app, "SELECT fastmigrate_enroll(?)", 1));
try {
  value(app, "SELECT fastmigrate_apply('broken')");
} catch (error) {
  console.log("broken:", error.message);
  console.log("code:", error.errcode);
}
console.log("version:", value(app, "SELECT fastmigrate_version()"));
console.log("apply:", value(app, "SELECT fastmigrate_apply(?)", "migrations"));
console.log("again:", value(app, "SELECT fastmigrate_apply(?)", "migrations"));
for (const row of app.prepare("SELECT version, state FROM fastmigrate_status('migrations')").all()) {
  console.log("status:", row.version, row.state);
}
console.log("differences:", value(app, "SELECT count(*) FROM fastmigrate_verify('migrations')"));
console.log("posts:", value(app, "SELECT count(*) FROM posts"));

const copy = connect("copy.db");
value(copy, "SELECT fastmigrate_enroll(1)");
for (const row of copy.prepare("SELECT * FROM fastmigrate_apply('migrations')").all()) {
  console.log("row:", row.version, row.name, row.statements, row.changes);
}
console.log("posts:", value(copy, "SELECT count(*) FROM posts"));

copy.function("address", (name) => name.toLowerCase() + "@example.com");
console.log("function:", value(copy, "SELECT fastmigrate_apply('function')"));
for (const row of copy.prepare("SELECT email FROM users").all()) console.log("function:", row.email);

const bundle = value(copy, "SELECT fastmigrate_bundle('migrations')");
const memory = connect(":memory:");
console.log("bundle:", value(memory, "SELECT fastmigrate_apply(?, ?)", bundle, 2));

// Habits
console.log("foreign keys:", value(memory, "PRAGMA foreign_keys"));
console.log("number:", value(memory, "SELECT typeof(?)", 2));

try {
  new DatabaseSync(":memory:").loadExtension("build/fastmigrate");
} catch (error) {
  console.log("without allowExtension:", error.message);
}

// A transaction, with the foreign keys that are on
const other = connect("transaction.db");
other.exec("BEGIN");
try {
  value(other, "SELECT fastmigrate_apply('migrations')");
} catch (error) {
  console.log("in transaction:", error.message);
}
other.exec("ROLLBACK");
console.log("outside of it:", value(other, "SELECT fastmigrate_apply('migrations')"));

// get() fetches one row of three, and leaves nothing open.
const got = connect("got.db");
const row = got.prepare("SELECT name FROM fastmigrate_apply('migrations')").get();
connect("got.db").exec("INSERT INTO users (name) VALUES ('Edsger')");
console.log("got:", row.name);
console.log("other connection wrote:", value(got, "SELECT count(*) FROM users"));
