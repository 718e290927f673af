import { Database } from "bun:sqlite";
import { load } from "sqlite-fastmigrate";

const db = new Database("data.db");
load(db);
const { version } = db.query("SELECT fastmigrate_apply('migrations') AS version").get();
console.log("version:", version);
