database() {
  sqlite3 "$1" ".load build/fastmigrate" "$2"
}

version=$(database new.db "SELECT fastmigrate_apply('migrations')")

echo "new: $version"

echo "enroll: $(database app.db "SELECT fastmigrate_enroll(1)")"
# The shell's own words stand before the message, and the code behind it in some versions.
echo "broken: $(database app.db "SELECT fastmigrate_apply('broken')" 2>&1 |
  sed 's/^.*0002-email/0002-email/; s/ ([0-9]*)$//')"
database app.db "SELECT fastmigrate_apply('broken')" >/dev/null 2>&1 || echo "code: $?"
echo "version: $(database app.db "SELECT fastmigrate_version()")"
echo "apply: $(database app.db "SELECT fastmigrate_apply('migrations')")"
echo "again: $(database app.db "SELECT fastmigrate_apply('migrations')")"
database app.db "SELECT 'status: ' || version || ' ' || state FROM fastmigrate_status('migrations')"
echo "differences: $(database app.db "SELECT count(*) FROM fastmigrate_verify('migrations')")"
echo "posts: $(database app.db "SELECT count(*) FROM posts")"

database copy.db "SELECT fastmigrate_enroll(1)" >/dev/null
database copy.db "SELECT 'row:', version, name, statements, changes
                  FROM fastmigrate_apply('migrations')" | tr '|' ' '
echo "posts: $(database copy.db "SELECT count(*) FROM posts")"

echo "function: skipped, since the shell defines no functions"

database :memory: "SELECT fastmigrate_bundle('migrations')" >scripts.json
echo "bundle: $(database :memory: "SELECT fastmigrate_apply(CAST(readfile('scripts.json') AS TEXT), 2)")"

# Habits
# An error does not end the input; it ends the arguments, or the input with -bail.
input=$'.load build/fastmigrate\nSELECT fastmigrate_apply(\'nowhere\');\nSELECT \'goes on\';'
echo "after an error: $(sqlite3 :memory: <<<"$input" 2>/dev/null)"
echo "with -bail: $(sqlite3 -bail :memory: <<<"$input" 2>/dev/null)"
echo "foreign keys: $(database new.db "PRAGMA foreign_keys")"
# What is bound by .parameter is as its SQL says.
echo "number: $(sqlite3 new.db ".load build/fastmigrate" ".parameter set ?1 2" "SELECT typeof(?1)")"
