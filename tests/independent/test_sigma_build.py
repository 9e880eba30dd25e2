# SPDX-License-Identifier: MIT
"""Compares what `knhk sigma build` makes of texts with what a builder makes that was written from
the document alone: of the example in docs/sigma.md, whose bytes stand there too, of those in
examples/, and of derived ones; and sees that what is shown of each builds the same bytes again.
Usage: test_sigma_build.py SOURCE_ROOT KNHK"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # the imports below must not leave a folder in the source tree

from sigma_builder import GUARD_KINDS, OPERATIONS, PATTERNS, build, ticks_of  # noqa: E402

DERIVED_TEXTS = 80
TICKS_MAX = 64


def example_in(document):
    return document.split("```json\n")[1].split("```")[0]


def dump_in(document):
    """The bytes behind the offsets of the last block."""
    lines = document.split("worked out")[1].split("```")[1].strip().splitlines()
    return bytes.fromhex("".join("".join(line.split()[1:]) for line in lines))


def operand_for(choose):
    return choose.choice([{"from": "task"}, choose.getrandbits(64), hex(choose.getrandbits(64)),
                          "urn:\u00e9#%d" % choose.getrandbits(30)])


def hook_for(choose, name):
    operation = choose.choice(list(OPERATIONS))
    takes = OPERATIONS[operation][1]
    hook = {"name": name, "op": operation,
            "predicate": choose.choice([choose.getrandbits(64),
                                         "https://example.org/%d" % choose.getrandbits(30)])}
    hook |= {"subject": operand_for(choose)} if "s" in takes else {}
    hook |= {"object": operand_for(choose)} if "o" in takes else {}
    return hook | ({"threshold": choose.getrandbits(32)} if "k" in takes else {})


def guard_for(choose, name):
    kind = choose.choice(list(GUARD_KINDS))
    takes = GUARD_KINDS[kind][1]
    guard = {"name": name, "kind": kind}
    guard |= {"word": choose.randint(0, 3)} if "w" in takes else {}
    guard |= {"id": choose.randint(0, 1023)} if "c" in takes else {}
    values = [choose.getrandbits(64)] + (["urn:grants"] if kind == "schema" else [])
    return guard | ({"value": choose.choice(values)} if "v" in takes else {})


def parts_for(choose, task, names):
    """What the task's pattern takes besides hooks and guards."""
    takes = PATTERNS[task["pattern"]][2]
    parts = {}
    if "b" in takes or "1" in takes:
        count = 1 if "1" in takes else choose.randint(1, 7)
        count = len(task["hooks"]) if "c" in takes else count
        parts["branches"] = [choose.choice(names) for _ in range(count)]
    for letter, field in (("t", "when_true"), ("f", "when_false")):
        if letter in takes and choose.random() < 0.5:
            parts[field] = choose.choice(names)
    for letter, fields, maximum in (("n", ("need",), 255), ("r", ("rounds",), 255),
                                    ("a", ("attempts",), 255), ("e", ("beats",), 2 ** 32 - 1),
                                    ("s", ("failures", "successes"), 255)):
        for field in fields if letter in takes else ():
            parts[field] = choose.randint(1, maximum)
    return parts


def derived_text(seed):
    """A good text that is a function of the seed: parts that no task names are left out."""
    choose = random.Random(seed)
    hooks = [hook_for(choose, "h%d" % i) for i in range(30)]
    guards = [guard_for(choose, "g%d" % i) for i in range(20)]
    names = ["t%d" % i for i in range(choose.randint(1, 12))]
    tasks = []
    for name in names:
        task = {"name": name, "pattern": choose.choice(list(PATTERNS)),
                "hooks": [choose.choice(hooks)["name"] for _ in range(choose.randint(1, 7))],
                "guards": [choose.choice(guards)["name"] for _ in range(choose.randint(0, 8))]}
        while ticks_of(task, {"hooks": hooks}) > TICKS_MAX - 7:
            task["hooks"].pop()
        task |= parts_for(choose, task, names)
        tasks.append(task | {"ticks": ticks_of(task, {"hooks": hooks})})
    return json.dumps({
        "knhk_sigma": 1, "name": "derived-%d" % seed, "tasks": tasks,
        "hooks": [h for h in hooks if any(h["name"] in t["hooks"] for t in tasks)],
        "guards": [g for g in guards if any(g["name"] in t["guards"] for t in tasks)]})


def texts(root):
    """(name, text) of everything that is compared."""
    yield "docs/sigma.md", example_in((root / "docs/sigma.md").read_text())
    examples = sorted((root / "examples").glob("**/sigma/*.json"))
    assert examples, "examples/ has no text of a snapshot"
    for path in examples:
        yield str(path.relative_to(root)), path.read_text()
    for seed in range(DERIVED_TEXTS):
        yield "derived text %d" % seed, derived_text(seed)


def knhk(command, *words):
    return subprocess.run([command, "sigma", *map(str, words)], capture_output=True, text=True,
                          check=True).stdout


def difference(name, text, command, folder):
    """What differs, in words; None if nothing does."""
    source, built, again = folder / "a.json", folder / "a.sigma", folder / "b.json"
    source.write_text(text)
    knhk(command, "build", source)
    expected, found = build(text), built.read_bytes()
    if expected != found:
        first = next((at for at, (a, b) in enumerate(zip(expected, found)) if a != b),
                     min(len(expected), len(found)))
        return "%s: %d bytes, not %d; they differ from byte %d on" % (
            name, len(found), len(expected), first)
    again.write_text(knhk(command, "show", built, "--json"))
    knhk(command, "build", again, "-o", built)
    return None if built.read_bytes() == found else "%s: shown and built again, it differs" % name


def main(root, command):
    document = (root / "docs/sigma.md").read_text()
    if build(example_in(document)) != dump_in(document):
        sys.exit("docs/sigma.md: the bytes are not those of the text")
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts(root):
            problem = difference(name, text, command, Path(folder))
            if problem:
                sys.exit(problem)
            count += 1
    print("%d texts become the snapshots that the document says" % count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
