# SPDX-License-Identifier: MIT
"""Takes away what each row of docs/coverage.md asks for, one fault at a time, and sees that the
test that the row names fails: in a copy of the tree with a build of its own, where only the program
that is needed is built, and only the named case is run. Before and after it passes.
A fault that does not compile counts only where a static_assert is what is named, and speaks.
Long: does nothing unless KNHK_LONG=1 or --long says so. Compiles as CXX says ('ccache g++').
Usage: coverage_plants.py ROOT [--long] [--only NUMBER...] [--scratch FOLDER] [--jobs N]
Exit status: 0 all caught, 1 one was not, 2 it cannot begin, 77 left out."""

import argparse
import contextlib
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tree"))
sys.dont_write_bytecode = True

from coverage_rows import read_sections  # noqa: E402

ALL_CAUGHT, NOT_CAUGHT, CANNOT_BEGIN, LEFT_OUT = 0, 1, 2, 77
SKIPPED = 77  # what a test returns that this machine cannot run
SECONDS_MAX = 240
COMPILE_FAIL = "compile-fail"
ONE_RAN = re.compile(r"^\[ +PASSED +\] [1-9]", re.MULTILINE)


class CannotBegin(Exception):
    """Nothing can be said about any fault."""


def copy_tree(root, to):
    """Everything but what was built. Files that are the same stay, and what was built of them."""
    def left_out(folder, names):
        return [name for name in names if name in (".git", "__pycache__") or
                Path(folder, name).is_dir() and
                (name.startswith("build") or Path(folder, name, "meson-private").is_dir())]

    def copy_changed(source, target):
        if not (os.path.exists(target) and filecmp.cmp(source, target, shallow=False)):
            shutil.copyfile(source, target)
            shutil.copymode(source, target)

    shutil.copytree(root, to, ignore=left_out, copy_function=copy_changed, symlinks=True,
                    dirs_exist_ok=True)


@contextlib.contextmanager
def planted(root, edits):
    """The tree with the fault in it, and then without."""
    before = {}
    try:
        for edit in edits:
            path = Path(root) / edit.file
            text = path.read_text(encoding="utf-8")
            before.setdefault(path, text)
            if text.count(edit.old) != 1:
                raise CannotBegin(f"'{edit.old}' stands {text.count(edit.old)} times in {path}")
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


class Build:
    """The copy's build directory, and the tests in it."""

    def __init__(self, source, jobs):
        self.folder = Path(source) / "build-plants"
        self.jobs = jobs
        if not (self.folder / "build.ninja").exists():
            done = self.call(["meson", "setup", self.folder, source])
            if done.returncode != 0:
                raise CannotBegin(done.stdout)
        self.tests = {test["name"]: test for test in self.introspect("--tests")}
        self.files = {target["id"]: target["filename"] for target in self.introspect("--targets")}

    @staticmethod
    def call(command, **options):
        return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              **options)

    def introspect(self, what):
        return json.loads(self.call(["meson", "introspect", what, self.folder]).stdout)

    def make(self, name):
        """What it said if it failed; none."""
        targets = [os.path.relpath(file, self.folder) for target in self.tests[name]["depends"]
                   for file in self.files[target]]
        if not targets:
            return None
        done = self.call(["ninja", "-C", self.folder, "-j", self.jobs, *targets])
        return done.stdout if done.returncode != 0 else None

    def command(self, name, case):
        """The test's, of this case alone where it can be told so."""
        test = self.tests[name]
        command = list(test["cmd"])
        if case and test["protocol"] == "gtest":
            command.append(f"--gtest_filter={case}")
        elif name == COMPILE_FAIL:
            stem = case.split(": ")[0]
            command = [word for word in command
                       if not word.endswith(".cpp") or Path(word).stem == stem]
        return command

    def run(self, name, case):
        """(exit status, what it said); None for the status: it was stopped."""
        test = self.tests[name]
        try:
            done = self.call(self.command(name, case), cwd=test["workdir"] or self.folder,
                             timeout=SECONDS_MAX, env=os.environ | test["env"])
        except subprocess.TimeoutExpired:
            return None, "stopped"
        return done.returncode, done.stdout

    def has_passed(self, name, case, status, said):
        """Whether the case ran, and found nothing."""
        if name == COMPILE_FAIL:
            return re.search(rf"^ok \d+ - {re.escape(case)}$", said, re.MULTILINE) is not None
        ran = self.tests[name]["protocol"] != "gtest" or ONE_RAN.search(said)
        return status == 0 and bool(ran)

    def has_failed(self, name, case, status, said):
        """Whether this case found something; of a program without cases, in the words of `case`.
        One that crashes or does not end has failed too, if it is the only one that ran."""
        if name == COMPILE_FAIL:
            return re.search(rf"^not ok \d+ - {re.escape(case)}$", said, re.MULTILINE) is not None
        if case and self.tests[name]["protocol"] != "gtest":
            return status != 0 and re.search(rf"{re.escape(case)}\b", said) is not None
        if status is None or status < 0 or not case:
            return status != 0
        return re.search(rf"^\[ +FAILED +\] {re.escape(case)}\b", said, re.MULTILINE) is not None


def verdict_of(build, plant):
    """"caught", or what happened instead; and what was said."""
    said = build.make(plant.name)
    if plant.asserts:
        speaks = rf"{re.escape(plant.asserts)}:\d+:\d+: error: static assertion failed"
        if said is None:
            return "compiles", ""
        return ("caught" if re.search(speaks, said) else "fails to compile elsewhere"), said
    if said is not None:
        return "does not compile", said
    status, said = build.run(plant.name, plant.case)
    if build.has_failed(plant.name, plant.case, status, said):
        return "caught", said
    return ("passes" if status == 0 else "fails for another reason"), said


def left_out_of(build, plants):
    """Tests that this build or this machine has not; all others pass now, or nothing is shown."""
    missing = set()
    results = {}  # by command
    for name, case, asserts in dict.fromkeys((p.name, p.case, p.asserts) for p in plants):
        if name not in build.tests:
            missing.add(name)
            continue
        said = build.make(name)
        if said is not None:
            raise CannotBegin(f"{name} does not compile:\n{said}")
        if asserts:
            continue
        command = tuple(build.command(name, case))
        status, said = results[command] = results.get(command) or build.run(name, case)
        if status == SKIPPED:
            missing.add(name)
        elif not build.has_passed(name, case, status, said):
            raise CannotBegin(f"{name}: {case}: does not pass without a fault:\n{said}")
    return missing


def plant_all(source, rows, jobs):
    """How often each verdict was given."""
    build = Build(source, jobs)
    plants = [plant for row in rows for plant in row.plants]
    missing = left_out_of(build, plants)
    counts = Counter()
    for row in rows:
        for plant in row.plants:
            begin = time.monotonic()
            verdict, said = "left out", ""
            if plant.name not in missing:
                with planted(source, plant.edits):
                    verdict, said = verdict_of(build, plant)
            counts[verdict] += 1
            print(f"{row.number:<12} {plant.shown:<100} {verdict} "
                  f"({time.monotonic() - begin:.0f} s)", flush=True)
            if verdict not in ("caught", "left out"):
                edit = plant.edits[0]
                print(f"    {edit.file}: '{edit.old.strip()}' became '{edit.new.strip()}'")
                print("    " + "\n    ".join(said.splitlines()[-30:]), flush=True)
    left_out_of(build, plants)
    return counts


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", nargs="+", metavar="NUMBER", help="rows that begin so")
    parser.add_argument("--scratch", help="where the copy is made and stays; else it does not")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    options = parse()
    if not (options.long or options.only or os.environ.get("KNHK_LONG", "0") not in ("", "0")):
        return LEFT_OUT
    rows = [row for section in read_sections(options.root) for row in section.rows
            if not options.only or row.number.startswith(tuple(options.only))]
    with contextlib.ExitStack() as stack:
        scratch = options.scratch or stack.enter_context(tempfile.TemporaryDirectory())
        source = Path(scratch).resolve() / "tree"
        try:
            copy_tree(options.root, source)
            counts = plant_all(source, rows, options.jobs)
        except CannotBegin as reason:
            print(reason, file=sys.stderr)
            return CANNOT_BEGIN
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return ALL_CAUGHT if set(counts) <= {"caught", "left out"} and counts["caught"] else NOT_CAUGHT


if __name__ == "__main__":
    sys.exit(main())
