# SPDX-License-Identifier: MIT
"""XXH3-64 and XXH3-128, seed 0 and default secret, in plain Python, for recompute_digest.py.
The algorithm is public; test_xxh3.py proves this form of it."""

import struct

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
    """Adds whole stripes. The sums grow a few bits past 64 here, masked by the caller: lane by
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
    # Its keys lie 7 bytes before the last 64 bytes of the secret, so SECRET_WORDS has none of them.
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
