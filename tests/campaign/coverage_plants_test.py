# SPDX-License-Identifier: MIT
"""Shows that coverage_plants.py tells faults that are caught from those that are not, on a tree of
one program. Usage: coverage_plants_test.py COMPILER..."""

import contextlib
import io
import os
import shlex
import sys
import tempfile
import unittest
from pathlib import Path

import coverage_plants
from coverage_rows import Edit, Plant, Row

COMPILER = sys.argv[1:]
SOURCE = """#include <cstdio>
int twice(int a) { return a + a; }
constexpr int once(int a) { return a; }
static_assert(once(2) == 2);
static int unused = 1;
int main() {
    int wrong = 0;
    for (int a = 0; a < 10; ++a) {
        if (twice(a) != 2 * a) {
            std::printf("wrong of %d\\n", a);
            wrong = 1;
        }
    }
    return wrong + unused - 1;
}
"""
BUILD = """project('one', 'cpp')
one = executable('one', 'one.cpp')
test('one', one)
test('none', find_program('false'))
test('skipped', find_program('sh'), args: ['-c', 'exit 77'])
"""
ADDS = "return a + a;"


class CoveragePlantsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        (cls.root / "meson.build").write_text(BUILD)
        (cls.root / "one.cpp").write_text(SOURCE)
        os.environ["CXX"] = shlex.join(COMPILER)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def verdict(self, old, new, test="one", asserts=""):
        """Of this fault; and what was printed."""
        row = Row("S-1", "", [], "", "", [Plant([Edit("one.cpp", old, new)], test, asserts)])
        with contextlib.redirect_stdout(io.StringIO()) as output:
            counts = coverage_plants.plant_all(self.root, [row], 1)
        self.assertEqual((self.root / "one.cpp").read_text(), SOURCE, "the fault is out again")
        self.assertEqual(sum(counts.values()), 1)
        return next(iter(counts)), output.getvalue()

    def assert_verdict(self, verdict, *fault, **how):
        self.assertEqual(self.verdict(*fault, **how)[0], verdict)

    def test_fault_that_the_test_finds(self):
        self.assert_verdict("caught", ADDS, "return a * a;")

    def test_fault_that_changes_nothing_is_told(self):
        verdict, text = self.verdict(ADDS, "return 2 * a;")
        self.assertEqual(verdict, "passes")
        self.assertIn(f"one.cpp: '{ADDS}' became 'return 2 * a;'", text)

    def test_fault_that_does_not_compile_shows_nothing(self):
        self.assert_verdict("does not compile", ADDS, "return b;")

    def test_words_of_a_program_say_which_case_it_was(self):
        self.assert_verdict("caught", ADDS, "return a == 1 ? 3 : a + a;", test="one: of 1")
        self.assert_verdict("fails for another reason", ADDS, "return a == 2 ? 3 : a + a;",
                            test="one: of 1")

    def test_assertion_that_speaks_and_none(self):
        fault = ("int once(int a) { return a; }", "int once(int a) { return a + 1; }")
        self.assert_verdict("caught", *fault, asserts="one.cpp")
        self.assert_verdict("fails to compile elsewhere", *fault, asserts="two.cpp")
        self.assert_verdict("compiles", "return a; }", "return 2 * a - a; }", asserts="one.cpp")
        self.assert_verdict("fails to compile elsewhere", ADDS, "return b;", asserts="one.cpp")

    def test_test_that_cannot_be_run_is_left_out(self):
        self.assert_verdict("left out", ADDS, "return 0;", test="skipped")
        self.assert_verdict("left out", ADDS, "return 0;", test="of another machine")

    def test_test_that_fails_without_a_fault_shows_nothing(self):
        with self.assertRaisesRegex(coverage_plants.CannotBegin, "does not pass without a fault"):
            self.verdict(ADDS, "return 0;", test="none")

    def test_fault_that_has_no_place_is_refused(self):
        for text in ("nowhere", "int"):
            with self.assertRaisesRegex(coverage_plants.CannotBegin, "times in"):
                self.verdict(text, "x")

    def test_case_that_nobody_has_did_not_pass(self):
        build = coverage_plants.Build(self.root, 1)
        build.tests["cases"] = {"protocol": "gtest"}
        self.assertFalse(build.has_passed("cases", "A.b", 0, "[  PASSED  ] 0 tests.\n"))
        self.assertTrue(build.has_passed("cases", "A.b", 0, "[  PASSED  ] 1 test.\n"))
        self.assertFalse(build.has_passed("compile-fail", "a: b", 0, "ok 1 - a: bc\n"))
        self.assertTrue(build.has_failed("compile-fail", "a: b", 1, "ok 1 - a\nnot ok 2 - a: b\n"))
        self.assertFalse(build.has_failed("cases", "A.b", 1, "[  FAILED  ] A.bc (0 ms)\n"))
        self.assertTrue(build.has_failed("cases", "A.b", 1, "[  FAILED  ] A.b (0 ms)\n"))
        self.assertTrue(build.has_failed("cases", "A.b", -11, ""))

    def test_copy_leaves_out_what_was_built_and_keeps_what_is_the_same(self):
        with tempfile.TemporaryDirectory() as name:
            tree, copy = Path(name) / "tree", Path(name) / "copy"
            for path in ("a/b.cpp", "build/x", ".git/y", "other/meson-private/z", "a/building"):
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                (tree / path).write_text(path)
            coverage_plants.copy_tree(tree, copy)
            files = {str(p.relative_to(copy)) for p in copy.rglob("*") if p.is_file()}
            self.assertEqual(files, {"a/b.cpp", "a/building"})
            os.utime(copy / "a/b.cpp", (1, 1))
            (tree / "a/building").write_text("changed")
            coverage_plants.copy_tree(tree, copy)
            self.assertEqual((copy / "a/b.cpp").stat().st_mtime, 1)
            self.assertEqual((copy / "a/building").read_text(), "changed")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
