# SPDX-License-Identifier: MIT
"""Builds a snapshot and its receipt from a text, written from docs/sigma.md alone and sharing no
code with `knhk sigma`. It reads good texts only: whatever is wrong in one raises an exception."""

import hashlib
import json
import struct

from workload_packer import id_of

HEADER = struct.Struct("<QIIIIII32s64s")
TASK = struct.Struct("<HBBHH8H7HBB7HBBBB2xI")
HOOK = struct.Struct("<BBHIQQQ")
GUARD = struct.Struct("<BBHIQ")
PATTERN = struct.Struct("<HHI")
RECEIPT = struct.Struct("<QII32s")

MAGIC = 0x4D4749534B484E4B
RECEIPT_MAGIC = 0x545043524B484E4B
NO_TASK = 0xFFFF
ALL_INVARIANTS = 31
EMITTING = ("select_sp", "construct8")

OPERATIONS = {"ask_sp": (1, "s"), "count_sp_ge": (2, "sk"), "ask_spo": (3, "so"),
              "select_sp": (4, "s"), "count_sp_le": (5, "sk"), "count_sp_eq": (6, "sk"),
              "ask_op": (7, "o"), "unique_sp": (8, "s"), "count_op_ge": (9, "ok"),
              "count_op_le": (10, "ok"), "count_op_eq": (11, "ok"), "compare_o_eq": (12, "o"),
              "compare_o_gt": (13, "o"), "compare_o_lt": (14, "o"), "compare_o_ge": (15, "o"),
              "compare_o_le": (16, "o"), "validate_datatype_sp": (17, "so"),
              "validate_datatype_spo": (18, "so"), "construct8": (32, "o")}
GUARD_KINDS = {"tick_budget": (0, "v"), "carry": (1, "wv"), "authorization": (2, "wv"),
               "schema": (3, "v"), "custom": (255, "c")}
# id, ticks, and what a text states: branches (b, or 1 alone), a condition for each (c), a hook at
# least (h), when_true (t), when_false (f), and limits: need (n), rounds (r), attempts (a), beats
# (e), thresholds (s).
PATTERNS = {"sequence": (0, 1, "htf"), "parallel_split": (1, 2, "bf"),
            "synchronization": (2, 3, "tfn"), "exclusive_choice": (3, 1, "bchf"),
            "simple_merge": (4, 2, "tf"), "multi_choice": (5, 3, "bchf"),
            "structured_merge": (6, 4, "tf"), "multi_merge": (7, 3, "tf"),
            "discriminator": (8, 4, "tfn"), "arbitrary_cycles": (9, 5, "1htfr"),
            "implicit_termination": (10, 2, "b"), "deferred_choice": (15, 3, "bchfe"),
            "timeout": (43, 2, "1tfe"), "cancellation": (44, 1, "tfe"), "retry": (45, 2, "htfa"),
            "circuit_breaker": (46, 2, "htfes")}
TAKE_ONE = ("exclusive_choice", "deferred_choice")


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def places(parts):
    return {part["name"]: at for at, part in enumerate(parts)}


def filled(numbers, count):
    return numbers + [0] * (count - len(numbers))


def guard_bytes(guard):
    code, takes = GUARD_KINDS[guard["kind"]]
    word = number(guard["word"]) if "w" in takes else 0
    custom = number(guard["id"]) if "c" in takes else 0
    meaning = id_of if guard["kind"] == "schema" else number
    return GUARD.pack(code, word, custom, 0, meaning(guard["value"]) if "v" in takes else 0)


def hook_bytes(hook):
    code, takes = OPERATIONS[hook["op"]]
    flags, operands = 0, [0, 0]
    for at, (letter, field) in enumerate((("s", "subject"), ("o", "object"))):
        if letter not in takes:
            continue
        if isinstance(hook[field], dict):
            flags |= 1 << at
        else:
            operands[at] = id_of(hook[field])
    threshold = number(hook["threshold"]) if "k" in takes else 0
    return HOOK.pack(code, flags, 0, threshold, operands[0], id_of(hook["predicate"]),
                     operands[1])


def task_bytes(task, text, patterns):
    guards, hooks = places(text.get("guards", [])), places(text.get("hooks", []))
    tasks = places(text["tasks"])
    named_guards = [guards[name] for name in task.get("guards", [])]
    named_hooks = [hooks[name] for name in task.get("hooks", [])]
    branches = [tasks[name] for name in task.get("branches", [])]
    following = [tasks[task[field]] if field in task else NO_TASK
                 for field in ("when_true", "when_false")]
    limits = [number(task.get(field, 0)) for field in ("need", "rounds", "failures", "successes")]
    limits[1] = limits[1] or number(task.get("attempts", 0))
    return TASK.pack(patterns.index(PATTERNS[task["pattern"]][:2]), len(named_guards),
                     len(named_hooks), *following, *filled(named_guards, 8),
                     *filled(named_hooks, 7), ticks_of(task, text), len(branches),
                     *filled(branches, 7), *limits, number(task.get("beats", 0)))


def ticks_of(task, text):
    hooks = {hook["name"]: hook["op"] for hook in text.get("hooks", [])}
    pattern = task["pattern"]
    followed = "when_true" in task or "when_false" in task or pattern == "retry"
    branches = min(len(task.get("branches", [])), 1 if pattern in TAKE_ONE else 7)
    return (2 + PATTERNS[pattern][1] + len(task.get("guards", [])) + max(branches, int(followed)) +
            sum(9 if hooks[name] in EMITTING else 3 for name in task.get("hooks", [])))


def build(source):
    text = json.loads(source)
    patterns = sorted({PATTERNS[task["pattern"]][:2] for task in text["tasks"]})
    tables = b"".join([task_bytes(task, text, patterns) for task in text["tasks"]] +
                      [hook_bytes(hook) for hook in text.get("hooks", [])] +
                      [guard_bytes(guard) for guard in text.get("guards", [])] +
                      [PATTERN.pack(*pattern, 0) for pattern in patterns])

    def snapshot(snapshot_id):
        return HEADER.pack(MAGIC, 2, HEADER.size + len(tables), len(text["tasks"]),
                           len(text.get("hooks", [])), len(text.get("guards", [])), len(patterns),
                           snapshot_id, text["name"].encode()) + tables

    snapshot_id = hashlib.sha256(snapshot(bytes(32))).digest()
    receipt = RECEIPT.pack(RECEIPT_MAGIC, 1, ALL_INVARIANTS, snapshot_id)
    return snapshot(snapshot_id) + receipt + hashlib.sha256(receipt).digest()
