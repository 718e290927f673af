#!/usr/bin/python3
"""Programs that carry their scripts inside themselves: where they run, there is no script file.

A C, a Python and a Node program, each written with a bundle in its source by what its language offers, run in an
empty folder; twice, with one script more in the second release. Then a bundle of 10 MB, and what it costs in memory;
and a bundle cut off after each of its characters, which has to be an error that changes nothing.

    bundle.py [--extension PATH]

Node takes part where it has a SQLite that loads extensions (node:sqlite or better-sqlite3), C where there is a compiler.
"""
import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap

from tools.checks import Checks

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 120

FIRST = {
    "0001-users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n"
                      "INSERT INTO users (name) VALUES ('Ada \"the first\"'), ('größe \\ 😀');\n",
    "0002-vacuum.sql": "CREATE TABLE log (text);\nVACUUM;\nINSERT INTO log VALUES ('behind');\n",
}
SECOND = {**FIRST, "0003-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;\n-- %d ??/ */ `${x}`\n"}
MISTAKE = {**SECOND, "0004-bad.sql": "SELECT 1;\nSELECT nope;\n"}

C_PROGRAM = r"""
#include <sqlite3.h>
#include <stdio.h>
static const char kScripts[] = %s;
int main(int count, char** arguments) {
  sqlite3* db;
  sqlite3_stmt* apply;
  (void)count;
  if (sqlite3_open("data.db", &db) != SQLITE_OK) return 1;
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  if (sqlite3_load_extension(db, arguments[1], NULL, NULL) != SQLITE_OK) return 2;
  if (sqlite3_prepare_v2(db, "SELECT fastmigrate_apply(?)", -1, &apply, NULL) != SQLITE_OK) return 3;
  sqlite3_bind_text(apply, 1, kScripts, -1, SQLITE_STATIC);
  if (sqlite3_step(apply) != SQLITE_ROW) puts(sqlite3_errmsg(db));
  else printf("%%d\n", sqlite3_column_int(apply, 0));
  sqlite3_finalize(apply);
  return sqlite3_close(db) == SQLITE_OK ? 0 : 4;
}
"""
PYTHON_PROGRAM = """
import json, sqlite3, sys
SCRIPTS = %s
db = sqlite3.connect("data.db", isolation_level=None)
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
try:
    print(db.execute("SELECT fastmigrate_apply(?)", (json.dumps(SCRIPTS),)).fetchone()[0])
except sqlite3.Error as error:
    print(error)
"""
NODE_PROGRAM = """
const scripts = %s;
let open;
try {
  const { DatabaseSync } = require('node:sqlite');
  open = (path) => new DatabaseSync(path, { allowExtension: true });
} catch {
  const Database = require('better-sqlite3');
  open = (path) => new Database(path);
}
const db = open('data.db');
db.loadExtension(process.argv[2]);
try {
  console.log(Object.values(db.prepare('SELECT fastmigrate_apply(?)').get(JSON.stringify(scripts)))[0]);
} catch (error) {
  console.log(error.message);
}
"""
MEMORY_PROGRAM = """
import os, sqlite3, sys
def peak_of(sql):
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # the peak begins anew
    value = db.execute(sql, (scripts,)).fetchone()[0]
    with open("/proc/self/status") as status:
        return value, next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
scripts = sys.argv[2]
if not os.path.isdir(scripts):
    with open(scripts, encoding="utf-8") as file:
        scripts = file.read()
db = sqlite3.connect("data.db", isolation_level=None, cached_statements=0)  # none keeps its parameter
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
peak_of("SELECT length(?)")
size, alone = peak_of("SELECT length(?)")
version, peak = peak_of("SELECT fastmigrate_apply(?)")
print(version, size, peak - alone)
"""


def c_string(text):
    """A C literal: octal escapes end after three digits, and say nothing of the source's encoding."""
    return '"' + "".join(f"\\{byte:03o}" for byte in text.encode()) + '"'


def run(command, folder, environment=None):
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE, text=True,
                          encoding="utf-8")
    return done.stdout.strip() if done.returncode == 0 else f"status {done.returncode}: {done.stdout}"


def c_command(scripts, folder):
    source, program = os.path.join(folder, "program.c"), os.path.join(folder, "program")
    with open(source, "w", encoding="utf-8") as file:
        file.write(C_PROGRAM % c_string(json.dumps(scripts, ensure_ascii=False)))
    subprocess.run(["cc", "-o", program, source, "-lsqlite3"], check=True, timeout=DEADLINE)
    return [program]


def source_command(interpreter, name, template, value):
    def command(scripts, folder):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(template % value(scripts))
        return [*interpreter, path]
    return command


def node_sqlite():
    """Why Node cannot take part; None when it can."""
    if shutil.which("node") is None:
        return "there is no node"
    test = ("try { require('node:sqlite').DatabaseSync.prototype.loadExtension.name } "
            "catch { require('better-sqlite3') }")
    found = subprocess.run(["node", "-e", test], capture_output=True, timeout=DEADLINE)
    return None if found.returncode == 0 else "node has no SQLite that loads extensions (node:sqlite, better-sqlite3)"


def check_program(checks, extension, name, make_command):
    with tempfile.TemporaryDirectory() as build, tempfile.TemporaryDirectory() as folder:
        for scripts, expected in ((FIRST, "2"), (SECOND, "3"), (SECOND, "3")):
            checks.check(f"{name}, {len(scripts)} scripts", run(make_command(scripts, build) + [extension], folder), expected)
        checks.check(f"{name}, an error", run(make_command(MISTAKE, build) + [extension], folder), textwrap.dedent("""\
            0004-bad.sql:2:8: no such column: nope
              2 | SELECT nope;
                |        ^
            database stays at version 3; 0 of 1 scripts were applied, this one was rolled back"""))
        checks.check(f"{name}, the files", os.listdir(folder), ["data.db"])
        con = sqlite3.connect(os.path.join(folder, "data.db"))
        checks.check(f"{name}, the rows", con.execute("SELECT name, email FROM users UNION ALL SELECT * , NULL FROM log").fetchall(),
                     [('Ada "the first"', None), ("größe \\ 😀", None), ("behind", None)])
        con.close()


def cost_of(extension, given, folder):
    """The version that a program reaches in a new folder, the length of what it gives as dir, and the bytes that it costs."""
    program = os.path.join(folder, "program.py")
    with open(program, "w", encoding="utf-8") as file:
        file.write(MEMORY_PROGRAM)
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}  # freed is given back
    with tempfile.TemporaryDirectory() as empty:
        done = run([sys.executable, program, extension, given], empty, environment)
    return [int(word) for word in done.split()] if done[:1].isdigit() else done


def check_size(checks, extension, name, scripts, bound):
    """`bound` times its own size is what a bundle may cost more than the folder, beside the value that holds it."""
    with tempfile.TemporaryDirectory() as folder:
        path, directory = os.path.join(folder, "bundle.json"), os.path.join(folder, "migrations")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(scripts, file)
        os.mkdir(directory)
        for script, text in scripts.items():
            with open(os.path.join(directory, script), "w", encoding="utf-8") as file:
                file.write(text)
        of_folder, of_bundle = cost_of(extension, directory, folder), cost_of(extension, path, folder)
    if isinstance(of_folder, str) or isinstance(of_bundle, str):
        checks.check(f"a big bundle, {name}", of_bundle, of_folder)
        return
    version, size, cost = of_bundle
    more = (cost - of_folder[2]) / size
    print(f"a bundle of {size / 1e6:.1f} MB, {name}: costs {cost / 1e6:.1f} MB, {more:.1f} times its size more than the folder")
    checks.check(f"a big bundle, {name}: the version", (of_folder[0], version), (len(scripts), len(scripts)))
    checks.check(f"a big bundle, {name}: costs at most {bound} times its size", more <= bound, True)


def check_cut_off(checks, extension):
    bundle = " " + json.dumps(SECOND, ensure_ascii=False)
    con = sqlite3.connect(":memory:", isolation_level=None)
    con.enable_load_extension(True)
    con.load_extension(extension)
    accepted, other = [], []
    for length in range(2, len(bundle)):
        for sql in ("SELECT fastmigrate_apply(?)", "SELECT * FROM fastmigrate_apply(?)", "SELECT * FROM fastmigrate_status(?)"):
            try:
                con.execute(sql, (bundle[:length],)).fetchall()
                accepted.append((length, sql))
            except sqlite3.Error as error:
                if "bundle" not in str(error):
                    other.append(str(error))
    checks.check("bundles that are cut off are errors", accepted, [])
    checks.check("which say that it is the bundle", other, [])
    checks.check("and change nothing", con.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0], 0)
    checks.check("the whole is applied", con.execute("SELECT fastmigrate_apply(?)", (bundle,)).fetchone()[0], 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    extension = os.path.abspath(parser.parse_args().extension)
    checks = Checks()
    if shutil.which("cc"):
        check_program(checks, extension, "C", c_command)
    else:
        checks.skip("C", "there is no cc")
    check_program(checks, extension, "Python", source_command([sys.executable], "program.py", PYTHON_PROGRAM, repr))
    why_not = node_sqlite()
    if why_not is None:
        check_program(checks, extension, "Node", source_command(["node", "--no-warnings"], "program.js", NODE_PROGRAM, json.dumps))
    else:
        checks.skip("Node", why_not)
    row = "INSERT INTO t VALUES ('" + "x" * 980 + "');\n"
    many = {f"{n:04d}-rows.sql": ("CREATE TABLE IF NOT EXISTS t (a TEXT);\n" + row * 20) for n in range(1, 501)}
    check_size(checks, extension, "500 scripts", many, 2)
    check_size(checks, extension, "one script", {"0001-rows.sql": "CREATE TABLE t (a TEXT);\n" + row * 10000}, 2)
    check_cut_off(checks, extension)
    print(f"{checks.passed} passed, {checks.failed} failed" + (f", {checks.skipped} skipped" if checks.skipped else ""))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
