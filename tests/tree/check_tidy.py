# SPDX-License-Identifier: MIT
"""Runs clang-tidy over the sources of the image, with what .clang-tidy asks for, two files at a
time; of images for other architectures, over what is theirs alone.
Usage: check_tidy.py ROOT BUILD [FOLDER...]"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tidy_tools import require

# Beside the folders of the architecture that a build is for.
FREESTANDING = ["arch/bare", "base", "capi", "isa", "kernel", "linker", "replay", "sched", "sigma"]
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


def complaints(tidy, database, options, path):
    command = [tidy, "--quiet", "-p", database, *FOR_CLANG, *options, str(path)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode else ""


def check_build(tidy, root, build, folders, options):
    """How many files were looked at, and the complaints."""
    commands = find_commands(root, build, folders)
    with tempfile.TemporaryDirectory() as database, ThreadPoolExecutor(JOBS) as pool:
        entries = json.dumps(list(commands.values()))
        (Path(database) / "compile_commands.json").write_text(entries)
        texts = pool.map(lambda path: complaints(tidy, database, options, path), commands)
        return len(commands), [text for text in texts if text]


def main(root, build, folders):
    tidy = require("clang-tidy")
    own = folders or [*FREESTANDING, f"arch/{platform.machine()}"]
    count, found = check_build(tidy, root, build, own, [])
    if not count:
        print("no source is in the build's compile_commands.json")
        return 1
    for cross in [] if folders else sorted(Path(build).glob("cross/*/compile_commands.json")):
        architecture = cross.parent.name
        more, texts = check_build(tidy, root, cross.parent,
                                  [f"arch/{architecture}", "isa/kernels"],
                                  [f"--extra-arg=--target={architecture}-linux-gnu"])
        count, found = count + more, found + texts
    print("\n".join(found))
    print(f"clang-tidy: {count} files, {len(found)} with complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
