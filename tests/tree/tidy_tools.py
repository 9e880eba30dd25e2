# SPDX-License-Identifier: MIT
"""Finds clang's tools in the version that the tree is checked with: others format and warn
differently. Without them a check is skipped, which the summary of `knhk test` shows."""

import shutil
import sys

VERSION = "19"
SKIPPED = 77  # what Meson takes for a skipped test


def require(tool):
    name = f"{tool}-{VERSION}"
    if shutil.which(name) is None:
        print(f"{name} is not installed: apt-get install {name}")
        sys.exit(SKIPPED)
    return name
