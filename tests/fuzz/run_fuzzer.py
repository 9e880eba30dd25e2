# SPDX-License-Identifier: MIT
"""Runs a fuzz target: first its corpus, then so many new inputs from a fixed seed; a million with
KNHK_LONG=1. The corpus stays as it is; what is found is kept beside the program.
Usage: run_fuzzer.py PROGRAM CORPUS [--short-runs N] [--runs N] [--seed N] [--must-find]
Exit status: 0 nothing found (--must-find: something), 1 otherwise."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHORT_RUNS = 20_000 # unless the target says otherwise
LONG_RUNS = 1_000_000
SEED = 20261128
SECONDS_OF_ONE_INPUT = 20
# What an input of a few KiB may make a parser take: a length that was believed takes more.
MEGABYTES_OF_ONE_ALLOCATION = 64
MEGABYTES_OF_ALL = 1024
INPUT_BYTES_MAX = 16 * 1024


def is_long():
    return os.environ.get("KNHK_LONG", "0") not in ("", "0")


def command_of(options, found):
    command = [str(options.program.resolve()), f"-seed={options.seed}",
               f"-timeout={SECONDS_OF_ONE_INPUT}", f"-rss_limit_mb={MEGABYTES_OF_ALL}",
               f"-malloc_limit_mb={MEGABYTES_OF_ONE_ALLOCATION}", f"-artifact_prefix={found}/",
               f"-max_len={INPUT_BYTES_MAX}", "-print_final_stats=1"]
    words = options.corpus.with_suffix(".dict")
    return command + ([f"-dict={words}"] if words.exists() else [])


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    return done.returncode, done.stdout


def fuzz(options, found):
    """(status, output) of the first step that finds something, or of the last."""
    corpus = [str(path) for path in sorted(options.corpus.iterdir())]
    if not corpus:
        sys.exit(f"{options.corpus} is empty: make_corpus.py fills it")
    command = command_of(options, found)
    status, output = run([*command, *corpus])
    if status != 0:
        return status, "the corpus itself:\n" + output
    with tempfile.TemporaryDirectory() as grown:
        return run([*command, f"-runs={options.runs}", grown, str(options.corpus)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--short-runs", type=int, default=SHORT_RUNS)
    parser.add_argument("--runs", type=int, help="instead of both")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--must-find", action="store_true")
    options = parser.parse_args()
    if options.runs is None:
        options.runs = LONG_RUNS if is_long() else options.short_runs
    found = options.program.resolve().parent / f"{options.program.name}.found"
    found.mkdir(exist_ok=True)
    status, output = fuzz(options, found)
    if options.must_find:
        good = status != 0 and "Sanitizer" in output
        print("the planted fault was found" if good
              else f"status {status}, nothing found:\n{output}")
    else:
        good = status == 0
        print("\n".join(line for line in output.splitlines() if line.startswith("stat::"))
              if good else f"{output}\nwhat was found is in {found}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
