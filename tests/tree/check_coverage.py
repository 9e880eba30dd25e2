# SPDX-License-Identifier: MIT
"""Holds docs/coverage.md against tests/campaign/coverage.toml: the same rows in the same order,
files and tests that there are, and faults that can be planted where they are said to.
Usage: check_coverage.py ROOT [--fix]
With --fix the tables of the document are written anew."""

import re
import sys
from pathlib import Path

from coverage_rows import DOCUMENT, HEAD, RULE, read_sections
from source_files import report, tree_files

CASE = re.compile(r"^(?:TEST|TEST_F|TEST_P)\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
COMPILE_FAIL = re.compile(r"^#ifdef CASE_(\w+) //", re.MULTILINE)
# Of a test with parameters: what stands before and behind its own name.
PARAMETERS = re.compile(r"^\w+/|/\w+$")


def with_table(body, table):
    """A section's text with this table in place of its own; at its end if it has none."""
    lines = body.split("\n")
    old = [at for at, line in enumerate(lines) if line.startswith("|")]
    if old:
        return "\n".join(lines[:old[0]] + table + lines[old[-1] + 1:])
    return "\n".join([body.rstrip("\n") + "\n", *table]) + "\n\n"


def document_with(text, sections):
    """The document with the tables that the rows give, and what is wrong with its sections."""
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    tables = {section.title: [HEAD, RULE, *(row.line for row in section.rows)]
              for section in sections}
    for at in range(1, len(parts), 2):
        table = tables.pop(parts[at], None)
        parts[at] = "## " + parts[at]
        if table:
            parts[at + 1] = with_table(parts[at + 1], table)
    return "".join(parts).rstrip("\n") + "\n", [f"{DOCUMENT}: no section '{title}'"
                                                for title in tables]


def document_problems(root, sections):
    path = Path(root) / DOCUMENT
    text = path.read_text(encoding="utf-8")
    wanted, problems = document_with(text, sections)
    have = text.split("\n")
    for number, line in enumerate(wanted.split("\n"), 1):
        if number > len(have) or have[number - 1] != line:
            found = have[number - 1] if number <= len(have) else "nothing"
            problems.append(f"{DOCUMENT}:{number}: {found}\n    the rows say: {line}")
            break
    return problems


def unit_tests(root):
    """Suite.case of each test of GoogleTest, and "source: case" of each that must not compile."""
    found = set()
    for path in tree_files(Path(root) / "tests", {".cpp"}):
        text = (Path(root) / "tests" / path).read_text(encoding="utf-8")
        found |= {f"{suite}.{case}" for suite, case in CASE.findall(text)}
        found |= {f"{path.stem}: {case}" for case in COMPILE_FAIL.findall(text)}
    return found


def plant_problems(root, row, plant, known):
    problems = []
    for edit in plant.edits:
        path = Path(root) / edit.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if text.count(edit.old) != 1:
            problems.append(f"{row.number}: '{edit.old.strip()}' stands {text.count(edit.old)} "
                            f"times in {edit.file}, not once: plant another fault")
    if plant.asserts and "static_assert(" not in (
            (Path(root) / plant.asserts).read_text(encoding="utf-8")):
        problems.append(f"{row.number}: no static_assert in {plant.asserts}")
    is_named = "." in plant.case or ": " in plant.case  # else they are a program's words
    if is_named and PARAMETERS.sub("", plant.case) not in known:
        problems.append(f"{row.number}: there is no test '{plant.test}'")
    return problems


def find_problems(root):
    sections = read_sections(root)
    known = unit_tests(root)
    problems = document_problems(root, sections)
    for row in (row for section in sections for row in section.rows):
        problems += [f"{row.number}: there is no {file}"
                     for file in row.where if not (Path(root) / file).is_file()]
        for plant in row.plants:
            problems += plant_problems(root, row, plant, known)
    return problems


def fix(root):
    path = Path(root) / DOCUMENT
    text, problems = document_with(path.read_text(encoding="utf-8"), read_sections(root))
    path.write_text(text, encoding="utf-8")
    report(problems, "coverage")


if __name__ == "__main__":
    if "--fix" in sys.argv[2:]:
        fix(sys.argv[1])
    report(find_problems(sys.argv[1]), "coverage")
