#!/usr/bin/python3
"""The test of fastmigrate_draft: every drafted script proves itself, and keeps the rows.

    draft.py --extension PATH                  # a sample that is the same every time, under a minute
    draft.py --all                             # everything
    draft.py --only 'pair: column dropped' --keep /tmp/x     # one of them again, files kept

A trial is a folder of scripts and a schema changed by hand. It comes from

    folders/NAME, seed N    scripts up to i are the folder, script i + 1 run by hand is the change
    pair: NAME              two schemas written by hand (draft_pairs.py), there and back
    schema: A to B          a schema of tests/mutation/schemas, or none, and another
    mutant: FILE            a schema of tests/mutation/schemas and itself less one object, one
                            column or constraint, or one word; there and back

and goes like this:

    changed.db  at version i, then changed by hand. The live form: it ends at the version of the
                draft, by origin 'drafted', equal to the folder; nothing else of it changes.
    filled.db   at version i, never changed, with rows in every table where SQLite lets them in. The
                file form reads the wanted schema from a file and touches nothing. Then the drafts
                are applied here, by fastmigrate_apply and by plain SQLite: the schema is the wanted
                one, and values, rowids, counters and full-text indexes are as before.

Applying may fail where plain SQLite refuses the rows in the wanted schema, too; such a trial then
runs on the database without the added rows. Whether schemas are equal is asked of
fastmigrate_verify, and of SQLite's own pragmas (schema_facts).
"""
import argparse
import contextlib
import multiprocessing
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field

import draft_pairs
import fixed_clock
import generator
from draft_rows import drop_everything, fill, full_text_faults, held_rows, lost_rows, schema_facts
from draft_rows import refusals
from state import connect, differences, script_text, scripts_of, snapshot
from statements import quoted
from subject import Mode, apply, open_host

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = os.path.join(HERE, "folders")
SCHEMAS = os.path.join(HERE, "..", "mutation", "schemas")
SAMPLE = {"seeds": 25, "mutants": 80, "schemas": 8}
ALL = {"seeds": 500, "mutants": 100000, "schemas": 100000}
UNUSABLE = [("it, or one before it, attaches another database", r"(?i)\bATTACH\b"),
            ("it, or one before it, writes a file", r"(?i)\bVACUUM\b.*\bINTO\b"),
            ("it, or one before it, calls fastmigrate", r"(?i)\bfastmigrate_")]
REFUSALS = {"NOT NULL": "NOT NULL constraint failed", "UNIQUE": "UNIQUE constraint failed",
            "CHECK": "CHECK constraint failed", "STRICT": "cannot store",
            "PRIMARY KEY": "datatype mismatch", "FOREIGN KEY": "FOREIGN KEY constraint failed"}
STEPS_OF_A_VIEW = 1_000_000  # more than any that ends, over tables without rows
NUMBERS = ("user_version", "application_id")
SCRIPTS_BREAK_IT = "the scripts before this one make rows that break it"
NULLS_GET_DEFAULT = "the scripts before this one make such rows, which get the default here"


class LeftOut(Exception):
    """The change cannot be made by hand, so that there is nothing to draft."""


@dataclass
class Case:
    """A folder, a change, and what is expected beyond what holds for all."""
    name: str
    scripts: list                 # (file name, text)
    change: object                # a function that changes the database at a path
    rows: str = ""                # SQL that adds rows of its own
    file: str = None              # the wanted schema as a file; None: fastmigrate_schema()
    foreign_keys: bool = False    # of the connection that applies
    must: tuple = ()              # patterns of the draft
    must_not: tuple = ()
    holds: tuple = ()             # queries that give 1 after applying


@dataclass
class Result:
    name: str
    failures: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)


# files

def write_scripts(directory, scripts):
    os.makedirs(directory)
    for name, text in scripts:
        generator.write(os.path.join(directory, name), text)


def run_plain(path, sql):
    """Runs SQL as a person's sqlite3 would; raises sqlite3.Error."""
    with contextlib.closing(connect(path)) as con:
        con.executescript(sql)
        if con.in_transaction:
            raise sqlite3.OperationalError("a transaction is left open")


def files_in(directory):
    return set(os.listdir(directory))


class Trial:
    def __init__(self, extension, root, case):
        self.extension, self.root, self.case = extension, root, case
        self.result = Result(case.name)
        self.changed, self.filled, self.base = (self.path(n + ".db") for n in ("changed", "filled", "base"))
        self.live, self.file, self.text = self.path("live"), self.path("file"), None

    def path(self, name):
        return os.path.join(self.root, name)

    def fail(self, text):
        self.result.failures.append(text)

    @contextlib.contextmanager
    def host(self, path, foreign_keys=False):
        con = open_host(self.extension, path, Mode(foreign_keys=foreign_keys))
        con.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            yield con
        finally:
            con.close()

    def copy(self, source, name):
        path = self.path(name)
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
        shutil.copyfile(source, path)
        return path

    # preparation

    def lay_out(self):
        """The folders, the database at their version, and its two copies: changed, and filled."""
        write_scripts(self.live, self.case.scripts)
        write_scripts(self.file, self.case.scripts)
        with self.host(self.base) as con:
            try:
                con.execute("SELECT fastmigrate_create()").fetchone()
                apply(con, "scalar", self.live)
            except sqlite3.Error as error:
                raise LeftOut("the scripts before it cannot be applied") from error
        self.copy(self.base, "changed.db")
        try:
            self.case.change(self.changed)
        except sqlite3.Error as error:
            raise LeftOut("it cannot be run by hand") from error
        self.copy(self.base, "filled.db")
        self.copy(self.base, "rows.db")
        fill(self.filled, self.case.rows)
        run_plain(self.path("rows.db"), self.case.rows)

    # drafting

    def draft(self, con, directory, *more):
        """The draft's text, None for none. One new file is there, of the returned path."""
        before = files_in(directory)
        path = con.execute(f"SELECT fastmigrate_draft({', '.join('?' * (2 + len(more)))})",
                           (directory, "step") + more).fetchone()[0]
        new = files_in(directory) - before
        version = max([int(name[:4]) for name, _ in self.case.scripts], default=0) + 1
        expected = f"{version:04d}-step.sql"
        if path is None:
            if new:
                self.fail(f"NULL, and there is {sorted(new)}")
            return None
        if new != {expected} or path != os.path.join(directory, expected):
            self.fail(f"the path is {path}, the new files are {sorted(new)}, expected {expected}")
        return script_text(path)

    def draft_live(self):
        """The live form on the changed database: what it returns, and what it does to the database."""
        with self.host(self.changed) as con:
            before = snapshot(con)
            version = con.execute("SELECT fastmigrate_version()").fetchone()[0]
            known = con.execute("SELECT * FROM fastmigrate_verify(?)", (self.live,)).fetchall()
            numbers = self.numbers(self.changed) != self.numbers(self.base)
            try:
                text = self.draft(con, self.live)
            except sqlite3.Error as error:
                self.fail(f"the live form fails: {error}; verify says {known[:3]}")
                return None
            if (text is None) == bool(known or numbers):
                self.fail(f"the draft is {text!r}, and verify says {known[:3]}")
            self.judge_version(con, text, version)
            for difference in differences(before, snapshot(con)):
                self.fail(f"the live form changed the database: {difference}")
            if text is not None and mentions(comments_of(text), SCRIPTS_BREAK_IT):
                self.judge_broken(con)
                return text
            self.judge_verified(con)
            again = con.execute("SELECT fastmigrate_draft(?, 'again')", (self.live,)).fetchone()[0]
            if again is not None:
                self.fail(f"a second call writes {script_text(again)!r}")
                os.remove(again)
        return text

    def judge_verified(self, con):
        rows = con.execute("SELECT * FROM fastmigrate_verify(?)", (self.live,)).fetchall()
        if rows:
            self.fail(f"after the live form verify says {rows[:3]}")

    def judge_broken(self, con):
        """Until a value is filled in, the folder cannot be replayed, as the script says."""
        try:
            con.execute("SELECT * FROM fastmigrate_verify(?)", (self.live,)).fetchall()
            self.fail("the script says that the folder's own rows break it, and it runs")
        except sqlite3.IntegrityError:
            self.result.counts["needs a value for rows that the folder makes, and says so"] += 1

    def judge_version(self, con, text, version):
        now = con.execute("SELECT fastmigrate_version()").fetchone()[0]
        drafted = con.execute("SELECT version FROM fastmigrate_history() WHERE origin = 'drafted'").fetchall()
        last = max([int(name[:4]) for name, _ in self.case.scripts], default=0)
        expected = (version, []) if text is None else (last + 1, [(last + 1,)])
        if (now, drafted) != expected:
            self.fail(f"version and drafted versions are {(now, drafted)}, expected {expected}")

    def draft_file(self):
        """The file form on the filled database, which it must not touch."""
        wanted = self.path("wanted.sql")
        with self.host(self.changed) as con:
            text = self.case.file or con.execute("SELECT fastmigrate_schema()").fetchone()[0]
        generator.write(wanted, text)
        with self.host(self.filled) as con:
            before = snapshot(con), con.execute("SELECT * FROM fastmigrate_history()").fetchall()
            try:
                text = self.draft(con, self.file, wanted)
            except sqlite3.Error as error:
                self.fail(f"the file form fails: {error}")
                return None
            after = snapshot(con), con.execute("SELECT * FROM fastmigrate_history()").fetchall()
            if before != after:
                self.fail(f"the file form touches the database: {differences(before[0], after[0])}")
        return text

    @staticmethod
    def numbers(path):
        with contextlib.closing(connect(path)) as con:
            return [con.execute(f"PRAGMA {name}").fetchone()[0] for name in NUMBERS]

    # applying

    def apply(self, directory, text, source, title):
        """Applies the draft to a copy of `source`. False when the rows are refused."""
        path = self.copy(source, "applied.db")
        with contextlib.closing(connect(path)) as con:
            rows, indexes = held_rows(con), full_text_faults(con)
        with self.host(path, self.case.foreign_keys) as con:
            try:
                apply(con, "scalar", directory)
            except sqlite3.Error as error:
                self.judge_refusal(error, text, source, title)
                return False
            known = con.execute("SELECT * FROM fastmigrate_verify(?)", (directory,)).fetchall()
            if known:
                self.fail(f"{title}: verify says {known[:3]}")
            if con.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                self.fail(f"{title}: integrity_check {con.execute('PRAGMA integrity_check').fetchall()[:3]}")
            for query in self.case.holds if source != self.base else ():
                if con.execute(query).fetchone() != (1,):
                    self.fail(f"{title}: {query} gives {con.execute(query).fetchone()}")
            con.execute("PRAGMA foreign_keys=OFF")
        with contextlib.closing(connect(path)) as con, contextlib.closing(connect(self.changed)) as other:
            self.judge_rows(rows, held_rows(con), text, title)
            for fault in full_text_faults(con):
                if fault not in indexes + full_text_faults(other):
                    self.fail(f"{title}: {fault}")
            ignored = [name for name, number in zip(NUMBERS, self.numbers(self.changed)) if number == 0 and text != self.text]
            for difference in differences(schema_facts(other), schema_facts(con), ignored):
                self.fail(f"{title}: the schema differs: {difference}")
        self.apply_plain(text, path, source, title)
        return True

    def judge_rows(self, before, after, text, title):
        """Nothing is lost but with a table that becomes one of another kind, if the script says so."""
        lost = lost_rows(before, after)
        for name, line in lost:
            if before[name].module != after[name].module and mentions(comments_of(text), f"the rows of {name} are lost"):
                self.result.counts["rows lost with the kind of a table, and the draft says so"] += 1
            elif mentions(comments_of(text), NULLS_GET_DEFAULT):
                self.result.counts["rows whose NULL became the default, and the draft says so"] += 1
            else:
                self.fail(f"{title}: {line}")
        self.result.counts["applied with every value kept"] += not lost

    def apply_plain(self, text, applied, source, title):
        """The script is plain SQL: without the extension it does the same."""
        path = self.copy(source, "plain.db")
        try:
            run_plain(path, text)
        except sqlite3.Error as error:
            return self.fail(f"{title}: plain SQLite refuses the script: {error}")
        with contextlib.closing(connect(path)) as con, contextlib.closing(connect(applied)) as other:
            for difference in differences(snapshot(other), snapshot(con)):
                self.fail(f"{title}: plain SQLite makes another database of it: {difference}")

    def judge_refusal(self, error, text, source, title):
        """Whether plain SQLite, too, refuses the rows in the wanted schema; and says so in the script."""
        kind = next((kind for kind, word in REFUSALS.items() if word in str(error)), None)
        reasons = refusals(self.copy(self.changed, "empty.db"), source)
        expected = [r for r in reasons if (REFUSALS[kind] in r if kind else r in str(error))]
        if not expected:
            return self.fail(f"{title}: applying fails: {error}; the rows alone: {reasons[:3]}")
        column = re.search(r"NOT NULL constraint failed: .*\.([^.\n]+)", str(error))
        if column and not mentions(comments_of(text), column[1]):
            self.fail(f"{title}: no comment says that {column[1]} needs a value: {error}")
        self.result.counts[f"refused on the rows: {kind or 'other'}"] += 1

    # the text

    def judge_text(self, text):
        for pattern in self.case.must:
            if not re.search(pattern, text):
                self.fail(f"the draft lacks {pattern}")
        for pattern in self.case.must_not + (r"(?m)^ALTER TABLE .* DROP ", "bystander"):
            if re.search(pattern, without_comments(text)):
                self.fail(f"the draft has {pattern}")
        if "fastmigrate_" in text:
            self.fail("the draft calls fastmigrate")
        comments = comments_of(text)
        with contextlib.closing(connect(self.base)) as con, contextlib.closing(connect(self.changed)) as other:
            before, after = held_rows(con), held_rows(other)
        for name, table in before.items():
            is_gone = name not in after or after[name].module != table.module
            gone = [name] if is_gone else set(table.columns) - after[name].all_columns
            for lost in sorted(gone):
                if not mentions(comments, lost):
                    self.fail(f"no comment says that {name if lost == name else name + '.' + lost} goes")

    @staticmethod
    def beside_numbers(text):
        return re.sub(r"PRAGMA (user_version|application_id) = 0;\s*", "", text)

    def run(self):
        self.lay_out()
        live = self.draft_live()
        filed = self.draft_file()
        if self.result.failures and (live is None or filed is None):
            return self.result
        self.text = live
        if filed is None and live is not None and not self.beside_numbers(live):
            live = None  # a schema file has no word for user_version 0
        if live is None or filed is None:
            if live != filed:
                self.fail(f"one form is NULL: the live form gives {live!r}, the file form {filed!r}")
            self.result.counts["nothing to draft"] += 1
            return self.result
        self.result.counts["drafts"] += 1
        self.result.counts["forms write the same"] += live == filed
        self.judge_text(live)
        for directory, text, title in ((self.live, live, "applied"), (self.file, filed, "file form applied")):
            if title != "applied" and live == filed:
                break
            for name, rows in (("filled", ""), ("rows", " without the generated rows"), ("base", " without added rows")):
                if self.apply(directory, text, self.path(name + ".db"), title + rows):
                    break
        return self.result


def without_comments(text):
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("--"))


def comments_of(text):
    """The comments that take whole lines, as one line in small letters."""
    lines = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("--")]
    return " ".join(" ".join(lines).lower().split())


def mentions(comments, name):
    name = " ".join(name.lower().split())
    return any(n in comments for n in (name, name.replace('"', '""'), name.replace("'", "''")))


# where cases come from

def step_cases(title, directory):
    """A case, or the reason why there is none, for each script of a folder."""
    scripts = [(os.path.basename(path), script_text(path)) for _, path in scripts_of(directory)]
    for i, (name, text) in enumerate(scripts):
        reason = next((reason for reason, pattern in UNUSABLE
                       if any(re.search(pattern, earlier) for _, earlier in scripts[:i + 1])), None)
        yield f"{title} {name[:4]}", reason or Case(
            f"{title} {name[:4]}", scripts[:i], lambda path, text=text: run_plain(path, text.lstrip("\ufeff")),
            foreign_keys=i % 2 == 1)


def seed_cases(seed, root):
    directory, scratch = os.path.join(root, "migrations"), os.path.join(root, "scratch")
    os.makedirs(directory)
    os.makedirs(scratch)
    generator.make_import_file(os.path.join(root, "import.db"))
    generator.generate(seed, directory, scratch, os.path.join(root, "import.db"))
    return step_cases(f"seed {seed}", directory)


def change_into(sql):
    """The change of a person who throws everything away and begins anew."""
    def change(path):
        with contextlib.closing(connect(path)) as con:
            drop_everything(con)
        run_plain(path, sql)
    return change


def pair_cases(index):
    pair = draft_pairs.PAIRS[index]
    before, after = draft_pairs.BYSTANDER + pair.before, draft_pairs.BYSTANDER + pair.after
    reason = draft_pairs.missing(pair)
    yield f"pair: {pair.name}", reason or Case(
        f"pair: {pair.name}", [("0001-before.sql", before)], change_into(after), pair.rows, after,
        index % 2 == 1, pair.must, pair.must_not, pair.holds)
    yield f"pair: {pair.name}, back", reason or Case(
        f"pair: {pair.name}, back", [("0001-before.sql", after)], change_into(before), pair.rows_back, before,
        index % 2 == 0, pair.must_back, pair.must_not_back, pair.holds_back)


TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\w+|\s+|.""", re.DOTALL)


def statements_of(sql):
    found, text = [], ""
    for piece in re.split(r"(?<=;)", sql):
        text += piece
        if sqlite3.complete_statement(text):
            found, text = found + [text.strip()], ""
    return found


def items_of(tokens):
    """The ranges of the items between the outermost parentheses."""
    ranges, depth, begin = [], 0, 0
    for i, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if token == "(" and depth == 1:
            begin = i + 1
        elif depth == 1 and token == "," or depth == 0 and token == ")":
            ranges.append((begin, i))
            begin = i + 1
    return ranges


def edits_of(statement):
    """Each text of the statement with something less, or two items the other way round; "" is one."""
    tokens = TOKEN.findall(statement)
    yield "without", ""
    if re.match(r"(?i)(--.*\s+)*CREATE TABLE", statement):
        ranges = items_of(tokens)
        for i, (begin, end) in enumerate(ranges):
            at, to = (begin - 1, end) if i else (begin, end + 1)
            yield f"item {i}", "".join(tokens[:at] + tokens[to:])
        for i, ((b1, e1), (b2, e2)) in enumerate(zip(ranges, ranges[1:])):
            yield f"swap {i}", "".join(tokens[:b1] + tokens[b2:e2] + tokens[e1:b2] + tokens[b1:e1] + tokens[e2:])
    if re.search(r"(?i)\bRECURSIVE\b", statement):
        return  # with a word less it may have no end where there are rows
    for i, token in enumerate(tokens):
        if not token.isspace() and not token.startswith("--") and token != ";":
            yield f"word {i} {token[:12]}", "".join(tokens[:i] + tokens[i + 1:])


def mutants():
    """(file, number of the statement, what, text) of every edit that may be a schema."""
    for name in sorted(os.listdir(SCHEMAS)):
        for i, statement in enumerate(statements_of(script_text(os.path.join(SCHEMAS, name)))):
            for what, text in edits_of(statement):
                yield name, i, what, text


def schema_without_failures(statements):
    """What of the statements SQLite takes; what cannot be without what was taken away goes, too."""
    with contextlib.closing(connect(":memory:")) as con:
        kept = []
        for statement in statements:
            try:
                con.execute(statement)
                kept.append(statement)
            except sqlite3.Error:
                pass
    return kept


def has_endless_view(statements):
    """Whether reading a view does not end: less a condition, WITH may repeat itself without RECURSIVE."""
    with contextlib.closing(connect(":memory:")) as con:
        for statement in statements:
            con.execute(statement)
        con.set_progress_handler(lambda: 1, STEPS_OF_A_VIEW)
        for name, in con.execute("SELECT name FROM main.sqlite_schema WHERE type = 'view'").fetchall():
            try:
                con.execute(f"SELECT count(*) FROM {quoted(name)}").fetchall()
            except sqlite3.Error as error:
                if "interrupted" in str(error):
                    return True
    return False


def mutant_cases(name, index, what, text):
    statements = statements_of(script_text(os.path.join(SCHEMAS, name)))
    changed = statements[:index] + [text] * bool(text) + statements[index + 1:]
    kept = schema_without_failures(changed)
    if text and len(kept) < len(statements):
        return  # SQLite refuses it
    if has_endless_view(kept):
        return
    old, new = "\n".join(statements), "\n".join(kept)
    title = f"mutant: {name} {index} {what}"
    yield title, Case(title, [("0001-before.sql", old)], change_into(new), file=new)
    yield title + ", back", Case(title + ", back", [("0001-before.sql", new)], change_into(old), file=old)


def schema_cases(before, after):
    old, new = (script_text(os.path.join(SCHEMAS, name)) if name else "" for name in (before, after))
    title = f"schema: {before or 'none'} to {after or 'none'}"
    yield title, Case(title, [("0001-before.sql", old)], change_into(new), file=new or "-- nothing")


# running

def cases_of(job, root):
    kind, *arguments = job
    if kind == "folder":
        return step_cases(f"folders/{arguments[0]}", os.path.join(FOLDERS, arguments[0]))
    return {"seed": lambda: seed_cases(arguments[0], root), "pair": lambda: pair_cases(*arguments),
            "mutant": lambda: mutant_cases(*arguments), "schema": lambda: schema_cases(*arguments)}[kind]()


def run_case(extension, root, name, case):
    if isinstance(case, str):
        return Result(name, counts=Counter({"left out: " + case: 1}))
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    trial = Trial(extension, root, case)
    try:
        return trial.run()
    except LeftOut as reason:
        return Result(name, counts=Counter({f"left out: {reason}": 1}))
    except Exception:  # a bug of the test is a failure, too
        trial.fail("the test itself failed:\n" + traceback.format_exc())
        return trial.result


def run_job(options):
    """The results of a job's cases; those of one name when `only` is given."""
    extension, job, only, keep = options
    root = tempfile.mkdtemp(prefix="draft-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    try:
        return [run_case(extension, keep or os.path.join(root, "trial"), name, case)
                for name, case in cases_of(job, root) if only in (None, name)]
    finally:
        shutil.rmtree(root, ignore_errors=True)


def jobs_of(amount):
    jobs = [("folder", name) for name in sorted(os.listdir(FOLDERS))]
    jobs += [("pair", i) for i in range(len(draft_pairs.PAIRS))]
    jobs += [("seed", 700000 + i) for i in range(amount["seeds"])]
    schemas = [""] + sorted(os.listdir(SCHEMAS))
    jobs += sample([("schema", a, b) for a in schemas for b in schemas if a != b], amount["schemas"])
    return jobs + sample([("mutant",) + edit for edit in mutants()], amount["mutants"])


def sample(jobs, limit):
    """The same ones every time, in their order."""
    chosen = random.Random(11).sample(range(len(jobs)), min(limit, len(jobs)))
    return [jobs[i] for i in sorted(chosen)]


def jobs_named(only):
    """The jobs that may have the case of this name."""
    if match := re.match(r"seed (\d+)", only):
        return [("seed", int(match[1]))]
    jobs = jobs_of({**ALL, "seeds": 0})
    kind = only.partition(":")[0] if ":" in only else "folder"
    return [job for job in jobs if job[0] == kind]


def report(result):
    print(f"FAILED {result.name}")
    for failure in result.failures[:4]:
        print("    " + failure[:900].replace("\n", "\n    "))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    parser.add_argument("--all", action="store_true", help="everything, not a sample")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", metavar="NAME", help="the case of this name")
    parser.add_argument("--keep", metavar="DIR", help="with --only: leave its files there")
    options = parser.parse_args()
    jobs = jobs_named(options.only) if options.only else jobs_of(ALL if options.all else SAMPLE)
    work = [(os.path.abspath(options.extension), job, options.only, options.keep) for job in jobs]
    passed = failed = 0
    counts = Counter()
    with multiprocessing.Pool(options.jobs, fixed_clock.stop) as pool:
        for result in (r for results in pool.imap(run_job, work) for r in results):
            counts += result.counts
            if result.failures:
                failed += 1
                report(result)
            elif not any(key.startswith("left out") for key in result.counts):
                passed += 1
    for key, count in sorted(counts.items()):
        print(f"{count:6} {key}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
