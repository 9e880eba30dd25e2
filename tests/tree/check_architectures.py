# SPDX-License-Identifier: MIT
"""Holds the folders of the architectures under arch/ against each other: all have the same files,
what two would write the same way lies in arch/bare/, and no shared file asks for an architecture.
Usage: check_architectures.py ROOT"""

import re
import sys
from pathlib import Path

from source_files import code_of, report

# The others under arch/ are no architectures.
SHARED = {"bare", "linux"}
# A function of so many lines that stands in two architectures is one of arch/bare/.
TWIN_LINES = 6
# A definition of clang-format's shape: from an unindented head to the brace that ends it.
FUNCTION = re.compile(r"^[A-Za-z\[][^;{}\n]*(?:\n[ \t][^;{}\n]*)*\{\n(?:[ \t].*\n|\n)*\}$",
                      re.MULTILINE)


def architectures(root):
    folders = (p for p in (Path(root) / "arch").iterdir() if p.is_dir())
    return sorted((p for p in folders if p.name not in SHARED), key=lambda p: p.name)


def file_problems(folders):
    names = {folder.name: {p.name for p in folder.iterdir()} for folder in folders}
    wanted = set().union(*names.values())
    return [f"arch/{name}/{missing}: other architectures have it"
            for name, found in names.items() for missing in sorted(wanted - found)]


def functions_of(path):
    """The longer functions of a file, without what is written differently and means the same."""
    found = {}
    for match in FUNCTION.finditer(code_of(path.read_text())):
        lines = [line.strip() for line in match.group().splitlines() if line.strip()]
        if len(lines) >= TWIN_LINES:
            found["\n".join(lines)] = lines[0]
    return found


def twin_problems(folders):
    problems = []
    first_seen = {}
    for folder in folders:
        for path in sorted(folder.glob("*.[ch]pp")):
            for body, head in functions_of(path).items():
                where = f"arch/{folder.name}/{path.name}"
                other = first_seen.setdefault(body, where)
                if other != where:
                    problems.append(f"{where}: {head} stands in {other} too: use arch/bare/")
    return problems


def name_problems(root, folders):
    """arch/bare/ is compiled for each of them."""
    names = re.compile("|".join(re.escape(folder.name) for folder in folders))
    return [f"arch/bare/{path.name}: names {match.group()}"
            for path in sorted((Path(root) / "arch" / "bare").glob("*.*"))
            for match in names.finditer(path.read_text())]


def find_problems(root):
    folders = architectures(root)
    if not folders:
        return ["arch/: no architecture is there"]
    return file_problems(folders) + twin_problems(folders) + name_problems(root, folders)


if __name__ == "__main__":
    report(find_problems(sys.argv[1]), "architectures")
