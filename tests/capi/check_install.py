# SPDX-License-Identifier: MIT
"""Installs the build into a folder, moves it, and uses what is there: pkg-config, programs in C99,
C++23 and Rust, and the command without the tree or a compiler.
Usage: check_install.py ROOT BUILD PREFIX C_COMPILER CXX_COMPILER RUSTC PROGRAM..., one program for
each: C, Rust, C++"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Werror"]
# What a C library has everywhere, and what compilers bring themselves.
FOREIGN_SYMBOLS = {"memcpy", "memmove", "memset", "memcmp", "__popcountdi2",
                   "_GLOBAL_OFFSET_TABLE_"}


class Failed(Exception):
    """What was expected, and what was there instead."""


def run(command, status=0, **options):
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True,
                          text=True, **options)
    if done.returncode != status:
        raise Failed(f"{command}: exit status {done.returncode}, not {status}:\n"
                     f"{done.stdout}{done.stderr}")
    return done.stdout


def expect(condition, what):
    if not condition:
        raise Failed(what)


def install(build, prefix, scratch):
    """Where it is at last: nowhere that anything was told of."""
    run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir",
         scratch / "first"])
    moved = scratch / "moved"
    shutil.move(scratch / "first" / Path(prefix).relative_to("/"), moved)
    shutil.rmtree(scratch / "first")
    return moved


def pkg_config_flags(moved):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(moved / "lib" / "pkgconfig"))
    flags = run(["pkg-config", "--cflags", "--libs", "knhk"], env=environment).split()
    for flag in flags:
        if flag[:2] in ("-I", "-L"):
            folder = Path(flag[2:]).resolve()
            expect(folder.is_relative_to(moved) and folder.is_dir(), f"{flag} is not in {moved}")
    version = run(["pkg-config", "--modversion", "knhk"], env=environment).strip()
    header = (moved / "include" / "knhk.h").read_text()
    expect(f'#define KNHK_VERSION "{version}"' in header, f"the header is not of {version}")
    return flags


def check_archive(moved):
    """It asks for nothing that its users would have to bring."""
    archive = moved / "lib" / "libknhk.a"
    undefined = set(re.findall(r" U (\S+)", run(["nm", archive])))
    defined = set(re.findall(r" [A-Za-z] (\S+)", run(["nm", "--defined-only", archive])))
    foreign = undefined - defined - FOREIGN_SYMBOLS
    expect(not foreign, f"libknhk.a asks for {sorted(foreign)}")


def check_program(program, word):
    """It says that all is well; and, with an argument, that one check is not."""
    output = run([program])
    expect(word in output, f"{program} said: {output}")
    run([program, "planted"], status=1)
    print(f"{program.name}: {output.strip()}")


def check_c(source, scratch, compiler, flags):
    run([compiler, "-std=c99", *WARNINGS, source, *flags, "-o", scratch / "calls-c"])
    check_program(scratch / "calls-c", "checks held, 0 did not")


def check_example(root, scratch, compiler, flags):
    source = root / "examples" / "c" / "deltas.c"
    run([compiler, "-std=c99", *WARNINGS, source, *flags, "-o", scratch / "deltas"])
    output = run([scratch / "deltas"])
    document = (root / "docs" / "c-interface.md").read_text()
    expect(output in document, f"docs/c-interface.md has another output than:\n{output}")


def check_cxx(source, scratch, compiler, flags):
    run([compiler, "-std=c++23", *WARNINGS, source, *flags, "-pthread", "-o",
         scratch / "threads-cxx"])
    check_program(scratch / "threads-cxx", "executions, 0 wrong")


def check_rust(source, scratch, compiler, moved):
    run([compiler, "--edition", "2021", "-D", "warnings", "-L", moved / "lib", source, "-o",
         scratch / "calls-rust"])
    check_program(scratch / "calls-rust", "checks held, 0 did not")


def check_command(root, build, scratch, moved):
    """It runs a workload where there is neither the tree nor a compiler, with the same digest."""
    shutil.copy(root / "examples" / "pipeline.json", scratch / "workload.json")
    bare = {"PATH": str(scratch / "nothing"), "HOME": str(scratch)}
    digests = []
    for program in (moved / "bin" / "knhk", build / "tools" / "knhk-command"):
        output = run([program, "run", "workload.json", "--json"], cwd=scratch, env=bare)
        digests.append(re.search(r'"run_digest": ?"(\w+)"', output))
        expect(digests[-1], f"no digest in {output}")
    expect(digests[0][1] == digests[1][1], "the installed image is another one")
    print(f"knhk run: digest {digests[0][1]}")
    images = sorted(path.name for path in moved.glob("lib/knhk/**/knhk-*.elf"))
    for image in moved.glob("lib/knhk/**/knhk-*.elf"):
        built = build / image.relative_to(moved / "lib" / "knhk")
        expect(image.read_bytes() == built.read_bytes(), f"{image.name} is not as it was built")
    print("images:", *images)


def main(root, build, prefix, c_compiler, cxx_compiler, rustc, in_c, in_rust, in_cxx):
    root, build = Path(root), Path(build)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        try:
            moved = install(build, prefix, scratch)
            flags = pkg_config_flags(moved)
            check_archive(moved)
            check_c(in_c, scratch, c_compiler, flags)
            check_example(root, scratch, c_compiler, flags)
            check_cxx(in_cxx, scratch, cxx_compiler, flags)
            check_rust(in_rust, scratch, rustc, moved)
            check_command(root, build, scratch, moved)
        except Failed as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
