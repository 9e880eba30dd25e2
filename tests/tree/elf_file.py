# SPDX-License-Identifier: MIT
"""A 64-bit little-endian ELF file as tables: just what check_image.py and
check_hot_loops.py ask about."""

import struct
from collections import namedtuple

Segment = namedtuple("Segment", "type flags offset address physical file_size memory_size align")
Section = namedtuple("Section", "name type flags address offset size link entry_size")
Symbol = namedtuple("Symbol", "name value section type size")
Note = namedtuple("Note", "owner type payload")

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_TLS, PT_GNU_STACK = 1, 2, 3, 4, 7, 0x6474E551
PF_X, PF_W, PF_R = 1, 2, 4
SHT_SYMTAB, SHT_NOBITS = 2, 8
SHN_UNDEF = 0
STT_OBJECT = 1
ET_EXEC = 2
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")


class Elf:
    def __init__(self, data):
        self.data = data
        fields = HEADER.unpack_from(data)
        (self.ident, self.type, self.machine, _, self.entry, self.segments_at, self.sections_at, _,
         _, self.segment_size, self.segment_count, self.section_size, self.section_count,
         self.names_index) = fields
        self.segments = [self._segment(i) for i in range(self.segment_count)]
        self.sections = self._sections()
        self.symbols = self._symbols()

    def _segment(self, index):
        at = self.segments_at + index * self.segment_size
        kind, flags, *rest = struct.unpack_from("<IIQQQQQQ", self.data, at)
        return Segment(kind, flags, *rest)

    def _sections(self):
        places = range(self.sections_at, self.sections_at + self.section_count * self.section_size,
                       self.section_size or 1)
        raw = [struct.unpack_from("<IIQQQQIIQQ", self.data, at) for at in places]
        names_at = raw[self.names_index][4] if raw else 0
        return [Section(self._text(names_at + r[0]), r[1], r[2], r[3], r[4], r[5], r[6], r[9])
                for r in raw]

    def _symbols(self):
        symbols = []
        for table in self.sections:
            if table.type != SHT_SYMTAB:
                continue
            names_at = self.sections[table.link].offset
            for at in range(table.offset + 24, table.offset + table.size, 24):
                name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                symbols.append(Symbol(self._text(names_at + name), value, section, info & 15,
                                      size))
        return symbols

    def _text(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()

    def notes(self):
        notes = []
        for segment in self.segments:
            if segment.type != PT_NOTE:
                continue
            at, end = segment.offset, segment.offset + segment.file_size
            while at + 12 <= end:
                owner_size, size, kind = struct.unpack_from("<III", self.data, at)
                payload_at = at + 12 + (owner_size + 3) // 4 * 4
                owner = self.data[at + 12:at + 12 + owner_size].rstrip(b"\0").decode()
                notes.append(Note(owner, kind, self.data[payload_at:payload_at + size]))
                at = payload_at + (size + 3) // 4 * 4
        return notes
