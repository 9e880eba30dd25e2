# SPDX-License-Identifier: MIT
"""What an instruction does, by architecture: where it leads, whether it changes memory atomically,
whether it waits, and from which tables of a switch it jumps. As objdump writes instructions."""

import re
from collections import namedtuple
from itertools import islice

# Where an instruction leads: behind it, to `target`, both; or as its code says, which nobody knows.
Flow = namedtuple("Flow", "kind target")
NEXT, JUMP, BRANCH, CALL, END = "next", "jump", "branch", "call", "end"
INDIRECT_JUMP, INDIRECT_CALL, REPEAT = "indirect jump", "indirect call", "repeat"

TARGET = re.compile(r"(?:^|[\s,#])([0-9a-f]+) <")


def target_of(operands):
    """The address before the last <symbol>."""
    found = TARGET.findall(operands)
    return int(found[-1], 16) if found else None


class X86_64:
    PREFIXES = {"lock", "rep", "repz", "repnz", "bnd", "notrack", "data16", "cs", "ds"}
    STRING = re.compile(r"^(?:movs|stos|cmps|scas|lods)[bwlq]?$")
    CONDITIONAL = re.compile(r"^(?:j[a-z]+|loop\w*)$")
    WAITS = re.compile(r"^(?:pause|hlt|mwaitx?|umwait|tpause)$")
    TABLE = re.compile(r"^\*0x([0-9a-f]+)\(,%\w+,8\)$")

    def split(self, one):
        """Prefixes, mnemonic, operands."""
        words = [one.mnemonic, *one.operands.split()]
        count = 0
        while count + 1 < len(words) and words[count] in self.PREFIXES:
            count += 1
        return set(words[:count]), words[count], " ".join(words[count + 1:])

    def flow(self, one):
        prefixes, mnemonic, operands = self.split(one)
        if prefixes & {"rep", "repz", "repnz"} and self.STRING.match(mnemonic):
            return Flow(REPEAT, one.address)
        mnemonic = mnemonic.removesuffix("q")  # as older tools write calls and jumps
        if mnemonic in ("ret", "iret", "ud2", "sysret"):
            return Flow(END, None)
        if mnemonic == "call":
            is_indirect = operands.startswith("*")
            return Flow(INDIRECT_CALL if is_indirect else CALL, target_of(operands))
        if mnemonic == "jmp":
            is_indirect = operands.startswith("*")
            return Flow(INDIRECT_JUMP if is_indirect else JUMP, target_of(operands))
        if self.CONDITIONAL.match(mnemonic):
            return Flow(BRANCH, target_of(operands))
        return Flow(NEXT, None)

    def is_atomic(self, one):
        prefixes, mnemonic, operands = self.split(one)
        return "lock" in prefixes or (mnemonic.startswith("xchg") and "(" in operands)

    def switch(self, _code, one, words_at):
        """By table from which the address may come that it jumps to: where that may be. A table's
        end is not known; what follows it leads out of the function."""
        found = self.TABLE.match(self.split(one)[2])
        return [words_at(int(found.group(1), 16), 8)] if found else []


class Aarch64:
    CONDITIONAL = re.compile(r"^(?:b\.\w+|cbn?z|tbn?z)$")
    WAITS = re.compile(r"^(?:wf[ei]t?|yield)$")
    # Exclusives, and what Armv8.1 has in place of loops of them.
    ATOMIC = re.compile(
        r"^(?:ld(?:a|l)?xr\w*|ldaxp|ldxp|stl?x[rp]\w*|casp?(?:a|l|al)?[bh]?|swpp?(?:a|l|al)?[bh]?"
        r"|(?:ld|st)(?:add|clr|eor|set|smax|smin|umax|umin)(?:a|l|al)?[bh]?)$")

    INSTRUCTION_BYTES = 4
    LOADED_BEFORE = 16  # the compare may stand before a way out of the function
    ADDED = r"add {0}, (x\w+), (w\w+), sxt[bhw] #2"
    LOADED = r"ldr(b|h|) {0}, \[(x\w+), (w\w+), uxtw"
    COMPARED = r"cmp {0}, #(0x[0-9a-f]+)"

    def flow(self, one):
        if one.mnemonic in ("ret", "eret", "brk", "udf"):
            return Flow(END, None)
        if one.mnemonic in ("bl", "b"):
            return Flow(CALL if one.mnemonic == "bl" else JUMP, target_of(one.operands))
        if one.mnemonic in ("blr", "br"):
            return Flow(INDIRECT_CALL if one.mnemonic == "blr" else INDIRECT_JUMP, None)
        if self.CONDITIONAL.match(one.mnemonic):
            return Flow(BRANCH, target_of(one.operands))
        return Flow(NEXT, None)

    def is_atomic(self, one):
        return bool(self.ATOMIC.match(one.mnemonic))

    def last(self, pattern, befores):
        return next(filter(None, (re.match(pattern, f"{before.mnemonic} {before.operands}")
                                  for before in reversed(befores))), None)

    def addresses_in(self, register, code, one):
        """Whatever address the function puts anywhere into a register."""
        page = None
        for other in code.around(one.address):
            if other.operands.startswith(register + ","):
                if other.mnemonic == "adrp":
                    page = target_of(other.operands)
                elif other.mnemonic == "add" and page is not None:
                    yield page + int(other.operands.rpartition("#")[2], 16)
                    page = None

    def switch(self, code, one, words_at):
        """Tables have distances, in instructions, from an address in the function."""
        befores = code.before(one.address, self.LOADED_BEFORE)
        added = self.last(self.ADDED.format(one.operands), befores)
        loaded = added and self.last(self.LOADED.format(added.group(2)), befores)
        compared = loaded and self.last(self.COMPARED.format(loaded.group(3)), befores)
        from_there = added and [
            target_of(before.operands) for before in befores
            if before.mnemonic == "adr" and before.operands.startswith(added.group(1) + ",")]
        if not compared or not from_there:
            return []
        size = {"b": 1, "h": 2, "": 4}[loaded.group(1)]

        def targets(table):
            for word in islice(words_at(table, size), int(compared.group(1), 16) + 1):
                distance = word - (word >> (8 * size - 1) << (8 * size))
                yield from_there[-1] + self.INSTRUCTION_BYTES * distance

        return [targets(table) for table in self.addresses_in(loaded.group(2), code, one)]


class Riscv64:
    CONDITIONAL = re.compile(r"^b(?:eq|ne|lt|ge|gt|le)(?:u|z)?$")
    WAITS = re.compile(r"^(?:wfi|pause|wrs\.\w+)$")
    ATOMIC = re.compile(r"^(?:lr|sc|amo\w+)\.")
    # How this compiler stores an atomic: nothing is read, and nobody waits.
    STORE = re.compile(r"^amoswap\.[wd](?:\.\w+)?$")
    TABLE = re.compile(r"^(\w+),.*# ([0-9a-f]+) <")
    LOADED_BEFORE = 8

    def flow(self, one):
        target = target_of(one.operands)
        if one.mnemonic in ("ret", "mret", "sret", "unimp", "ebreak", "c.unimp", "c.ebreak"):
            return Flow(END, None)
        if one.mnemonic == "j":
            return Flow(JUMP, target)
        if one.mnemonic == "jal":
            return Flow(CALL, target)
        # With a target, they are the second half of a far call: the first loaded a part of it.
        if one.mnemonic == "jr":
            return Flow(INDIRECT_JUMP if target is None else JUMP, target)
        if one.mnemonic == "jalr":
            return Flow(INDIRECT_CALL if target is None else CALL, target)
        if self.CONDITIONAL.match(one.mnemonic):
            return Flow(BRANCH, target)
        return Flow(NEXT, None)

    def is_atomic(self, one):
        is_store = self.STORE.match(one.mnemonic) and one.operands.startswith("zero,")
        return bool(self.ATOMIC.match(one.mnemonic)) and not is_store

    def sources_of(self, befores, register):
        """Of the registers that the word's address is the sum of; none, if no word was loaded."""
        for before in reversed(befores):
            written, _, rest = before.operands.partition(",")
            if written == register and before.mnemonic in ("lw", "lwu"):
                register = rest.partition("(")[2].rstrip(")")
            elif written == register:
                return rest.split(",") if before.mnemonic == "add" else []
        return []

    def switch(self, code, one, words_at):
        """The word is half an address, which no function's is where they are loaded. Whatever
        address the function puts anywhere into a register of the sum may be the table's."""
        sources = self.sources_of(code.before(one.address, self.LOADED_BEFORE), one.operands)
        made = (self.TABLE.match(other.operands) for other in code.around(one.address)
                if other.mnemonic in ("add", "addi"))
        return [words_at(table, 4) for table in
                {int(found.group(2), 16) for found in made if found and found.group(1) in sources}]


MACHINES = {"x86_64": X86_64(), "aarch64": Aarch64(), "riscv64": Riscv64()}
