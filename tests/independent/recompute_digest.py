# SPDX-License-Identifier: MIT
"""Reads a log and recomputes its digests, written from docs/log-format.md alone and sharing no code
with the program that wrote the log. Usage: recompute_digest.py LOG [--expect HEX]; exit status 0
when everything agrees, 1 when a check fails, 2 when the input cannot be read as a complete log."""

import argparse
import hashlib
import os
import string
import struct
import sys

sys.dont_write_bytecode = True  # the import below must not leave a folder in the source tree

from log_events import EVENT, GUARD_IDS, POLICY_BITS, check_events  # noqa: E402
from xxh3 import digest_text, xxh3_128  # noqa: E402

MAGIC_NUMBER = 0x01474F4C4B484E4B
FORMAT_VERSION = 2
CONTRACT_VERSION = 2
LEVELS = ("digest", "inputs", "full")
LEVEL_DIGEST, LEVEL_INPUTS, LEVEL_FULL = range(3)
END_REASONS = ("quiescent", "beat limit", "stopped")

MAGIC = struct.Struct("<Q")
HEADER = struct.Struct("<QIIII16s")
FIELD = struct.Struct("<HHI")
HANDLER = struct.Struct("<HHI")
TAG_AND_SIZE = struct.Struct("<II")
BEAT = struct.Struct("<IIQQII16s")
CORE_ENTRY = struct.Struct("<HHI16s")
TRAILER = struct.Struct("<IIIIQQ16s")

TAG_BEAT = 0x54414542
TAG_END = 0x20444E45

MAXIMUM_CORES = 256
MAXIMUM_IDENTITY_BYTES = 192 * 1024
MAXIMUM_WORKLOAD_BYTES = 4 * 1024 * 1024
LOG_SHARE_BYTES = 512 * 1024  # of all cores together in a beat
MAXIMUM_LATENCY = 7
READ_PIECE_BYTES = 64 * 1024

FIELD_NAMES = {
    1: "log format", 2: "contract", 3: "cores", 4: "latencies", 5: "capacities", 6: "costs",
    7: "seed", 8: "handlers", 9: "workload", 10: "policies", 11: "guards",
}
# 4, 8 and 11 have no fixed size.
FIELD_BYTES = {1: 4, 2: 4, 3: 4, 5: 23 * 4, 6: 10 * 4, 7: 8, 9: 32, 10: 4}
TAG_HANDLERS = 8
TAG_GUARDS = 11
MAXIMUM_NAME_BYTES = 64

ZERO_DIGEST = bytes(16)


class CheckFailed(Exception):
    """The log could be read and contradicts its format or itself."""
    exit_status = 1

    def __init__(self, message, offset, beat=None, core=None):
        place = "offset %d" % offset
        if beat is not None:
            place += ", beat %d" % beat
        if core is not None:
            place += ", core %d" % core
        super().__init__("%s: %s" % (place, message))


class Unreadable(Exception):
    """Not a log, a log of another version, or a log that was cut."""
    exit_status = 2


class WrongUsage(Unreadable):
    pass


class Input:
    """A file read front to back. It never reads more than was asked for, so a false size in the log
    costs no more memory than the limit that the caller has checked it against."""

    def __init__(self, stream):
        self.stream = stream
        self.offset = 0
        self.last_whole = "no beat is complete"

    def read(self, size, what):
        data = self.stream.read(size)
        if len(data) != size:
            raise Unreadable("cut at offset %d: %s needs %d bytes at offset %d (%s)" % (
                self.offset + len(data), what, size, self.offset, self.last_whole))
        self.offset += size
        return data

    def at_end(self):
        return not self.stream.peek(1)


class Identity:
    """What the identity's fields say. `offset` is where it lies in the file."""

    def __init__(self, data, offset):
        self.fields = {}
        self.offsets = {}
        self.read_fields(data, offset)
        self.require(1, FORMAT_VERSION)
        self.require(2, CONTRACT_VERSION)
        self.cores = self.integer(3)
        if not 1 <= self.cores <= MAXIMUM_CORES:
            raise CheckFailed("%d cores, not 1 to %d" % (self.cores, MAXIMUM_CORES),
                              self.offsets[3])
        self.check_latencies()
        self.seed = self.integer(7)
        self.handlers = list(self.read_names(TAG_HANDLERS, "handler"))
        self.guards = list(self.read_names(TAG_GUARDS, "guard"))
        self.policies = self.integer(10)
        if self.policies & ~sum(POLICY_BITS):
            raise CheckFailed("policies 0x%x are not known" % self.policies, self.offsets[10])
        self.workload_hash = self.fields[9]
        self.share_events = LOG_SHARE_BYTES // self.cores // EVENT.size

    def read_fields(self, data, offset):
        position = 0
        previous_tag = 0
        while position < len(data):
            here = offset + position
            if len(data) - position < FIELD.size:
                raise CheckFailed("identity ends inside a field's head", here)
            tag, zero, size = FIELD.unpack_from(data, position)
            position += FIELD.size
            if tag <= previous_tag:
                raise CheckFailed("identity tag %d after tag %d" % (tag, previous_tag), here)
            if tag not in FIELD_NAMES:
                raise CheckFailed("identity tag %d is not known" % tag, here)
            if zero != 0:
                raise CheckFailed("identity field %d has %d where zero belongs" % (tag, zero), here)
            if size > len(data) - position:
                raise CheckFailed("identity field %d, %d bytes, passes the identity's end"
                                  % (tag, size), here)
            if size != FIELD_BYTES.get(tag, size):
                raise CheckFailed("identity field %d (%s) has %d bytes, not %d"
                                  % (tag, FIELD_NAMES[tag], size, FIELD_BYTES[tag]), here)
            self.fields[tag] = data[position:position + size]
            self.offsets[tag] = offset + position
            position += size
            previous_tag = tag
        for tag, name in FIELD_NAMES.items():
            if tag not in self.fields:
                raise CheckFailed("identity has no field %d (%s)" % (tag, name), offset)

    def integer(self, tag):
        return int.from_bytes(self.fields[tag], "little")

    def require(self, tag, value):
        if self.integer(tag) != value:
            raise CheckFailed("identity field %d (%s) is %d, not %d"
                              % (tag, FIELD_NAMES[tag], self.integer(tag), value),
                              self.offsets[tag])

    def check_latencies(self):
        latencies = self.fields[4]
        if len(latencies) != self.cores * self.cores:
            raise CheckFailed("%d latencies for %d cores" % (len(latencies), self.cores),
                              self.offsets[4])
        for index, latency in enumerate(latencies):
            if not 1 <= latency <= MAXIMUM_LATENCY:
                source, destination = divmod(index, self.cores)
                raise CheckFailed("latency from core %d to core %d is %d, not 1 to %d"
                                  % (source, destination, latency, MAXIMUM_LATENCY),
                                  self.offsets[4] + index)

    def read_names(self, tag, what):
        data = self.fields[tag]
        position = 0
        previous_id = -1
        while position < len(data):
            here = self.offsets[tag] + position
            if len(data) - position < HANDLER.size:
                raise CheckFailed("the %ss end inside a %s's head" % (what, what), here)
            entry_id, name_bytes, version = HANDLER.unpack_from(data, position)
            position += HANDLER.size
            if entry_id <= previous_id:
                raise CheckFailed("%s %d after %s %d" % (what, entry_id, what, previous_id), here)
            if tag == TAG_GUARDS and entry_id >= GUARD_IDS:
                raise CheckFailed("guard %d, not below %d" % (entry_id, GUARD_IDS), here)
            if name_bytes > MAXIMUM_NAME_BYTES or name_bytes > len(data) - position:
                raise CheckFailed("the name of %s %d is longer than %d bytes or passes the end"
                                  % (what, entry_id, MAXIMUM_NAME_BYTES), here)
            yield entry_id, version, data[position:position + name_bytes]
            position += name_bytes
            previous_id = entry_id


class Beat:
    """The fixed part of a beat block."""

    def __init__(self, data, offset):
        self.offset = offset
        (_, self.size_bytes, self.number, self.start_time, self.event_count, self.core_count,
         self.chain) = BEAT.unpack(data)

    def fail(self, message, offset=None, core=None):
        raise CheckFailed(message, self.offset if offset is None else offset, self.number, core)


class Log:
    """Reads the whole log and keeps what is needed for the lines that main prints."""

    def __init__(self, source):
        self.source = source
        self.chain = ZERO_DIGEST
        self.beats = 0
        self.events = 0
        self.links_recomputed = 0
        self.previous_beat = None
        self.read_head()
        self.read_blocks()

    def read_head(self):
        magic = self.source.read(MAGIC.size, "the magic")
        if MAGIC.unpack(magic) != (MAGIC_NUMBER,):
            raise Unreadable("not a log: it does not begin with the magic")
        _, version, self.level, identity_bytes, workload_bytes, self.identity_hash = HEADER.unpack(
            magic + self.source.read(HEADER.size - MAGIC.size, "the header"))
        if version != FORMAT_VERSION:
            raise Unreadable("log format version %d: only version %d can be read"
                             % (version, FORMAT_VERSION))
        if self.level >= len(LEVELS):
            raise CheckFailed("level %d is not known" % self.level, 12)
        if identity_bytes > MAXIMUM_IDENTITY_BYTES:
            raise CheckFailed("identity of %d bytes, more than %d"
                              % (identity_bytes, MAXIMUM_IDENTITY_BYTES), 16)
        if self.level == LEVEL_DIGEST and workload_bytes != 0:
            raise CheckFailed("workload text of %d bytes at level digest" % workload_bytes, 20)
        if workload_bytes > MAXIMUM_WORKLOAD_BYTES:
            raise CheckFailed("workload text of %d bytes, more than %d"
                              % (workload_bytes, MAXIMUM_WORKLOAD_BYTES), 20)
        self.read_identity(identity_bytes)
        self.read_workload(workload_bytes)
        padding_offset = self.source.offset
        if any(self.source.read(-(identity_bytes + workload_bytes) % 8, "the padding")):
            raise CheckFailed("the padding is not zero", padding_offset)

    def read_identity(self, identity_bytes):
        offset = self.source.offset
        data = self.source.read(identity_bytes, "the identity")
        computed = xxh3_128(data)
        if computed != self.identity_hash:
            raise CheckFailed("the identity hashes to %s, the header says %s"
                              % (digest_text(computed), digest_text(self.identity_hash)), offset)
        self.identity = Identity(data, offset)

    def read_workload(self, workload_bytes):
        offset = self.source.offset
        sha256 = hashlib.sha256()
        left = workload_bytes
        while left > 0:
            piece = self.source.read(min(left, READ_PIECE_BYTES), "the workload text")
            sha256.update(piece)
            left -= len(piece)
        if self.level != LEVEL_DIGEST and sha256.digest() != self.identity.workload_hash:
            raise CheckFailed("the SHA-256 of the workload text, %s, is not the identity's, %s"
                              % (sha256.hexdigest(), self.identity.workload_hash.hex()), offset)

    def read_blocks(self):
        while True:
            offset = self.source.offset
            if self.source.at_end():
                raise Unreadable("cut at offset %d: no trailer (%s)"
                                 % (offset, self.source.last_whole))
            head = self.source.read(TAG_AND_SIZE.size, "a block's head")
            tag, size_bytes = TAG_AND_SIZE.unpack(head)
            if tag == TAG_END:
                if size_bytes != TRAILER.size:
                    raise CheckFailed("trailer of %d bytes, not %d" % (size_bytes, TRAILER.size),
                                      offset)
                self.read_trailer(head, offset)
                return
            if tag != TAG_BEAT:
                raise CheckFailed("a block with the unknown tag 0x%08x" % tag, offset)
            self.read_beat(head, offset)

    def read_beat(self, head, offset):
        rest = self.source.read(BEAT.size - len(head), "a beat block's head")
        beat = Beat(head + rest, offset)
        self.check_beat_head(beat)
        core_digests = self.read_cores(beat) if self.level == LEVEL_FULL else {}
        # Where nothing was recorded every h is zero, so this link can be recomputed at any level.
        if self.level == LEVEL_FULL or beat.event_count == 0:
            self.check_chain(beat, core_digests)
        self.chain = beat.chain
        self.beats += 1
        self.events += beat.event_count
        self.previous_beat = beat
        self.source.last_whole = "%d beats are complete, the last is %d" % (self.beats, beat.number)

    def check_beat_head(self, beat):
        previous = self.previous_beat
        cores = self.identity.cores
        if previous is not None and beat.number <= previous.number:
            beat.fail("follows beat %d" % previous.number)
        # Not strictly: the format does not say that a beat without events moves the time.
        if previous is not None and beat.start_time < previous.start_time:
            beat.fail("start_time %d is before %d, that of beat %d"
                      % (beat.start_time, previous.start_time, previous.number))
        if beat.event_count > cores * self.identity.share_events:
            beat.fail("%d events, more than %d cores can record, %d each"
                      % (beat.event_count, cores, self.identity.share_events))
        if beat.core_count > (cores if self.level == LEVEL_FULL else 0):
            beat.fail("%d core entries at level %s with %d cores"
                      % (beat.core_count, LEVELS[self.level], cores))
        size_bytes = BEAT.size
        if self.level == LEVEL_FULL:
            size_bytes += beat.core_count * CORE_ENTRY.size + beat.event_count * EVENT.size
        if beat.size_bytes != size_bytes:
            beat.fail("size_bytes is %d, its counts make %d" % (beat.size_bytes, size_bytes))

    def read_cores(self, beat):
        """Checks the core entries and their events; returns h by core."""
        entries = self.read_core_entries(beat)
        digests = {}
        for core, event_count, stored in entries:
            offset = self.source.offset
            data = self.source.read(event_count * EVENT.size, "the events of core %d" % core)
            computed = xxh3_128(data)
            if computed != stored:
                beat.fail("the events hash to %s, the core entry says %s"
                          % (digest_text(computed), digest_text(stored)), offset, core)
            check_events(beat, core, data, offset, self.identity)
            digests[core] = computed
        return digests

    def read_core_entries(self, beat):
        offset = self.source.offset
        data = self.source.read(beat.core_count * CORE_ENTRY.size, "the core entries")
        entries = []
        previous_core = -1
        for core, reserved, event_count, digest in CORE_ENTRY.iter_unpack(data):
            if core >= self.identity.cores:
                beat.fail("there are %d cores" % self.identity.cores, offset, core)
            if core <= previous_core:
                beat.fail("its entry follows that of core %d" % previous_core, offset, core)
            if reserved != 0:
                beat.fail("reserved is %d, not 0" % reserved, offset, core)
            if not 1 <= event_count <= self.identity.share_events:
                beat.fail("%d events, not 1 to %d" % (event_count, self.identity.share_events),
                          offset, core)
            entries.append((core, event_count, digest))
            previous_core = core
            offset += CORE_ENTRY.size
        total = sum(event_count for _, event_count, _ in entries)
        if total != beat.event_count:
            beat.fail("event_count is %d, its core entries add up to %d"
                      % (beat.event_count, total))
        return entries

    def check_chain(self, beat, core_digests):
        text = self.chain + struct.pack("<QQ", beat.number, beat.start_time) + b"".join(
            core_digests.get(core, ZERO_DIGEST) for core in range(self.identity.cores))
        computed = xxh3_128(text)
        if computed != beat.chain:
            beat.fail("the chain is %s, the block says %s"
                      % (digest_text(computed), digest_text(beat.chain)))
        self.links_recomputed += 1

    def read_trailer(self, head, offset):
        (_, _, end_reason, reserved, beats, events, stored) = TRAILER.unpack(
            head + self.source.read(TRAILER.size - len(head), "the trailer"))
        if end_reason >= len(END_REASONS):
            raise CheckFailed("end_reason %d is not known" % end_reason, offset + 8)
        if reserved != 0:
            raise CheckFailed("the trailer's reserved is %d, not 0" % reserved, offset + 12)
        if beats != self.beats:
            raise CheckFailed("the trailer says %d beats, the log has %d" % (beats, self.beats),
                              offset + 16)
        if events != self.events:
            raise CheckFailed("the trailer says %d events, the beats add up to %d"
                              % (events, self.events), offset + 24)
        self.run_digest = xxh3_128(self.identity_hash + self.chain)
        if self.run_digest != stored:
            raise CheckFailed("the run digest is %s, the trailer says %s"
                              % (digest_text(self.run_digest), digest_text(stored)), offset + 32)
        if not self.source.at_end():
            raise CheckFailed("bytes follow the trailer", self.source.offset)
        self.end_reason = END_REASONS[end_reason]


# ---- The command -----

def printable(data):
    """A name on one line: the format does not say what bytes a name may hold."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "\\x%02x" % byte for byte in data)


def report_lines(log):
    identity = log.identity
    yield "level %s" % LEVELS[log.level]
    yield "cores %d" % identity.cores
    yield "seed %d" % identity.seed
    for handler_id, version, name in identity.handlers:
        yield "handler %d version %d %s" % (handler_id, version, printable(name))
    for guard_id, version, name in identity.guards:
        yield "guard %d version %d %s" % (guard_id, version, printable(name))
    for bit, name in POLICY_BITS.items():
        if identity.policies & bit:
            yield "policy %s" % name
    yield "beats %d" % log.beats
    yield "events %d" % log.events
    yield "end %s" % log.end_reason
    yield "run_digest %s" % digest_text(log.run_digest)
    yield "ok identity: I recomputed"
    if log.level != LEVEL_DIGEST:
        yield "ok workload: SHA-256 of the text recomputed"
    if log.level == LEVEL_FULL:
        yield "ok events: order, cores, counts and each core's h recomputed"
        yield "ok chain: %d of %d links recomputed" % (log.links_recomputed, log.beats)
    else:
        yield ("ok chain: continuity read only, %d of %d links recomputed: level %s stores no h"
               % (log.links_recomputed, log.beats, LEVELS[log.level]))
    yield "ok trailer: D recomputed from I and the last E, counts add up"


class Arguments(argparse.ArgumentParser):
    def error(self, message):  # argparse would print several lines
        raise WrongUsage(message)


def parse_arguments(arguments):
    parser = Arguments(description="Recomputes the digests of a log.", allow_abbrev=False)
    parser.add_argument("log", metavar="LOG")
    parser.add_argument("--expect", metavar="HEX",
                        help="the run digest it must have: 32 hex digits")
    parsed = parser.parse_args(arguments)
    if parsed.expect is not None:
        if len(parsed.expect) != 32 or not set(parsed.expect) <= set(string.hexdigits):
            raise WrongUsage("--expect takes 32 hex digits")
        parsed.expect = parsed.expect.lower()
    return parsed


def check(arguments):
    """Nothing is printed before everything was checked: a failure prints its one line alone."""
    with open(arguments.log, "rb") as stream:
        log = Log(Input(stream))
    run_digest = digest_text(log.run_digest)
    if arguments.expect is not None and run_digest != arguments.expect:
        raise CheckFailed("the run digest is %s, expected %s" % (run_digest, arguments.expect),
                          log.source.offset - len(log.run_digest))
    for line in report_lines(log):
        print(line)
    if arguments.expect is not None:
        print("ok expected: the run digest is the expected one")


def main(arguments):
    name = ""
    try:
        parsed = parse_arguments(arguments)
        name = "%s: " % printable(os.fsencode(parsed.log))
        check(parsed)
        return 0
    except (CheckFailed, Unreadable) as failure:
        print("recompute_digest: %s%s" % (name, failure), file=sys.stderr)
        return failure.exit_status
    except OSError as failure:
        print("recompute_digest: %s%s" % (name, failure.strerror), file=sys.stderr)
        return Unreadable.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
