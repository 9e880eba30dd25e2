# SPDX-License-Identifier: MIT
"""The tree's own files, and C++ text without its comments and strings, for the checks here."""

import os
import re
import sys
from pathlib import Path

CPP_SUFFIXES = {".cpp", ".hpp"}
# Also holds what both C++ and assembly include.
NATIVE_SUFFIXES = CPP_SUFFIXES | {".S", ".h", ".inc", ".def"}


def is_build_directory(path):
    return path.name.startswith("build") or (path / "meson-private").is_dir()


def tree_files(root, suffixes):
    """All files with one of the suffixes, relative to `root`, without what a build made."""
    root = Path(root)
    found = []
    for directory, names, files in os.walk(root):
        here = Path(directory)
        names[:] = sorted(
            n for n in names
            if not n.startswith(".") and n != "__pycache__" and not is_build_directory(here / n)
        )
        found += [here.relative_to(root) / f for f in sorted(files) if Path(f).suffix in suffixes]
    return found


# What begins first swallows what stands inside it. A ' behind a digit is a separator.
TOKENS = re.compile(
    r'''//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'''
    r"""|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    """The text with comments and the insides of strings blanked; lines keep their numbers."""

    def replace(match):
        token = match.group()
        if token.startswith("/"):
            return blank(token)
        return token[0] + blank(token[1:-1]) + token[-1]

    return TOKENS.sub(replace, text)


def comments_of(text):
    """(line number, text of the comment line) for each `//` comment."""
    comments = []
    for match in TOKENS.finditer(text):
        if match.group().startswith("//"):
            line = text.count("\n", 0, match.start()) + 1
            comments.append((line, match.group().lstrip("/!<").strip()))
    return comments


def report(problems, what):
    """Prints the problems and exits: 1 if there are any."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problems" if problems else f"{what}: nothing to complain about")
    sys.exit(1 if problems else 0)
