# README begins
library(DBI)

connect <- function(path) {
  db <- dbConnect(RSQLite::SQLite(), path, loadable.extensions = TRUE)
  dbGetQuery(db, "SELECT load_extension('build/fastmigrate')")
  db
}

db <- connect("new.db")
version <- dbGetQuery(db, "SELECT fastmigrate_apply('migrations')")[[1]]
# README ends

value <- function(db, sql, ...) {
  parameters <- list(...)
  dbGetQuery(db, sql, params = if (length(parameters) > 0) parameters)[[1]]
}
show <- function(label, ...) cat(paste0(label, ": ", paste(...), "\n"), sep = "")
show_rows <- function(label, rows) do.call(show, c(list(label), rows))

show("new", version)

db <- connect("app.db")
show("enroll", value(db, "SELECT fastmigrate_enroll(?)", 1))
tryCatch(value(db, "SELECT fastmigrate_apply('broken')"), error = function(e) {
  show("broken", conditionMessage(e))
})
cat("code: skipped, since RSQLite gives no codes\n")
show("version", value(db, "SELECT fastmigrate_version()"))
show("apply", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
show("again", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
show_rows("status", dbGetQuery(db, "SELECT version, state FROM fastmigrate_status('migrations')"))
show("differences", nrow(dbGetQuery(db, "SELECT * FROM fastmigrate_verify('migrations')")))
show("posts", value(db, "SELECT count(*) FROM posts"))

db <- connect("copy.db")
invisible(value(db, "SELECT fastmigrate_enroll(1)"))
show_rows("row", dbGetQuery(
  db, "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')"))
show("posts", value(db, "SELECT count(*) FROM posts"))

cat("function: skipped, since RSQLite defines no functions\n")

bundle <- value(db, "SELECT fastmigrate_bundle('migrations')")
db <- connect(":memory:")
show("bundle", value(db, "SELECT fastmigrate_apply(?, ?)", bundle, 2))

# Habits
show("foreign keys", value(db, "PRAGMA foreign_keys"))
show("number", value(db, "SELECT typeof(?)", 2), value(db, "SELECT typeof(?)", 2L))

db <- connect("transaction.db")
dbBegin(db)
show("in transaction", value(db, "SELECT fastmigrate_apply('migrations')"))
invisible(dbRollback(db))
show("rolled back", value(db, "SELECT fastmigrate_version()"))

# A result of which nothing was fetched has run, and stays open.
left_open <- dbSendQuery(db, "SELECT fastmigrate_apply('migrations')")
invisible(dbExecute(connect("transaction.db"), "INSERT INTO users (name) VALUES ('Edsger')"))
dbClearResult(left_open)
show("left open, other connection wrote", value(db, "SELECT count(*) FROM users"))
