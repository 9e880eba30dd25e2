# SPDX-License-Identifier: MIT
"""Keeps files and functions short and tidy, and sees that every source is built by somebody.
Usage: check_style.py ROOT"""

import re
import sys
from pathlib import Path

from source_files import CPP_SUFFIXES, NATIVE_SUFFIXES, code_of, comments_of, report, tree_files

LINE_CHARS_MAX = 100
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
SPDX = "SPDX-License-Identifier: MIT"

TEXT_SUFFIXES = NATIVE_SUFFIXES | {".py", ".sh", ".build", ".in", ".pml"}
# Data for a program that has no comments.
WITHOUT_SPDX = {"image-recipe.json.in"}

CONTAINER = re.compile(r"^(?:namespace|extern|class|struct|union|enum|export)\b")
TEMPLATE = re.compile(r"^template\s*<")
ATTRIBUTE = re.compile(r"^(?:\[\[.*?\]\]|inline\b|static\b|constinit\b|alignas\s*\([^)]*\))\s*")
CODE_LIKE = re.compile(r"[=(>\w)\]]\s*;$|^[{}]$|\)\s*\{$|^#\s*(?:include|if|endif|define)\b")
PROSE = re.compile(r"^[A-Z]?[a-z]+(?:,? [a-z]+)")


def line_problems(path, lines):
    problems = []
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_CHARS_MAX:
            problems.append(f"{path}:{number}: {len(line)} characters")
        if "\t" in line:
            problems.append(f"{path}:{number}: a tab")
        if line != line.rstrip():
            problems.append(f"{path}:{number}: blanks at the end")
    return problems


def head_problems(path, lines):
    problems = []
    first = lines[1] if lines and lines[0].startswith("#!") and len(lines) > 1 else lines[:1]
    first = first if isinstance(first, str) else "".join(first)
    if SPDX not in first and path.name not in WITHOUT_SPDX:
        problems.append(f"{path}:1: does not begin with {SPDX}")
    # Those in pch/ are compiled as main files, where the compiler objects to it.
    is_header = path.suffix == ".hpp" and path.parent.name != "pch"
    if is_header and "#pragma once" not in lines:
        problems.append(f"{path}:1: no #pragma once")
    return problems


def size_problems(path, lines):
    if len(lines) > FILE_LINES_MAX:
        return [f"{path}:{FILE_LINES_MAX}: the file has {len(lines)} lines"]
    return []


def comment_problems(path, text):
    return [
        f"{path}:{line}: commented-out code: {comment}"
        for line, comment in comments_of(text)
        if CODE_LIKE.search(comment) and not PROSE.match(comment)
    ]


def without_prefixes(head):
    """A declaration without its template head, attributes and specifiers."""
    head = head.strip()
    while True:
        if TEMPLATE.match(head):
            depth = 0
            for at, char in enumerate(head):
                depth += (char == "<") - (char == ">")
                if char == ">" and depth == 0:
                    break
            head = head[at + 1:].lstrip()
        elif ATTRIBUTE.match(head):
            head = ATTRIBUTE.sub("", head, count=1)
        else:
            return head


def functions_of(code):
    """(first line, lines) of each function body: a `{` behind `)`, outside of other functions."""
    functions = []
    stack = []  # of (is function, line of its head)
    head_begin = 0
    for at, char in enumerate(code):
        if char == "{":
            head = code[head_begin:at]
            inside = any(is_function for is_function, _ in stack)
            container = CONTAINER.match(without_prefixes(head))
            lead = len(head) - len(head.lstrip())
            line = code.count("\n", 0, head_begin + lead) + 1
            stack.append((not inside and ")" in head and not container, line))
            head_begin = at + 1
        elif char == "}":
            if stack:
                is_function, line = stack.pop()
                if is_function:
                    functions.append((line, code.count("\n", 0, at) + 2 - line))
            head_begin = at + 1
        elif char == ";":
            head_begin = at + 1
    return functions


def function_problems(path, text):
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", code_of(text), flags=re.MULTILINE)
    return [
        f"{path}: a function has {count} lines"
        for _, count in functions_of(code)
        if count > FUNCTION_LINES_MAX
    ]


def file_problems(root, path):
    text = (Path(root) / path).read_text()
    lines = text.splitlines()
    problems = line_problems(path, lines)
    if lines:
        problems += head_problems(path, lines) + size_problems(path, lines)
    if text and not text.endswith("\n"):
        problems.append(f"{path}:{len(lines)}: no line feed at the end")
    if path.suffix in CPP_SUFFIXES:
        problems += comment_problems(path, text) + function_problems(path, text)
    return problems


def is_built_elsewhere(path):
    """Users' programs are built by `knhk build`, which takes every file of a folder."""
    return path.parts[0] == "examples" or path.parts[:2] == ("tests", "programs")


def unbuilt_problems(root):
    builds = "".join((Path(root) / p).read_text() for p in tree_files(root, {".build"}))
    return [
        f"{path}:1: no meson.build names this file"
        for path in tree_files(root, {".cpp", ".S"})
        if not is_built_elsewhere(path) and not re.search(rf"[/'\"]{re.escape(path.name)}'", builds)
    ]


def find_problems(root):
    problems = []
    for path in tree_files(root, TEXT_SUFFIXES):
        problems += file_problems(root, path)
    return problems + unbuilt_problems(root)


if __name__ == "__main__":
    report(find_problems(sys.argv[1]), "style")
