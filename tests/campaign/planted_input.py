# SPDX-License-Identifier: MIT
"""One byte of an external input of beat 700 is changed: what `compare`, `replay` and an exchange of
digests files find. Usage: planted_input.py COMMAND"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "independent"))
sys.dont_write_bytecode = True

from xxh3 import xxh3_64  # noqa: E402

INPUTS = 18000  # at most 16 a beat are for one core and level: more than a thousand beats
BEAT = 700
TAG_INPUTS = 0x54504E49
HEADER_BYTES = 48
INPUT_BYTES = 72
PAYLOAD_AT = 32
EXCHANGES_MAX = 3
EVENT_KIND = "ExternalInput"


def demand(condition, what):
    if not condition:
        raise SystemExit(f"planted_input: {what}")


def number(data, at, size):
    return int.from_bytes(data[at:at + size], "little")


def run(command, *words, status=0):
    result = subprocess.run([command, *map(str, words)], capture_output=True, text=True,
                            check=False, timeout=300)
    demand(result.returncode == status,
           f"{words}: status {result.returncode}, not {status}: {result.stderr}{result.stdout}")
    return result.stdout


def with_changed_input(log):
    """The log with one bit of a payload of beat 700 changed, and the record's check right again."""
    data = bytearray(log)
    texts = number(data, 16, 4) + number(data, 20, 4)
    at = HEADER_BYTES + (texts + 7) // 8 * 8
    while (number(data, at, 4), number(data, at + 8, 8)) != (TAG_INPUTS, BEAT):
        at += number(data, at + 4, 4)
    size, count = number(data, at + 4, 4), number(data, at + 16, 8)
    data[at + 24 + PAYLOAD_AT + 1] ^= 1
    inputs = bytes(data[at + 24:at + 24 + count * INPUT_BYTES])
    words = (xxh3_64(inputs), BEAT, count, size)
    check = xxh3_64(b"".join(word.to_bytes(8, "little") for word in words))
    data[at + size - 8:at + size] = check.to_bytes(8, "little")
    return bytes(data)


def check_compare(command, a, b):
    found = json.loads(run(command, "compare", a, b, "--json", status=1))["first_difference"]
    demand(found["beat"] == BEAT and found["field"] == "hash" and found["core"] == 3,
           f"compare found {found}")
    demand(EVENT_KIND in run(command, "compare", a, b, status=1), "compare does not say its kind")


def check_replay(command, edited):
    result = json.loads(run(command, "replay", edited, "--workers", 2, "--json", status=1))
    found = result["difference"]["first_difference"]
    demand(found["beat"] == BEAT and found["field"] == "hash" and result["last_beat"] == BEAT - 1,
           f"replay found {result}")


def check_digests(command, a, b, folder):
    """What two who exchange nothing but digests files find."""
    asked = []
    for exchange in range(EXCHANGES_MAX):
        files = []
        for log in (a, b):
            files.append(folder / f"{exchange}-{log.name}.digests")
            run(command, "digests", log, *asked, "-o", files[-1])
            demand(files[-1].stat().st_size <= 10240, f"{files[-1]} is too large")
        result = json.loads(run(command, "compare", *files, "--json", status=1))
        if result["is_found"]:
            demand(result["parted_at"] == BEAT + 1, f"digests found {result}")  # counted from 1
            return
        asked = ["--from", result["a"]["from"], "--to", result["a"]["to"]]
    raise SystemExit(f"planted_input: not found in {EXCHANGES_MAX} exchanges: {result}")


def main():
    command = sys.argv[1]
    words = ["run", "pure", "--cores", 8, "--tasks", 8]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tasks, log, edited, other = (folder / part for part in ("tasks", "log", "edited", "other"))
        tasks.write_text("".join('{"handler": "pure", "id": %d, "payload": [%d, 0, 0, 0]}\n'
                                 % (3 + 8 * i, i) for i in range(INPUTS)), encoding="ascii")
        run(command, *words, "--input", tasks, "--log", log, "--workers", 2)
        edited.write_bytes(with_changed_input(log.read_bytes()))
        run(command, *words, "--input", f"log:{edited}", "--log", other)
        check_compare(command, log, other)
        check_replay(command, edited)
        check_digests(command, log, other, folder)
    print("planted_input: found by compare, replay and digests")


if __name__ == "__main__":
    main()
