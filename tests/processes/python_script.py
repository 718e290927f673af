#!/usr/bin/python3
"""`.py` and `.sh` scripts among SQL ones: programs of their own that open the same database file.

With FASTMIGRATE_ALLOW_SCRIPTS=1 they run, in both journal modes and both forms; without it, in memory and in a
transaction they are refused before anything runs. A failing one keeps the version and shows its stderr; an
interrupt ends it and what it started; of eight processes at once, one runs it.

    python_script.py [--extension PATH]

Processes wait for one another through pipes and FIFOs, never by time.
"""
import argparse
import multiprocessing
import os
import select
import sqlite3
import sys
import tempfile
import textwrap
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
SWITCH = "FASTMIGRATE_ALLOW_SCRIPTS"
DEADLINE = 60  # seconds until a wait counts as a failure

INSERT = """
    import sqlite3, sys
    con = sqlite3.connect(sys.argv[1], timeout={timeout})
    con.execute("INSERT INTO log (what) VALUES ('python; script')")
    con.commit()
    con.close()
"""
SHELL = """
    python3 - "$1" <<'END'
    import sqlite3, sys
    con = sqlite3.connect(sys.argv[1], timeout=0)
    con.execute("INSERT INTO log (what) VALUES ('shell')")
    con.execute("DROP TABLE dropped")
    con.commit()
    END
"""
FAIL = """
    import sqlite3, sys
    print("to stdout")
    print("first line of stderr", file=sys.stderr)
    print("the reason; in the end", file=sys.stderr)
    sys.exit(3)
"""
HANG = """
    import os, signal, subprocess, sys
    fifo = os.open({fifo!r}, os.O_WRONLY)
    os.set_inheritable(fifo, True)
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)
    os.write(fifo, b"ready")
    signal.pause()
"""
BEGIN = "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);\nCREATE TABLE dropped (a);\n"
SQL_AFTER = "INSERT INTO log (what) SELECT 'sql after ' || count(*) FROM log;\n"


class Case:
    def __init__(self, extension, root, scripts, journal="DELETE", path=None):
        self.extension, self.directory = extension, os.path.join(root, "migrations")
        self.path = path or os.path.join(root, "data.db")
        os.mkdir(self.directory)
        for name, text in scripts.items():
            self.write(name, text)
        self.con = self.connect()
        self.con.execute("PRAGMA journal_mode=" + journal)

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))

    def connect(self):
        con = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        con.enable_load_extension(True)
        con.load_extension(self.extension)
        return con

    def error(self, form="scalar"):
        """The exception of apply, None on success."""
        try:
            self.con.execute(("SELECT * FROM " if form == "table" else "SELECT ") + "fastmigrate_apply(?)",
                             (self.directory,)).fetchall()
        except sqlite3.Error as error:
            return error

    def version(self):
        return self.con.execute("SELECT fastmigrate_version()").fetchone()[0]

    def log(self):
        return [what for what, in self.con.execute("SELECT what FROM log ORDER BY id")]

    def untouched(self):
        """No table of a script, and no version above 0."""
        names = self.con.execute("SELECT name FROM main.sqlite_schema WHERE name IN ('log', 'dropped')").fetchall()
        return not names and self.version() in (None, 0)


def wrong(**checks):
    return [f"{name}: {detail}" for name, (holds, detail) in checks.items() if not holds]


def runs_and_writes(extension, root, form, journal):
    """The script finds no lock in its way, even with a timeout of 0."""
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": INSERT.format(timeout=0), "0003-more.sh": SHELL,
                                  "0004-after.sql": SQL_AFTER}, journal)
    error = case.error(form)
    if error:
        return [str(error)]
    log, mode = case.log(), case.con.execute("PRAGMA journal_mode").fetchone()[0]
    return wrong(log=(log == ["python; script", "shell", "sql after 2"], log), version=(case.version() == 4, case.version()),
                 journal=(mode == journal.lower(), mode))


def refused_without_the_switch(extension, root, form):
    del os.environ[SWITCH]
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": INSERT.format(timeout=0)})
    error = str(case.error(form))
    return wrong(names_the_switch=(SWITCH in error and "0002-rows.py" in error, error), untouched=(case.untouched(), "something ran"))


def refused_in_memory(extension, root, form):
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": INSERT.format(timeout=0)}, path=":memory:")
    error = str(case.error(form))
    return wrong(error=("0002-rows.py" in error and "no file" in error, error), untouched=(case.untouched(), "something ran"))


def refused_in_a_transaction(extension, root, form):
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": INSERT.format(timeout=0)})
    case.con.execute("BEGIN")
    error, inside = str(case.error(form)), case.con.in_transaction
    case.con.execute("COMMIT")
    return wrong(error=("0002-rows.py" in error and "transaction" in error, error), still_open=(inside, "the transaction was ended"),
                 untouched=(case.untouched(), "something ran"))


def failure_keeps_the_version(extension, root, form):
    """The scripts before stay, stderr is in the error, and a mended script goes on from there."""
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": FAIL, "0003-after.sql": SQL_AFTER})
    error = str(case.error(form))
    first = wrong(error=("0002-rows.py" in error and "the reason; in the end" in error and "3" in error, error),
                  version=(case.version() == 1, case.version()), log=(case.log() == [], case.log()))
    case.write("0002-rows.py", INSERT.format(timeout=0))
    error = case.error(form)
    return first + wrong(mended=(error is None, str(error)), log_after=(case.log() == ["python; script", "sql after 1"], case.log()))


def interrupt_ends_child_and_grandchild(extension, root, form):
    """Both hold the write end of a FIFO open: its end of file tells that both are gone."""
    fifo = os.path.join(root, "fifo")
    os.mkfifo(fifo)
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-hang.py": HANG.format(fifo=fifo)})
    said = []

    def interrupt_when_ready():
        with open(fifo, "rb", buffering=0) as reader:
            said.append(reader.read(5))
            case.con.interrupt()
            ended, _, _ = select.select([reader], [], [], DEADLINE)
            said.append(reader.read(1) if ended else b"still running")

    thread = threading.Thread(target=interrupt_when_ready)
    thread.start()
    error = case.error(form)
    if error is not None and not said:  # never started: free the thread
        os.close(os.open(fifo, os.O_WRONLY))
    thread.join()
    return wrong(error=(getattr(error, "sqlite_errorname", None) == "SQLITE_INTERRUPT", repr(error)),
                 ended=(said == [b"ready", b""], said), version=(case.version() == 1, case.version()))


def worker(case, form, barrier, results):
    try:
        case.con = case.connect()
        barrier.wait()
        error = case.error(form)
        results.put((case.version(), error and str(error)))
    except Exception as error:
        barrier.abort()
        results.put((None, repr(error)))


def one_of_eight_runs_it(extension, root, form, journal):
    case = Case(extension, root, {"0001-begin.sql": BEGIN, "0002-rows.py": INSERT.format(timeout=10),
                                  "0003-after.sql": SQL_AFTER}, journal)
    case.con.close()
    case.con = None
    barrier, results = multiprocessing.Barrier(8), multiprocessing.Queue()
    workers = [multiprocessing.Process(target=worker, args=(case, form, barrier, results)) for _ in range(8)]
    for process in workers:
        process.start()
    outcomes = [results.get() for _ in workers]
    for process in workers:
        process.join()
    case.con = case.connect()
    errors = sorted({error for _, error in outcomes if error})
    return wrong(errors=(not errors, errors), versions=({version for version, _ in outcomes} == {3}, outcomes),
                 log=(case.log() == ["python; script", "sql after 1"], case.log()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    extension = os.path.abspath(parser.parse_args().extension)
    checks = [(check, (form,)) for form in ("scalar", "table")
              for check in (refused_without_the_switch, refused_in_memory, refused_in_a_transaction,
                            failure_keeps_the_version, interrupt_ends_child_and_grandchild)]
    checks += [(check, (form, journal)) for form in ("scalar", "table") for journal in ("DELETE", "WAL")
               for check in (runs_and_writes, one_of_eight_runs_it)]
    passed = failed = 0
    for check, arguments in checks:
        os.environ[SWITCH] = "1"
        with tempfile.TemporaryDirectory() as root:
            try:
                failures = check(extension, root, *arguments)
            except (sqlite3.Error, OSError) as error:
                failures = [f"raised {error!r}"]
        passed, failed = passed + (not failures), failed + bool(failures)
        if failures:
            print(f"FAILED {check.__name__} ({', '.join(arguments)})")
            print("\n".join("    " + failure[:1000] for failure in failures))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
