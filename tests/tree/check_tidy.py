# SPDX-License-Identifier: MIT
"""Runs clang-tidy over the sources of the image, with what .clang-tidy asks for, two files at a
time. Usage: check_tidy.py ROOT BUILD [FOLDER...]"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tidy_tools import require

# Beside the folders of the architecture that a build is for.
FREESTANDING = ["arch/bare", "base", "isa", "kernel", "linker", "replay", "sched"]
JOBS = 2
# The database has g++'s options; clang need not know them all.
FOR_CLANG = ["--extra-arg=-Wno-unknown-warning-option",
             "--extra-arg=-Wno-unused-command-line-argument"]


def find_commands(root, build, folders):
    """How each C++ file of the folders is compiled: once, though the tests compile it again."""
    commands = {}
    for entry in json.loads((Path(build) / "compile_commands.json").read_text()):
        path = Path(os.path.normpath(Path(entry["directory"]) / entry["file"]))
        inside = any(path.is_relative_to(Path(root).resolve() / folder) for folder in folders)
        if inside and path.suffix == ".cpp":
            commands.setdefault(path, entry | {"file": str(path)})
    return commands


def complaints(tidy, database, path):
    command = [tidy, "--quiet", "-p", database, *FOR_CLANG, str(path)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode else ""


def main(root, build, folders):
    tidy = require("clang-tidy")
    commands = find_commands(root, build, folders)
    if not commands:
        print("no source is in the build's compile_commands.json")
        return 1
    with tempfile.TemporaryDirectory() as database, ThreadPoolExecutor(JOBS) as pool:
        entries = json.dumps(list(commands.values()))
        (Path(database) / "compile_commands.json").write_text(entries)
        texts = pool.map(lambda path: complaints(tidy, database, path), commands)
        found = [text for text in texts if text]
    print("\n".join(found))
    print(f"clang-tidy: {len(commands)} files, {len(found)} with complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:] or FREESTANDING))
