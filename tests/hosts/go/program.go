package main

import (
	"database/sql"
	"fmt"
	"log"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// README begins
func init() {
	sql.Register("sqlite3_fastmigrate", &sqlite3.SQLiteDriver{
		Extensions:  []string{"build/fastmigrate"},
		ConnectHook: addFunctions, // where scripts call functions of the program
	})
}

func migrate(db *sql.DB, scripts string) (version int, err error) {
	err = db.QueryRow("SELECT fastmigrate_apply(?)", scripts).Scan(&version)
	return version, err
}

// README ends

func addFunctions(conn *sqlite3.SQLiteConn) error {
	address := func(name string) string { return strings.ToLower(name) + "@example.com" }
	return conn.RegisterFunc("address", address, true)
}

func connect(name string) *sql.DB {
	db, err := sql.Open("sqlite3_fastmigrate", name)
	check(err)
	return db
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func must(version int, err error) int {
	check(err)
	return version
}

// show prints the rows of a query, each behind the label.
func show(label string, db *sql.DB, query string, arguments ...any) {
	rows, err := db.Query(query, arguments...)
	check(err)
	defer rows.Close()
	columns, err := rows.Columns()
	check(err)
	for rows.Next() {
		values := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		check(rows.Scan(targets...))
		fmt.Println(label+":", strings.Join(values, " "))
	}
	check(rows.Err())
}

func main() {
	db := connect("new.db")
	fmt.Println("new:", must(migrate(db, "migrations")))

	db = connect("app.db")
	show("enroll", db, "SELECT fastmigrate_enroll(?)", 1)
	if _, err := migrate(db, "broken"); err != nil {
		fmt.Println("broken:", err)
		fmt.Println("code:", int(err.(sqlite3.Error).Code))
	}
	show("version", db, "SELECT fastmigrate_version()")
	fmt.Println("apply:", must(migrate(db, "migrations")))
	fmt.Println("again:", must(migrate(db, "migrations")))
	show("status", db, "SELECT version, state FROM fastmigrate_status('migrations')")
	show("differences", db, "SELECT count(*) FROM fastmigrate_verify('migrations')")
	show("posts", db, "SELECT count(*) FROM posts")

	db = connect("copy.db")
	_, err := db.Exec("SELECT fastmigrate_enroll(1)")
	check(err)
	show("row", db, "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')")
	show("posts", db, "SELECT count(*) FROM posts")

	fmt.Println("function:", must(migrate(db, "function")))
	show("function", db, "SELECT email FROM users")

	var bundle string
	check(db.QueryRow("SELECT fastmigrate_bundle('migrations')").Scan(&bundle))
	db = connect(":memory:")
	show("bundle", db, "SELECT fastmigrate_apply(?, ?)", bundle, 2)

	// Habits
	show("foreign keys", db, "PRAGMA foreign_keys")
	show("number", db, "SELECT typeof(?), typeof(?)", 2, 2.0)

	// A transaction, with the foreign keys that the name of the data source switches on.
	db = connect("keys.db?_foreign_keys=1")
	transaction, err := db.Begin()
	check(err)
	err = transaction.QueryRow("SELECT fastmigrate_apply('migrations')").Scan(new(int))
	fmt.Println("in transaction:", err)
	check(transaction.Rollback())
	fmt.Println("outside of it:", must(migrate(db, "migrations")))

	// Rows that are not closed keep their statement open.
	rows, err := db.Query("SELECT fastmigrate_apply('migrations')")
	check(err)
	rows.Next()
	other := connect("keys.db")
	_, err = other.Exec("INSERT INTO users (name) VALUES ('Edsger')")
	check(err)
	show("left open, other connection wrote", other, "SELECT count(*) FROM users")
	check(rows.Close())
}
