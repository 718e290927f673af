#!/usr/bin/python3
"""SIGKILL at a random moment of apply, again and again: what is left is exactly the version it says.

After each kill the file, opened by plain SQLite, must pass integrity_check and equal the oracle's state at
the version in `_meta` (state 0 when there is none). Then apply runs again and must reach the end. The
folder has long scripts, transactions of their own, VACUUM and PRAGMA foreign_keys at heads and tails, so that
the shared transaction is committed many times on the way. Scripts committed in parts are left out.

    kill.py [--extension PATH] [--kills 100] [--seed 1]

The moments are uniform over the measured time of apply; --kills is spread over both journal modes and both
forms. A kill that came when apply had returned shows nothing: it is tried again, earlier, until one has landed
inside.
"""
import argparse
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "differential"))
from state import Oracle, differences, snapshot_of_file  # noqa: E402

SCRIPTS = 40
TRIES = 30


def script(n):
    """The n-th script. All tables have an INTEGER PRIMARY KEY: VACUUM leaves their rows as they are."""
    if n == 1:
        return """CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER);
                  CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT);
                  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent (id) ON DELETE CASCADE);
                  CREATE INDEX child_parent ON child (parent_id);
                  CREATE TABLE big (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);"""
    log = f"INSERT INTO log (n) VALUES ({n});\n"
    fill = f"""WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
               INSERT INTO big (a, b) SELECT 'row; {n} ' || i, i * {n} FROM c;\n"""
    kind = n % 8
    if kind == 0:
        return "VACUUM;\n" + log + "CREATE TABLE after_vacuum_%d (id INTEGER PRIMARY KEY);\n" % n
    if kind == 1:
        return "BEGIN;\n" + log + fill + "COMMIT;\nBEGIN IMMEDIATE;\nDELETE FROM big WHERE id % 3 = 0;\nEND;\n"
    if kind == 2:
        return f"""PRAGMA foreign_keys=OFF;
            BEGIN;
            CREATE TABLE new_parent (id INTEGER PRIMARY KEY, a TEXT, added_{n} TEXT DEFAULT 'x');
            INSERT INTO new_parent (id, a) SELECT id, a FROM parent;
            DROP TABLE parent;
            ALTER TABLE new_parent RENAME TO parent;
            {log} COMMIT;
            PRAGMA foreign_keys=ON;"""
    if kind == 3:
        return log + f"INSERT INTO parent (a) VALUES ('p{n}');\nINSERT INTO child (parent_id) SELECT id FROM parent;\n"
    if kind == 4:
        return log + fill + f"CREATE INDEX big_{n} ON big (b, a);\n"
    if kind == 5:
        return log + f"SAVEPOINT a;\nUPDATE big SET a = upper(a) WHERE b % 2;\nROLLBACK TO a;\nRELEASE a;\nDROP INDEX IF EXISTS big_{n - 1};\n"
    if kind == 6:
        return log + "DELETE FROM big WHERE id % 2;\nVACUUM;\n"
    return log + f"UPDATE big SET a = a || ';{n}', b = b + 1;\n"


def worker(extension, path, directory, form):
    """The process to be killed: says when it is ready, applies when told to."""
    con = sqlite3.connect(path, isolation_level=None)
    con.enable_load_extension(True)
    con.load_extension(extension)
    print("ready", flush=True)
    sys.stdin.readline()
    print("begin", flush=True)
    con.execute(("SELECT * FROM " if form == "table" else "SELECT ") + "fastmigrate_apply(?)", (directory,)).fetchall()
    print("done", flush=True)


def start(arguments):
    process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--worker", *arguments], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(process.communicate()[1])
    process.stdin.write("go\n")
    process.stdin.flush()
    return process


def finish(process):
    """stderr of a process that must end well by itself, '' if it did."""
    out, err = process.communicate()
    return "" if process.returncode == 0 and "done" in out else err.strip().splitlines()[-1] if err.strip() else "no error text"


def measure(process):
    """(seconds that apply took, error) of a process that is not killed."""
    process.stdout.readline()  # begin
    begin = time.monotonic()
    process.stdout.readline()  # done, or nothing when it fails
    seconds = time.monotonic() - begin
    _, err = process.communicate()
    return seconds, "" if process.returncode == 0 else (err.strip() or "no error text").splitlines()[-1]


def fresh(path, journal):
    for suffix in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    con = sqlite3.connect(path)
    con.execute("PRAGMA journal_mode=" + journal)
    con.close()


def version_of(path):
    con = sqlite3.connect(path)
    try:
        return con.execute("SELECT version FROM _meta").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        con.close()


def kill_inside(arguments, path, journal, longest, rng):
    """Kills apply on a fresh file, at most `longest` seconds after it began. The seconds; None when it was never
    under way."""
    for attempt in range(1, TRIES + 1):
        fresh(path, journal)
        process = start(arguments)
        moment = rng.uniform(0, longest / attempt)
        began = process.stdout.readline() == "begin\n"
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        if began and process.returncode == -signal.SIGKILL and "done" not in out:
            return moment
    return None


def campaign(job):
    """(passed, failures, the versions found) of one journal mode and form."""
    extension, journal, form, kills, seed = job
    rng, passed, failures, found = random.Random(f"{seed}{journal}{form}"), 0, [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as root:
        directory, path = os.path.join(root, "migrations"), os.path.join(root, "data.db")
        os.mkdir(directory)
        for n in range(1, SCRIPTS + 1):
            with open(os.path.join(directory, f"{n:04d}-step.sql"), "w", encoding="utf-8") as file:
                file.write(script(n))
        oracle = Oracle(directory, root, journal)
        assert oracle.error is None, oracle.error
        arguments = (extension, path, directory, form)
        times = []
        for _ in range(3):
            fresh(path, journal)
            seconds, error = measure(start(arguments))
            times.append(seconds)
            if error:
                return 0, [f"{journal}, {form}: apply without a kill: {error}"], found
        for kill in range(kills):
            moment = kill_inside(arguments, path, journal, min(times), rng)
            if moment is None:
                failures.append(f"{journal}, {form}, kill {kill}: none of {TRIES} kills landed inside apply")
                continue
            version = version_of(path)
            found.append(version)
            problems = [f"after the kill at version {version}: {line}"
                        for line in differences(oracle.state(version), snapshot_of_file(path))]
            error = finish(start(arguments))
            if error:
                problems.append(f"applying again from version {version}: {error}")
            else:
                problems += [f"at the end, killed at {version}: {line}"
                             for line in differences(oracle.state(SCRIPTS), snapshot_of_file(path))]
            passed += not problems
            if problems:
                failures.append(f"{journal}, {form}, kill {kill} after {moment:.3f} s: " + "\n    ".join(problems[:3]))
    return passed, failures, found


def main():
    if sys.argv[1:2] == ["--worker"]:
        return worker(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="print the versions at which processes were killed")
    options = parser.parse_args()
    jobs = [(os.path.abspath(options.extension), journal, form, -(-options.kills // 4), options.seed)
            for journal in ("DELETE", "WAL") for form in ("scalar", "table")]
    passed = failed = 0
    with multiprocessing.Pool(2) as pool:
        for job, (good, failures, found) in zip(jobs, pool.imap(campaign, jobs)):
            between = sum(0 < version < SCRIPTS for version in found)
            print(f"{job[1]}, {job[2]}: {len(found)} kills inside apply, {between} left a version between")
            passed, failed = passed + good, failed + len(failures)
            for failure in failures[:5]:
                print("FAILED " + failure[:1500])
            if options.verbose:
                print(job[1], job[2], "killed at versions", sorted(set(found)))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
