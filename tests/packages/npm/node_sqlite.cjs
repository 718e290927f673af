const { DatabaseSync } = require("node:sqlite");
const { load } = require("sqlite-fastmigrate");

const db = new DatabaseSync("data.db", { allowExtension: true });
load(db);
const { version } = db.prepare("SELECT fastmigrate_apply('migrations') AS version").get();
console.log("version:", version);

try {
  load(new DatabaseSync(":memory:"));
} catch (error) {
  console.log("not allowed:", error.message);
}
