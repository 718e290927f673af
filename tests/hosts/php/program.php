<?php
// README begins
function connect(string $path): SQLite3
{
    $db = new SQLite3($path);
    $db->enableExceptions(true);
    $db->loadExtension("fastmigrate.so"); // in the folder that php.ini calls sqlite3.extension_dir
    return $db;
}

$db = connect("new.db");
$version = $db->querySingle("SELECT fastmigrate_apply('migrations')");
// README ends

// execute() runs the statement, and fetchArray() runs it again.
function value(SQLite3 $db, string $sql, ...$parameters)
{
    $statement = $db->prepare($sql);
    foreach ($parameters as $i => $parameter) {
        $statement->bindValue($i + 1, $parameter);
    }
    return $statement->execute()->fetchArray(SQLITE3_NUM)[0];
}

function rows(SQLite3 $db, string $sql): Generator
{
    $result = $db->query($sql);
    while ($row = $result->fetchArray(SQLITE3_NUM)) {
        yield $row;
    }
}

echo "new: $version\n";

$db = connect("app.db");
echo "enroll: ", value($db, "SELECT fastmigrate_enroll(?)", 1), "\n";
try {
    $db->querySingle("SELECT fastmigrate_apply('broken')");
} catch (Exception $error) {
    echo "broken: ", $db->lastErrorMsg(), "\ncode: ", $db->lastErrorCode(), "\n";
}
echo "version: ", value($db, "SELECT fastmigrate_version()"), "\n";
echo "apply: ", value($db, "SELECT fastmigrate_apply(?)", "migrations"), "\n";
echo "again: ", value($db, "SELECT fastmigrate_apply(?)", "migrations"), "\n";
foreach (rows($db, "SELECT version, state FROM fastmigrate_status('migrations')") as $row) {
    echo "status: ", implode(" ", $row), "\n";
}
echo "differences: ", value($db, "SELECT count(*) FROM fastmigrate_verify('migrations')"), "\n";
echo "posts: ", value($db, "SELECT count(*) FROM posts"), "\n";

// querySingle() runs it once, and gives one row.
$db = connect("copy.db");
$db->querySingle("SELECT fastmigrate_enroll(1)");
$applied = $db->querySingle(
    "SELECT json_group_array(json_array(version, name, statements, changes))
     FROM fastmigrate_apply('migrations')"
);
foreach (json_decode($applied) as $row) {
    echo "row: ", implode(" ", $row), "\n";
}
echo "posts: ", value($db, "SELECT count(*) FROM posts"), "\n";

$db->createFunction("address", fn ($name) => strtolower($name) . "@example.com", 1);
echo "function: ", value($db, "SELECT fastmigrate_apply('function')"), "\n";
foreach (rows($db, "SELECT email FROM users") as $row) {
    echo "function: $row[0]\n";
}

$bundle = value($db, "SELECT fastmigrate_bundle('migrations')");
echo "bundle: ", value(connect(":memory:"), "SELECT fastmigrate_apply(?, ?)", $bundle, 2), "\n";

// Habits
echo "foreign keys: ", value($db, "PRAGMA foreign_keys"), "\n";
echo "number: ", value($db, "SELECT typeof(?)", 2), " ", value($db, "SELECT typeof(?)", "2"), "\n";

// query() runs the statement, and the first fetchArray() runs it again: the rows are those of a
// second apply, which has nothing to do.
$db = connect("twice.db");
echo "rows: ", count([...rows($db, "SELECT * FROM fastmigrate_apply('migrations')")]), "\n";
echo "all the same: ", $db->querySingle("SELECT fastmigrate_version()"), "\n";
echo "new: ", value($db, "SELECT fastmigrate_new('migrations', 'tags')"), "\n";
echo "scripts: ", count(glob("migrations/*.sql")), "\n";
value($db, "SELECT fastmigrate_backup()");
echo "backups: ", count(glob("twice.db.*")), "\n";
try {
    value($db, "SELECT fastmigrate_backup('backup.db')");
} catch (Exception $error) {
    echo "backup: ", $db->lastErrorMsg(), "\n";
}
echo "in it: ", value(connect("backup.db"), "SELECT fastmigrate_version()"), "\n";
