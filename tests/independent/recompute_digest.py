# SPDX-License-Identifier: MIT
"""Reads a log and recomputes its digests, written from docs/log-format.md alone and sharing no code
with the program that wrote the log. Usage: recompute_digest.py LOG [--expect HEX]; exit status 0 when
everything agrees, 1 when a check fails, 2 when the input cannot be read as a complete log."""

import argparse
import hashlib
import os
import string
import struct
import sys

# ---- XXH3, seed 0, default secret ------------------------------------------------------------------

MASK64 = 0xFFFFFFFFFFFFFFFF
MASK32 = 0xFFFFFFFF

PRIME32_1 = 0x9E3779B1
PRIME32_2 = 0x85EBCA77
PRIME32_3 = 0xC2B2AE3D
PRIME64_1 = 0x9E3779B185EBCA87
PRIME64_2 = 0xC2B2AE3D27D4EB4F
PRIME64_3 = 0x165667B19E3779F9
PRIME64_4 = 0x85EBCA77C2B2AE63
PRIME64_5 = 0x27D4EB2F165667C5
PRIME_MX1 = 0x165667919E3779F9
PRIME_MX2 = 0x9FB21C651E98DF25

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
SECRET_WORDS = struct.unpack("<24Q", SECRET)

STRIPE_BYTES = 64
BLOCK_STRIPES = 16  # after so many the secret's keys, 8 bytes apart, are used up
BLOCK_BYTES = BLOCK_STRIPES * STRIPE_BYTES
INITIAL_ACCUMULATORS = (
    PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1,
)


def read32(data, offset):
    return int.from_bytes(data[offset:offset + 4], "little")


def read64(data, offset):
    return int.from_bytes(data[offset:offset + 8], "little")


def swap32(value):
    return int.from_bytes(value.to_bytes(4, "little"), "big")


def swap64(value):
    return int.from_bytes(value.to_bytes(8, "little"), "big")


def rotate_left(value, count, bits):
    return ((value << count) | (value >> (bits - count))) & ((1 << bits) - 1)


def multiply_and_fold(left, right):
    product = left * right
    return (product & MASK64) ^ (product >> 64)


def avalanche(value):
    value ^= value >> 37
    value = (value * PRIME_MX1) & MASK64
    return value ^ (value >> 32)


def avalanche_xxh64(value):
    value ^= value >> 33
    value = (value * PRIME64_2) & MASK64
    value ^= value >> 29
    value = (value * PRIME64_3) & MASK64
    return value ^ (value >> 32)


def mix16(data, offset, secret_offset):
    return multiply_and_fold(
        read64(data, offset) ^ read64(SECRET, secret_offset),
        read64(data, offset + 8) ^ read64(SECRET, secret_offset + 8),
    )


def combine_1_to_3(data):
    size = len(data)
    return (data[0] << 16) | (data[size >> 1] << 24) | data[size - 1] | (size << 8)


def accumulate(accumulators, data, offset, stripes, first_key):
    """Adds whole stripes. The sums grow a few bits past 64 here and are masked by the caller: lane by
    lane, in plain integers, is several times faster than stripe by stripe with a mask each."""
    words = struct.unpack_from("<%dQ" % (8 * stripes), data, offset)
    for lane in range(8):
        total = accumulators[lane] + sum(words[lane ^ 1::8])
        keys = SECRET_WORDS[first_key + lane:first_key + lane + stripes]
        for word, key in zip(words[lane::8], keys):
            keyed = word ^ key
            total += (keyed & MASK32) * (keyed >> 32)
        accumulators[lane] = total


def scramble(accumulators):
    for lane in range(8):
        value = accumulators[lane] & MASK64
        value ^= (value >> 47) ^ SECRET_WORDS[16 + lane]
        accumulators[lane] = (value * PRIME32_1) & MASK64


def accumulate_last_stripe(accumulators, data):
    # Its keys lie 7 bytes before the last 64 bytes of the secret, so SECRET_WORDS does not have them.
    offset = len(data) - STRIPE_BYTES
    words = struct.unpack_from("<8Q", data, offset)
    keys = struct.unpack_from("<8Q", SECRET, len(SECRET) - STRIPE_BYTES - 7)
    for lane in range(8):
        keyed = words[lane] ^ keys[lane]
        accumulators[lane] += (keyed & MASK32) * (keyed >> 32) + words[lane ^ 1]


def accumulate_long(data):
    """The eight accumulators of an input of more than 240 bytes."""
    accumulators = list(INITIAL_ACCUMULATORS)
    whole_blocks = (len(data) - 1) // BLOCK_BYTES  # the last byte never lies in a whole block
    for block in range(whole_blocks):
        accumulate(accumulators, data, block * BLOCK_BYTES, BLOCK_STRIPES, 0)
        scramble(accumulators)
    rest = whole_blocks * BLOCK_BYTES
    accumulate(accumulators, data, rest, (len(data) - 1 - rest) // STRIPE_BYTES, 0)
    accumulate_last_stripe(accumulators, data)
    return [value & MASK64 for value in accumulators]


def merge(accumulators, secret_offset, start):
    result = start
    for pair in range(4):
        result += multiply_and_fold(
            accumulators[2 * pair] ^ read64(SECRET, secret_offset + 16 * pair),
            accumulators[2 * pair + 1] ^ read64(SECRET, secret_offset + 16 * pair + 8),
        )
    return avalanche(result & MASK64)


def xxh3_64_up_to_16(data):
    size = len(data)
    if size == 0:
        return avalanche_xxh64(read64(SECRET, 56) ^ read64(SECRET, 64))
    if size <= 3:
        return avalanche_xxh64(combine_1_to_3(data) ^ read32(SECRET, 0) ^ read32(SECRET, 4))
    if size <= 8:
        value = read32(data, size - 4) + (read32(data, 0) << 32)
        value ^= read64(SECRET, 8) ^ read64(SECRET, 16)
        value ^= rotate_left(value, 49, 64) ^ rotate_left(value, 24, 64)
        value = (value * PRIME_MX2) & MASK64
        value ^= (value >> 35) + size
        value = (value * PRIME_MX2) & MASK64
        return value ^ (value >> 28)
    low = read64(data, 0) ^ read64(SECRET, 24) ^ read64(SECRET, 32)
    high = read64(data, size - 8) ^ read64(SECRET, 40) ^ read64(SECRET, 48)
    return avalanche((size + swap64(low) + high + multiply_and_fold(low, high)) & MASK64)


def xxh3_64_17_to_128(data):
    size = len(data)
    total = size * PRIME64_1
    for pair in range((size - 1) // 32 + 1):
        total += mix16(data, 16 * pair, 32 * pair)
        total += mix16(data, size - 16 * (pair + 1), 32 * pair + 16)
    return avalanche(total & MASK64)


def xxh3_64_129_to_240(data):
    size = len(data)
    total = size * PRIME64_1
    for index in range(8):
        total += mix16(data, 16 * index, 16 * index)
    total = avalanche(total & MASK64)
    for index in range(8, size // 16):
        total += mix16(data, 16 * index, 16 * (index - 8) + 3)
    total += mix16(data, size - 16, 136 - 17)
    return avalanche(total & MASK64)


def xxh3_64(data):
    """XXH3-64 as an integer."""
    size = len(data)
    if size <= 16:
        return xxh3_64_up_to_16(data)
    if size <= 128:
        return xxh3_64_17_to_128(data)
    if size <= 240:
        return xxh3_64_129_to_240(data)
    return merge(accumulate_long(data), 11, (size * PRIME64_1) & MASK64)


def xxh3_128_1_to_3(data):
    low = combine_1_to_3(data)
    high = rotate_left(swap32(low), 13, 32)
    return (
        avalanche_xxh64(low ^ read32(SECRET, 0) ^ read32(SECRET, 4)),
        avalanche_xxh64(high ^ read32(SECRET, 8) ^ read32(SECRET, 12)),
    )


def xxh3_128_4_to_8(data):
    size = len(data)
    value = read32(data, 0) + (read32(data, size - 4) << 32)
    value ^= read64(SECRET, 16) ^ read64(SECRET, 24)
    product = value * (PRIME64_1 + (size << 2))
    low, high = product & MASK64, (product >> 64) & MASK64
    high = (high + (low << 1)) & MASK64
    low ^= high >> 3
    low ^= low >> 35
    low = (low * PRIME_MX2) & MASK64
    low ^= low >> 28
    return low, avalanche(high)


def xxh3_128_9_to_16(data):
    size = len(data)
    first, last = read64(data, 0), read64(data, size - 8)
    product = (first ^ last ^ read64(SECRET, 32) ^ read64(SECRET, 40)) * PRIME64_1
    low = ((product & MASK64) + ((size - 1) << 54)) & MASK64
    last ^= read64(SECRET, 48) ^ read64(SECRET, 56)
    high = ((product >> 64) + last + (last & MASK32) * (PRIME32_2 - 1)) & MASK64
    low ^= swap64(high)
    product = low * PRIME64_2
    return avalanche(product & MASK64), avalanche(((product >> 64) + high * PRIME64_2) & MASK64)


def mix32(sums, data, first, second, secret_offset):
    low = (sums[0] + mix16(data, first, secret_offset)) & MASK64
    high = (sums[1] + mix16(data, second, secret_offset + 16)) & MASK64
    return (
        low ^ ((read64(data, second) + read64(data, second + 8)) & MASK64),
        high ^ ((read64(data, first) + read64(data, first + 8)) & MASK64),
    )


def finish_medium(sums, size):
    low, high = sums
    mixed = (low * PRIME64_1 + high * PRIME64_4 + size * PRIME64_2) & MASK64
    return avalanche((low + high) & MASK64), -avalanche(mixed) & MASK64


def xxh3_128_17_to_128(data):
    size = len(data)
    sums = (size * PRIME64_1) & MASK64, 0
    for pair in reversed(range((size - 1) // 32 + 1)):  # unlike in XXH3-64 the order matters
        sums = mix32(sums, data, 16 * pair, size - 16 * (pair + 1), 32 * pair)
    return finish_medium(sums, size)


def xxh3_128_129_to_240(data):
    size = len(data)
    sums = (size * PRIME64_1) & MASK64, 0
    for index in range(4):
        sums = mix32(sums, data, 32 * index, 32 * index + 16, 32 * index)
    sums = avalanche(sums[0]), avalanche(sums[1])
    for index in range(4, size // 32):
        sums = mix32(sums, data, 32 * index, 32 * index + 16, 32 * (index - 4) + 3)
    return finish_medium(mix32(sums, data, size - 16, size - 32, 136 - 17 - 16), size)


def xxh3_128_long(data):
    size = len(data)
    accumulators = accumulate_long(data)
    return (
        merge(accumulators, 11, (size * PRIME64_1) & MASK64),
        merge(accumulators, len(SECRET) - STRIPE_BYTES - 11, ~(size * PRIME64_2) & MASK64),
    )


def xxh3_128_words(data):
    size = len(data)
    if size == 0:
        return (
            avalanche_xxh64(read64(SECRET, 64) ^ read64(SECRET, 72)),
            avalanche_xxh64(read64(SECRET, 80) ^ read64(SECRET, 88)),
        )
    if size <= 3:
        return xxh3_128_1_to_3(data)
    if size <= 8:
        return xxh3_128_4_to_8(data)
    if size <= 16:
        return xxh3_128_9_to_16(data)
    if size <= 128:
        return xxh3_128_17_to_128(data)
    if size <= 240:
        return xxh3_128_129_to_240(data)
    return xxh3_128_long(data)


def xxh3_128(data):
    """XXH3-128 as a log stores it: 16 bytes, low word first."""
    return struct.pack("<QQ", *xxh3_128_words(data))


def digest_text(digest):
    """A stored digest as text: 32 hex digits, high word first."""
    return digest[::-1].hex()


# ---- The log ---------------------------------------------------------------------------------------

MAGIC_NUMBER = 0x01474F4C4B484E4B
FORMAT_VERSION = 1
CONTRACT_VERSION = 1
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
EVENT = struct.Struct("<QQQIHBB")
TRAILER = struct.Struct("<IIIIQQ16s")

TAG_BEAT = 0x54414542
TAG_END = 0x20444E45

MAXIMUM_CORES = 256
MAXIMUM_IDENTITY_BYTES = 96 * 1024
LOG_SHARE_BYTES = 512 * 1024  # of all cores together in a beat
MAXIMUM_LATENCY = 7
READ_PIECE_BYTES = 64 * 1024

FIELD_NAMES = {
    1: "log format", 2: "contract", 3: "cores", 4: "latencies", 5: "capacities", 6: "costs",
    7: "seed", 8: "handlers", 9: "workload",
}
FIELD_BYTES = {1: 4, 2: 4, 3: 4, 5: 12 * 4, 6: 6 * 4, 7: 8, 9: 32}  # 4 and 8 have no fixed size

KIND_TASK_EXECUTED = 2
KIND_STATE_CHANGE = 3
HIGHEST_STATUS = {1: 2, KIND_TASK_EXECUTED: 3, KIND_STATE_CHANGE: 0, 4: 0}

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
            raise CheckFailed("%d cores, not 1 to %d" % (self.cores, MAXIMUM_CORES), self.offsets[3])
        self.check_latencies()
        self.seed = self.integer(7)
        self.handlers = list(self.read_handlers())
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
                              % (tag, FIELD_NAMES[tag], self.integer(tag), value), self.offsets[tag])

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

    def read_handlers(self):
        data = self.fields[8]
        position = 0
        previous_id = -1
        while position < len(data):
            here = self.offsets[8] + position
            if len(data) - position < HANDLER.size:
                raise CheckFailed("the handlers end inside a handler's head", here)
            handler_id, name_bytes, version = HANDLER.unpack_from(data, position)
            position += HANDLER.size
            if handler_id <= previous_id:
                raise CheckFailed("handler %d after handler %d" % (handler_id, previous_id), here)
            if name_bytes > len(data) - position:
                raise CheckFailed("the name of handler %d passes the end of the handlers"
                                  % handler_id, here)
            yield handler_id, version, data[position:position + name_bytes]
            position += name_bytes
            previous_id = handler_id


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
        while left > 0:  # in pieces: the format sets no limit to this text
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
            check_events(beat, core, data, offset)
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
            beat.fail("event_count is %d, its core entries add up to %d" % (beat.event_count, total))
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


def check_events(beat, core, data, offset):
    """One core's events. Their timestamps strictly ascend and the core entries do too, which is what
    makes the keys (timestamp, core) of a beat unique."""
    previous_time = -1
    for time, task_id, _, ticks, event_core, kind, status in EVENT.iter_unpack(data):
        if event_core != core:
            beat.fail("an event's core field is %d" % event_core, offset, core)
        if time <= previous_time:
            beat.fail("timestamp %d follows %d" % (time, previous_time), offset, core)
        if kind not in HIGHEST_STATUS:
            beat.fail("event kind %d is not known" % kind, offset, core)
        if status > HIGHEST_STATUS[kind]:
            beat.fail("status %d is not known for event kind %d" % (status, kind), offset, core)
        if ticks != 0 and kind != KIND_TASK_EXECUTED:
            beat.fail("%d ticks in an event of kind %d" % (ticks, kind), offset, core)
        if task_id != 0 and kind == KIND_STATE_CHANGE:
            beat.fail("a state change with task_id %d" % task_id, offset, core)
        previous_time = time
        offset += EVENT.size


# ---- The command -----------------------------------------------------------------------------------

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
    parser.add_argument("--expect", metavar="HEX", help="the run digest it must have: 32 hex digits")
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
