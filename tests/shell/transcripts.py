#!/usr/bin/env python3
"""The transcripts of sql_tests in the sqlite3 shell, as its users have it.

    python3 tests/shell/transcripts.py EXTENSION             in the sqlite3 of the PATH
    python3 tests/shell/transcripts.py EXTENSION SHELL.exe   in a shell for Windows, under wine

One shell runs a whole transcript from its standard input. What the lines "--!" ask for
(sql_tests/runner.cc) it has done by sh, or on Windows by cmd. Compared with the .expected file is
what the shell shows: it has no line for an empty result, heads a single column too, and gives errors
without their names. Ends with "N passed, N failed, N skipped".
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TRANSCRIPTS = Path(__file__).parents[2] / "sql_tests"
LEFT_OUT = {
    "programs": "it sets a variable of the environment within",
    "open_cursor": "the shell finishes each statement",
}
LEFT_OUT_ON_WINDOWS = {
    "hostile_schema": "the newer SQLite there refuses by itself what it shows",
    "new": "cmd lists names in another encoding",
    "status_links": "the compiler's library makes no links on Windows",
}
ESCAPES = {"n": b"\n", "r": b"\r", "0": b"\0", "\\": b"\\"}


def unescaped(line):
    content = b""
    for plain, code in re.findall(r"([^\\]+)|\\(x..|.)", line):
        content += plain.encode() or ESCAPES.get(code) or bytes([int(code[1:], 16)])
    return content


class Sh:
    suffix = "sh"
    run = "sh ../{}"
    head, tail = "", "\n"

    @staticmethod
    def copy(staged, path):
        return f"mkdir -p $(dirname {path}) && cp ../{staged} {path}"

    folder = staticmethod(lambda path: f"mkdir -p {path}")
    link = staticmethod(lambda to, path: f"ln -s {to} {path}")
    remove = staticmethod(lambda path: f"rm -r {path}")
    cat = staticmethod(lambda path, out: f"cat {path} >{out}")
    names = staticmethod(lambda path, out: f"LC_ALL=C ls -A {path} >{out}")


class Cmd:
    suffix = "bat"
    run = "..\\{}"
    head, tail = "@echo off\n", "\nexit /b 0\n"

    @staticmethod
    def quoted(path):
        return '"' + path.replace("/", "\\").rstrip("\\") + '"'

    @classmethod
    def folder(cls, path):
        return f"if not exist {cls.quoted(path)} mkdir {cls.quoted(path)}"

    @classmethod
    def copy(cls, staged, path):
        parent = cls.folder(str(Path(path).parent))
        return f"{parent}\ncopy /b /y ..\\{staged} {cls.quoted(path)} >nul"

    @classmethod
    def remove(cls, path):
        name = cls.quoted(path)
        return f"if exist {cls.quoted(path + '/.')} (rmdir /s /q {name}) else del /q {name}"

    @classmethod
    def cat(cls, path, out):
        return f"type {cls.quoted(path)} >{cls.quoted(out)} 2>nul"

    @classmethod
    def names(cls, path, out):
        return f"dir /b /a /o:n {cls.quoted(path)} >{cls.quoted(out)} 2>nul"


class Script:
    """What the shell is given, and where it puts what."""

    def __init__(self, folder, extension, on_windows):
        self.folder = folder  # beside the working folder of the shell
        self.system = Cmd if on_windows else Sh
        self.extension = extension
        self.lines = []
        self.starts = {}  # the line on which a statement starts: its number
        self.parts = []   # for each statement or directive with output: what is expected of it
        self.masks = []   # for each of them: the columns whose values are not compared
        self.masked = []
        self.staged = 0
        self.commands = []  # of the system, before the next line
        self.lines += [".headers on", ".mode list", ".nullvalue NULL"]
        self.load()

    def load(self):
        # As connections are outside of the shell, which is stricter from version to version.
        self.lines += [".dbconfig defensive off", ".dbconfig trusted_schema on"]
        self.lines.append(f".load {self.extension} sqlite3_fastmigrate_init")

    def run_commands(self):
        if self.commands:
            self.staged += 1
            step = f"step{self.staged}.{self.system.suffix}"
            (self.folder / step).write_text(
                self.system.head + "\n".join(self.commands) + self.system.tail)
            self.lines.append(".shell " + self.system.run.format(step))
            self.commands = []

    def expect(self, lines):
        self.parts.append(lines)
        self.masks.append(list(self.masked))
        return f"../out{len(self.parts)}"

    def execute(self, sql, expected):
        self.run_commands()
        out = self.expect(expected)
        self.lines.append(f".output {out}")
        self.starts[len(self.lines) + 1] = len(self.parts)
        self.lines += sql.rstrip("\n").split("\n")
        self.lines.append(".output")

    def direct(self, words, content, expected):
        verb, *rest = words
        if verb in ("file", "bytes"):
            self.staged += 1
            staged = f"file{self.staged}"
            (self.folder / staged).write_bytes(content)
            self.commands.append(self.system.copy(staged, rest[0]))
        elif verb in ("folder", "link", "remove"):
            self.commands.append(getattr(self.system, verb)(*rest))
        elif verb == "cat":
            self.commands.append(self.system.cat(rest[0], self.expect(expected)))
        elif verb == "list":
            self.commands.append(self.system.names(rest[0], self.expect(expected)))
        elif verb == "open":
            self.run_commands()
            self.lines.append(f".open {rest[0]}")
            self.load()
        elif verb == "mask":
            self.masked += rest
        elif verb not in ("folders", "bundles"):
            raise ValueError(f"unknown directive: {words}")


def read(transcript, script):
    """Gives the script what the .expected file holds: the transcript, and what it gave."""
    lines = transcript.with_suffix(".expected").read_text().split("\n")
    sql = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if sql == "" and not line.startswith("--!") and (line == "" or line.startswith("--")):
            continue
        content = b""
        words = line[3:].split() if line.startswith("--!") else []
        if words and words[0] in ("file", "bytes"):
            while lines[at] != "--! end":
                is_text = words[0] == "file"
                content += (lines[at] + "\n").encode() if is_text else unescaped(lines[at])
                at += 1
            at += 1
        if not words:
            sql += line + "\n"
            if not sqlite3.complete_statement(sql):
                continue
        expected = []
        while at < len(lines) and lines[at].startswith(">"):
            expected.append(lines[at][2:])
            at += 1
        if words:
            script.direct(words, content, expected)
        else:
            script.execute(sql, expected)
            sql = ""
    script.run_commands()


def errors_of(text, starts):
    """The message for each statement that failed, by its number."""
    messages = {}
    pieces = re.split(r"^(?:Parse |Runtime )?[Ee]rror(?:: |,? )near line (\d+): ", text, flags=re.M)
    for line, message in zip(pieces[1::2], pieces[2::2]):
        message = re.sub(r" \(\d+\)\n$", "\n", message)
        # Of what is wrong with a statement the shell shows the place.
        message = re.sub(r"\n  .*\n +(?:\^--- error here|error here ---\^)\n$", "\n", message)
        messages[starts[int(line)]] = message.rstrip("\n").split("\n")
    return messages


def is_masked(expected, found, columns, masked):
    """Whether two rows are the same but for values of masked columns, and for blobs."""
    a, b = expected.split("|"), found.split("|")
    return len(a) == len(b) == len(columns) and all(
        x == y or (x == "*" and y != "NULL" and column in masked) or x.startswith("x'")
        for x, y, column in zip(a, b, columns))


def difference(expected, found, message, masked):
    """None where what the shell shows is what is expected."""
    wanted = [line for line in expected if line not in ("(no rows)", "(empty)")]
    for i, line in enumerate(wanted):
        if line.startswith("error ("):
            told = [line.split("): ", 1)[1], *wanted[i + 1:]]
            if message != told:
                return f"expected the error {told}, not {message}"
            wanted = wanted[:i]
            break
    else:
        if message is not None:
            return f"unexpected error {message}"
    columns = []
    rest = list(found)
    for line in wanted:
        while rest and rest[0] != line and not is_masked(line, rest[0], columns or ["*"], masked):
            # The heading of a single column, which the transcript leaves out.
            if "|" in rest[0] or columns == rest[0:1]:
                return f"expected {line!r}, not {rest[0]!r}"
            columns = rest[0:1]
            rest.pop(0)
        if not rest:
            return f"expected {line!r}"
        if rest[0] == line and "|" in line and not is_masked(line, line, columns, masked):
            columns = line.split("|")
        rest.pop(0)
    # A text that ends with a line end has one of its own in the transcript.
    return f"unexpected {rest}" if rest not in ([], [""]) else None


def run(transcript, extension, command, on_windows):
    """The differences, a text each."""
    with tempfile.TemporaryDirectory(prefix="fastmigrate-") as name:
        folder = Path(name).resolve()
        here = folder / "here"
        here.mkdir()
        script = Script(folder, extension, on_windows)
        read(transcript, script)
        shell = subprocess.run([*command, "test.db"], input="\n".join(script.lines).encode() + b"\n",
                               cwd=here, capture_output=True, timeout=120)

        def shown(text):
            # Z: is the root folder under wine.
            windows = "Z:" + str(here).replace("/", "\\")
            return text.replace("\r\n", "\n").replace(windows + "\\", "<here>/").replace(
                windows, "<here>").replace(str(here), "<here>")

        errors = errors_of(shown(shell.stderr.decode(errors="surrogateescape")), script.starts)
        differences = []
        for number, (expected, masked) in enumerate(zip(script.parts, script.masks), 1):
            out = folder / f"out{number}"
            text = out.read_bytes().decode(errors="surrogateescape") if out.exists() else ""
            text = shown(text)
            found = text[:-1].split("\n") if text.endswith("\n") else text.split("\n") if text else []
            what = difference(expected, found, errors.get(number), masked)
            if what:
                differences.append(f"result {number}: {what}")
        return differences


def main():
    extension = Path(sys.argv[1]).resolve()
    on_windows = len(sys.argv) > 2
    command = ["wine", Path(sys.argv[2]).resolve()] if on_windows else [shutil.which("sqlite3")]
    loaded = f"Z:{extension}" if on_windows else str(extension)
    left_out = {**LEFT_OUT, **LEFT_OUT_ON_WINDOWS} if on_windows else LEFT_OUT
    names = sorted(path.stem for path in TRANSCRIPTS.glob("*.sql"))
    wanted = [name for name in names if name not in left_out]
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: run(TRANSCRIPTS / f"{name}.sql", loaded, command, on_windows),
                           wanted)
        for name, differences in zip(wanted, results):
            if differences:
                failed += 1
                print(f"FAILED transcript {name}", *differences, sep="\n    ")
    for name in sorted(set(names) & set(left_out)):
        print(f"transcript {name}: skipped, since {left_out[name]}")
    print(f"{len(wanted) - failed} passed, {failed} failed, {len(names) - len(wanted)} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
