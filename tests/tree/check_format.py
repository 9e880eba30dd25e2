# SPDX-License-Identifier: MIT
"""Holds all C++ against .clang-format. Usage: check_format.py ROOT [--fix]"""

import subprocess
import sys
from pathlib import Path

from source_files import CPP_SUFFIXES, tree_files
from tidy_tools import require


def main(root, fix):
    files = [str(Path(root) / path) for path in tree_files(root, CPP_SUFFIXES)]
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    return subprocess.run([require("clang-format"), *mode, *files], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--fix" in sys.argv[2:]))
