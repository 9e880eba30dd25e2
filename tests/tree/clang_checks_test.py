# SPDX-License-Identifier: MIT
"""Shows that check_format.py and check_tidy.py fail on a planted fault, with the tree's own
configuration. Usage: clang_checks_test.py ROOT"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tidy_tools import require

ROOT = Path(sys.argv[1]).resolve()
HERE = Path(__file__).parent
SPDX = "// SPDX-License-Identifier: MIT\n"


class ClangChecksTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name).resolve()
        for name in (".clang-format", ".clang-tidy"):
            shutil.copy(ROOT / name, self.root / name)

    def tearDown(self):
        self.folder.cleanup()

    def check(self, script, text, *arguments):
        """The exit status of the check for a tree whose one source is `text`."""
        source = self.root / "base" / "x.cpp"
        source.parent.mkdir(exist_ok=True)
        source.write_text(SPDX + text)
        entry = {"directory": str(self.root), "file": str(source),
                 "command": f"c++ -std=c++23 -c {source}"}
        (self.root / "compile_commands.json").write_text(json.dumps([entry]))
        command = [sys.executable, "-B", str(HERE / script), str(self.root), *arguments]
        return subprocess.run(command, check=False, capture_output=True).returncode

    def test_format(self):
        self.assertEqual(self.check("check_format.py", "int f() {\n    return 1;\n}\n"), 0)
        self.assertEqual(self.check("check_format.py", "int f()\n{\n  return 1;\n}\n"), 1)
        self.assertEqual(self.check("check_format.py", "int f(int *a);\n"), 1)

    def tidy(self, text):
        return self.check("check_tidy.py", text, str(self.root))

    def test_tidy(self):
        self.assertEqual(self.tidy("int f(int a) {\n    return a + 1;\n}\n"), 0)
        self.assertEqual(self.tidy("int f(int a) {\n    return a - a;\n}\n"), 1)
        self.assertEqual(self.tidy("int f(int* a) {\n    if (!a) {\n    }\n    return *a;\n}\n"), 1)
        self.assertEqual(self.tidy("int f() {\n    return 1\n}\n"), 1)

    def test_tidy_without_sources(self):
        status = self.check("check_tidy.py", "int x;\n", str(self.root), "sched")
        self.assertEqual(status, 1)


if __name__ == "__main__":
    require("clang-format")
    require("clang-tidy")
    unittest.main(argv=sys.argv[:1])
