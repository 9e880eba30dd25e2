# SPDX-License-Identifier: MIT
"""Builds all unit tests with each sanitizer, in directories below the build directory, and runs
them. Long: does nothing unless KNHK_LONG=1 or --long says so.
Usage: run_sanitizers.py SOURCE BUILD [--long] [--only NAME]
Exit status: 0 nothing found, 1 something, 77 left out."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

SANITIZERS = {
    "thread": {"TSAN_OPTIONS": "halt_on_error=1"},
    "address,undefined": {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"},
}
LEFT_OUT = 77
# A sanitized test may take so many times as long.
TIMEOUT_FACTOR = 20
SUITE = "unit" # the suite "proof" has its own sanitizers


def is_asked_for(options):
    return options.long or os.environ.get("KNHK_LONG", "0") not in ("", "0")


def configure(source, build, sanitizer):
    if not (build / "build.ninja").exists():
        subprocess.run(
            ["meson", "setup", build, source, f"-Db_sanitize={sanitizer}", "-Db_lundef=false",
             "-Dbuildtype=plain", "-Doptimization=1", "-Ddebug=true",
             # A sanitizer's instructions make the compiler see what is not there.
             "-Dcpp_args=-g1 -Wno-maybe-uninitialized"],
            check=True, stdout=subprocess.DEVNULL)


def unit_tests(build):
    """(name, target) of each unit test that is a program of this build."""
    listed = subprocess.run(["meson", "introspect", "--tests", build], check=True,
                            capture_output=True, text=True)
    found = []
    for entry in json.loads(listed.stdout):
        program = Path(entry["cmd"][0])
        if any(s.endswith(SUITE) for s in entry["suite"]) and program.is_relative_to(build):
            found.append((entry["name"], str(program.relative_to(build))))
    return found


def run_with(source, build, sanitizer, extra):
    """Whether nothing was found."""
    configure(source, build, sanitizer)
    tests = unit_tests(build)
    if not tests:
        print(f"{sanitizer}: no unit test was found")
        return False
    subprocess.run(["ninja", "-C", build, *(target for _, target in tests)], check=True,
                   stdout=subprocess.DEVNULL)
    command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs",
               "-t", str(TIMEOUT_FACTOR), *(name for name, _ in tests)]
    return subprocess.run(command, env=os.environ | extra, check=False).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default="", help="one sanitizer")
    options = parser.parse_args()
    if not is_asked_for(options):
        print("left out: KNHK_LONG=1 builds and runs all unit tests with each sanitizer")
        sys.exit(LEFT_OUT)
    wrong = []
    for sanitizer, extra in SANITIZERS.items():
        build = options.build.resolve() / f"sanitize-{sanitizer.split(',')[0]}"
        if options.only not in ("", sanitizer):
            continue
        if not run_with(options.source, build, sanitizer, extra):
            wrong.append(sanitizer)
    print(f"sanitizers: {', '.join(wrong)} found something" if wrong else "sanitizers: all clean")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
