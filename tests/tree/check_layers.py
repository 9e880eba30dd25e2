# SPDX-License-Identifier: MIT
"""Reads the includes of the whole tree and holds them against the layers of docs/architecture.md.
Usage: check_layers.py ROOT"""

import re
import sys
from pathlib import Path

from source_files import NATIVE_SUFFIXES, code_of, report, tree_files

# What a folder may include: folders ("base/"), or single files. The longest matching folder counts.
# "arch/" stands for the files directly in arch/ alone.
LAYERS = {
    "base": ["base/"],
    "isa": ["base/", "isa/"],
    "beat": ["base/", "isa/", "beat/"],
    "sigma": ["base/", "isa/", "sigma/"],
    "replay": ["base/", "replay/"],
    "sched": ["base/", "isa/", "beat/", "sigma/", "replay/", "sched/"],
    "kernel": ["base/", "isa/", "beat/", "sigma/", "replay/", "sched/", "kernel/",
               "arch/platform.hpp", "arch/boot_info.hpp"],
    "arch": ["base/", "arch/"],
    "arch/linux": ["base/", "arch/", "arch/linux/", "arch/x86_64/instruction_sets.hpp",
                   "arch/aarch64/instruction_sets.hpp", "arch/riscv64/instruction_sets.hpp"],
    "arch/bare": ["base/", "arch/", "arch/bare/"],
    "arch/x86_64": ["base/", "arch/", "arch/bare/", "arch/x86_64/", "linker/x86_64.h"],
    "arch/aarch64": ["base/", "arch/", "arch/bare/", "arch/aarch64/", "linker/aarch64.h"],
    "arch/riscv64": ["base/", "arch/", "arch/bare/", "arch/riscv64/", "linker/riscv64.h"],
    "linker": ["base/", "arch/", "linker/"],
    "include": [],
    "capi": ["base/", "isa/", "beat/", "arch/linux/", "include/", "capi/"],
    "loader": ["base/", "arch/", "arch/linux/", "loader/"],
    "qemu": ["base/", "qemu/"],
    "tools": ["base/", "arch/", "isa/", "sigma/", "replay/", "kernel/container.hpp",
              "kernel/run_config.hpp", "kernel/script.hpp", "kernel/sigma_program.hpp",
              "loader/image_check.hpp", "qemu/",
              "tools/"],
    "examples": ["base/", "sched/"],
    "bench": None,  # anything
    "tests": None,
}

# Headers of the language that need no library behind them; xxh3_here.hpp says why it takes more.
FREESTANDING = ("base", "isa", "beat", "sigma", "replay", "sched", "kernel", "arch", "linker")
FREESTANDING_HEADERS = {
    "algorithm", "array", "atomic", "bit", "compare", "concepts", "cstddef", "cstdint",
    "cstring", "expected", "limits", "new", "span", "string_view", "type_traits", "utility",
}
FREESTANDING_EXCEPTIONS = {
    "base/xxh3_here.hpp": {"cstdlib", "xxhash.h"},
    # Functions of one instruction each.
    "base/sha256_aarch64.cpp": {"arm_neon.h"},
    "base/sha256_x86_64.cpp": {"immintrin.h"},
    "isa/kernels/avx2.cpp": {"immintrin.h"},
    "isa/kernels/avx512.cpp": {"immintrin.h"},
    "isa/kernels/neon.cpp": {"arm_neon.h"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|elifdef|elifndef)\b(.*)$",
                       re.MULTILINE)
MACHINE_MACRO = re.compile(r"__(?:x86_64|amd64|i386|aarch64|arm|riscv|linux)\w*")
ASSEMBLY = re.compile(r"\b(?:asm|__asm|__asm__)\b")


def layer_of(path):
    """The longest folder of LAYERS that `path` lies in; None if it lies in none."""
    folder = path.parent
    while folder.as_posix() != ".":
        if folder.as_posix() in LAYERS:
            return folder.as_posix()
        folder = folder.parent
    return None


def allows(allowed, included):
    for entry in allowed:
        if entry == included:
            return True
        # A folder's own files, not those of a folder below it that is a layer of its own.
        if entry.endswith("/") and f"{layer_of(Path(included))}/" == entry:
            return True
    return False


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def without_comments(text):
    """Like code_of, but strings stay: the names of includes are strings."""
    code = code_of(text)
    lines = zip(text.split("\n"), code.split("\n"))
    return "\n".join(t if c.lstrip().startswith("#") else c for t, c in lines)


def include_problem(root, path, layer, quote, included):
    if quote == "<":
        exceptions = FREESTANDING_EXCEPTIONS.get(path.as_posix(), set())
        hosted = layer == "arch/linux" or layer.split("/")[0] not in FREESTANDING
        if hosted or included in FREESTANDING_HEADERS | exceptions:
            return None
        return f"<{included}> is not for freestanding code"
    if ".." in included or not (Path(root) / included).is_file():
        return f'"{included}" is not named from the root'
    allowed = LAYERS[layer]
    if allowed is not None and not allows(allowed, included):
        return f'{layer}/ may not include "{included}"'
    return None


# Of instruction sets for which not every compiler has functions; and what only holds up a compiler.
FILES_WITH_ASSEMBLY = {"base/sha256_riscv64.cpp", "isa/kernels/rvv.cpp",
                       "bench/scheduler/work.hpp"}


def may_hold_assembly(path):
    return path.parts[:2] == ("tests", "programs") or path.as_posix() in FILES_WITH_ASSEMBLY


def file_problems(root, path):
    layer = layer_of(path)
    if layer is None:
        return [f"{path}:1: lies in no layer"]
    text = (Path(root) / path).read_text()
    code = without_comments(text)
    problems = []
    for match in INCLUDE.finditer(code):
        problem = include_problem(root, path, layer, match.group(1), match.group(2))
        if problem:
            problems.append(f"{path}:{line_of(code, match.start())}: {problem}")
    if path.parts[0] == "arch":
        return problems
    for match in CONDITION.finditer(code):
        macro = MACHINE_MACRO.search(match.group(1))
        if macro:
            problems.append(f"{path}:{line_of(code, match.start())}: #if on {macro.group()}")
    if may_hold_assembly(path):
        return problems
    if path.suffix == ".S":
        problems.append(f"{path}:1: assembly outside arch/")
    elif path.suffix in {".cpp", ".hpp"}:
        for match in ASSEMBLY.finditer(code_of(text)):
            problems.append(f"{path}:{line_of(text, match.start())}: assembly outside arch/")
    return problems


def find_problems(root):
    problems = []
    for path in tree_files(root, NATIVE_SUFFIXES):
        problems += file_problems(root, path)
    return problems


if __name__ == "__main__":
    report(find_problems(sys.argv[1]), "layers")
