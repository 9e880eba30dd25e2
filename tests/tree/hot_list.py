# SPDX-License-Identifier: MIT
"""hot_loops.toml, read and checked: what it says is complete, and bounds are made of constants that
the sources have."""

import re
import tomllib
from collections import namedtuple
from pathlib import Path

from source_files import CPP_SUFFIXES, code_of, tree_files

# In the order of the list's counts.
ARCHITECTURES = ("x86_64", "aarch64", "riscv64")
KINDS = {"loop": ("bound", "why"), "atomic": ("why",), "indirect": ("reaches", "why")}
SOURCE_FOLDERS = {"base", "isa", "sigma", "beat", "replay", "sched", "kernel"}

HotList = namedtuple("HotList", "roots tables ends recursion entries problems")
# One [[loop]], [[atomic]] or [[indirect]]: how often it stands in these functions, by architecture.
Entry = namedtuple("Entry", "functions counts reaches")

CONSTANT = re.compile(r"\bconstexpr\b[^;={(]*?\b([A-Z][A-Z0-9_]+)\s*[={\[]")
FUNCTION = re.compile(r"\bconstexpr\b[^;={(]*?\b([a-z]\w+)\(")
TYPE = re.compile(r"\b(?:struct|class)\s+(?:alignas\([^)]*\)\s*)?([A-Z]\w+)")
NAMES = re.compile(r"\b[A-Za-z_]\w*\b(?!')")


def names_of(root):
    """All constants, constexpr functions and types of the image's sources."""
    names = set()
    for path in tree_files(root, CPP_SUFFIXES):
        if path.parts[0] in SOURCE_FOLDERS:
            code = code_of((Path(root) / path).read_text())
            for pattern in (CONSTANT, FUNCTION, TYPE):
                names.update(pattern.findall(code))
    return names


def bound_problems(bound, known):
    """A bound is a number, or an expression of constants; what else it may name is in [terms]."""
    names = NAMES.findall(bound)
    if not names and not re.search(r"\d", bound):
        return [f"'{bound}' is no bound"]
    return [f"bound '{bound}': no source and no term is called {name}" for name in names
            if name not in known]


def counts_of(entry):
    count = entry.get("count", 1)
    counts = count if isinstance(count, list) else [count] * len(ARCHITECTURES)
    return dict(zip(ARCHITECTURES, counts)) if len(counts) == len(ARCHITECTURES) else {}


def functions_of(entry):
    return entry.get("functions", [entry["function"]] if "function" in entry else [])


def entry_problems(kind, entry, known, roots):
    where = f"[[{kind}]] {', '.join(functions_of(entry))}"
    problems = [f"{where}: no {key}" for key in KINDS[kind] if key not in entry]
    if not functions_of(entry):
        problems.append(f"{where}of no function")
    if not any(counts_of(entry).values()):
        problems.append(f"{where}: counts nothing")
    problems += [f"{where}: {key} means nothing" for key in entry
                 if key not in (*KINDS[kind], "function", "functions", "count")]
    problems += [f"{where}: no roots are called {group}" for group in entry.get("reaches", [])
                 if group not in roots]
    return problems + [f"{where}: {problem}"
                       for problem in bound_problems(entry.get("bound", "1"), known)]


def read_list(text, known):
    data = tomllib.loads(text)
    roots = data.get("roots", {})
    known = known | set(data.get("terms", {}))
    problems = []
    entries = {}
    for kind in KINDS:
        for entry in data.get(kind, []):
            problems += entry_problems(kind, entry, known, roots)
        entries[kind] = [Entry(functions_of(entry), counts_of(entry), entry.get("reaches", []))
                         for entry in data.get(kind, [])]
    problems += [f"[tables] {name}: no roots are called {group}"
                 for name, group in data.get("tables", {}).items() if group not in roots]
    recursion = [set(entry["functions"]) for entry in data.get("recursion", [])]
    return HotList(roots, data.get("tables", {}), data.get("ends", {}), recursion, entries,
                   problems)
