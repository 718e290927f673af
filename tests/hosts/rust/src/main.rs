use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{params, Error, Params};

// README begins
use rusqlite::{Connection, LoadExtensionGuard, Result};

fn connect(path: &str) -> Result<Connection> {
    let db = Connection::open(path)?;
    unsafe {
        let _guard = LoadExtensionGuard::new(&db)?;
        db.load_extension("build/fastmigrate", None)?;
    }
    Ok(db)
}

fn migrate(db: &Connection, scripts: &str) -> Result<i64> {
    db.query_row("SELECT fastmigrate_apply(?)", [scripts], |row| row.get(0))
}
// README ends

/// Prints the rows of a query, each behind the label.
fn show(label: &str, db: &Connection, sql: &str, parameters: impl Params) -> Result<()> {
    let mut statement = db.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        print!("{label}:");
        for i in 0..columns {
            match row.get(i)? {
                Value::Text(text) => print!(" {text}"),
                Value::Integer(number) => print!(" {number}"),
                Value::Null => print!(" NULL"),
                other => print!(" {other:?}"),
            }
        }
        println!();
    }
    Ok(())
}

fn main() -> Result<()> {
    println!("new: {}", migrate(&connect("new.db")?, "migrations")?);

    let db = connect("app.db")?;
    show("enroll", &db, "SELECT fastmigrate_enroll(?)", [1])?;
    if let Err(Error::SqliteFailure(error, Some(message))) = migrate(&db, "broken") {
        println!("broken: {message}");
        println!("code: {}", error.extended_code);
    }
    show("version", &db, "SELECT fastmigrate_version()", [])?;
    println!("apply: {}", migrate(&db, "migrations")?);
    println!("again: {}", migrate(&db, "migrations")?);
    show("status", &db, "SELECT version, state FROM fastmigrate_status('migrations')", [])?;
    show("differences", &db, "SELECT count(*) FROM fastmigrate_verify('migrations')", [])?;
    show("posts", &db, "SELECT count(*) FROM posts", [])?;

    let db = connect("copy.db")?;
    db.query_row("SELECT fastmigrate_enroll(1)", [], |_| Ok(()))?;
    let apply = "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')";
    show("row", &db, apply, [])?;
    show("posts", &db, "SELECT count(*) FROM posts", [])?;

    db.create_scalar_function("address", 1, FunctionFlags::default(), |context| {
        Ok(context.get::<String>(0)?.to_lowercase() + "@example.com")
    })?;
    println!("function: {}", migrate(&db, "function")?);
    show("function", &db, "SELECT email FROM users", [])?;

    let bundle: String =
        db.query_row("SELECT fastmigrate_bundle('migrations')", [], |row| row.get(0))?;
    let db = connect(":memory:")?;
    show("bundle", &db, "SELECT fastmigrate_apply(?, ?)", params![bundle, 2])?;

    // Habits
    show("foreign keys", &db, "PRAGMA foreign_keys", [])?;
    show("number", &db, "SELECT typeof(?), typeof(?)", params![2, 2.0])?;

    let mut db = connect("transaction.db")?;
    let transaction = db.transaction()?;
    println!("in transaction: {}", migrate(&transaction, "migrations")?);
    drop(transaction);
    show("dropped without commit", &db, "SELECT fastmigrate_version()", [])?;

    // Rows of which one was fetched keep their statement open.
    let mut left_open = db.prepare("SELECT fastmigrate_apply('migrations')")?;
    let mut rows = left_open.query([])?;
    rows.next()?;
    let other = connect("transaction.db")?;
    other.execute("INSERT INTO users (name) VALUES ('Edsger')", [])?;
    show("left open, other connection wrote", &db, "SELECT count(*) FROM users", [])
}
