# SPDX-License-Identifier: MIT
"""Proves the protocols of a beat with Spin: every property holds in the whole of every model, and
every planted fault is caught. Usage: run_spin.py [--long] [--jobs N] [--only WORD]
Exit status: 0 all is as it must be, 1 something is not, 3 a tool is missing."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from spin_checks import CHECKS, STATES

HERE = Path(__file__).resolve().parent
TOOLS = {"spin": "spin", "gcc": "gcc"}  # command, Debian package
DEPTHS = (200_000, 20_000_000) # the second if the first is too small
MEMORY_MIB_MAX = 6000
SECONDS_MAX = {False: 120, True: 900}

# What makes a search incomplete. A proof with one of these is none.
TOO_DEEP = "max search depth too small"
INCOMPLETE = (TOO_DEEP, "out of memory", "MEMLIM bound", "VECTORSZ", "interrupted")
CAUGHT = ((r"pan:\d+: assertion violated", "an assertion"),
          (r"pan:\d+: invalid end state", "a deadlock"),
          (r"pan:\d+: acceptance cycle", "the formula, in a cycle"))
FORMULA = "the formula"


class Missing(Exception):
    """A tool that must be there."""


@dataclass(frozen=True)
class Search:
    """What pan says."""
    errors: int | None  # None: it did not get to an end
    states: int = 0
    depth: int = 0
    complete: bool = False
    caught_by: str = ""
    text: str = ""


def first_number(pattern, text):
    match = re.search(pattern, text)
    return int(match.group(1)) if match else None


def parse(text):
    """Reads pan's output."""
    errors = first_number(r"errors: (\d+)", text)
    by = next((name for mark, name in CAUGHT if re.search(mark, text)), "")
    detail = re.search(r"assertion violated +(.*?)(?: \(at depth \d+\))?$", text, re.MULTILINE)
    if detail and detail.group(1).startswith("!( !("): # the negation of a formula
        by, detail = FORMULA, None
    stopped = any(mark in text for mark in INCOMPLETE)
    return Search(
        errors=errors,
        states=first_number(r"(\d+) states, stored", text) or 0,
        depth=first_number(r"depth reached (\d+)", text) or 0,
        complete=errors is not None and not stopped,
        caught_by=f"{by} {detail.group(1)}" if detail else by,
        text=text,
    )


def call(command, cwd, seconds=None):
    """Output and status; what runs too long counts as interrupted."""
    try:
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
        output = output.decode(errors="replace") if isinstance(output, bytes) else output
        return output + f"\ninterrupted after {seconds} s\n", 1
    return done.stdout, done.returncode


def program_of(check):
    """What tells verifiers apart: checks that agree in it share one."""
    return check.kind, check.model, check.options, check.fault, check.property == STATES


def compile_pan(check, folder):
    """The verifier of one model with its options, in `folder`. Text of what went wrong, or None."""
    defines = [f"-D{word}" for word in check.options + ((check.fault,) if check.fault else ())]
    output, status = call(["spin", *defines, "-a", str(HERE / f"{check.model}.pml")], folder)
    if status != 0 or "Error" in output or not (folder / "pan.c").exists():
        return output
    kind = ["-DNOCLAIM", "-DSAFETY"] if check.property == STATES else ["-DNFAIR=3"]
    level = "-O1" if check.kind == "proof" else "-O0"
    output, status = call(["gcc", level, "-w", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MIB_MAX}", *kind,
                           "-o", "pan", "pan.c"], folder)
    return output if status != 0 else None


def search(check, folder, long):
    # -f: weak fairness. -E: a deadlock is judged by the formula too, as standing still.
    formula = ["-a", "-f", "-E", "-N", check.property] if check.property != STATES else []
    for depth in DEPTHS:
        output, _ = call(["./pan", f"-m{depth}", *formula], folder, SECONDS_MAX[long])
        if TOO_DEEP not in output:
            break
    return parse(output)


def text_of(model):
    """The model's text, and that of what it includes."""
    text = (HERE / f"{model}.pml").read_text()
    included = re.findall(r'^#include "(.*)"', text, re.MULTILINE)
    return text + "".join((HERE / name).read_text() for name in included)


def is_known(check):
    """Whether fault and property stand in the model: a name that does not would plant nothing."""
    text = text_of(check.model)
    known = check.property == STATES or re.search(rf"^ltl {check.property} ", text, re.MULTILINE)
    return bool(known) and (not check.fault or re.search(rf"\b{check.fault}\b", text) is not None)


def judge(check, found):
    """(whether it is as it must be, a word or two about it)."""
    if found.errors is None:
        return False, f"no result: {found.text[-600:]}"
    if check.kind == "proof":
        if found.errors != 0:
            return False, f"violated: {found.caught_by}"
        return (True, "holds") if found.complete else (False, "the search is incomplete")
    if check.kind == "fault":
        caught = found.errors != 0 and found.caught_by != ""
        return caught, f"caught by {found.caught_by}" if caught else "not caught"
    occurs = found.errors != 0 and found.caught_by == FORMULA
    return occurs, "occurs" if occurs else "does not occur"


def verdicts(checks, long=False):
    """(whether good, a line) for each of some checks that share a verifier."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="knhk-spin-") as name:
        wrong = compile_pan(checks[0], Path(name))
        for check in checks:
            begin = time.monotonic()
            if not is_known(check):
                good, words = False, "the model has no such fault or property"
            else:
                found = Search(None, text=wrong) if wrong else search(check, Path(name), long)
                good, words = judge(check, found)
                words += f"; {found.states} states, depth {found.depth}"
            seconds = time.monotonic() - begin
            mark = "  " if good else "WRONG "
            lines.append((good, f"{mark}{check.name()}: {words}, {seconds:.1f} s"))
    return lines


def demand_tools():
    missing = [package for command, package in TOOLS.items() if shutil.which(command) is None]
    if missing:
        raise Missing("missing Debian packages: " + " ".join(missing))


def run(checks, long=False, jobs=2, say=print):
    """Whether all is as it must be."""
    demand_tools()
    groups = {}
    for check in checks:
        groups.setdefault(program_of(check), []).append(check)
    wrong = 0
    with ThreadPoolExecutor(jobs) as pool:
        for lines in pool.map(lambda group: verdicts(group, long), groups.values()):
            for good, line in lines:
                wrong += not good
                say(line)
    say(f"spin: {len(checks)} checks, {wrong} wrong" if wrong else
        f"spin: all {len(checks)} checks as they must be")
    return wrong == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="larger bounds; KNHK_LONG=1 too")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="checks whose name holds this word")
    options = parser.parse_args()
    long = options.long or os.environ.get("KNHK_LONG", "0") not in ("", "0")
    checks = [c for c in CHECKS if (long or not c.long) and options.only in c.name()]
    if not checks:
        sys.exit(f"spin: no check's name holds {options.only!r}")
    try:
        good = run(checks, long, options.jobs, lambda line: print(line, flush=True))
    except Missing as missing:
        print(f"spin: {missing}", file=sys.stderr)
        sys.exit(3)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
