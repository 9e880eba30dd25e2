# SPDX-License-Identifier: MIT
"""What docs/log-format.md says of single events and inputs. For recompute_digest.py."""

import struct

EVENT = struct.Struct("<QQQIHBB")
TASK = struct.Struct("<Q8HHBBBB2s4Q")
MAXIMUM_GUARDS = 8
HIGHEST_LEVEL = 2
FLAG_ROWS = 4
FLAGS = (0, 1, 2, 6)  # stateless; a delta; one that brings its rows
ROWS_ENTRIES = 2  # in the place of so many inputs
ROWS = struct.Struct("<8Q8QQII")
GUARD_IDS = 1024
POLICY_STEALING = 1
POLICY_BITS = {POLICY_STEALING: "stealing"}

KIND_TASK_ENQUEUED = 1
KIND_TASK_EXECUTED = 2
KIND_STATE_CHANGE = 3
KIND_INPUT = 4
KIND_TASK_STOLEN = 5
KIND_PROMOTION = 6
KIND_COMMIT = 7
HIGHEST_STATUS = {KIND_TASK_ENQUEUED: 4, KIND_TASK_EXECUTED: 10, KIND_STATE_CHANGE: 0,
                  KIND_INPUT: 0, KIND_TASK_STOLEN: 2, KIND_PROMOTION: 2, KIND_COMMIT: 0}
STATUS_DELTA = 4
HIGHEST_ROWS = 8  # of a delta
HIGHEST_CAUSE = 3  # of a parked fiber
HIGHEST_RECEIPTS = 256  # of a commit
SNAPSHOTS = 10  # of the workload, the loaded one, the one before
SNAPSHOT_GUARDS = 1024  # numbered behind the run's own
STATUS_GUARD_FAILED = 5
STATUS_OVER_BUDGET = 6
STATUS_PARKED = 7


def check_events(beat, core, data, offset, identity):
    """One core's events. Their timestamps strictly ascend and the core entries do too, which is
    what makes the keys (timestamp, core) of a beat unique."""
    previous_time = -1
    for time, task_id, digest, ticks, event_core, kind, status in EVENT.iter_unpack(data):
        if event_core != core:
            beat.fail("an event's core field is %d" % event_core, offset, core)
        if time <= previous_time:
            beat.fail("timestamp %d follows %d" % (time, previous_time), offset, core)
        if kind not in HIGHEST_STATUS:
            beat.fail("event kind %d is not known" % kind, offset, core)
        if status > HIGHEST_STATUS[kind]:
            beat.fail("status %d is not known for event kind %d" % (status, kind), offset, core)
        if kind == KIND_PROMOTION and ticks >= SNAPSHOTS:
            beat.fail("a promotion of snapshot %d" % ticks, offset, core)
        if kind == KIND_TASK_ENQUEUED and status == STATUS_DELTA:
            if not 1 <= ticks <= HIGHEST_ROWS:
                beat.fail("a delta of %d rows" % ticks, offset, core)
        elif ticks != 0 and kind in (KIND_TASK_ENQUEUED, KIND_STATE_CHANGE, KIND_INPUT):
            beat.fail("%d ticks in an event of kind %d" % (ticks, kind), offset, core)
        if kind == KIND_COMMIT and not 1 <= ticks <= HIGHEST_RECEIPTS:
            beat.fail("a commit of %d receipts" % ticks, offset, core)
        if kind == KIND_TASK_STOLEN:
            if not identity.policies & POLICY_STEALING:
                beat.fail("a stolen task in a run without stealing", offset, core)
            if ticks >= identity.cores or ticks == core:
                beat.fail("a task stolen from core %d" % ticks, offset, core)
        if kind == KIND_TASK_EXECUTED:
            if status == STATUS_OVER_BUDGET and digest != 0:
                beat.fail("an output's hash of a task over budget", offset, core)
            if status == STATUS_PARKED and digest > HIGHEST_CAUSE:
                beat.fail("a task parked for cause %d" % digest, offset, core)
            if status == STATUS_GUARD_FAILED and digest >= GUARD_IDS + SNAPSHOT_GUARDS:
                beat.fail("a failed guard of id %d" % digest, offset, core)
        if task_id != 0 and kind == KIND_STATE_CHANGE:
            beat.fail("a state change with task_id %d" % task_id, offset, core)
        previous_time = time
        offset += EVENT.size


def brings_rows(task):
    return bool(TASK.unpack(task)[13] & FLAG_ROWS)


def check_rows(rows):
    if len(rows) != ROWS.size:
        return "brings no whole rows"
    *words, _, length, reserved = ROWS.unpack(rows)
    if not 1 <= length <= HIGHEST_ROWS or reserved:
        return "brings %d rows" % length
    if any(words[length:8]) or any(words[8 + length:16]):
        return "brings rows behind the last"
    return None


def check_input(task, rows):
    """What is wrong with a task that came from outside; None if nothing is."""
    (_, *guards, _, level, _, guard_count, flags, reserved, _, _, _, _) = TASK.unpack(task)
    if guard_count > MAXIMUM_GUARDS:
        return "has %d guards" % guard_count
    if any(guards[guard_count:]) or any(guard >= GUARD_IDS for guard in guards):
        return "has the guards %r, %d of them" % (guards, guard_count)
    if level > HIGHEST_LEVEL:
        return "is of level %d" % level
    if flags not in FLAGS or any(reserved):
        return "has flags 0x%02x and reserved bytes %s" % (flags, reserved.hex())
    return check_rows(rows) if flags & FLAG_ROWS else None
