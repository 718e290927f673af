"""Applies a folder with the extension and compares with the oracle. Returns failures as lines of text.

Beyond equal states it checks what the contract promises to the host: settings, last_insert_rowid() and
attached databases as they were, `_meta.version`, one history row a script, and that a refusal names the
reason and leaves exactly the version that it reports.
"""
import os
import re
import sqlite3
from dataclasses import dataclass

import generator
from state import (FILE_FACTS, differences, snapshot_of_connection, snapshot_of_file)

SETTINGS = ["foreign_keys", "recursive_triggers", "legacy_alter_table", "synchronous", "cache_size", "cache_spill",
            "defer_foreign_keys", "temp_store", "ignore_check_constraints", "reverse_unordered_selects",
            "secure_delete", "automatic_index", "busy_timeout", "checkpoint_fullfsync", "fullfsync", "trusted_schema",
            "cell_size_check", "read_uncommitted", "analysis_limit", "wal_autocheckpoint", "journal_size_limit",
            "writable_schema", "query_only", "locking_mode", "threads", "max_page_count"]
HOST_ROWID = 4711


@dataclass
class Mode:
    form: str = "scalar"        # or "table"
    place: str = "delete"       # "wal", "memory"
    foreign_keys: bool = False  # of the host's connection
    steps: str = "each"         # one call a version, or "whole": one call for the folder
    settings: tuple = ()        # PRAGMAs of the host's connection, and of the oracle's

    def __str__(self):
        return f"{self.form}/{self.place}/foreign_keys={'ON' if self.foreign_keys else 'OFF'}/{self.steps}"


def open_host(extension, path, mode):
    con = sqlite3.connect(path, isolation_level=None)
    con.enable_load_extension(True)
    con.load_extension(extension)
    con.enable_load_extension(False)
    con.execute("PRAGMA synchronous=OFF")
    if mode.place == "wal":
        con.execute("PRAGMA journal_mode=WAL")
    for setting in mode.settings:
        con.execute(setting)
    con.execute(f"PRAGMA foreign_keys={'ON' if mode.foreign_keys else 'OFF'}")
    return con


def apply(con, form, directory, target=None):
    """The rows that were applied (table form), or the version (scalar)."""
    arguments = (directory,) if target is None else (directory, target)
    call = f"fastmigrate_apply({', '.join('?' * len(arguments))})"
    if form == "table":
        return con.execute("SELECT * FROM " + call, arguments).fetchall()
    return con.execute("SELECT " + call, arguments).fetchone()[0]


class Subject:
    def __init__(self, extension, folder, oracle, work, mode):
        self.folder, self.oracle, self.mode, self.failures = folder, oracle, mode, []
        self.path = ":memory:" if mode.place == "memory" else os.path.join(work, "subject.db")
        self.con = open_host(extension, self.path, mode)
        self.con.execute("CREATE TEMP TABLE host_probe (a)")
        self.con.execute("INSERT INTO host_probe (rowid) VALUES (?)", (HOST_ROWID,))
        self.settings = self.read_settings()
        self.by_version = {script.version: script for script in folder.scripts}

    def fail(self, text):
        self.failures.append(f"[{self.mode}] {text}")

    def read_settings(self):
        values = {name: self.con.execute("PRAGMA " + name).fetchone() for name in SETTINGS}
        values["cache_spill"] = values["cache_spill"] != (0,)  # otherwise a number that follows page_size
        return values

    def version(self):
        try:
            return self.con.execute("SELECT version FROM main._meta WHERE id = 1").fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    def compare(self, version, after, ignored=()):
        """The database against the oracle's at `version`, and the host's connection against what it was."""
        if self.path == ":memory:":
            state, ignored = snapshot_of_connection(self.con), tuple(ignored) + FILE_FACTS
        else:
            state = snapshot_of_file(self.path)
        for difference in differences(self.oracle.state(version), state, ignored):
            self.fail(f"at version {version} {after}: {difference}")
        if self.con.in_transaction:
            self.fail(f"{after}: a transaction is open")
        settings = self.read_settings()
        for name in SETTINGS:
            if settings[name] != self.settings[name]:
                self.fail(f"{after}: PRAGMA {name} is {settings[name]}, was {self.settings[name]}")
        rowid = self.con.execute("SELECT last_insert_rowid()").fetchone()[0]
        if rowid != HOST_ROWID:
            self.fail(f"{after}: last_insert_rowid() is {rowid}")
        attached = [name for _, name, _ in self.con.execute("PRAGMA database_list")]
        if attached != ["main", "temp"]:
            self.fail(f"{after}: databases {attached}")
        if version:
            recorded = self.con.execute("SELECT count(*) FROM fastmigrate_history()").fetchone()[0]
            expected = sum(script.version <= version for script in self.folder.scripts)
            if recorded != expected:
                self.fail(f"{after}: {recorded} history rows, expected {expected}")

    def call(self, target=None, form=None):
        """The error of one call, None on success. Checks what it returned."""
        before = self.version()
        try:
            result = apply(self.con, form or self.mode.form, self.folder.directory, target)
        except sqlite3.Error as error:
            return error
        reached = self.version()
        wanted = [s.version for s in self.folder.scripts if before < s.version <= (target or 9999)]
        if reached != (wanted[-1] if wanted else before):
            self.fail(f"_meta says {reached} after applying {wanted}")
        if (form or self.mode.form) == "table":
            if [row[0] for row in result] != wanted:
                self.fail(f"rows for versions {[row[0] for row in result]}, expected {wanted}")
        elif result != reached:
            self.fail(f"returned {result}, _meta says {reached}")
        return None

    def excuse(self, script):
        """The pattern of the message with which SQLite's limits allow a script to be refused in this mode."""
        memory, table = self.mode.place == "memory", self.mode.form == "table"
        if table and memory and script.features & {"drop", "detach"}:
            return r"SELECT fastmigrate_apply\("
        if table and "leave wal" in script.features:
            return r"SELECT fastmigrate_apply\("
        if not memory and {"leave wal", "vacuum"} <= script.features:
            return "journal_mode"  # VACUUM needs the side connection, and the host's keeps the file in WAL mode
        return None

    def orphans(self, version, since):
        """How the oracle's `version` must be received under foreign_keys=ON: "accepted", "refused", or "either"."""
        if not self.mode.foreign_keys:
            return "accepted"
        new = self.oracle.new_violations(version, since)
        if new is None:
            return "either"
        certain, possible = new
        return "refused" if certain else "either" if possible else "accepted"

    def refused(self, error, version):
        """Judges an error: after it the database must be at `version`, the one before the refused script."""
        following = [s for s in self.folder.scripts if s.version > version]
        self.compare(version, f"after the error «{error}»", self.loose(following[0]) if following else ())
        if self.version() != version:
            self.fail(f"_meta says {self.version()}, expected {version}, after the error «{error}»")

    @staticmethod
    def loose(script):
        """What the head of a failed script may have left: it runs outside of its transaction."""
        ignored = ("journal_mode",) if "journal_mode" in script.features else ()
        return ignored + (("page_size", "auto_vacuum", "encoding") if "layout" in script.features else ())

    def run(self):
        """Applies the whole folder, one call a version or one call for all."""
        versions = [script.version for script in self.folder.scripts]
        at, targets = 0, versions if self.mode.steps == "each" else [None]
        while targets:
            target = targets[0]
            error = self.call(target)
            if error is None:
                at = target or versions[-1]
                self.compare(at, "after success")
                if self.mode.steps == "each":
                    since = max((v for v in [0] + versions if v < at))
                    if self.orphans(at, since) == "refused" and self.by_version[at].body() is not None:
                        self.fail(f"version {at} leaves new orphans and was accepted")
                targets = targets[1:]
                continue
            reached = self.version()
            named = re.match(r"(\d{4})-", str(error))
            script = self.by_version.get(int(named[1]) if named else None)
            if script is None:
                self.fail(f"an error that names no script: {error}")
                break
            if script.version <= reached:
                # Only what stands behind its last part has failed.
                excuse = self.excuse(script)
                if excuse is None or not re.search(excuse, str(error)):
                    self.fail(f"the tail of {os.path.basename(script.path)} was refused: {error}")
                break
            # What the form cannot do at all is refused before anything runs; all else at its turn.
            early = self.excuse(script) is not None
            pending = [script.version] if early else [v for v in versions if v > reached]
            if script.version != pending[0]:
                self.fail(f"the error at version {reached} names {script.version}: {error}")
            if "foreign key" in str(error).lower() and self.mode.foreign_keys:
                self.judge_orphans(error, reached, script)
                break
            if self.mode.steps == "each" and pending[0] != target:
                self.fail(f"stopped before {pending[0]} on the way to {target}: {error}")
            excuse = self.excuse(script)
            if excuse is None or not re.search(excuse, str(error)):
                self.fail(f"{os.path.basename(script.path)} was refused: {error}")
                break
            if script.body() is None and "is committed up to line" in str(error):
                break  # it ran in parts: there is no state to compare with
            self.refused(error, reached)
            if self.failures:
                break
            error = self.call(script.version, form="scalar")
            if error is not None:
                if not (self.mode.foreign_keys and "foreign key" in str(error).lower()):
                    self.fail(f"{os.path.basename(script.path)} was refused by the scalar form, too: {error}")
                break
            self.compare(script.version, "after the scalar form")
            if script.version in (target, versions[-1]):
                targets = targets[1:]
        return self.failures

    def judge_orphans(self, error, reached, script):
        """A refusal for foreign keys: it must be deserved, and leave the version before."""
        versions = [0] + [s.version for s in self.folder.scripts]
        if script.body() is None:
            return  # committed in parts
        if self.orphans(script.version, reached) == "accepted":
            self.fail(f"{os.path.basename(script.path)} leaves no new orphan and was refused: {error}")
        if self.mode.steps == "each":
            certain = (self.oracle.new_violations(script.version, reached) or [()])[0]
            tables = {row[0] for row in certain}
            if certain and not any(table in str(error) for table in tables):
                self.fail(f"the error names none of the tables {sorted(tables)}: {error}")
        assert reached in versions
        self.refused(error, reached)

    def run_fault(self, rng):
        """Puts a failing statement into one script; then mends it and goes on to the end."""
        candidates = [s for s in self.folder.scripts if not s.features & {"vacuum"} and s.body() is not None]
        if not candidates or self.oracle.error:
            return self.failures
        script = rng.choice(candidates)
        before = max([0] + [s.version for s in self.folder.scripts if s.version < script.version])
        for _ in range(5):
            kind, text = generator.with_fault(script, rng)
            if self.oracle.fails_at(before, text):
                break
        else:
            return self.failures
        generator.write(script.path, text)
        error = self.call()
        if error is None:
            self.fail(f"{os.path.basename(script.path)} with the fault '{kind}' was accepted")
            return self.failures
        reached = self.version()
        if self.mode.form == "table" and "no script was run" in str(error) and reached == 0:
            return self.failures  # a later script cannot run in this form, which is seen at once
        if reached != before:
            named = re.match(r"(\d{4})-", str(error))
            stopped = self.by_version.get(int(named[1]) if named else None)
            excused = stopped and self.excuse(stopped)
            if not (excused and re.search(excused, str(error))):
                self.fail(f"fault '{kind}' in {script.version}: version {reached}, expected {before}; {error}")
            return self.failures
        early = self.excuse(script)
        if not (re.match(rf"{re.escape(os.path.basename(script.path))}:\d+", str(error))
                or early and re.search(early, str(error))):
            self.fail(f"the error does not begin with the script and its line: {error}")
        self.refused(error, before)
        generator.write(script.path, script.text)
        error = self.call()
        if error is None:
            self.compare(self.folder.scripts[-1].version, f"after mending the fault '{kind}' in {script.version}")
        elif not any(self.excuse(s) for s in self.folder.scripts):
            self.fail(f"after mending the fault '{kind}' in {script.version}: {error}")
        return self.failures

    def close(self):
        self.con.close()
