# README begins
require "sqlite3"

def connect(path)
  db = SQLite3::Database.new(path)
  db.enable_load_extension(true)
  db.load_extension("build/fastmigrate")
  db.enable_load_extension(false)
  db
end

db = connect("new.db")
version = db.get_first_value("SELECT fastmigrate_apply('migrations')")
# README ends

puts "new: #{version}"

db = connect("app.db")
puts "enroll: #{db.get_first_value("SELECT fastmigrate_enroll(?)", 1)}"
begin
  db.execute("SELECT fastmigrate_apply('broken')")
rescue SQLite3::SQLException => error
  puts "broken: #{error.message}", "code: #{error.code}"
end
puts "version: #{db.get_first_value("SELECT fastmigrate_version()")}"
puts "apply: #{db.get_first_value("SELECT fastmigrate_apply(?)", "migrations")}"
puts "again: #{db.get_first_value("SELECT fastmigrate_apply(?)", "migrations")}"
db.execute("SELECT version, state FROM fastmigrate_status('migrations')") do |row|
  puts "status: #{row.join(" ")}"
end
differences = db.execute("SELECT * FROM fastmigrate_verify('migrations')")
puts "differences: #{differences.length}"
puts "posts: #{db.get_first_value("SELECT count(*) FROM posts")}"

db = connect("copy.db")
db.execute("SELECT fastmigrate_enroll(1)")
db.execute("SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')") do |row|
  puts "row: #{row.join(" ")}"
end
puts "posts: #{db.get_first_value("SELECT count(*) FROM posts")}"

db.create_function("address", 1) { |call, name| call.result = "#{name.downcase}@example.com" }
puts "function: #{db.get_first_value("SELECT fastmigrate_apply('function')")}"
db.execute("SELECT email FROM users") { |row| puts "function: #{row[0]}" }

bundle = db.get_first_value("SELECT fastmigrate_bundle('migrations')")
db = connect(":memory:")
puts "bundle: #{db.get_first_value("SELECT fastmigrate_apply(?, ?)", bundle, 2)}"

# Habits
puts "foreign keys: #{db.get_first_value("PRAGMA foreign_keys")}"
puts "number: #{db.get_first_value("SELECT typeof(?)", 2)} #{db.get_first_value("SELECT typeof(?)", 2.0)}"
puts "as a real: #{db.get_first_value("SELECT fastmigrate_apply('migrations', ?)", 3.0)}"

# A transaction is begun by transaction() alone.
db = connect("transaction.db")
begin
  db.transaction do
    puts "in transaction: #{db.get_first_value("SELECT fastmigrate_apply('migrations')")}"
    raise "undone"
  end
rescue RuntimeError
  puts "after an exception: #{db.get_first_value("SELECT fastmigrate_version()").inspect}"
end

# A statement of which one row was fetched stays open.
left_open = db.query("SELECT fastmigrate_apply('migrations')")
left_open.next
connect("transaction.db").execute("INSERT INTO users (name) VALUES ('Edsger')")
puts "left open, other connection wrote: #{db.get_first_value("SELECT count(*) FROM users")}"
left_open.close
