// README begins
import { load } from "sqlite-fastmigrate-wasm";

const { Database } = await load();

// What the bytes of a database become by the scripts of a bundle.
function migrate(bytes, bundle) {
  const db = new Database(bytes);
  try {
    const [{ version }] = db.query("SELECT fastmigrate_apply(?) AS version", [bundle]);
    return { version, bytes: db.export() };
  } finally {
    db.close();
  }
}
// README ends

import { readFileSync, writeFileSync } from "node:fs";

const [database, bundle] = process.argv.slice(2);
const migrated = migrate(readFileSync(database), readFileSync(bundle, "utf8"));
console.log("version:", migrated.version);
writeFileSync(database, migrated.bytes);
