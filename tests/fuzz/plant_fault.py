# SPDX-License-Identifier: MIT
"""Copies a source with one piece of it replaced: a parser that lacks a check, to be found.
Usage: plant_fault.py SOURCE COPY PIECE BY"""

import sys
from pathlib import Path

source, copy, piece, by = sys.argv[1:5]
text = Path(source).read_text(encoding="utf-8")
if text.count(piece) != 1:
    sys.exit(f"{source}: '{piece}' stands there {text.count(piece)} times, not once: plant another")
Path(copy).write_text(text.replace(piece, by), encoding="utf-8")
