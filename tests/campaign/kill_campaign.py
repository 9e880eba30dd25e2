# SPDX-License-Identifier: MIT
"""Kills a recorder at random instants, with SIGKILL, and demands each time that the log opens, is
the beginning of the uninterrupted run's log and is readable up to its last whole beat; and that the
run which goes on from its last checkpoint ends with the uninterrupted run's digest and log.
Usage: kill_campaign.py COMMAND [--kills N] [--seed N] [--only NUMBER]
Ten kills, or two hundred with KNHK_LONG=1. A failure names the number to repeat it with."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reference import Reference, Wrong, demand

SHORT_KILLS = 10
LONG_KILLS = 200
SEED = 5
RUN_SECONDS_MAX = 120
ATTEMPTS = 5 # a run that is over too soon is no kill
# Words, and how often there is a checkpoint: about ten in a run.
RUNS = [
    (["fanout", "--cores", "8", "--workers", "2", "--tasks", "60000"], 16),
    (["fanout", "--cores", "16", "--tasks", "3000000", "--level", "inputs"], 400),
    (["ring", "--cores", "4", "--workers", "2", "--tasks", "200000", "--level", "digest"], 5000),
]
# Half of the kills fall where most is at stake.
INSTANTS = ["any", "any", "checkpoint", "end"]


class Recorder:
    """The command and what it started, each in a process group of its own."""

    def __init__(self, reference, log, checkpoints, period):
        self.process = subprocess.Popen(
            [reference.command, "run", *reference.words, "--log", log, "--checkpoints", checkpoints,
             "--checkpoint-every", str(period)],
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def has_ended(self):
        return self.process.poll() is not None

    def kill(self):
        pid = self.process.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        except OSError:
            children = []
        for group in [pid, *map(int, children)]:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended by itself
        self.process.wait()


def size_of(path):
    try:
        return path.stat().st_size
    except OSError:
        return -1


def wait_for(recorder, condition):
    """Without sleep: what is waited for is over soon."""
    deadline = time.monotonic() + RUN_SECONDS_MAX
    while not condition() and not recorder.has_ended():
        demand(time.monotonic() < deadline, "a run does not end")


def wait_for_instant(dice, instant, recorder, reference, log, checkpoints):
    if instant == "any":
        end = time.monotonic() + dice.uniform(0, 1.05 * reference.seconds)
        wait_for(recorder, lambda: time.monotonic() >= end)
    elif instant == "end":
        close = max(1, len(reference.data) - dice.choice([1, 96, 192, 4096, 100_000]))
        wait_for(recorder, lambda: size_of(log) >= close)
    else:
        number = dice.randrange(6)
        size = dice.choice([1, 104, 5000, 50_000, 300_000])
        # The folder keeps two, so their names tell how many there were.
        seen = set()

        def is_inside():
            seen.update(path.name for path in checkpoints.glob("*.checkpoint"))
            return len(seen) >= number and size_of(checkpoints / "unfinished.tmp") >= size

        wait_for(recorder, is_inside)


def resume(reference, log, checkpoints):
    """From the last checkpoint, if there is one: returns whether there was."""
    if not any(checkpoints.glob("*.checkpoint")):
        return False
    done = subprocess.run([reference.command, "resume", checkpoints, "--log", log, "--json"],
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    demand(done.returncode == 0, f"resume: status {done.returncode}: {done.stderr}")
    result = json.loads(done.stdout)
    demand(result["run_digest"] == reference.run_digest,
           f"the resumed run's digest is {result['run_digest']}, not {reference.run_digest}")
    demand(log.read_bytes() == reference.data, "the resumed log is not the uninterrupted run's")
    return True


def record_and_kill(dice, instant, reference, period, folder):
    """What is whole of the log; none if not even its beginning is."""
    log, checkpoints = folder / "a.log", folder / "checkpoints"
    recorder = Recorder(reference, log, checkpoints, period)
    try:
        wait_for_instant(dice, instant, recorder, reference, log, checkpoints)
    finally:
        recorder.kill()
    return reference.check_log(log)


def kill_once(number, seed, references, folder):
    """Whether the run was interrupted; says what was seen."""
    dice = random.Random(seed * 1_000_003 + number)
    reference, period = references[number % len(references)]
    instant = dice.choice(INSTANTS)
    for attempt in range(ATTEMPTS):
        place = folder / str(attempt)
        place.mkdir()
        whole = record_and_kill(dice, instant, reference, period, place)
        was_interrupted = whole is None or not whole.has_trailer
        if was_interrupted:
            break
    log, checkpoints = place / "a.log", place / "checkpoints"
    beats = "no beat" if whole is None else f"{whole.beats} beats"
    seen = (f"{size_of(log)} bytes of the log, {beats}, "
            f"{len(list(checkpoints.glob('*.checkpoint')))} checkpoints, "
            f"{max(0, size_of(checkpoints / 'unfinished.tmp'))} bytes of another")
    resumed = "resumed" if resume(reference, log, checkpoints) else "nothing to go on from"
    print(f"kill {number} ({instant}): {seen}; {resumed}"
          f"{'' if was_interrupted else '; it was over before'}", flush=True)
    return was_interrupted


def main():
    is_long = os.environ.get("KNHK_LONG", "0") not in ("", "0")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", type=Path)
    parser.add_argument("--kills", type=int, default=LONG_KILLS if is_long else SHORT_KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, help="this kill alone")
    options = parser.parse_args()
    numbers = range(options.kills) if options.only is None else [options.only]
    with tempfile.TemporaryDirectory() as base:
        references = []
        for index, (words, period) in enumerate(RUNS):
            place = Path(base) / f"reference{index}"
            place.mkdir()
            references.append((Reference(options.command.resolve(), words, place), period))
        interrupted = 0
        for number in numbers:
            with tempfile.TemporaryDirectory(dir=base) as folder:
                try:
                    interrupted += kill_once(number, options.seed, references, Path(folder))
                except Wrong as wrong:
                    sys.exit(f"kill {number} of seed {options.seed}: {wrong}\n"
                             f"again: --seed {options.seed} --only {number}")
    print(f"{len(numbers)} kills, {interrupted} of them before the end: all as it must be")
    if 2 * interrupted < len(numbers):
        sys.exit("most runs were over before they were killed: nothing was tried")


if __name__ == "__main__":
    main()
