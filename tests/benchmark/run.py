#!/usr/bin/env python3
"""What fastmigrate costs, beside what SQLite itself needs for the same scripts.

    python3 tests/benchmark/run.py --extension build/fastmigrate.so [--rounds N] [PART...]

Prints a table for each part, in Markdown; without a PART, all:

    whole     the sqlite3 shell that loads the extension and applies, beside limit.c
    growth    the same for more scripts and for longer ones, and the memory beyond the script
    startup   startup.c: what an up-to-date database costs a program that starts

A ratio is the median of those of all rounds, in each of which both run, one after the other; so a
machine that is now fast and now slow makes both so. What they leave is compared, once.
--quick measures little, and shows only that everything runs.
"""

import argparse
import platform
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import workloads

HERE = Path(__file__).parent


@dataclass
class Cost:
    seconds: float
    memory_kb: int


class Bench:
    def __init__(self, extension, rounds, folder):
        self.extension = Path(extension).resolve()
        self.rounds = rounds
        self.folder = folder
        for program in ("limit", "measure", "startup"):
            subprocess.run(["cc", "-O2", "-o", folder / program, HERE / f"{program}.c", "-lsqlite3"],
                           check=True)

    def command(self, contestant, db, scripts):
        if contestant == "limit":
            return [self.folder / "limit", db, scripts]
        return ["sqlite3", "-bail", db, f".load {self.extension}",
                f"SELECT fastmigrate_apply('{scripts}')"]

    def measure(self, command):
        run = subprocess.run([self.folder / "measure", *command], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"{command}: {run.stderr}")
        seconds, _, memory = run.stdout.split()
        return Cost(float(seconds), int(memory))

    def scripts(self, name, make, *arguments):
        folder = self.folder / "scripts" / name
        if not folder.exists():
            make(folder, *arguments)
        return folder

    def pair(self, one_run):
        """one_run(contestant): a Cost. Both, round by round: {contestant: [Cost, ...]}."""
        costs = {"limit": [], "fastmigrate": []}
        for number in range(self.rounds):
            order = list(costs)
            if number % 2 == 1:
                order.reverse()
            for contestant in order:
                costs[contestant].append(one_run(contestant))
        return costs

    def apply_to_new(self, scripts, before=None, wal=False):
        """Applies the scripts to a copy of the database `before`, or to an empty one."""
        compared = {}

        def one_run(contestant):
            db = self.folder / f"{contestant}.db"
            for leftover in self.folder.glob(f"{contestant}.db*"):
                leftover.unlink()
            if before:
                shutil.copy(before, db)
            if wal:
                connection = sqlite3.connect(db)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.close()
            cost = self.measure(self.command(contestant, db, scripts))
            if contestant not in compared:
                compared[contestant] = content(db)
                if len(compared) == 2 and compared["limit"] != compared["fastmigrate"]:
                    raise SystemExit(f"{scripts}: the two databases differ")
            return cost

        return self.pair(one_run)

    def applied(self, scripts):
        """A database for each contestant that has had the scripts, by the contestant itself."""
        databases = {}
        for contestant in ("limit", "fastmigrate"):
            databases[contestant] = self.folder / f"{scripts.name}-{contestant}.db"
            databases[contestant].unlink(missing_ok=True)
            self.measure(self.command(contestant, databases[contestant], scripts))
        return databases

    def up_to_date(self, scripts):
        databases = self.applied(scripts)
        return self.pair(lambda c: self.measure(self.command(c, databases[c], scripts)))

    def fleet(self, first, scripts, count):
        """A process for each of many databases that have had the scripts in `first`."""
        templates = self.applied(first)

        def one_run(contestant):
            databases = self.folder / "fleet"
            shutil.rmtree(databases, ignore_errors=True)
            databases.mkdir()
            for number in range(count):
                shutil.copy(templates[contestant], databases / f"{number}.db")
            loop = 'for db in "$1"/*.db; do "$2" ' + {
                "limit": '"$db" "$3"; done',
                "fastmigrate": '-bail "$db" "$4" "$5"; done',
            }[contestant]
            program = {"limit": self.folder / "limit", "fastmigrate": "sqlite3"}[contestant]
            return self.measure(["sh", "-c", "set -e; " + loop, "sh", databases, program, scripts,
                                 f".load {self.extension}", f"SELECT fastmigrate_apply('{scripts}')"])

        return self.pair(one_run)


def content(path):
    """All that the scripts have made, and the version."""
    db = sqlite3.connect(path)
    schema = db.execute("SELECT type, name, sql FROM sqlite_schema "
                        "WHERE tbl_name <> '_fastmigrate_history' ORDER BY 1, 2").fetchall()
    tables = [name for kind, name, _ in schema if kind == "table"]
    rows = [hash(tuple(db.execute(f'SELECT * FROM "{name}"'))) for name in tables]
    db.close()
    return schema, rows


def ratio(costs):
    return statistics.median(ours.seconds / least.seconds for ours, least in
                             zip(costs["fastmigrate"], costs["limit"]))


def milliseconds(costs):
    return statistics.median(cost.seconds for cost in costs) * 1000


def memory_mb(costs):
    return statistics.median(cost.memory_kb for cost in costs) / 1024


def table(title, columns, lines):
    print(f"\n{title}\n")
    print("| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |")
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)


def whole(bench, quick):
    few, many, statements, rows, fleet = (
        (10, 20, 500, 1000, 2) if quick else (100, 1000, 500_000, 1_000_000, 50))
    before = bench.folder / "before.db"
    workloads.first_database(before, rows)
    hundred = bench.scripts("small-100", workloads.small, few)
    thousand = bench.scripts("small-1000", workloads.small, many)
    twenty = bench.scripts("small-20", workloads.small, 20)
    twenty_five = bench.scripts("small-25", workloads.small, 25)
    big = bench.scripts("big", workloads.big, statements)
    long = bench.scripts("long", workloads.long, *((2, 1) if quick else ()))
    rebuild = bench.scripts("rebuild", workloads.rebuild)
    lines = []
    for name, costs in (
        (f"up to date, {few:,} scripts", bench.up_to_date(hundred)),
        (f"up to date, {many:,} scripts", bench.up_to_date(thousand)),
        (f"{many:,} small scripts", bench.apply_to_new(thousand)),
        (f"{many:,} small scripts, WAL", bench.apply_to_new(thousand, wal=True)),
        (f"one script of {statements:,} INSERTs", bench.apply_to_new(big)),
        ("one script of long statements", bench.apply_to_new(long)),
        (f"rebuild of a table of {rows:,} rows", bench.apply_to_new(rebuild, before)),
        (f"5 scripts to each of {fleet} databases", bench.fleet(twenty, twenty_five, fleet)),
    ):
        lines.append((name, f"{milliseconds(costs['limit']):.1f}",
                      f"{milliseconds(costs['fastmigrate']):.1f}", f"{ratio(costs):.2f}",
                      f"{memory_mb(costs['limit']):.1f}", f"{memory_mb(costs['fastmigrate']):.1f}"))
    table("A process each: the shell, which loads and applies, beside limit.c.",
          ("", "limit ms", "fastmigrate ms", "ratio", "limit MB", "fastmigrate MB"), lines)


def growth(bench, quick):
    lines = []
    for count in (10, 20) if quick else (100, 1000, 9999):
        scripts = bench.scripts(f"rows-{count}", workloads.rows, count)
        for name, costs in (("applied", bench.apply_to_new(scripts)),
                            ("up to date", bench.up_to_date(scripts))):
            lines.append((f"{count:,} scripts, {name}",
                          f"{milliseconds(costs['limit']) * 1000 / count:.1f}",
                          f"{milliseconds(costs['fastmigrate']) * 1000 / count:.1f}",
                          f"{ratio(costs):.2f}", f"{memory_mb(costs['fastmigrate']):.1f}"))
    table("More scripts, of three INSERTs each.",
          ("", "limit us a script", "fastmigrate us a script", "ratio", "fastmigrate MB"), lines)
    lines = []
    for count in (100, 200) if quick else (10_000, 100_000, 1_000_000):
        scripts = bench.scripts(f"big-{count}", workloads.big, count)
        size = sum(file.stat().st_size for file in scripts.iterdir()) / 1e6
        costs = bench.apply_to_new(scripts)
        lines.append((f"{size:.2f} MB", f"{milliseconds(costs['limit']) / size:.2f}",
                      f"{milliseconds(costs['fastmigrate']) / size:.2f}", f"{ratio(costs):.2f}",
                      f"{memory_mb(costs['fastmigrate']) - size / 1.048576:.1f}"))
    table("A longer script, of INSERTs of some 100 bytes.",
          ("", "limit ms a MB", "fastmigrate ms a MB", "ratio", "fastmigrate MB beyond the file"), lines)


def startup(bench, quick):
    lines = []
    for count in (10,) if quick else (10, 100, 1000):
        scripts = bench.scripts(f"start-{count}", workloads.small, count)
        database = bench.applied(scripts)["fastmigrate"]
        # What has changed in the last two seconds is read again by each call.
        newest = max(file.stat().st_ctime for file in scripts.iterdir())
        time.sleep(max(0, newest + 2.1 - time.time()))
        run = subprocess.run([bench.folder / "startup", bench.extension, database, scripts],
                             check=True, capture_output=True, text=True)
        load, first, again, read, stat = map(float, run.stdout.split())
        lines.append((f"{count:,}", f"{load:.0f}", f"{first:.0f}", f"{read:.0f}",
                      f"{first / read:.2f}", f"{again:.0f}", f"{stat:.0f}", f"{again / stat:.2f}"))
    table("A program that starts on an up-to-date database, microseconds.",
          ("scripts", "load", "first call", "reading them", "ratio", "later call", "looking at them",
           "ratio"), lines)


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    return f"{platform.system()} {platform.release()}, {model}, SQLite {sqlite3.sqlite_version}"


PARTS = {"whole": whole, "growth": growth, "startup": startup}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--extension", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("part", nargs="*", choices=[*PARTS, []])
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="fastmigrate-benchmark-") as folder:
        rounds = 1 if arguments.quick else arguments.rounds
        bench = Bench(arguments.extension, rounds, Path(folder))
        for part in arguments.part or PARTS:
            PARTS[part](bench, arguments.quick)


if __name__ == "__main__":
    main()
