# SPDX-License-Identifier: MIT
"""Builds a snapshot and its receipt from a text, written from docs/sigma.md alone and sharing no
code with `knhk sigma`. It reads good texts only: whatever is wrong in one raises an exception."""

import hashlib
import json
import struct

from workload_packer import id_of

HEADER = struct.Struct("<QIIIIII32s64s")
TASK = struct.Struct("<HBBHH8H7H26x")
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
PATTERNS = {"sequence": (0, 1)}


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
    named_hooks = [hooks[name] for name in task["hooks"]]
    following = [tasks[task[field]] if field in task else NO_TASK
                 for field in ("when_true", "when_false")]
    return TASK.pack(patterns.index(PATTERNS[task["pattern"]]), len(named_guards), len(named_hooks),
                     *following, *filled(named_guards, 8), *filled(named_hooks, 7))


def ticks_of(task, text):
    hooks = {hook["name"]: hook["op"] for hook in text["hooks"]}
    return (2 + PATTERNS[task["pattern"]][1] + len(task.get("guards", [])) +
            sum(9 if hooks[name] in EMITTING else 3 for name in task["hooks"]))


def build(source):
    text = json.loads(source)
    patterns = sorted({PATTERNS[task["pattern"]] for task in text["tasks"]})
    tables = b"".join([task_bytes(task, text, patterns) for task in text["tasks"]] +
                      [hook_bytes(hook) for hook in text.get("hooks", [])] +
                      [guard_bytes(guard) for guard in text.get("guards", [])] +
                      [PATTERN.pack(*pattern, 0) for pattern in patterns])

    def snapshot(snapshot_id):
        return HEADER.pack(MAGIC, 1, HEADER.size + len(tables), len(text["tasks"]),
                           len(text.get("hooks", [])), len(text.get("guards", [])), len(patterns),
                           snapshot_id, text["name"].encode()) + tables

    snapshot_id = hashlib.sha256(snapshot(bytes(32))).digest()
    receipt = RECEIPT.pack(RECEIPT_MAGIC, 1, ALL_INVARIANTS, snapshot_id)
    return snapshot(snapshot_id) + receipt + hashlib.sha256(receipt).digest()
