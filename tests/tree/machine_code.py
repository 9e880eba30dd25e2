# SPDX-License-Identifier: MIT
"""The code of a linked image: all instructions, where functions begin, and how they are called."""

import bisect
import re
import subprocess
from collections import namedtuple

Instruction = namedtuple("Instruction", "address mnemonic operands")
LABEL = re.compile(r"^([0-9a-f]+) <(.+)>:$")
LINE = re.compile(r"^\s*([0-9a-f]+):\t(\S+)\s*(.*)$")
ANONYMOUS = re.compile(r"\(anonymous namespace\)::")
# Brackets that are a name.
OPERATOR = re.compile(r"\boperator(?:\(\)|[<>=-]+)")
HIDE = str.maketrans("<>()", "\1\2\3\4")
SHOW = str.maketrans("\1\2\3\4", "<>()")
CLONE = re.compile(r" ?\[(?:clone|abi:)[^\]]*\]|\.(?:constprop|isra|part|cold)(?:\.\d+)?")


def without(text, opening, closing):
    """The text without what stands between these brackets, at any depth."""
    kept = []
    depth = 0
    for char in text:
        depth += char == opening
        if depth == 0:
            kept.append(char)
        depth -= char == closing
    return "".join(kept)


def plain_name(demangled):
    """A function's name without parameters, template arguments, result, clone and unnamed
    namespaces: all its instances and clones have one."""
    name = ANONYMOUS.sub("", CLONE.sub("", demangled))
    name = OPERATOR.sub(lambda found: found.group().translate(HIDE), name)
    name = without(without(name, "<", ">"), "(", ")")
    for qualifier in (" const", " &&", " &"):
        name = name.removesuffix(qualifier)
    return name.strip().rsplit(" ", 1)[-1].translate(SHOW)


def plain_names(symbols, objdump):
    """By symbol."""
    tool = objdump.replace("objdump", "c++filt")
    symbols = list(symbols)
    text = subprocess.run([tool], input="\n".join(symbols), check=True, capture_output=True,
                          text=True).stdout
    return dict(zip(symbols, map(plain_name, text.split("\n"))))


class Code:
    """All instructions by address, and the labels that functions begin with."""

    def __init__(self, disassembly, machine):
        self.machine = machine
        self.at = {}
        self.labels = {}
        for line in disassembly.splitlines():
            found = LINE.match(line)
            if found:
                address = int(found.group(1), 16)
                self.at[address] = Instruction(address, found.group(2), found.group(3))
            elif found := LABEL.match(line):
                self.labels[int(found.group(1), 16)] = found.group(2)
        self.addresses = sorted(self.at)
        self.next = dict(zip(self.addresses, self.addresses[1:]))
        self.begins = sorted(self.labels)

    def before(self, address, count):
        place = bisect.bisect_left(self.addresses, address)
        return [self.at[other] for other in self.addresses[max(0, place - count):place]]

    def around(self, address):
        """All instructions of the function, or of its part."""
        place = bisect.bisect_right(self.begins, address)
        first = bisect.bisect_left(self.addresses, self.begins[place - 1])
        last = (bisect.bisect_left(self.addresses, self.begins[place])
                if place < len(self.begins) else len(self.addresses))
        return [self.at[other] for other in self.addresses[first:last]]

    def begin_of(self, address):
        """Where the function or part of one begins that holds the address."""
        place = bisect.bisect_right(self.begins, address)
        return self.begins[place - 1] if place else None

    def is_cold_part(self, begin):
        return re.search(r"\.cold(?:\.\d+)?$", self.labels.get(begin, "")) is not None
