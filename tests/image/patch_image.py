# SPDX-License-Identifier: MIT
"""Copies an image with one bit of one constant in its code changed: the ring's factor.
Usage: patch_image.py IMAGE COPY. Exit status 1 when the constant is not there exactly once."""

import struct
import sys

RING_FACTOR = struct.pack("<Q", 0xD6E8FEB86659FD93)


PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
LOADED, EXECUTABLE = 1, 1


def code_range(content):
    """Where the executable segment lies in the file; debug information may repeat the constant."""
    first, size, count = (struct.unpack_from("<Q", content, 32)[0],
                          *struct.unpack_from("<HH", content, 54))
    for index in range(count):
        kind, flags, offset, _, _, bytes_in_file, _, _ = PROGRAM_HEADER.unpack_from(
            content, first + index * size)
        if kind == LOADED and flags & EXECUTABLE:
            return offset, offset + bytes_in_file
    raise SystemExit("no executable segment")


def main(image, copy):
    with open(image, "rb") as file:
        content = bytearray(file.read())
    begin, end = code_range(content)
    found = content.count(RING_FACTOR, begin, end)
    if found != 1:
        print(f"{image}: the constant is there {found} times, not once", file=sys.stderr)
        return 1
    content[content.index(RING_FACTOR, begin) + 3] ^= 0x10
    with open(copy, "wb") as file:
        file.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
