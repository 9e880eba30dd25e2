# SPDX-License-Identifier: MIT
"""Holds docs/c-interface.md and docs/errors.md against include/knhk.h and base/error.hpp: every
function and every code once, with its text, and the example.
Usage: check_documents.py ROOT [--fix], with which the table of codes is written anew."""

import re
import sys
from collections import Counter
from pathlib import Path

ERRORS = "docs/errors.md"
HEAD = "| code | | `Error` | text |\n|---|---|---|---|\n"


def functions_of(header):
    """Names that are declared: a type, a name, and an argument list."""
    return re.findall(r"^(?:int|uint64_t|const char \*)\s*(knhk_\w+)\(", header, re.MULTILINE)


def codes_of(header):
    """From the enum: name -> number."""
    return {name: int(number)
            for name, number in re.findall(r"(KNHK_E_\w+) = (-\d+)", header)}


def texts_of(errors):
    """From the table: Error -> text, whose literal may be in two pieces."""
    entries = re.findall(r'\{Error::(\w+),\s*((?:"[^"]*"\s*)+)\}', errors)
    return {name: "".join(re.findall(r'"([^"]*)"', text)) for name, text in entries}


def table_of(root):
    """The table of codes, as the sources have it."""
    read = lambda path: (root / path).read_text(encoding="utf-8")
    codes = codes_of(read("include/knhk.h"))
    texts = texts_of(read("base/error.hpp"))
    pairs = dict(re.findall(r"\{(KNHK_E_\w+), Error::(\w+)\}", read("capi/checks.hpp")))
    lines = [f"| `{name}` | {number} | `{pairs[name]}` | {texts[pairs[name]]} |"
             for name, number in codes.items()]
    return HEAD + "\n".join(lines) + "\n"


def function_problems(root):
    declared = Counter(functions_of((root / "include/knhk.h").read_text(encoding="utf-8")))
    document = (root / "docs/c-interface.md").read_text(encoding="utf-8")
    told = Counter(re.findall(r"^\| `(knhk_\w+)` \|", document, re.MULTILINE))
    if not declared:
        return ["include/knhk.h: no function was found in it"]
    return [f"docs/c-interface.md: {name} stands {told[name]} times in its tables, not "
            f"{declared[name]}" for name in sorted(declared | told) if told[name] != declared[name]]


def example_problems(root):
    """The page has all of the example but its head."""
    example = (root / "examples/c/deltas.c").read_text(encoding="utf-8")
    body = example[example.find("static knhk_delta_ring_t"):]
    document = (root / "docs/c-interface.md").read_text(encoding="utf-8")
    same = f"```c\n{body}```\n" in document
    return [] if same else ["docs/c-interface.md: examples/c/deltas.c is another program"]


def main(root, fix):
    table = table_of(root)
    path = root / ERRORS
    text = path.read_text(encoding="utf-8")
    if fix:
        text = re.sub(re.escape(HEAD) + r"(?:\|.*\n|TABLE\n)*", lambda _: table, text)
        path.write_text(text, encoding="utf-8")
    problems = function_problems(root) + example_problems(root)
    if table not in text:
        problems.append(f"{ERRORS}: another table of codes than the sources have (--fix writes it)")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--fix" in sys.argv[2:]))
