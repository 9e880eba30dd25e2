# SPDX-License-Identifier: MIT
"""Refuses fences that stand alone: here every order is that of an atomic access, which names what
it pairs with and which a model checker and ThreadSanitizer follow. Usage: check_fences.py ROOT"""

import re
import sys
from pathlib import Path

from source_files import NATIVE_SUFFIXES, TOKENS, blank, code_of, report, tree_files

# What has been looked at, by file: words that may stand there. A store that starts a hart through
# a device's register has no other way to stay behind what the hart will read.
# Changes of system registers and page tables, and maintenance of caches, are no accesses that an
# order could be given to.
AUDITED = {
    "arch/bare/harts.cpp": {"atomic_signal_fence"},
    "arch/aarch64/cpu.cpp": {"dsb", "isb"},
    "arch/aarch64/cpu.hpp": {"dsb", "isb"},
    "arch/aarch64/entry.S": {"dsb"},
    "arch/aarch64/hart_entry.S": {"dsb", "isb"},
    "arch/aarch64/paging.cpp": {"dsb", "isb"},
    "arch/riscv64/cpu.hpp": {"sfence"},
}
# Measuring orders instructions, not memory; tests do what they like.
ELSEWHERE = ("bench", "tests")

CALLS = re.compile(
    r"\b(?:atomic_thread_fence|atomic_signal_fence|__sync_synchronize|__atomic_thread_fence"
    r"|__atomic_signal_fence|__builtin_ia32_[lms]fence|_mm_[lms]fence)\b")
# In assembly, as a file or a string: fences of all architectures, and a locked operation that
# changes nothing.
INSTRUCTIONS = re.compile(
    r"\b(?:[lms]fence|dmb|dsb|isb|fence(?:\.[a-z]+)?)\b|\block\b[\s;]*(?:add|or)[bwlq]?\s+\$0\b")
# Binds the compiler and nothing else.
EMPTY_ASSEMBLY = re.compile(r'\b(?:asm|__asm__)\s*(?:volatile|__volatile__)?\s*\(\s*""')
ASSEMBLY = re.compile(r"\b(?:asm|__asm__)\b[^;]*;")


def without_comments(text):
    return TOKENS.sub(lambda m: blank(m.group()) if m.group().startswith("/") else m.group(), text)


def fences_of(path, text):
    """(offset, word) of each fence."""
    code = without_comments(text)
    found = [(m.start(), m.group()) for m in CALLS.finditer(code)]
    found += [(m.start(), "an empty asm") for m in EMPTY_ASSEMBLY.finditer(code)]
    # A statement ends outside of its strings.
    spans = [(0, len(code))] if path.suffix == ".S" else [
        m.span() for m in ASSEMBLY.finditer(code_of(text))]
    for begin, end in spans:
        found += [(begin + m.start(), m.group()) for m in INSTRUCTIONS.finditer(code[begin:end])]
    return sorted(found)


def find_problems(root):
    problems = []
    for path in tree_files(root, NATIVE_SUFFIXES):
        if path.parts[0] in ELSEWHERE:
            continue
        text = (Path(root) / path).read_text()
        allowed = AUDITED.get(path.as_posix(), set())
        problems += [f"{path}:{text.count(chr(10), 0, offset) + 1}: a fence that stands alone: "
                     f"{word}" for offset, word in fences_of(path, text) if word not in allowed]
    return problems


if __name__ == "__main__":
    report(find_problems(sys.argv[1]), "fences")
