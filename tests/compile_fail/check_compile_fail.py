# SPDX-License-Identifier: MIT
"""Shows that what must not compile does not, for the stated reason. A source has cases:

    #ifdef CASE_name // what the compiler must say, as a regular expression

Without a case it must compile; with one it must not, and an error or a note must say so. Compiles
as the build does. Speaks TAP. Usage: check_compile_fail.py BUILD SOURCE..."""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

JOBS = 2
CASE = re.compile(r"^[ \t]*#[ \t]*if\w*[^\n]*\bCASE_\w*[^\n]*$", re.MULTILINE)
GOOD_CASE = re.compile(r"^#ifdef CASE_(\w+) // (\S.*)$")
# Not the lines of the source that a compiler shows: what is expected may stand there.
MESSAGE = re.compile(r"^\S.*?: (?:fatal error|error|note): .*$", re.MULTILINE)
ERROR = re.compile(r": (?:fatal )?error: ")
WITH_VALUE = {"-o", "-MQ", "-MF", "-MT"}
ALONE = {"-c", "-MD", "-MMD"}
PLAIN = ["-fsyntax-only", "-fdiagnostics-color=never"]  # a build asks for colours


def cases_of(text):
    """(name, expectation) of each case. What only looks like a case is a bug of its author."""
    cases = []
    for line in CASE.findall(text):
        match = GOOD_CASE.match(line)
        if not match:
            raise ValueError(f"not '#ifdef CASE_name // expectation': {line.strip()}")
        cases.append(match.groups())
    names = [name for name, _ in cases]
    if not cases or len(set(names)) != len(names):
        raise ValueError("no case" if not cases else "two cases of one name")
    return cases


def compile_command(build, source):
    """How the build compiles the source, without its outputs; and where."""
    for entry in json.loads((Path(build) / "compile_commands.json").read_text()):
        directory = Path(entry["directory"])
        if os.path.realpath(directory / entry["file"]) != os.path.realpath(source):
            continue
        command = []
        words = iter(shlex.split(entry["command"]))
        for word in words:
            if word in WITH_VALUE:
                next(words)
            elif word not in ALONE:
                command.append(word)
        return command + PLAIN, directory
    raise ValueError(f"the build does not compile {source}")


def messages_of(command, directory, case):
    """What the compiler says; whether it accepted the source."""
    arguments = command + ([f"-DCASE_{case}"] if case else [])
    environment = os.environ | {"LC_ALL": "C"}
    run = subprocess.run(arguments, cwd=directory, env=environment, check=False,
                         capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def problem_of(command, directory, case, expected):
    """Why the case does not show what it is for; None if it does."""
    accepted, text = messages_of(command, directory, case)
    if case is None:
        return None if accepted else "does not compile without a case:\n" + text
    if accepted:
        return "compiles"
    messages = MESSAGE.findall(text)
    if not any(ERROR.search(message) for message in messages):
        return "the compiler failed without an error:\n" + text
    if not any(re.search(expected, message) for message in messages):
        return f"fails, but nothing says '{expected}':\n" + text
    return None


def check(build, sources):
    """(name, problem or None) of each case of each source."""
    jobs = []
    for source in map(Path, sources):
        command, directory = compile_command(build, source)
        jobs.append((f"{source.stem}: compiles without a case", command, directory, None, ""))
        for case, expected in cases_of(source.read_text()):
            jobs.append((f"{source.stem}: {case}", command, directory, case, expected))
    with ThreadPoolExecutor(JOBS) as pool:
        problems = list(pool.map(lambda job: problem_of(*job[1:]), jobs))
    return [(job[0], problem) for job, problem in zip(jobs, problems)]


def main(build, sources):
    results = check(build, sources)
    print(f"1..{len(results)}")
    for number, (name, problem) in enumerate(results, 1):
        print(f"{'not ok' if problem else 'ok'} {number} - {name}")
        for line in (problem or "").splitlines():
            print(f"# {line}")
    return 1 if any(problem for _, problem in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
