# SPDX-License-Identifier: MIT
"""A log's disk becomes full: the run must stop at a beat's edge with one clear line and status 3,
and the log must be readable up to its last whole beat.
Usage: full_disk.py COMMAND
Needs a namespace of its own for a small file system (unshare -rm); exit status 77 where that is
not permitted."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from reference import Reference, Wrong, demand

WORDS = ["mixed", "--cores", "8", "--tasks", "60000"]
SIZES = ["64k", "1m", "1536k"]
ENVIRONMENT = 3
LEFT_OUT = 77


def namespace(*words):
    return ["unshare", "--user", "--map-root-user", "--mount", *words]


def check_size(reference, size, folder):
    """The file system and what is in it go with the namespace: the log is copied out."""
    disk, copy = folder / "disk", folder / "copy.log"
    disk.mkdir()
    script = ('mount -t tmpfs -o size="$1" none "$2" || exit 99; shift; disk=$1; copy=$2; shift 2;'
              '"$@" --log "$disk/a.log"; status=$?; cat "$disk/a.log" >"$copy"; exit $status')
    done = subprocess.run(
        namespace("sh", "-c", script, "sh", size, disk, copy, reference.command, "run", *WORDS),
        check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    demand(done.returncode == ENVIRONMENT, f"status {done.returncode}: {done.stderr}")
    lines = done.stderr.splitlines()
    demand(len(lines) == 1 and "No space left on device" in lines[0] and "a.log" in lines[0],
           f"not one clear line:\n{done.stderr}")
    demand(done.stdout == "", f"a result of a run that failed:\n{done.stdout}")
    whole = reference.check_log(copy)
    demand(whole is not None and not whole.has_trailer, "the disk was not full")
    print(f"{size}: {copy.stat().st_size} bytes, {whole.beats} whole beats; {lines[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        base = Path(base)
        probe = namespace("sh", "-c", 'mount -t tmpfs none "$0"', base)
        if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode != 0:
            print("left out: no namespace with a file system of its own is permitted here")
            sys.exit(LEFT_OUT)
        reference = Reference(options.command.resolve(), WORDS, base)
        for size in SIZES:
            folder = base / size
            folder.mkdir()
            try:
                check_size(reference, size, folder)
            except Wrong as wrong:
                sys.exit(f"a disk of {size}: {wrong}")


if __name__ == "__main__":
    main()
