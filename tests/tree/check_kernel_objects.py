# SPDX-License-Identifier: MIT
"""Looks into the archives of kernels and hashes that are compiled with options of their own. They
define their table for others and nothing else: a linker keeps one copy of a function that several
files have, and that might be one which this machine cannot run.
Usage: check_kernel_objects.py ARCHIVE..."""

import re
import subprocess
import sys

from source_files import report

TABLE = re.compile(r"^_ZN4knhk\w*?(_KERNELS|SHA256_INSTRUCTIONS|XXH3_AVX\d+)E$")
# nm writes what only its own file sees in lower case; u is unique in a process, v and w weak.
OWN = re.compile(r"^[a-tx-z]$")


def problems_of(archive):
    listed = subprocess.run(["nm", archive], check=True, capture_output=True, text=True).stdout
    problems = []
    tables = 0
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) < 2 or line.endswith(":"):
            continue
        kind, name = fields[-2:]
        if TABLE.match(name) and kind in "DR":
            tables += 1
        elif not OWN.match(kind):
            problems.append(f"{archive}: {name} ({kind}) is not its own")
    if tables != 1:
        problems.append(f"{archive}: {tables} tables for others, one is wanted")
    return problems


if __name__ == "__main__":
    report([problem for archive in sys.argv[1:] for problem in problems_of(archive)], "kernels")
