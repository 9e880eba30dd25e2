# SPDX-License-Identifier: MIT
"""How far a log is whole, by docs/log-format.md: for tests that end a recorder before its run is
over. Shares the independent reader's hashes and nothing of the program's code. Checks are not
recomputed: these logs are compared with one of which all were."""

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "independent"))
sys.dont_write_bytecode = True

from xxh3 import xxh3_128  # noqa: E402

HEADER_BYTES = 48
RECORD = struct.Struct("<4sI")
BEAT = struct.Struct("<4sIQQII16sQ")
ZERO_CHAIN = bytes(16)


@dataclass
class Whole:
    """What stands before the place where a log was cut."""
    beats: int
    beat: int  # the last one's number; -1 if there is none
    chain: bytes
    has_trailer: bool
    identity_hash: bytes

    def run_digest(self):
        return xxh3_128(self.identity_hash + self.chain)


class NoLog(Exception):
    """Cut before its first record."""


class Damaged(Exception):
    pass


def first_record(data):
    if len(data) < HEADER_BYTES:
        raise NoLog("cut within the header")
    identity_bytes, workload_bytes = struct.unpack_from("<II", data, 16)
    at = (HEADER_BYTES + identity_bytes + workload_bytes + 7) // 8 * 8
    if at > len(data):
        raise NoLog("cut within identity and workload")
    return at


def read_whole(data):
    """Up to the last whole record. Raises NoLog, or Damaged when a record cannot be."""
    at = first_record(data)
    whole = Whole(0, -1, ZERO_CHAIN, False, bytes(data[24:40]))
    while at + RECORD.size <= len(data) and not whole.has_trailer:
        tag, size_bytes = RECORD.unpack_from(data, at)
        if size_bytes < 32 or size_bytes % 8 != 0:
            raise Damaged(f"a record of {size_bytes} bytes at {at}")
        if at + size_bytes > len(data):
            return whole
        if tag == b"BEAT":
            fields = BEAT.unpack_from(data, at)
            whole = Whole(whole.beats + 1, fields[2], fields[6], False, whole.identity_hash)
        elif tag == b"END ":
            whole.has_trailer = True
        elif tag not in (b"EPOC", b"INPT", b"RSUM"):
            raise Damaged(f"tag {tag} at {at}")
        at += size_bytes
    return whole
