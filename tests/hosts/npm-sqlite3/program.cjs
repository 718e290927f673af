// README begins
const sqlite3 = require("sqlite3");
const { promisify } = require("node:util");

async function connect(path) {
  const db = new sqlite3.Database(path);
  await promisify(db.loadExtension.bind(db))("build/fastmigrate");
  db.getRow = promisify(db.get.bind(db));
  db.getRows = promisify(db.all.bind(db));
  return db;
}

async function migrate(path) {
  const db = await connect(path);
  const { version } = await db.getRow("SELECT fastmigrate_apply('migrations') AS version");
  return version;
}
// README ends

const value = async (db, sql, ...parameters) => Object.values(await db.getRow(sql, parameters))[0];

async function main() {
  console.log("new:", await migrate("new.db"));

  const app = await connect("app.db");
  console.log("enroll:", await value(app, "SELECT fastmigrate_enroll(?)", 1));
  try {
    await value(app, "SELECT fastmigrate_apply('broken')");
  } catch (error) {
    console.log("broken:", error.message.replace("SQLITE_ERROR: ", ""));
    console.log("code:", error.errno);
  }
  console.log("version:", await value(app, "SELECT fastmigrate_version()"));
  console.log("apply:", await value(app, "SELECT fastmigrate_apply(?)", "migrations"));
  console.log("again:", await value(app, "SELECT fastmigrate_apply(?)", "migrations"));
  for (const row of await app.getRows("SELECT version, state FROM fastmigrate_status('migrations')")) {
    console.log("status:", row.version, row.state);
  }
  const differences = await app.getRows("SELECT * FROM fastmigrate_verify('migrations')");
  console.log("differences:", differences.length);
  console.log("posts:", await value(app, "SELECT count(*) FROM posts"));

  const copy = await connect("copy.db");
  await value(copy, "SELECT fastmigrate_enroll(1)");
  for (const row of await copy.getRows("SELECT * FROM fastmigrate_apply('migrations')")) {
    console.log("row:", row.version, row.name, row.statements, row.changes);
  }
  console.log("posts:", await value(copy, "SELECT count(*) FROM posts"));

  console.log("function: skipped, since this driver defines no functions");

  const bundle = await value(copy, "SELECT fastmigrate_bundle('migrations')");
  const memory = await connect(":memory:");
  console.log("bundle:", await value(memory, "SELECT fastmigrate_apply(?, ?)", bundle, 2));

  // Habits
  console.log("foreign keys:", await value(memory, "PRAGMA foreign_keys"));
  console.log("number:", await value(memory, "SELECT typeof(?)", 2));

  // get() of a statement fetches one row of three, and leaves it open.
  const got = await connect("got.db");
  const leftOpen = got.prepare("SELECT name FROM fastmigrate_apply('migrations')");
  console.log("got:", (await promisify(leftOpen.get.bind(leftOpen))()).name);
  await (await connect("got.db")).getRow("INSERT INTO users (name) VALUES ('Edsger')");
  console.log("other connection wrote:", await value(got, "SELECT count(*) FROM users"));
  leftOpen.finalize();
}

main();
