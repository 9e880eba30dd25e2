# SPDX-License-Identifier: MIT
"""Copies an image with one bit of one constant in its code changed: the factor of the ring's handler.
Usage: patch_image.py IMAGE COPY. Exit status 1 when the constant is not there exactly once."""

import struct
import sys

RING_FACTOR = struct.pack("<Q", 0xD6E8FEB86659FD93)


def main(image, copy):
    with open(image, "rb") as file:
        content = bytearray(file.read())
    if content.count(RING_FACTOR) != 1:
        print(f"{image}: the constant is there {content.count(RING_FACTOR)} times, not once",
              file=sys.stderr)
        return 1
    content[content.index(RING_FACTOR) + 3] ^= 0x10
    with open(copy, "wb") as file:
        file.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
