#!/usr/bin/env python3
"""Writes the wheel, with nothing but Python's own library, and prints its path.

    build_wheel.py --version 0.1.0 --module fastmigrate.so --license LICENSE --out FOLDER

A wheel is a zip file, whose last member lists the others with their hashes
(https://packaging.python.org/en/latest/specifications/binary-distribution-format/). The times in it
are SOURCE_DATE_EPOCH, so that the same files give the same bytes.
"""

import argparse
import base64
import hashlib
import os
import pathlib
import time
import zipfile

HERE = pathlib.Path(__file__).parent
NAME = "sqlite_fastmigrate"
# The module needs glibc 2.28, and nothing of Python: tests/portable.
TAG = "py3-none-manylinux_2_28_x86_64"

METADATA = """\
Metadata-Version: 2.1
Name: sqlite-fastmigrate
Version: {version}
Summary: SQLite extension that migrates a database inside its own connection
License: MIT
Keywords: sqlite,sqlite-extension,migrations
Classifier: License :: OSI Approved :: MIT License
Classifier: Operating System :: POSIX :: Linux
Classifier: Topic :: Database
Requires-Python: >=3.7
Description-Content-Type: text/markdown

{description}"""

WHEEL = """\
Wheel-Version: 1.0
Generator: build_wheel.py
Root-Is-Purelib: false
Tag: {tag}
"""


def digest(content):
    """As RECORD has it."""
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + hashed.rstrip(b"=").decode()


def members(version, module, license_file):
    """Yields (name, bytes) of all but RECORD."""
    init = (HERE / NAME / "__init__.py").read_text(encoding="utf-8")
    yield f"{NAME}/__init__.py", init.replace("@VERSION@", version).encode()
    yield f"{NAME}/fastmigrate.so", module.read_bytes()
    info = f"{NAME}-{version}.dist-info"
    description = (HERE / "README.md").read_text(encoding="utf-8")
    yield f"{info}/LICENSE", license_file.read_bytes()
    yield f"{info}/METADATA", METADATA.format(version=version, description=description).encode()
    yield f"{info}/WHEEL", WHEEL.format(tag=TAG).encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True)
    parser.add_argument("--module", type=pathlib.Path, required=True)
    parser.add_argument("--license", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()

    files = list(members(arguments.version, arguments.module, arguments.license))
    record_name = f"{NAME}-{arguments.version}.dist-info/RECORD"
    record = "".join(f"{name},{digest(content)},{len(content)}\n" for name, content in files)
    files.append((record_name, f"{record}{record_name},,\n".encode()))

    changed = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    path = arguments.out / f"{NAME}-{arguments.version}-{TAG}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files:
            member = zipfile.ZipInfo(name, changed)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, also where this runs elsewhere
            member.external_attr = 0o100644 << 16
            wheel.writestr(member, content)
    print(path)


if __name__ == "__main__":
    main()
