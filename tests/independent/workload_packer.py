# SPDX-License-Identifier: MIT
"""Packs a workload file, written from docs/workload.md alone and sharing no code with `knhk pack`.
It reads good files only: whatever is wrong in one raises some exception."""

import json
import struct

HEADER = struct.Struct("<QIIIIQ8I16sIIIIIIIII12x64s")
GUARD = struct.Struct("<HBBIQQQ")
OBSERVATION = struct.Struct("<4Q")
KIND = struct.Struct("<IIQ")
STEP_HEAD = struct.Struct("<BBBBIIIQQ")
GROUP_HEAD = struct.Struct("<QQQQ")
RUN = struct.Struct("<8Q8QQII")
TASK = struct.Struct("<Q8HHBBBB2x4Q")

MAGIC = 0x4B524F574B484E4B
VERSION = 3
FLAG_SEED, FLAG_STEALING = 1, 2
SCRIPT_HANDLER, EVAL_HANDLER = 6, 7
OTHER_SNAPSHOTS = {"loaded": 8, "before": 9}
VALUE = "value"  # in place of a number: what the step's value is then
NOT_ORDERED = 2**64 - 1
FLAG_STATELESS, FLAG_DELTA = 1, 2

SUBJECTS = ("", "payload", "state", "observation", "id")
TESTS = ("never", "always", "equal", "not_equal", "less", "at_least", "any_bits", "all_bits",
         "between")
ACTS = ("set", "random", "pure", "observe", "read", "add", "touch", "work", "output", "spawn",
        "send", "order", "promote")
EMISSIONS = ("spawn", "send", "order")
ORIGINS = ("zero", "own", "value")
TIMES = ("at", "after", "within")
PRIORITIES = ("high", "normal", "low")
TOPOLOGIES = ("", "flat", "hierarchical", "mesh", "matrix")


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def id_of(value):
    """A subject, a predicate or an object: a number, or a text."""
    if isinstance(value, str) and not value.startswith("0x"):
        return fnv1a(value.encode())
    return number(value)


def numbers(values, count):
    assert len(values) == count
    return [number(value) for value in values]


def padded(values, count):
    return list(values) + [0] * (count - len(values))


def task_bytes(fields, task_id, handler, payload):
    guards = [number(guard) for guard in fields.get("guards", [])]
    return TASK.pack(task_id, *padded(guards, 8), handler,
                     PRIORITIES.index(fields.get("priority", "normal")),
                     number(fields.get("budget", 8)), len(guards),
                     FLAG_STATELESS * fields.get("stateless", False)
                     + FLAG_DELTA * fields.get("delta", False), *payload)


def pack_guard(guard):
    test = guard["test"]
    if test in ("never", "always"):
        return GUARD.pack(number(guard["id"]), 0, TESTS.index(test), 0, 0, 0, 0)
    subject = guard["of"]
    index = 0 if subject == "id" else number(guard["word"])
    if subject == "observation":
        index += 4 * number(guard["observation"])
    return GUARD.pack(number(guard["id"]), SUBJECTS.index(subject), TESTS.index(test), index,
                      number(guard["value"]), number(guard["to"]) if test == "between" else 0, 0)


def evaluation(fields):
    """The payload of a task that evaluates one of the snapshot."""
    def word(value, meaning):
        return value if value == VALUE else meaning(value)
    first = number(fields["eval"]) + (number(fields.get("life", 0)) << 32)
    return [first, word(fields["run"], number)] + [word(value, id_of)
                                                   for value in fields.get("data", [0, 0])]


def pack_emission(step, kinds):
    act = ACTS.index(step["do"])
    identity = step.get("id", {})
    time, time_is = 0, 0
    if step["do"] == "order":
        time_name, = set(TIMES) & set(step)
        time, time_is = number(step[time_name]), TIMES.index(time_name)
    by_kind = "kind" in step
    target = 0 if by_kind else 1
    if by_kind:
        payload = [0, 0] + numbers(step.get("data", [0, 0]), 2)
        task = task_bytes(step, 0, SCRIPT_HANDLER, payload)
    elif "eval" in step:
        words = evaluation(step)
        target += sum(2 << i for i, word in enumerate(words[1:]) if word == VALUE)
        task = task_bytes(step, 0, EVAL_HANDLER, [0 if word == VALUE else word for word in words])
    else:
        payload = numbers(step.get("payload", [0] * 4), 4)
        task = task_bytes(step, 0, number(step["handler"]), payload)
    return STEP_HEAD.pack(act, ORIGINS.index(identity.get("from", "own")), time_is,
                          target, kinds[step["kind"]] if by_kind else 0,
                          number(step.get("one_in", 1)),
                          number(step.get("share", 1)) if by_kind else 0,
                          number(identity.get("add", 0)), time) + task


def pack_step(step, kinds):
    if step["do"] in EMISSIONS:
        return pack_emission(step, kinds)
    index = number(step.get("word", 0)) + 4 * number(step.get("observation", 0))
    snapshot = step.get("snapshot", 0)
    index += OTHER_SNAPSHOTS[snapshot] if snapshot in OTHER_SNAPSHOTS else number(snapshot)
    value = number(step.get("value", step.get("ticks", 0)))
    return STEP_HEAD.pack(ACTS.index(step["do"]), 0, 0, 0, index, number(step.get("one_in", 1)), 0,
                          value, 0) + bytes(TASK.size)


def groups_of(entry, kinds):
    """(beat, bytes) for each repetition of an entry of `inputs`."""
    if "kind" in entry:
        life = number(entry.get("life", 0))
        payload = [kinds[entry["kind"]] + (life << 32), number(entry.get("value", 0))]
        payload += numbers(entry.get("data", [0, 0]), 2)
        handler = SCRIPT_HANDLER
    elif "eval" in entry:
        payload, handler = evaluation(entry), EVAL_HANDLER
    else:
        payload = numbers(entry.get("payload", [0] * 4), 4)
        handler = number(entry["handler"])
    task = task_bytes(entry, number(entry["id"]), handler, payload)
    for repetition in range(number(entry.get("times", 1))):
        beat = number(entry.get("beat", 0)) + repetition * number(entry.get("every", 1))
        yield beat, GROUP_HEAD.pack(beat, number(entry.get("count", 1)),
                                    number(entry.get("id_step", 1)),
                                    number(entry.get("at", NOT_ORDERED))) + task


def topology_fields(topology):
    """Kind, counts, latencies, hops, matrix."""
    if not topology:
        return 0, [0] * 8, bytes(16), 0, b""
    (name, value), = topology.items()
    kind = TOPOLOGIES.index(name)
    counts, latencies, hops, matrix = [], [], 0, b""
    if name == "flat":
        latencies = [number(value)]
    elif name == "hierarchical":
        counts = [number(group) for group in value["groups"]]
        latencies = [number(latency) for latency in value["latencies"]]
    elif name == "mesh":
        counts = ([number(size) for size in value["dimensions"]] + [1, 1])[:3]
        latencies, hops = [number(value["latency"])], number(value["hops_per_beat"])
    else:
        matrix = bytes(number(latency) for row in value for latency in row)
    return kind, padded(counts, 8), bytes(padded(latencies, 16)), hops, matrix


def pack_run(run):
    rows = [[id_of(subject), id_of(item)] for subject, item in run["rows"]]
    return RUN.pack(*padded([subject for subject, _ in rows], 8),
                    *padded([item for _, item in rows], 8), id_of(run["predicate"]), len(rows), 0)


def pack(text, snapshots):
    """`snapshots`: the bytes of each file that the text may name."""
    workload = json.loads(text)
    kinds = {kind["name"]: i for i, kind in enumerate(workload.get("kinds", []))}
    guards = [pack_guard(guard) for guard in workload.get("guards", [])]
    observations = [OBSERVATION.pack(*numbers(row, 4)) for row in workload.get("observations", [])]
    kind_rows, steps = [], []
    for kind in workload.get("kinds", []):
        kind_rows.append(KIND.pack(len(steps), len(kind["steps"]), 0))
        steps += [pack_step(step, kinds) for step in kind["steps"]]
    groups = [group for entry in workload["inputs"] for group in groups_of(entry, kinds)]
    groups.sort(key=lambda group: group[0])  # stable: within a beat as in the file
    runs = [pack_run(run) for run in workload.get("runs", [])]
    sigma = [snapshots[name] for name in workload.get("sigma", [])]
    flags = (FLAG_SEED if "seed" in workload else 0) + (
        FLAG_STEALING if workload.get("stealing", False) else 0)
    topology, counts, latencies, hops, matrix = topology_fields(workload.get("topology"))
    header = HEADER.pack(MAGIC, VERSION, flags, number(workload.get("cores", 0)), topology,
                         number(workload.get("seed", 0)), *counts, latencies, hops, len(guards),
                         len(observations), len(kind_rows), len(steps), len(groups),
                         len(runs), len(sigma), sum(map(len, sigma)), workload["name"].encode())
    packed = b"".join([header, *guards, *observations, *kind_rows, *steps,
                       *(group for _, group in groups), *runs, *sigma, matrix])
    return packed + bytes(-len(packed) % 8)
