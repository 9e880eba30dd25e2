# SPDX-License-Identifier: MIT
"""Proves xxh3.py against values of libxxhash 0.8.1, which
`xxhsum -H2` confirmed. Run as python3 tests/independent/test_xxh3.py; exit status 0 or 1."""

import hashlib
import struct
import sys

sys.dont_write_bytecode = True  # the import below must not leave a folder in the source tree

from xxh3 import digest_text, xxh3_64, xxh3_128  # noqa: E402

# Prefixes of one stream, so that a size alone names an input.
INPUT = hashlib.shake_128(b"xxh3").digest(300000)

# Size, XXH3-64, XXH3-128 as text: both ends of every length class and of every step within one.
KNOWN_ANSWERS = (
    (0, "2d06800538d394c2", "99aa06d3014798d86001c324468d497f"),
    (1, "1830b2548d525eab", "26ca0b9c70aa5e5d1830b2548d525eab"),
    (2, "0ec0048543df6625", "1c46e0c2e7df59dc0ec0048543df6625"),
    (3, "349046e66f3f4cc9", "65a8a763abb70954349046e66f3f4cc9"),
    (4, "36cabb8470dc4f6e", "4b426a9b0dfd36d1477279fc3bb01242"),
    (8, "5db24998798487f4", "ee558761350c1e3b7e0c802482e0ea62"),
    (9, "a1e1c174e884ebc4", "4955710ef1f458f320fc58f75df66dc6"),
    (16, "faae9a2593ad82ab", "5eea6f5164536179d193b5cde24f966e"),
    (17, "9b40cd61cf116e27", "82c92ed0e34d92a05cd1debb763d51ef"),
    (32, "47cccfc62c919e63", "928a0fac98eae9a0b869e6b42e44053a"),
    (33, "2b44e7b2ef9bacbb", "095006d829e73b96af8b91f7c387448f"),
    (64, "9ba25a768bf7914f", "cdab10ac490ddbc9fb8973f8f7369aa6"),
    (65, "7ca39b5240a422e7", "6ac13cabb4d4b2575cb643fbc2d915f2"),
    (96, "e56abb4d711ea41e", "5de9ae2e03b54ff62a6fd621c27afe19"),
    (97, "7347be88c667948c", "9146e2714b6cdc35de65578d913a47ae"),
    (128, "b4bf9638bc159926", "d110e7c8d304704b81ac17e2c3a187da"),
    (129, "ded237b85ea6292d", "2426c7e606e5ae22022be39e9572bf55"),
    (159, "83468d23da036a9b", "353a0883954beeadfdd177a80187dba4"),
    (160, "4a5ea4255f087edf", "b0908cb06be24929f213dcdb25a3fce2"),
    (240, "1aefc2712aa73236", "02ae53bbb742d6631e8d25c741cae268"),
    (241, "aea39f88c7fa0ebc", "783e6a06d67c2949aea39f88c7fa0ebc"),
    (1024, "8d7823ad462b8c0e", "190b703800e966ce8d7823ad462b8c0e"),
    (1025, "95e8d58d88f66d3c", "7b4eeed0baaec79795e8d58d88f66d3c"),
    (1088, "b345b8b4fbe638bc", "988389cb0cb0ebefb345b8b4fbe638bc"),
    (1089, "239adc4f985a7e91", "98f3ffd750d2f31d239adc4f985a7e91"),
    (2049, "0b529f99d96312bd", "5413423486f5b8860b529f99d96312bd"),
    (65536, "c6244c3a58a7cb26", "b518e1295b420c26c6244c3a58a7cb26"),
    (300000, "079450395c53a24d", "3d1244de76d4dd77079450395c53a24d"),
)

# SHA-256 over the stored form of the digests of every size from 0 to this one.
EVERY_SIZE_UP_TO = 1200
EVERY_XXH3_64 = "95a15fa7c347818d25c9b6c6516a64bedfefca541e1b7570c27b3c1b4259284b"
EVERY_XXH3_128 = "a387e744b04af87261051cf096ef68b69955715f434bb577fa7b394c4742a094"


def text_64(data):
    return "%016x" % xxh3_64(data)


def text_128(data):
    return digest_text(xxh3_128(data))


def mismatches(known_answers):
    for size, expected_64, expected_128 in known_answers:
        data = INPUT[:size]
        if text_64(data) != expected_64:
            yield "XXH3-64 of %d bytes is %s, not %s" % (size, text_64(data), expected_64)
        if text_128(data) != expected_128:
            yield "XXH3-128 of %d bytes is %s, not %s" % (size, text_128(data), expected_128)


def every_size_mismatches():
    every_64, every_128 = hashlib.sha256(), hashlib.sha256()
    for size in range(EVERY_SIZE_UP_TO + 1):
        every_64.update(struct.pack("<Q", xxh3_64(INPUT[:size])))
        every_128.update(xxh3_128(INPUT[:size]))
    if every_64.hexdigest() != EVERY_XXH3_64:
        yield "XXH3-64 is wrong for a size from 0 to %d" % EVERY_SIZE_UP_TO
    if every_128.hexdigest() != EVERY_XXH3_128:
        yield "XXH3-128 is wrong for a size from 0 to %d" % EVERY_SIZE_UP_TO


def blind_spots():
    """The comparison itself must be able to fail: a wrong answer of either has to be found."""
    for size, answer_64, answer_128 in KNOWN_ANSWERS:
        wrong = ((size, answer_64[::-1], answer_128), (size, answer_64, answer_128[::-1]))
        if len(list(mismatches(wrong))) != 2:
            yield "a wrong answer for %d bytes was not found" % size


def main():
    failures = [*mismatches(KNOWN_ANSWERS), *every_size_mismatches()]
    if not failures:  # blind_spots presupposes that the right answers match
        failures = list(blind_spots())
    for failure in failures:
        print("FAIL %s" % failure)
    if failures:
        return 1
    print("ok %d known answers of each digest, and every size from 0 to %d"
          % (len(KNOWN_ANSWERS), EVERY_SIZE_UP_TO))
    return 0


if __name__ == "__main__":
    sys.exit(main())
