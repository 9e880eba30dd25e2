# SPDX-License-Identifier: MIT
"""Reads a log and recomputes its digests, checks and lockchain, written from docs/log-format.md
alone and sharing no code with the program that wrote the log. Usage: recompute_digest.py LOG
[--expect HEX]; exit status 0 when everything agrees, 1 when a check fails, 2 when the input cannot
be read as a complete log."""

import argparse
import hashlib
import os
import string
import struct
import sys

sys.dont_write_bytecode = True  # the imports below must not leave a folder in the source tree

from lockchain import Lockchain, epoch_leaf, peak_sizes  # noqa: E402
from log_events import (EVENT, POLICY_BITS, ROWS_ENTRIES, brings_rows, check_events,  # noqa: E402
                        check_input)
from log_identity import FORMAT_VERSION, Identity  # noqa: E402
from log_input import CheckFailed, Input, Unreadable  # noqa: E402
from xxh3 import digest_text, xxh3_64, xxh3_128  # noqa: E402

MAGIC_NUMBER = 0x01474F4C4B484E4B
LEVELS = ("digest", "inputs", "full")
LEVEL_DIGEST, LEVEL_INPUTS, LEVEL_FULL = range(3)
FLAG_OPEN = 1
END_REASONS = ("quiescent", "beat limit", "stopped")

MAGIC = struct.Struct("<Q")
HEADER = struct.Struct("<QIHHII16sQ")
TAG_AND_SIZE = struct.Struct("<II")
BEAT = struct.Struct("<IIQQII16sQ")
CORE_ENTRY = struct.Struct("<HHI16s")
INPUTS = struct.Struct("<IIQQ")
INPUT = struct.Struct("<64sQ")
EPOCH = struct.Struct("<IIQQQ16s32sQQ")
RESUMED = struct.Struct("<IIQQQ16s")
TRAILER = struct.Struct("<IIIIQQQ16s32sQ")
CHECK = struct.Struct("<Q")
INPUTS_CHECKED = struct.Struct("<QQQQ")

TAG_BEAT = 0x54414542
TAG_INPUTS = 0x54504E49
TAG_EPOCH = 0x434F5045
TAG_RESUMED = 0x4D555352
TAG_END = 0x20444E45

EPOCH_BEATS = 8  # docs/determinism.md, 1
MAXIMUM_INPUTS = 1024

MAXIMUM_IDENTITY_BYTES = 192 * 1024
MAXIMUM_WORKLOAD_BYTES = 4 * 1024 * 1024
READ_PIECE_BYTES = 64 * 1024

ZERO_DIGEST = bytes(16)


class WrongUsage(Unreadable):
    pass


class Beat:
    """The fixed part of a beat block."""

    def __init__(self, data, offset):
        self.offset = offset
        (_, self.size_bytes, self.number, self.start_time, self.event_count, self.core_count,
         self.chain, _) = BEAT.unpack(data)

    @property
    def epoch(self):
        return self.number // EPOCH_BEATS

    def fail(self, message, offset=None, core=None):
        raise CheckFailed(message, self.offset if offset is None else offset, self.number, core)


def check_whole(data, offset, what):
    """What ends with its check."""
    stored, = CHECK.unpack_from(data, len(data) - CHECK.size)
    computed = xxh3_64(data[:-CHECK.size])
    if computed != stored:
        raise CheckFailed("the check of %s is 0x%016x, computed 0x%016x" % (what, stored, computed),
                          offset)


class Log:
    """Reads the whole log and keeps what is needed for the lines that main prints."""

    def __init__(self, source):
        self.source = source
        self.chain = ZERO_DIGEST
        self.beats = 0  # of the run, as are the events: what was resumed counts
        self.events = 0
        self.blocks = 0
        self.links_recomputed = 0
        self.previous_beat = None
        self.inputs_beat = None  # of inputs whose block has not come yet
        self.inputs = 0
        self.epoch_is_open = False  # a beat stands behind the last epoch record
        self.lockchain = Lockchain()
        self.resumed = False
        self.read_head()
        self.read_records()

    def read_head(self):
        magic = self.source.read(MAGIC.size, "the magic")
        if MAGIC.unpack(magic) != (MAGIC_NUMBER,):
            raise Unreadable("not a log: it does not begin with the magic")
        header = magic + self.source.read(HEADER.size - MAGIC.size, "the header")
        (_, version, self.level, flags, identity_bytes, workload_bytes, self.identity_hash,
         _) = HEADER.unpack(header)
        if version != FORMAT_VERSION:
            raise Unreadable("log format version %d: only version %d can be read"
                             % (version, FORMAT_VERSION))
        check_whole(header, 0, "the header")
        if self.level >= len(LEVELS):
            raise CheckFailed("level %d is not known" % self.level, 12)
        if flags & ~FLAG_OPEN:
            raise CheckFailed("flags 0x%04x are not known" % flags, 14)
        self.is_open = bool(flags & FLAG_OPEN)
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

    def read_records(self):
        readers = {TAG_BEAT: self.read_beat, TAG_INPUTS: self.read_inputs,
                   TAG_EPOCH: self.read_epoch, TAG_RESUMED: self.read_resumed}
        self.span_begin = self.source.offset
        while True:
            offset = self.source.offset
            if self.source.at_end():
                raise Unreadable("cut at offset %d: no trailer (%s)"
                                 % (offset, self.source.last_whole))
            head = self.source.read(TAG_AND_SIZE.size, "a record's head")
            tag, size_bytes = TAG_AND_SIZE.unpack(head)
            if tag == TAG_END:
                self.read_trailer(head, offset)
                return
            if tag not in readers:
                raise CheckFailed("a record with the unknown tag 0x%08x" % tag, offset)
            readers[tag](head, offset)

    def read_fixed(self, head, offset, layout, what):
        """A record of fixed size that ends with its check."""
        _, size_bytes = TAG_AND_SIZE.unpack(head)
        if size_bytes != layout.size:
            raise CheckFailed("%s of %d bytes, not %d" % (what, size_bytes, layout.size), offset)
        data = head + self.source.read(layout.size - len(head), what)
        check_whole(data, offset, what)
        return layout.unpack(data)

    def read_beat(self, head, offset):
        head += self.source.read(BEAT.size - len(head), "a beat block's head")
        check_whole(head, offset, "the head of a beat block")
        beat = Beat(head, offset)
        self.check_beat_head(beat)
        self.check_place(beat)
        core_digests = self.read_cores(beat) if self.level == LEVEL_FULL else {}
        # Where nothing was recorded every h is zero, so this link can be recomputed at any level.
        if self.level == LEVEL_FULL or beat.event_count == 0:
            self.check_chain(beat, core_digests)
        self.chain = beat.chain
        self.beats += 1
        self.blocks += 1
        self.events += beat.event_count
        self.previous_beat = beat
        self.inputs_beat = None
        self.epoch_is_open = True
        self.source.last_whole = "%d beats are complete, the last is %d" % (self.blocks,
                                                                            beat.number)
        self.note_whole()

    def note_whole(self):
        """For who wants to know how far a log is whole: called behind each beat."""

    def check_place(self, beat):
        """An epoch record stands between beats of different epochs, and nowhere else but at the
        end; inputs stand before the block of their beat."""
        previous = self.previous_beat
        if previous is not None and self.epoch_is_open != (beat.epoch == previous.epoch):
            beat.fail("epoch %d follows epoch %d, %s an epoch record between"
                      % (beat.epoch, previous.epoch, "without" if self.epoch_is_open else "with"))
        if self.inputs_beat not in (None, beat.number):
            beat.fail("inputs of beat %d stand before it" % self.inputs_beat)

    def read_inputs(self, head, offset):
        if self.level == LEVEL_DIGEST or not self.is_open:
            raise CheckFailed("inputs at level digest, or of a run that was not open", offset)
        if self.inputs_beat is not None:
            raise CheckFailed("inputs twice for a beat", offset)
        head += self.source.read(INPUTS.size - len(head), "the head of inputs")
        _, size_bytes, beat, count = INPUTS.unpack(head)
        if not 1 <= count <= MAXIMUM_INPUTS:
            raise CheckFailed("%d inputs, not 1 to %d" % (count, MAXIMUM_INPUTS), offset)
        if size_bytes != INPUTS.size + count * INPUT.size + CHECK.size:
            raise CheckFailed("%d inputs in %d bytes" % (count, size_bytes), offset)
        data = self.source.read(count * INPUT.size, "the inputs")
        stored, = CHECK.unpack(self.source.read(CHECK.size, "the check of inputs"))
        computed = xxh3_64(INPUTS_CHECKED.pack(xxh3_64(data), beat, count, size_bytes))
        if computed != stored:
            raise CheckFailed("the check of inputs is 0x%016x, computed 0x%016x"
                              % (stored, computed), offset)
        entries = list(INPUT.iter_unpack(data))
        while entries:
            task, _ = entries.pop(0)
            rows = b""
            if brings_rows(task):
                rows = b"".join(INPUT.pack(*entry) for entry in entries[:ROWS_ENTRIES])
                del entries[:ROWS_ENTRIES]
            problem = check_input(task, rows)
            if problem:
                raise CheckFailed("an input of beat %d %s" % (beat, problem), offset)
        self.inputs_beat = beat
        self.inputs += count

    def read_epoch(self, head, offset):
        (_, _, index, beats, events, chain, leaf, span_bytes, _) = self.read_fixed(
            head, offset, EPOCH, "an epoch record")
        counts = (self.lockchain.leaves, self.beats, self.events, self.source.offset
                  - self.span_begin)
        if (index, beats, events, span_bytes) != counts:
            raise CheckFailed("index, beats, events and span of an epoch are %d, %d, %d, %d, "
                              "the log has %d, %d, %d, %d" % (index, beats, events, span_bytes,
                                                              *counts), offset)
        if not self.epoch_is_open:
            raise CheckFailed("an epoch record without a beat before it", offset)
        if chain != self.chain:
            raise CheckFailed("the epoch's chain is %s, the last beat's %s"
                              % (digest_text(chain), digest_text(self.chain)), offset)
        computed = epoch_leaf(index, beats, events, self.run_digest_now())
        if computed != leaf:
            raise CheckFailed("the leaf hashes to %s, the epoch says %s"
                              % (computed.hex(), leaf.hex()), offset)
        self.lockchain.append(leaf)
        self.span_begin = self.source.offset
        self.epoch_is_open = False

    def read_resumed(self, head, offset):
        if self.blocks or self.resumed or self.inputs_beat is not None:
            raise CheckFailed("what was before stands first, and once", offset)
        head += self.source.read(RESUMED.size - len(head), "what was before")
        _, size_bytes, self.beats, self.events, epochs, self.chain = RESUMED.unpack(head)
        sizes = peak_sizes(epochs)
        if size_bytes != RESUMED.size + 32 * len(sizes) + CHECK.size:
            raise CheckFailed("%d bytes of what was before, for %d epochs" % (size_bytes, epochs),
                              offset)
        rest = self.source.read(size_bytes - RESUMED.size, "the peaks")
        check_whole(head + rest, offset, "what was before")
        self.lockchain.restore(epochs, [rest[32 * i:32 * i + 32] for i in range(len(sizes))])
        self.resumed = True
        self.span_begin = self.source.offset

    def run_digest_now(self):
        return xxh3_128(self.identity_hash + self.chain)

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
        (_, _, end_reason, reserved, beats, events, epochs, stored, root, _) = self.read_fixed(
            head, offset, TRAILER, "a trailer")
        if end_reason >= len(END_REASONS):
            raise CheckFailed("end_reason %d is not known" % end_reason, offset + 8)
        if reserved != 0:
            raise CheckFailed("the trailer's reserved is %d, not 0" % reserved, offset + 12)
        counts = (self.beats, self.events, self.lockchain.leaves)
        if (beats, events, epochs) != counts:
            raise CheckFailed("beats, events and epochs of the trailer are %d, %d, %d, the log has "
                              "%d, %d, %d" % (beats, events, epochs, *counts), offset + 16)
        if self.epoch_is_open:
            raise CheckFailed("no epoch record stands behind the last beat", offset)
        if self.inputs_beat is not None:
            raise CheckFailed("no beat follows the inputs of beat %d" % self.inputs_beat, offset)
        self.run_digest = self.run_digest_now()
        if self.run_digest != stored:
            raise CheckFailed("the run digest is %s, the trailer says %s"
                              % (digest_text(self.run_digest), digest_text(stored)), offset + 40)
        self.root = self.lockchain.root()
        if self.root != root:
            raise CheckFailed("the lockchain's root is %s, the trailer says %s"
                              % (self.root.hex(), root.hex()), offset + 56)
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
    yield "lockchain %s" % log.root.hex()
    yield "ok identity: I recomputed"
    if log.level != LEVEL_DIGEST:
        yield "ok workload: SHA-256 of the text recomputed"
    if log.level == LEVEL_FULL:
        yield "ok events: order, cores, counts and each core's h recomputed"
        yield "ok chain: %d of %d links recomputed" % (log.links_recomputed, log.blocks)
    else:
        yield ("ok chain: continuity read only, %d of %d links recomputed: level %s stores no h"
               % (log.links_recomputed, log.blocks, LEVELS[log.level]))
    if log.inputs:
        yield "ok inputs: %d" % log.inputs
    yield "ok lockchain: %d leaves and the root recomputed" % log.lockchain.leaves
    yield "ok checks: of the header and every record"
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
                          log.source.offset - TRAILER.size + 40)
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
