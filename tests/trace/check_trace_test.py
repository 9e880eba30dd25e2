# SPDX-License-Identifier: MIT
"""The checker of traces can fail: one fault each is planted in a trace that it accepts."""

import copy
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).with_name("check_trace.py")
NAMES = [{"ph": "M", "name": "thread_name", "pid": 1, "tid": tid, "args": {"name": f"core {tid}"}}
         for tid in (1, 2)]


def piece(tid, begin, length, name="TaskExecuted"):
    return {"ph": "X", "name": name, "pid": 1, "tid": tid, "ts": begin, "dur": length}


def flow(phase, tid, time, number=7):
    return {"ph": phase, "name": "waits", "cat": "task", "id": number, "pid": 1, "tid": tid,
            "ts": time}


GOOD = [piece(1, 1.0, 3.9), piece(1, 2.0, 0.1, "TaskEnqueued"), flow("s", 1, 2.0),
        piece(1, 6.0, 0.4), flow("f", 1, 6.0), piece(2, 2.0, 0.4)]


class CheckTrace(unittest.TestCase):
    def status_of(self, content):
        with tempfile.NamedTemporaryFile("wb", suffix=".trace") as trace:
            trace.write(content)
            trace.flush()
            command = [sys.executable, "-B", str(CHECKER), trace.name]
            return subprocess.run(command, capture_output=True, check=False).returncode

    def status(self, events):
        return self.status_of(json.dumps({"traceEvents": NAMES + events}).encode())

    def test_good_trace_passes(self):
        self.assertEqual(self.status(GOOD), 0)

    def spoiled(self, index, **changes):
        events = copy.deepcopy(GOOD)
        events[index].update(changes)
        return events

    def test_faults_are_found(self):
        faults = {
            "a slice that reaches over its parent's end": self.spoiled(1, dur=3.5),
            "a slice that ends with its parent": self.spoiled(1, dur=2.9),
            "two slices at one time": GOOD + [piece(2, 2.0, 0.2)],
            "a flow without an end": GOOD[:4],
            "a flow without a beginning": GOOD[:2] + GOOD[3:],
            "a flow that ends before it begins": GOOD[:1] + [flow("f", 1, 1.0)] + GOOD[1:4],
            "a flow that ends twice": GOOD + [flow("f", 2, 2.0)],
            "a flow that binds to nothing": self.spoiled(2, ts=2.5),
            "an id that a double cannot hold": GOOD[:2] + [flow("s", 1, 2.0, 2**53), GOOD[3],
                                                           flow("f", 1, 6.0, 2**53)],
            "an unknown thread": self.spoiled(5, tid=9),
        }
        for fault, events in faults.items():
            self.assertEqual(self.status(events), 1, fault)

    def test_what_is_no_trace_is_refused(self):
        self.assertEqual(self.status_of(b'{"traceEvents"'), 1)
        self.assertEqual(self.status_of(b"\x0a\x05hello"), 1)

    def test_protobuf_faults_are_found(self):
        # Packets by hand: a descriptor of track 2, then a slice named b that begins at 5 on it.
        named = bytes([0x0A, 14, 0x50, 1, 0x40, 5, 0x5A, 8, 0x48, 1, 0x58, 2, 0xBA, 1, 1]) + b"b"
        end = bytes([0x0A, 10, 0x50, 1, 0x40, 6, 0x5A, 4, 0x48, 2, 0x58, 2])
        track = bytes([0x0A, 10, 0x50, 1, 0xE2, 0x03, 5, 0x08, 2, 0x12, 1]) + b"t"
        self.assertEqual(self.status_of(track + named + end), 0)
        self.assertEqual(self.status_of(track + named), 1, "a slice that does not end")
        self.assertEqual(self.status_of(track + end), 1, "an end without a beginning")
        self.assertEqual(self.status_of(named + end), 1, "a track without a descriptor")
        unknown = bytes([0x0A, 4, 0x50, 1, 0x38, 1])
        self.assertEqual(self.status_of(unknown), 1, "a field that the schema does not know")


if __name__ == "__main__":
    unittest.main()
