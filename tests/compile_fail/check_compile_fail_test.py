# SPDX-License-Identifier: MIT
"""Shows that check_compile_fail.py complains about cases that show nothing.
Usage: check_compile_fail_test.py COMPILER..."""

import contextlib
import io
import json
import shlex
import sys
import tempfile
import unittest
from pathlib import Path

import check_compile_fail

COMPILER = sys.argv[1:]
GOOD = """int f(int value) {
#ifdef CASE_missing // not declared
    return missing;
#endif
    return value;
}
"""


class CompileFailTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.source = self.root / "x.cpp"
        output = ["-MD", "-MQ", "x.o", "-MF", "x.d", "-o", "x.o", "-c", "x.cpp"]
        entry = {"directory": str(self.root), "file": "x.cpp",
                 "command": shlex.join([*COMPILER, "-fdiagnostics-color=always", *output])}
        (self.root / "compile_commands.json").write_text(json.dumps([entry]))

    def tearDown(self):
        self.folder.cleanup()

    def problems(self, text):
        self.source.write_text(text)
        return [problem for _, problem in check_compile_fail.check(self.root, [self.source])]

    def status(self, text):
        self.source.write_text(text)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            status = check_compile_fail.main(self.root, [self.source])
        return status, output.getvalue()

    def test_case_that_fails_as_expected_is_good(self):
        self.assertEqual(self.problems(GOOD), [None, None])
        status, output = self.status(GOOD)
        self.assertEqual(status, 0)
        self.assertEqual(output, "1..2\nok 1 - x: compiles without a case\nok 2 - x: missing\n")
        self.assertEqual({path.name for path in self.root.iterdir()},
                         {"x.cpp", "compile_commands.json"}, "nothing is written")

    def test_case_that_compiles_is_told(self):
        text = GOOD.replace("return missing;", "return 1;")
        self.assertEqual(self.problems(text), [None, "compiles"])
        status, output = self.status(text)
        self.assertEqual(status, 1)
        self.assertIn("not ok 2 - x: missing\n# compiles\n", output)

    def test_case_that_fails_for_another_reason_is_told(self):
        problems = self.problems(GOOD.replace("return missing;", "return 1"))
        self.assertIsNone(problems[0])
        self.assertIn("nothing says 'not declared'", problems[1])

    def test_expectation_in_the_shown_source_does_not_count(self):
        text = GOOD.replace("return missing;", 'return "not declared";')
        self.assertIn("nothing says", self.problems(text)[1])

    def test_source_that_never_compiles_is_told(self):
        problems = self.problems(GOOD.replace("return value;", "return missing;"))
        self.assertIn("does not compile without a case", problems[0])

    def test_compiler_that_cannot_run_is_told(self):
        problems = self.problems(GOOD.replace("return missing;", "#include <no_such_file>"))
        self.assertIn("nothing says", problems[1])

    def test_source_without_cases_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no case"):
            self.problems("int x;\n")

    def test_case_without_an_expectation_is_refused(self):
        for line in ("#ifdef CASE_missing", "#if defined(CASE_missing) // not declared",
                     "#ifndef CASE_missing // not declared", "#ifdef CASE_missing //"):
            with self.assertRaisesRegex(ValueError, "expectation"):
                self.problems(GOOD.replace("#ifdef CASE_missing // not declared", line))

    def test_two_cases_of_one_name_are_refused(self):
        with self.assertRaisesRegex(ValueError, "one name"):
            self.problems(GOOD + GOOD.replace("int f", "int g"))

    def test_source_that_the_build_does_not_compile_is_refused(self):
        with self.assertRaisesRegex(ValueError, "does not compile"):
            check_compile_fail.check(self.root, [self.root / "y.cpp"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
