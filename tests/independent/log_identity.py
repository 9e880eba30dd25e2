# SPDX-License-Identifier: MIT
"""What docs/log-format.md says of the identity. For recompute_digest.py."""

import struct

from log_events import EVENT, GUARD_IDS, POLICY_BITS
from log_input import CheckFailed

FORMAT_VERSION = 4
CONTRACT_VERSION = 5

FIELD = struct.Struct("<HHI")
HANDLER = struct.Struct("<HHI")

MAXIMUM_CORES = 256
LOG_SHARE_BYTES = 512 * 1024  # of all cores together in a beat
MAXIMUM_LATENCY = 7

FIELD_NAMES = {
    1: "log format", 2: "contract", 3: "cores", 4: "latencies", 5: "capacities", 6: "costs",
    7: "seed", 8: "handlers", 9: "workload", 10: "policies", 11: "guards",
}
# 4, 8 and 11 have no fixed size.
FIELD_BYTES = {1: 4, 2: 4, 3: 4, 5: 34 * 4, 6: 18 * 4, 7: 8, 9: 32, 10: 4}
TAG_HANDLERS = 8
TAG_GUARDS = 11
MAXIMUM_NAME_BYTES = 64


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
