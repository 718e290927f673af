#!/usr/bin/python3
"""Every process of a deployment calls apply at start-up, at the same instant, on a fresh file.

Each call must succeed with the same final version, and each script must run once: every script adds a
row to a log that would take a second one as well. Some scripts drop tables, which the table form has to
do on a side connection, and one is split by a VACUUM. In DELETE and WAL mode, both forms, with the host's busy timeout at 0 and 5 s;
once more with bundles of the same scripts, and with a folder in half of the processes and a bundle in the others.

    contention.py [--extension PATH] [--rounds 2] [--processes 8] [--scripts 100] [--sources folder,bundle,mixed]
"""
import argparse
import itertools
import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def write_folder(directory, count):
    for n in range(1, count + 1):
        sql = "CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER, previous INTEGER);\n" if n == 1 else ""
        sql += f"INSERT INTO log (n, previous) VALUES ({n}, (SELECT max(n) FROM log));\n"
        if n % 5 == 0:
            sql += f"CREATE TABLE t{n} (a, b);\nINSERT INTO t{n} VALUES ({n}, 'x;y');\n"
        if n % 10 == 5 and n > 10:
            sql += f"DROP TABLE t{n - 10};\n"
        if n % 20 == 0:
            sql += f"BEGIN;\nCREATE INDEX i{n} ON t{n} (a);\nCOMMIT;\n"
        if n == 50:  # two transactions: the second process must not run the first part again
            sql += "VACUUM;\nCREATE TABLE behind_vacuum (a);\n"
        with open(os.path.join(directory, f"{n:04d}-step.sql"), "w", encoding="utf-8") as file:
            file.write(sql)


def bundle_of(directory):
    texts = {}
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            texts[name] = file.read()
    return json.dumps(texts)


def sources(kind, directory, processes):
    """What each process gives as dir."""
    if kind == "folder":
        return [directory] * processes
    bundle = bundle_of(directory)
    return [directory if kind == "mixed" and n % 2 else bundle for n in range(processes)]


def worker(extension, path, directory, form, timeout, barrier, results):
    """Calls apply once; puts the rows (or the version) or the error into `results`."""
    try:
        con = sqlite3.connect(path, isolation_level=None, timeout=timeout)
        con.enable_load_extension(True)
        con.load_extension(extension)
        barrier.wait()
        if form == "table":
            rows = con.execute("SELECT version FROM fastmigrate_apply(?)", (directory,)).fetchall()
            applied = [row[0] for row in rows]
        else:
            con.execute("SELECT fastmigrate_apply(?)", (directory,)).fetchone()
            applied = None
        con.execute("PRAGMA busy_timeout=60000")  # the others may still be at work
        results.put((con.execute("SELECT fastmigrate_version()").fetchone()[0], applied, None))
    except Exception as error:
        barrier.abort()
        results.put((None, None, f"{type(error).__name__}: {error}"))


def one_round(extension, kind, journal, form, timeout, processes, scripts):
    """Failures as lines."""
    failures = []
    with tempfile.TemporaryDirectory() as root:
        directory, path = os.path.join(root, "migrations"), os.path.join(root, "data.db")
        os.mkdir(directory)
        write_folder(directory, scripts)
        con = sqlite3.connect(path)
        con.execute("PRAGMA journal_mode=" + journal)
        con.close()
        barrier, results = multiprocessing.Barrier(processes), multiprocessing.Queue()
        workers = [multiprocessing.Process(target=worker, args=(extension, path, source, form, timeout, barrier, results))
                   for source in sources(kind, directory, processes)]
        for process in workers:
            process.start()
        outcomes = [results.get() for _ in workers]
        for process in workers:
            process.join()
        failures += [f"a call failed: {error}" for _, _, error in outcomes if error]
        versions = {version for version, _, error in outcomes if not error}
        if versions != {scripts}:
            failures.append(f"versions {sorted(versions)}, expected {scripts}")
        if form == "table":
            applied = sorted(version for _, rows, _ in outcomes for version in rows or [])
            if not failures and applied != list(range(1, scripts + 1)):
                failures.append(f"the rows of all calls together are not each script once: {applied}")
        con = sqlite3.connect(path)
        log = con.execute("SELECT n, previous FROM log ORDER BY id").fetchall() if not failures else []
        if not failures and log != [(n, n - 1 or None) for n in range(1, scripts + 1)]:
            failures.append(f"the log is {log}")
        if con.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            failures.append("integrity_check")
        con.close()
        left = set(os.listdir(root)) - {"migrations", "data.db"}
        if left:
            failures.append(f"files are left: {left}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--scripts", type=int, default=100)
    parser.add_argument("--sources", default="folder,bundle,mixed")
    options = parser.parse_args()
    passed = failed = 0
    cases = itertools.product(range(options.rounds), options.sources.split(","), ("DELETE", "WAL"), ("scalar", "table"), (0, 5))
    for number, kind, journal, form, timeout in cases:
        failures = one_round(os.path.abspath(options.extension), kind, journal, form, timeout,
                             options.processes, options.scripts)
        passed, failed = passed + (not failures), failed + bool(failures)
        if failures:
            print(f"FAILED round {number}, {kind}, {journal}, {form} form, busy timeout {timeout} s")
            print("\n".join("    " + failure[:600] for failure in failures[:4]))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
