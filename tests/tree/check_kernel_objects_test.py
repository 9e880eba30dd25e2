# SPDX-License-Identifier: MIT
"""The check of kernel archives says so when a file shares something with others.
Usage: check_kernel_objects_test.py COMPILER..."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_kernel_objects

COMPILER = sys.argv[1:]
TABLE = "namespace knhk { struct KernelTable { int a; };" \
        " extern const KernelTable OUR_KERNELS; const KernelTable OUR_KERNELS = {1}; }\n"


class CheckKernelObjects(unittest.TestCase):
    def problems_of(self, source):
        with tempfile.TemporaryDirectory() as folder:
            cpp, made = Path(folder) / "a.cpp", Path(folder) / "a.o"
            cpp.write_text(source)
            subprocess.run([*COMPILER, "-O2", "-c", cpp, "-o", made], check=True)
            return check_kernel_objects.problems_of(str(made))

    def test_a_table_and_its_own_functions_pass(self):
        self.assertEqual(
            self.problems_of(TABLE + "namespace { [[gnu::used]] int f() { return 1; } }\n"), [])

    def test_the_way_to_hash_is_a_table_too(self):
        self.assertEqual(self.problems_of(
            "namespace knhk { using Code = void (*)(); extern const Code SHA256_INSTRUCTIONS;"
            " namespace { void take() {} } const Code SHA256_INSTRUCTIONS = take; }\n"), [])

    def test_an_inline_function_that_was_not_inlined_is_found(self):
        problems = self.problems_of(
            TABLE + "[[gnu::noinline]] inline int f(int a) { return a; }\n"
            "namespace { [[gnu::used]] int g(int a) { return f(a); } }\n")
        self.assertEqual(len(problems), 1)
        self.assertIn("(W)", problems[0])

    def test_a_function_for_others_and_one_of_others_are_found(self):
        self.assertEqual(len(self.problems_of(TABLE + "int f() { return 1; }\n")), 1)
        self.assertEqual(len(self.problems_of(TABLE + "int f(); namespace { [[gnu::used]]"
                                              " int g() { return f(); } }\n")), 1)

    def test_an_archive_without_a_table_is_found(self):
        self.assertEqual(len(self.problems_of("namespace { [[gnu::used]] int f() { return 1; } }")),
                         1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
