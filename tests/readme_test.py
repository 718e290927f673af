#!/usr/bin/env python3
"""Runs the examples of README.md and compares what they give with what it shows.

    python3 tests/readme_test.py --extension build/fastmigrate.so

All examples run in the order of the page, in one temporary folder that holds the extension:

    ```sh      a shell script; the ```text block that follows, if one does, is its output
    ```python  a Python program, likewise
    ```sql     behind a line that ends in "`PATH`:", the content of that file; otherwise statements
               for the sqlite3 shell with the extension loaded, on data.db, and ```text as above
    <!-- run   a shell script that the page does not show, up to "-->": what an example finds there

An example without an output block has to succeed. "<!-- not run -->" in front leaves one out. With
"<!-- PATH -->" in front it is what stands in that program between "README begins" and "README ends",
and the program's own test runs it. The table of languages shows lines of the programs that it links.
Times and durations differ from run to run, so they are not compared. Ends with "N passed, N failed".
"""

import argparse
import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

README = pathlib.Path(__file__).parent.parent / "README.md"

BLOCK = re.compile(
    r"(?P<before>[^\n]*)\n\n?(?:```(?P<kind>\w+)\n(?P<body>.*?)^```$"
    r"|<!-- run\n(?P<hidden>.*?)^-->$)", re.M | re.S)
PROGRAMS = [README.parent / "tests" / name for name in ("hosts", "packages", "wasm")]
PROGRAM_NAME = re.compile(r"<!-- (tests/(?:hosts|packages|wasm)/\S+) -->$")
PROGRAM_PART = re.compile(r"README begins[^\n]*\n(?P<part>.*?)^[^\n]*README ends", re.M | re.S)
PROGRAM_LINE = re.compile(r"^\| \[[^]]+\]\((?P<path>tests/hosts/\S+)\) \| `(?P<line>[^|]+)` \|", re.M)
FILE_NAME = re.compile(r"`([^`]+)`:$")
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?"), "TIME"),
    (re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])"), "DURATION"),
]


def comparable(text):
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def run(kind, body, folder):
    if kind == "sh":
        command, text = ["bash", "-e"], body
    elif kind == "python":
        command, text = [sys.executable, "-"], body
    else:
        command, text = ["sqlite3", "data.db"], ".load build/fastmigrate\n" + body
    return subprocess.run(command, input=text, cwd=folder, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def examples():
    """Yields (line, kind, body, file name or None, expected output or None)."""
    page = README.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(page))
    for block, following in zip(blocks, blocks[1:] + [None]):
        if block["hidden"] is not None:
            line = page.count("\n", 0, block.start("hidden")) + 1
            yield line, "sh", block["hidden"], None, None
            continue
        if block["kind"] not in ("sh", "python", "sql") or block["before"] == "<!-- not run -->":
            continue
        if PROGRAM_NAME.search(block["before"]):
            continue
        name = FILE_NAME.search(block["before"]) if block["kind"] == "sql" else None
        output = None
        if following and following["kind"] == "text" and following.start() <= block.end() + 1:
            output = following["body"]
        line = page.count("\n", 0, block.start("body")) + 1
        yield line, block["kind"], block["body"], name and name[1], output


def shown_part(program):
    """What README has to show of it, None when that is nothing."""
    parts = [textwrap.dedent(found["part"]).strip("\n") + "\n"
             for found in PROGRAM_PART.finditer(program.read_text(encoding="utf-8"))]
    return "\n".join(parts) or None


def problems_with_programs():
    """Yields what is wrong, or None, for each program that it may show and each line of the table."""
    page = README.read_text(encoding="utf-8")
    shown = {}
    for block in BLOCK.finditer(page):
        name = PROGRAM_NAME.search(block["before"])
        if name:
            shown[name[1]] = block["body"]
    files = (file for folder in PROGRAMS for file in folder.glob("*/**/*") if file.is_file())
    for program in sorted(files):
        path = str(program.relative_to(README.parent))
        part = shown_part(program)
        if part is None and path not in shown:
            continue
        same = part == shown.get(path)
        yield None if same else f"the example from {path} is not what that shows"
    for row in PROGRAM_LINE.finditer(page):
        there = row["line"] in (README.parent / row["path"]).read_text(encoding="utf-8")
        yield None if there else f"there is no {row['line']} in {row['path']}"


def write(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")


def problem_with(kind, body, output, folder):
    """Runs one example; returns what is wrong with it, or None."""
    result = run(kind, body, folder)
    if output is None:
        return None if result.returncode == 0 else result.stdout
    shown, given = comparable(output), comparable(result.stdout)
    if shown == given:
        return None
    return "\n".join(difflib.unified_diff(shown, given, "README.md", "what it gave", lineterm=""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--extension", required=True)
    extension = pathlib.Path(parser.parse_args().extension)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "build").mkdir()
        shutil.copy(extension, folder / "build")
        for line, kind, body, file_name, output in examples():
            if file_name:
                write(folder / file_name, body)
                continue
            problem = problem_with(kind, body, output, folder)
            if problem is None:
                passed += 1
            else:
                failed += 1
                print(f"README.md:{line}: {problem}")
    for problem in problems_with_programs():
        if problem is None:
            passed += 1
        else:
            failed += 1
            print(f"README.md: {problem}")
    if passed + failed == 0:
        failed = 1
        print("README.md: no example found")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
