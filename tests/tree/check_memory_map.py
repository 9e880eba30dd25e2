# SPDX-License-Identifier: MIT
"""Compares the tables of docs/memory-map.md with base/memory_map.def and with the constants that
assembly shares. Usage: check_memory_map.py ROOT"""

import re
import sys
from pathlib import Path

from source_files import code_of, report

DOCUMENT = "docs/memory-map.md"
DEFINITION = "base/memory_map.def"
# Each architecture adds constants of its own, of the same names where it has the same things.
ARCHITECTURE_FILES = ["linker/{}.h", "arch/{}/layout.h"]
CORES_MAX = 256
UNITS = {"B": 1, "KiB": 1024, "MiB": 1024 * 1024, "GiB": 1024 * 1024 * 1024}

REGION = re.compile(
    r'^KNHK_REGION\(\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*"([^"]*)"\s*\)$', re.MULTILINE
)
DEFINE = re.compile(r"^#define\s+(KNHK_\w+)\s+(0x[0-9A-Fa-f]+|\d+)\b", re.MULTILINE)


def parse_definition(text):
    """The regions of memory_map.def as rows of numbers and words."""
    rows = []
    for name, base, size, share, checkpoint, purpose in REGION.findall(text):
        base, size = int(base, 0), int(size, 0)
        parts = {"FIXED": (size // CORES_MAX,) * 2, "DIVIDED": (size, size // CORES_MAX),
                 "WHOLE": (None, None)}[share]
        rows.append((name, base, size, share.lower(), *parts, checkpoint.lower(), purpose))
    return rows


def parse_number(text):
    """0x5000_0000, "64 KiB", "16 MiB + 64 KiB"; None for "-"."""
    if text == "-":
        return None
    if text.startswith("0x"):
        return int(text, 16)  # takes underscores
    total = 0
    for part in text.split(" + "):
        value, unit = part.split(" ")
        total += int(value) * UNITS[unit]
    return total


def table_under(document, first_heading):
    """The rows of the table whose first column has this heading."""
    rows = []
    inside = False
    for line in document.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first_heading and not rows:
            inside = True
        elif inside and not cells[0].startswith("---"):
            rows.append(cells)
    return rows


def parse_document(document):
    rows = []
    for cells in table_under(document, "region"):
        name, base, size, share, at_1, at_256, checkpoint, purpose = cells
        rows.append((name, parse_number(base), parse_number(size), share, parse_number(at_1),
                     parse_number(at_256), checkpoint, purpose))
    return rows


def region_problems(document, definition):
    written, declared = parse_document(document), parse_definition(definition)
    names = [row[0] for row in written]
    if names != [row[0] for row in declared]:
        return [f"{DOCUMENT}: regions are {names}, declared are {[r[0] for r in declared]}"]
    return [
        f"{DOCUMENT}: {a[0]}: written {x}, declared {y}"
        for a, b in zip(written, declared)
        for x, y in zip(a, b)
        if x != y
    ]


def holes_of(regions, end):
    """(region before, begin, size) for each gap between regions and behind the last."""
    begins = [row[1] for row in regions[1:]] + [end]
    return [
        (row[0], row[1] + row[2], begin - row[1] - row[2])
        for row, begin in zip(regions, begins)
        if begin != row[1] + row[2]
    ]


def hole_problems(document, definition, constants):
    written = [
        (cells[0].removeprefix("behind").strip().strip("`"), parse_number(cells[1]),
         parse_number(cells[2]))
        for cells in table_under(document, "hole")
    ]
    end = constants["KNHK_REGIONS_BASE"] + constants["KNHK_REGIONS_SIZE"]
    declared = holes_of(parse_definition(definition), end)
    differing = sorted(set(written) ^ set(declared), key=str)
    return [f"{DOCUMENT}: hole {hole} is not in both" for hole in differing]


def architectures_of(root):
    return sorted(p.parent.name for p in (Path(root) / "arch").glob("*/layout.h"))


def read_constants(root, architecture=None):
    """What the files of the tree define: the shared ones, and those of an architecture."""
    files = [DEFINITION]
    if architecture:
        files += [name.format(architecture) for name in ARCHITECTURE_FILES]
    constants = {}
    for path in files:
        for name, value in DEFINE.findall(code_of((Path(root) / path).read_text())):
            constants[name] = int(value, 0)
    return constants


def constant_problems(document, constants_of):
    """`constants_of`: by architecture. A row that begins with one's name is about that one."""
    rows = table_under(document, "what")
    if len(rows) < 2:
        return [f"{DOCUMENT}: no table of constants"]
    problems = []
    for what, value, name in rows:
        owner = what.partition(":")[0] if ":" in what else None
        declared = constants_of.get(owner, {}).get(name)
        if parse_number_or_bytes(value) != declared:
            problems.append(f"{DOCUMENT}: {name} is written {value}, declared {declared}")
    load_addresses = {what.partition(":")[0] for what, _, name in rows
                      if name == "KNHK_LOAD_ADDRESS"}
    problems += [f"{DOCUMENT}: does not say where {architecture} is loaded"
                 for architecture in constants_of if architecture not in load_addresses | {None}]
    return problems


def parse_number_or_bytes(text):
    return int(text) if text.isdigit() else parse_number(text)


def fit_problems(document, definition):
    """Each region says what must fit."""
    headings = [cells[0] for cells in table_under(fits_part(document), "region")]
    declared = [row[0] for row in parse_definition(definition)]
    return [] if headings == declared else [f"{DOCUMENT}: 'What must fit' lists {headings}"]


def fits_part(document):
    return document.partition("## What must fit")[2]


def find_problems(root):
    root = Path(root)
    document = (root / DOCUMENT).read_text()
    definition = (root / DEFINITION).read_text()
    constants_of = {owner: read_constants(root, owner)
                    for owner in [None, *architectures_of(root)]}
    if not parse_definition(definition):
        return [f"{DEFINITION}: no region could be read"]
    return (
        region_problems(document, definition)
        + hole_problems(document, definition, constants_of[None])
        + constant_problems(document, constants_of)
        + fit_problems(document, definition)
    )


if __name__ == "__main__":
    report(find_problems(sys.argv[1]), "memory map")
