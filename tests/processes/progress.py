#!/usr/bin/python3
"""What FASTMIGRATE_PROGRESS=1 writes on standard error, into a pipe and on a terminal, for apply and rehearse; and that
without it nothing is written.

    progress.py [--extension PATH]

A script of the terminal's case runs until its live line has been seen: no time decides.
"""
import argparse
import os
import pty
import re
import select
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 60  # seconds until a wait counts as a failure

# Applies `folder` to a database; the scripts can call wait(), which returns when standard input ends.
HOST = """
import sqlite3, sys
extension, folder, call = sys.argv[1:]
con = sqlite3.connect("data.db")
con.enable_load_extension(True)
con.load_extension(extension)
con.create_function("wait", 0, lambda: sys.stdin.read() and 0)
try:
    print(con.execute(call, (folder,)).fetchall())
except sqlite3.Error as error:
    print("error")
"""
APPLY = "SELECT fastmigrate_apply(?)"
SCRIPTS = {
    "0001-a.sql": "CREATE TABLE t (a); INSERT INTO t VALUES (1);",
    "0002-b.sql": "INSERT INTO t VALUES (2);",
}
FAILING = {**SCRIPTS, "0003-c.sql": "SELECT nope;"}
WAITING = {**SCRIPTS, "0003-c.sql": "SELECT 1; SELECT wait(); SELECT 3;"}


def line(name, place, what):
    return f"fastmigrate: {name} ({place} of 3) {what}"


class Host:
    """The program, with the scripts in a folder of its own."""

    def __init__(self, extension, scripts, call, progress, stderr):
        self.folder = tempfile.TemporaryDirectory()
        os.mkdir(f"{self.folder.name}/migrations")
        for name, text in scripts.items():
            with open(f"{self.folder.name}/migrations/{name}", "w") as file:
                file.write(text)
        environment = {k: v for k, v in os.environ.items() if k != "FASTMIGRATE_PROGRESS"}
        if progress is not None:
            environment["FASTMIGRATE_PROGRESS"] = progress
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOST, extension, "migrations", call], cwd=self.folder.name, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True)

    def end(self):
        """What it has written: standard output, standard error with every time as 0."""
        out, err = self.process.communicate(timeout=DEADLINE)
        return out.strip(), re.sub(r"[0-9.]+ s\b", "0 s", err or "")


def in_pipe(extension, scripts, call, progress):
    return Host(extension, scripts, call, progress, subprocess.PIPE).end()


def on_terminal(extension):
    """What the terminal has got, with every time as 0."""
    master, slave = pty.openpty()
    host = Host(extension, WAITING, APPLY, "1", slave)
    os.close(slave)
    text = ""
    live = re.compile(r"\r\x1b\[Kfastmigrate: 0003-c\.sql \(3 of 3\), statement 2 of 3, [0-9]+ s")
    while not live.search(text):
        if not select.select([master], [], [], DEADLINE)[0]:
            break
        text += os.read(master, 4096).decode()
    out, _ = host.end()
    while True:
        try:
            more = os.read(master, 4096).decode()
        except OSError:  # how a terminal ends whose other side is closed
            more = ""
        if not more:
            break
        text += more
    os.close(master)
    lines = re.sub(r"[0-9.]+ s\b", "0 s", text.replace("\r\n", "\n")).split("\n")
    return out, live.search(text) is not None, lines


def cases(extension):
    both = [line("0001-a.sql", 1, "begins"), line("0001-a.sql", 1, "ended after 0 s"),
            line("0002-b.sql", 2, "begins"), line("0002-b.sql", 2, "ended after 0 s")]
    failed = both + [line("0003-c.sql", 3, "begins"), line("0003-c.sql", 3, "failed after 0 s")]
    two = "".join(text + "\n" for text in both).replace("of 3", "of 2")
    yield "silent without the variable", in_pipe(extension, SCRIPTS, APPLY, None), ("[(2,)]", "")
    yield "silent with 0", in_pipe(extension, SCRIPTS, APPLY, "0"), ("[(2,)]", "")
    yield "apply", in_pipe(extension, SCRIPTS, APPLY, "1"), ("[(2,)]", two)
    yield ("apply, the table form", in_pipe(extension, SCRIPTS, "SELECT version FROM fastmigrate_apply(?)", "1"),
           ("[(1,), (2,)]", two))
    yield "a script that fails", in_pipe(extension, FAILING, APPLY, "1"), ("error", "\n".join(failed) + "\n")
    yield "rehearse", in_pipe(extension, SCRIPTS, "SELECT ok FROM fastmigrate_rehearse(?)", "1"), ("[(1,), (1,)]", two)
    yield ("nothing is pending", in_pipe(extension, {}, "SELECT count(*) FROM fastmigrate_apply(?)", "1"),
           ("[(0,)]", ""))

    out, was_live, lines = on_terminal(extension)
    yield "terminal: the call", out, "[(3,)]"
    yield "terminal: a live line while a statement runs", was_live, True
    yield "terminal: lines that stay", [text.rsplit("\r\x1b[K", 1)[-1] for text in lines], both + [
        line("0003-c.sql", 3, "begins"), line("0003-c.sql", 3, "ended after 0 s"), ""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--extension", default=os.path.join(HERE, "../../build/fastmigrate.so"))
    extension = os.path.abspath(parser.parse_args().extension)
    passed = failed = 0
    for name, actual, expected in cases(extension):
        if actual == expected:
            passed += 1
            continue
        failed += 1
        print(f"{name}:\n  expected {expected!r}\n  got      {actual!r}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
