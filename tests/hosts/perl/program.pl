use strict;
use warnings;

# README begins
use DBI;

sub connect_to {
    my ($path) = @_;
    my $db = DBI->connect("dbi:SQLite:$path", "", "", { RaiseError => 1, PrintError => 0 });
    $db->sqlite_enable_load_extension(1);
    $db->sqlite_load_extension("build/fastmigrate");
    $db->sqlite_enable_load_extension(0);
    return $db;
}

my $db = connect_to("new.db");
my ($version) = $db->selectrow_array("SELECT fastmigrate_apply('migrations')");
# README ends

sub value {
    my ($db, $sql, @parameters) = @_;
    my ($value) = $db->selectrow_array($sql, undef, @parameters);
    return $value // "NULL";
}

sub show_rows {
    my ($label, $db, $sql) = @_;
    print "$label: @$_\n" for @{ $db->selectall_arrayref($sql) };
}

print "new: $version\n";

$db = connect_to("app.db");
print "enroll: ", value($db, "SELECT fastmigrate_enroll(?)", 1), "\n";
eval { value($db, "SELECT fastmigrate_apply('broken')") };
print "broken: ", $db->errstr, "\ncode: ", $db->err, "\n";
print "version: ", value($db, "SELECT fastmigrate_version()"), "\n";
print "apply: ", value($db, "SELECT fastmigrate_apply(?)", "migrations"), "\n";
print "again: ", value($db, "SELECT fastmigrate_apply(?)", "migrations"), "\n";
show_rows("status", $db, "SELECT version, state FROM fastmigrate_status('migrations')");
print "differences: ", value($db, "SELECT count(*) FROM fastmigrate_verify('migrations')"), "\n";
print "posts: ", value($db, "SELECT count(*) FROM posts"), "\n";

$db = connect_to("copy.db");
value($db, "SELECT fastmigrate_enroll(1)");
show_rows("row", $db,
    "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')");
print "posts: ", value($db, "SELECT count(*) FROM posts"), "\n";

$db->sqlite_create_function("address", 1, sub { lc($_[0]) . '@example.com' });
print "function: ", value($db, "SELECT fastmigrate_apply('function')"), "\n";
show_rows("function", $db, "SELECT email FROM users");

my $bundle = value($db, "SELECT fastmigrate_bundle('migrations')");
$db = connect_to(":memory:");
print "bundle: ", value($db, "SELECT fastmigrate_apply(?, ?)", $bundle, 2), "\n";

# Habits
print "foreign keys: ", value($db, "PRAGMA foreign_keys"), "\n";
print "number: ", value($db, "SELECT typeof(?)", 2), "\n";

# Without autocommit a transaction begins before any statement, and the scripts are in it.
$db = connect_to("implicit.db");
$db->{AutoCommit} = 0;
print "without autocommit: ", value($db, "SELECT fastmigrate_apply('migrations')"), "\n";
$db->rollback;
print "rolled back: ", value($db, "SELECT fastmigrate_version()"), "\n";
$db->{AutoCommit} = 1;
$db->do("PRAGMA foreign_keys = ON");
$db->{AutoCommit} = 0;
eval { value($db, "SELECT fastmigrate_apply('migrations')") };
print "with foreign keys: ", $db->errstr, "\n";
$db->{AutoCommit} = 1;
print "with autocommit: ", value($db, "SELECT fastmigrate_apply('migrations')"), "\n";

# A statement of which one row was fetched stays open.
my $left_open = $db->prepare("SELECT fastmigrate_apply('migrations')");
$left_open->execute;
$left_open->fetchrow_array;
my $other = connect_to("implicit.db");
$other->do("INSERT INTO users (name) VALUES ('Edsger')");
print "left open, other connection wrote: ", value($db, "SELECT count(*) FROM users"), "\n";
$left_open->finish;
