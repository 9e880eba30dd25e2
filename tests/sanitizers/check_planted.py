# SPDX-License-Identifier: MIT
"""Runs a program with a planted fault: the sanitizer must refuse it with the expected words, and
let it be if no words are expected. Usage: check_planted.py PROGRAM FAULT WORDS"""

import subprocess
import sys

program, fault, words = sys.argv[1:4]
done = subprocess.run([program, fault], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                      check=False)
refused = done.returncode != 0
good = refused and words in done.stdout if words else not refused and not done.stdout
if not good:
    print(f"{program} {fault}: status {done.returncode}, expected {words or 'nothing'!r} of\n"
          f"{done.stdout}")
sys.exit(0 if good else 1)
