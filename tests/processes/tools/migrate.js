// Runs what is pending in a folder by a migration tool of npm:
//
//   node migrate.js drizzle|knex|umzug|umzug-sql|sqlite DATABASE FOLDER
//
// The drivers are those that need neither a compiler nor an install script: sql.js for drizzle, libsql for the others.
const fs = require('fs');
const path = require('path');

async function drizzle(database, folder) {
  const SQL = await require('sql.js')();
  const client = new SQL.Database(fs.existsSync(database) ? fs.readFileSync(database) : undefined);
  const db = require('drizzle-orm/sql-js').drizzle(client);
  require('drizzle-orm/sql-js/migrator').migrate(db, { migrationsFolder: folder });
  fs.writeFileSync(database, client.export());
}

// knex's own client for better-sqlite3, whose interface libsql has.
async function knex(database, folder) {
  const Client = require('knex/lib/dialects/better-sqlite3');
  class LibsqlClient extends Client {
    _driver() {
      return require('libsql');
    }
  }
  const db = require('knex')({
    client: LibsqlClient,
    connection: { filename: database },
    useNullAsDefault: true,
    migrations: { directory: folder },
  });
  try {
    await db.migrate.latest();
  } finally {
    await db.destroy();
  }
}

// A storage with the table that Sequelize makes, without Sequelize.
class MetaTable {
  constructor(db) {
    this.db = db;
    db.exec('CREATE TABLE IF NOT EXISTS `SequelizeMeta` (`name` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY);');
  }
  async logMigration({ name }) {
    this.db.prepare('INSERT INTO SequelizeMeta VALUES (?)').run(name);
  }
  async unlogMigration({ name }) {
    this.db.prepare('DELETE FROM SequelizeMeta WHERE name = ?').run(name);
  }
  async executed() {
    return this.db.prepare('SELECT name FROM SequelizeMeta ORDER BY name').all().map((row) => row.name);
  }
}

async function umzug(database, folder, ending, resolve) {
  const { Umzug } = require('umzug');
  const db = new (require('libsql'))(database);
  const migrations = { glob: ['*.' + ending, { cwd: folder }], ...resolve };
  await new Umzug({ migrations, context: db, storage: new MetaTable(db), logger: undefined }).up();
  db.close();
}

const runsSql = {
  resolve: ({ name, path: file, context }) => ({
    name,
    up: async () => context.exec(fs.readFileSync(file, 'utf8')),
  }),
};

// What the package `sqlite` wants of a driver: callbacks, as sqlite3 on npm has them.
class Callbacks {
  constructor(filename, ...rest) {
    const done = rest.pop();
    this.db = new (require('libsql'))(filename);
    setImmediate(done, null);
  }
  answer(rest, work) {
    const done = rest.pop();
    const parameters = Array.isArray(rest[0]) ? rest[0] : rest;
    let error = null;
    let value;
    try {
      value = work(parameters);
    } catch (failure) {
      error = failure;
    }
    setImmediate(() => done.call({}, error, value));
  }
  run(sql, ...rest) {
    this.answer(rest, (parameters) => void this.db.prepare(sql).run(...parameters));
  }
  all(sql, ...rest) {
    this.answer(rest, (parameters) => this.db.prepare(sql).all(...parameters));
  }
  exec(sql, done) {
    this.answer([done], () => void this.db.exec(sql));
  }
  close(done) {
    this.answer([done], () => void this.db.close());
  }
}

async function sqlite(database, folder) {
  const db = await require('sqlite').open({ filename: database, driver: Callbacks });
  await db.migrate({ migrationsPath: folder });
  await db.close();
}

const tools = {
  drizzle,
  knex,
  sqlite,
  umzug: (database, folder) => umzug(database, folder, 'js', {}),
  'umzug-sql': (database, folder) => umzug(database, folder, 'sql', runsSql),
};
const [tool, database, folder] = process.argv.slice(2);
tools[tool](path.resolve(database), path.resolve(folder)).catch((error) => {
  console.error(error);
  process.exit(1);
});
