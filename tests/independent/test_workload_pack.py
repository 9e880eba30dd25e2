# SPDX-License-Identifier: MIT
"""Compares what `knhk pack` makes of workload files with what a packer makes that was written from
the documents alone: of the example in docs/workload.md, of each file in examples/, and of files
that are derived from them. Usage: test_workload_pack.py SOURCE_ROOT KNHK"""

import json
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # the imports below must not leave a folder in the source tree

from sigma_builder import build  # noqa: E402
from workload_packer import ACTS, EMISSIONS, VALUE, pack  # noqa: E402
from xxh3 import xxh3_64  # noqa: E402

CONTAINER_MAGIC = 0x544E4F434B484E4B
WORKLOAD_FILE = 2
DERIVED_FILES = 40
SNAPSHOT = "access.sigma"


def container_of(payload):
    """docs/container.md, with one section."""
    body = struct.pack("<IIQQQ", WORKLOAD_FILE, 1, 64, len(payload), 0) + payload
    body += bytes(-len(body) % 8)
    return struct.pack("<QIIQQ", CONTAINER_MAGIC, 1, 1, 32 + len(body), xxh3_64(body)) + body


def example_in(document):
    return document.split("```json\n")[1].split("```")[0]


def id_for(choose, numbers):
    """A subject, a predicate or an object: a number, now and then a text."""
    texts = ["urn:%d" % choose.getrandbits(30),
             "https://example.org/door#%d" % choose.randint(0, 9),
             "\u00e9\u4e2d\U0001f6aa", " ", "x" * 1024, "7"]
    return choose.choice(texts if choose.random() < 0.4 else numbers)


def topology_for(choose):
    return choose.choice([
        {"flat": choose.randint(1, 7)},
        {"hierarchical": {"groups": [2, 2], "latencies": [1, 2, choose.randint(1, 7)]}},
        {"mesh": {"dimensions": [2, 2], "latency": 2, "hops_per_beat": choose.randint(1, 9)}},
        {"matrix": [[choose.randint(1, 7) for _ in range(4)] for _ in range(4)]},
    ])


def step_for(choose):
    act = choose.choice(ACTS)
    step = {"do": act}
    if choose.random() < 0.5:
        step["one_in"] = choose.randint(1, 2**32 - 1)
    if act in ("set", "pure"):
        step["value"] = hex(choose.getrandbits(64))
    elif act == "observe":
        step |= {"observation": choose.randint(0, 1023), "word": choose.randint(0, 3)}
    elif act in ("read", "add"):
        step["word"] = choose.randint(0, 511)
    elif act == "work":
        step["ticks"] = choose.randint(1, 2**32 - 1)
    elif act == "promote":
        step["snapshot"] = choose.choice([choose.randint(0, 7), "loaded", "before"])
    elif act in EMISSIONS:
        step |= target_for(choose, "share", [VALUE])
        if choose.random() < 0.7:
            step["id"] = {"from": choose.choice(["zero", "own", "value"]),
                          "add": choose.getrandbits(64)}
        if act == "order":
            step[choose.choice(["at", "after", "within"])] = choose.getrandbits(64)
    return step


def target_for(choose, of_kinds, instead):
    """`instead` of a number of an evaluation."""
    fields = {"priority": choose.choice(["high", "normal", "low"]), "budget": choose.randint(0, 8),
              "guards": [choose.randint(0, 1023) for _ in range(choose.randint(0, 8))],
              "stateless": choose.random() < 0.5}
    if choose.random() < 0.5:
        return fields | {"handler": choose.randint(0, 65535),
                         "payload": [choose.getrandbits(64) for _ in range(4)]}
    if choose.random() < 0.4:
        def word(bits):
            return choose.choice(instead + [choose.getrandbits(bits)])
        return fields | {"eval": choose.randint(0, 1023), "run": word(10),
                         "data": [id_for(choose, [word(64)]), id_for(choose, [word(64)])],
                         "life": choose.getrandbits(32)}
    return fields | {"kind": choose.choice("abc"), of_kinds: choose.randint(1, 2**32 - 1),
                     "data": [choose.getrandbits(64), 0]}


def input_for(choose):
    entry = target_for(choose, "life", []) | {"id": choose.getrandbits(64),
                                          "count": choose.randint(1, 9),
                                          "id_step": choose.getrandbits(64),
                                          "beat": choose.randint(0, 50),
                                          "times": choose.randint(1, 5),
                                          "every": choose.randint(0, 20)}
    if choose.random() < 0.5:
        entry["at"] = choose.randint(0, 2**62)
    return entry


def derived_file(seed):
    """A good file that is a function of the seed."""
    choose = random.Random(seed)
    guards = []
    for guard_id in sorted(choose.sample(range(1000), 6)):
        of = choose.choice(["payload", "state", "observation", "id"])
        test = choose.choice(["never", "equal", "less", "any_bits", "between"])
        guard = {"id": guard_id, "test": test}
        if test != "never":
            guard |= {"of": of, "value": choose.getrandbits(64)}
            guard |= {} if of == "id" else {"word": choose.randint(0, 3)}
            guard |= {"observation": choose.randint(0, 2)} if of == "observation" else {}
            guard |= {"to": choose.getrandbits(64)} if test == "between" else {}
        guards.append(guard)
    workload = {"knhk_workload": 1, "name": "derived-%d" % seed, "cores": 4, "guards": guards,
                "observations": [[choose.getrandbits(64) for _ in range(4)] for _ in range(3)],
                "runs": [{"predicate": id_for(choose, [choose.getrandbits(64)]),
                          "rows": [[id_for(choose, [choose.getrandbits(64)]),
                                    id_for(choose, [0, 1, 2, "0x3"])]
                                   for _ in range(choose.randint(0, 8))]}
                         for _ in range(choose.randint(0, 3))],
                "sigma": [SNAPSHOT] * choose.randint(0, 8),
                "kinds": [{"name": name, "steps": [step_for(choose) for _ in range(
                    choose.randint(0, 16))]} for name in "abc"],
                "inputs": [input_for(choose) for _ in range(choose.randint(0, 12))]}
    if choose.random() < 0.7:
        workload["topology"] = topology_for(choose)
    if choose.random() < 0.7:
        workload["seed"] = choose.getrandbits(64)
    if choose.random() < 0.5:
        workload["stealing"] = choose.random() < 0.5
    return json.dumps(workload)


def files(root):
    """(name, text) of every file that is compared."""
    yield "docs/workload.md", example_in((root / "docs/workload.md").read_text())
    examples = sorted([*(root / "examples").glob("*.json"),
                       *(root / "examples/patterns").glob("*.json")])
    assert examples, "examples/ has no workload file"
    for path in examples:
        yield path.name, path.read_text()
    for seed in range(DERIVED_FILES):
        yield "derived file %d" % seed, derived_file(seed)


def difference(name, text, command, folder):
    """What differs, in words; None if nothing does."""
    snapshots = {path.relative_to(folder).as_posix(): path.read_bytes()
                 for path in folder.glob("**/*") if path.is_file()}
    source, target = folder / "workload.json", folder / "workload.knhk"
    source.write_text(text)
    run = subprocess.run([command, "pack", str(source), "-o", str(target)], capture_output=True,
                         text=True, check=False)
    if run.returncode != 0:
        return "%s: knhk pack ended with %d: %s" % (name, run.returncode, run.stderr.strip())
    expected, found = container_of(pack(text, snapshots)), target.read_bytes()
    if expected == found:
        return None
    first = next((at for at, (a, b) in enumerate(zip(expected, found)) if a != b),
                 min(len(expected), len(found)))
    return "%s: byte %d differs (%d bytes expected, %d found)" % (name, first, len(expected),
                                                                 len(found))


def main(root, command):
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        # What examples name, built already: the command takes what it finds under a name.
        (Path(folder) / "sigma").mkdir()
        for path in (Path(root) / "examples").glob("**/sigma/*.json"):
            (Path(folder) / "sigma" / path.name).write_bytes(build(path.read_text()))
        (Path(folder) / SNAPSHOT).write_bytes((Path(folder) / "sigma/access.json").read_bytes())
        for name, text in files(Path(root)):
            problem = difference(name, text, command, Path(folder))
            if problem:
                print("workload_pack: " + problem, file=sys.stderr)
                return 1
            compared += 1
    print("%d workload files are packed as the documents say" % compared)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
