import { load } from "./index.mjs";

const { Database } = await load();
const bundle = JSON.stringify({ "0001-users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);" });
const [{ version }] = new Database().query("SELECT fastmigrate_apply(?) AS version", [bundle]);
postMessage(`version: ${version}`);
