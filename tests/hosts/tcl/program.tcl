# README begins
package require sqlite3

proc connect {name path} {
    sqlite3 $name $path
    $name enable_load_extension 1
    $name eval {SELECT load_extension('build/fastmigrate')}
    $name enable_load_extension 0
}

connect db new.db
set version [db onecolumn {SELECT fastmigrate_apply('migrations')}]
# README ends

puts "new: $version"

connect app app.db
set number 1
puts "enroll: [app onecolumn {SELECT fastmigrate_enroll($number)}]"
catch {app eval {SELECT fastmigrate_apply('broken')}} message
puts "broken: $message\ncode: [app errorcode]"
puts "version: [app onecolumn {SELECT fastmigrate_version()}]"
set dir migrations
puts "apply: [app onecolumn {SELECT fastmigrate_apply($dir)}]"
puts "again: [app onecolumn {SELECT fastmigrate_apply($dir)}]"
app eval {SELECT version, state FROM fastmigrate_status('migrations')} {
    puts "status: $version $state"
}
puts "differences: [app onecolumn {SELECT count(*) FROM fastmigrate_verify('migrations')}]"
puts "posts: [app onecolumn {SELECT count(*) FROM posts}]"

connect copy copy.db
copy eval {SELECT fastmigrate_enroll(1)}
copy eval {SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')} {
    puts "row: $version $name $statements $changes"
}
puts "posts: [copy onecolumn {SELECT count(*) FROM posts}]"

copy function address {apply {name {return [string tolower $name]@example.com}}}
puts "function: [copy onecolumn {SELECT fastmigrate_apply('function')}]"
copy eval {SELECT email FROM users} {puts "function: $email"}

set bundle [copy onecolumn {SELECT fastmigrate_bundle('migrations')}]
connect memory :memory:
set target 2
puts "bundle: [memory onecolumn {SELECT fastmigrate_apply($bundle, $target)}]"

# Habits
puts "foreign keys: [memory onecolumn {PRAGMA foreign_keys}]"
# A variable is bound as what it was last used as.
set number 2
puts "number: [memory onecolumn {SELECT typeof($number)}]"
incr number
puts "after incr: [memory onecolumn {SELECT typeof($number)}]"
puts "incremented: [memory onecolumn {SELECT fastmigrate_apply('migrations', $number)}]"

connect undone undone.db
catch {
    undone transaction {
        puts "in transaction: [undone onecolumn {SELECT fastmigrate_apply('migrations')}]"
        error undone
    }
}
puts "after an error: [undone onecolumn {SELECT fastmigrate_version() IS NULL}]"
