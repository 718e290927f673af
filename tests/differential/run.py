#!/usr/bin/python3
"""The differential test: every script that runs in plain SQLite runs in fastmigrate, to the same result.

    run.py --folders 2000 --seed 1            # folders 100000 to 101999
    run.py --only-seed 100017 --keep /tmp/x   # one of them again, its scripts and databases kept
    run.py --folders 0                        # only the hand-written folders and the fixed checks

Quiet on success. Bounded by --folders and, when given, --seconds.
"""
import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

import fixed_checks
import generator
from state import Oracle, scripts_of, script_text
from subject import Mode, Subject

HERE = os.path.dirname(os.path.abspath(__file__))
HOST_SETTINGS = ["PRAGMA recursive_triggers=ON", "PRAGMA cache_size=-1000", "PRAGMA cache_size=300",
                 "PRAGMA secure_delete=ON", "PRAGMA automatic_index=OFF"]


def random_modes(rng):
    """Two ways to apply a folder, and whether a fault is put in."""
    settings = tuple(rng.sample(HOST_SETTINGS, rng.choice([0, 0, 1, 2])))
    return [(Mode(rng.choice(["scalar", "table"]), rng.choice(["delete", "delete", "wal", "wal", "memory"]),
                  rng.random() < 0.3, rng.choice(["each", "whole"]), settings), rng.random() < 0.3)
            for _ in range(2)]


def run_subject(extension, folder, work, mode, fault_rng=None):
    """Failures of one folder in one mode. None when plain SQLite refuses the folder."""
    shutil.rmtree(work, ignore_errors=True)
    os.mkdir(work)
    oracle = Oracle(folder.directory, work, "wal" if mode.place == "wal" else "delete", mode.settings)
    if oracle.error:
        return None
    subject = Subject(extension, folder, oracle, work, mode)
    try:
        return subject.run_fault(fault_rng) if fault_rng else subject.run()
    finally:
        subject.close()


def run_seed(extension, seed, root):
    rng = random.Random(seed * 7919)
    directory, scratch = os.path.join(root, "migrations"), os.path.join(root, "scratch")
    os.makedirs(directory)
    os.makedirs(scratch)
    import_path = os.path.join(root, "import.db")
    generator.make_import_file(import_path)
    modes = random_modes(rng)
    in_memory = any(mode.place == "memory" for mode, _ in modes)
    folder = generator.generate(seed, directory, scratch, import_path, modes[0][0].settings,
                                # Passed over in memory, where it may renumber rowids.
                                vacuum=not in_memory,
                                # Has no effect on a file that is in WAL mode already, nor in memory.
                                layout=all(mode.place == "delete" for mode, _ in modes))
    failures, invalid = [], 0
    for i, (mode, fault) in enumerate(modes):
        found = run_subject(extension, folder, os.path.join(root, f"work{i}"), mode,
                            random.Random(seed * 31 + i) if fault and mode.foreign_keys is False else None)
        for script in folder.scripts:
            generator.write(script.path, script.text)
        invalid += found is None
        failures += found or []
    return failures, invalid


def run_seed_job(job):
    """(seed, failures, invalid), or None past the deadline; keeps nothing unless told to."""
    extension, seed, keep, deadline = job
    if deadline and time.monotonic() > deadline:
        return None
    root = keep or tempfile.mkdtemp(prefix=f"differential-{seed}-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    if keep:
        shutil.rmtree(keep, ignore_errors=True)
        os.makedirs(keep)
    try:
        failures, invalid = run_seed(extension, seed, root)
    except Exception:  # a bug of the test is a failure with its seed, too
        failures, invalid = ["the test itself failed:\n" + traceback.format_exc()], 0
    if not keep:
        shutil.rmtree(root, ignore_errors=True)
    return seed, failures, invalid


def folder_from(directory, import_path):
    """A hand-written folder: what a script is allowed to need is told by its text."""
    scripts = []
    for version, path in scripts_of(directory):
        text = script_text(path)
        upper = text.upper()
        features = {feature for feature, word in (("drop", "DROP "), ("vacuum", "VACUUM"), ("detach", "DETACH"),
                                                  ("journal_mode", "JOURNAL_MODE")) if word in upper}
        scripts.append(generator.Script(version, path, text, [], features))
    return generator.Folder(directory, scripts, import_path)


def hand_written(extension):
    """{folder name in mode: failures}: every folder in every mode."""
    results = {}
    for name in sorted(os.listdir(os.path.join(HERE, "folders"))):
        folder = folder_from(os.path.join(HERE, "folders", name), None)
        for form in ("scalar", "table"):
            for place in ("delete", "wal", "memory"):
                for foreign_keys in (False, True):
                    for steps in ("each", "whole"):
                        mode = Mode(form, place, foreign_keys, steps)
                        with tempfile.TemporaryDirectory() as root:
                            found = run_subject(extension, folder, os.path.join(root, "work"), mode)
                        results[f"folders/{name} in {mode}"] = ["plain SQLite refuses it"] if found is None else found
    return results


def report(name, failures):
    print(f"FAILED {name}")
    for failure in failures[:5]:
        print("    " + failure[:1500].replace("\n", "\n    "))
    if len(failures) > 5:
        print(f"    and {len(failures) - 5} more")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    parser.add_argument("--folders", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only-seed", type=int)
    parser.add_argument("--keep", metavar="DIR")
    parser.add_argument("--seconds", type=float, help="begin no further folder after this time")
    options = parser.parse_args()
    extension = os.path.abspath(options.extension)
    passed = failed = invalid = 0
    deadline = time.monotonic() + options.seconds if options.seconds else None

    if options.only_seed is not None:
        seeds, keep = [options.only_seed], options.keep and os.path.abspath(options.keep)
        results = map(run_seed_job, [(extension, options.only_seed, keep, None)])
    else:
        for name, failures in {**hand_written(extension), **fixed_checks.run_all(extension)}.items():
            passed, failed = passed + (not failures), failed + bool(failures)
            if failures:
                report(name, failures)
        seeds = [options.seed * 100000 + i for i in range(options.folders)]
        pool = multiprocessing.Pool(2)
        results = pool.imap_unordered(run_seed_job, [(extension, seed, None, deadline) for seed in seeds])
    for seed, failures, refused in filter(None, results):
        passed, failed, invalid = passed + (not failures), failed + bool(failures), invalid + refused
        if failures:
            report(f"seed {seed}: repeat with {sys.argv[0]} --only-seed {seed} --keep DIR", failures)
    if invalid > max(2, len(seeds) // 50):
        failed += 1
        print(f"FAILED the generator: plain SQLite refuses {invalid} runs of {len(seeds)} folders")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
