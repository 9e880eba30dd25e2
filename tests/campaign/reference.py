# SPDX-License-Identifier: MIT
"""The run that nobody interrupts, and what is demanded of others by it: shared by the kill campaign
and the test with a full disk."""

import json
import subprocess
import sys
import time
from pathlib import Path

from log_prefix import Damaged, NoLog, read_whole

READER = Path(__file__).resolve().parent.parent / "independent" / "recompute_digest.py"


class Wrong(Exception):
    """What must not be."""


def demand(condition, what):
    if not condition:
        raise Wrong(what)


class Reference:
    """One run and its log. Every other run of it writes these bytes, as far as it comes."""

    def __init__(self, command, words, folder):
        self.command = command
        self.words = words
        self.path = folder / "reference.log"
        begin = time.monotonic()
        done = subprocess.run([command, "run", *words, "--log", self.path, "--json"], check=True,
                              stdout=subprocess.PIPE)
        self.seconds = time.monotonic() - begin
        self.run_digest = json.loads(done.stdout)["run_digest"]
        self.data = self.path.read_bytes()
        subprocess.run([sys.executable, "-B", READER, self.path, "--expect", self.run_digest],
                       check=True, stdout=subprocess.DEVNULL)

    def check_log(self, path):
        """A log that was cut: returns what is whole of it; none if not even its beginning is."""
        data = path.read_bytes() if path.exists() else b""
        demand(self.data.startswith(data), f"{path} is not the beginning of the whole run's log")
        try:
            whole = read_whole(data)
        except NoLog:
            return None
        except Damaged as damage:
            raise Wrong(f"{path} is damaged: {damage}") from damage
        self.check_with_command(path, whole)
        return whole

    def check_with_command(self, path, whole):
        """The command's own reader comes as far, and says so."""
        done = subprocess.run([self.command, "compare", self.path, path], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if whole.has_trailer:
            demand(done.returncode == 0, f"a whole log is no match:\n{done.stdout}")
            return
        where = f"is cut after beat {whole.beat}" if whole.beats else "is cut before its first beat"
        demand(done.returncode == 1 and where in done.stdout,
               f"status {done.returncode}, '{where}' expected in\n{done.stdout}")
