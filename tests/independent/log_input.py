# SPDX-License-Identifier: MIT
"""How a log is read and how reading it fails. For recompute_digest.py."""


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
