# SPDX-License-Identifier: MIT
"""Looks into a linked image for what freestanding code must not have, and for what the loader, the
firmware and the memory map expect of it. Usage: check_image.py ROOT IMAGE..."""

import re
import struct
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import elf_file
from check_memory_map import read_constants
from elf_file import PF_R, PF_W, PF_X, PT_LOAD, Elf
from source_files import report

FORBIDDEN_SECTIONS = re.compile(
    r"\.(?:(?:pre)?init_array|fini_array|ctors|dtors|init|fini|eh_frame\w*|gcc_except_table"
    r"|tdata|tbss|got|plt|rela?|interp|dyn\w+)(?:\.|$)"
)
FORBIDDEN_SEGMENTS = {elf_file.PT_INTERP: "PT_INTERP", elf_file.PT_DYNAMIC: "PT_DYNAMIC",
                      elf_file.PT_TLS: "PT_TLS"}
# A heap, exceptions, guarded or registered statics, RTTI, and the library's input and output.
FORBIDDEN_SYMBOLS = re.compile(
    r"^(?:malloc|calloc|realloc|free|abort|exit|atexit|errno|main|_start|dl_iterate_phdr"
    r"|v?[sf]?n?printf|puts|putchar|fputs|fwrite|memalign|posix_memalign|pthread_\w+"
    r"|__stack_chk_\w+|__tls_get_addr|__libc_\w+|__gxx_\w+|__cxa_\w+|_Unwind_\w+"
    r"|_Zn[wa]\w*|_Zd[la]Pv\w*|_ZT[IS]\w*|_ZGV\w*|_ZSt\d+terminatev|_ZN10__cxxabiv1\w*)$"
)
ARCH_SYMBOL = "_ZN4knhk4bare"
FUNCTION_LABEL = re.compile(r"^[0-9a-f]+ <(.+)>:$")

PAGE_BYTES = 4096
MULTIBOOT2_MAGIC = 0xE85250D6
MULTIBOOT2_SEARCH_BYTES = 32768
XEN_PHYS32_ENTRY = 18
KNHK_NOTE_TYPE = 1
LINUX_IMAGE_HEADER = struct.Struct("<IIQQQQQQ4sI")
RISCV_IMAGE_HEADER = struct.Struct("<IIQQQIIQ8s4sI")
RISCV_IMAGE_VERSION = 2
RISCV_TEXT_OFFSET = 0x200000
AUIPC_T0 = 0x297
JALR_ZERO_T0 = 0x28067
LINUX_IMAGE_ANYWHERE = 0xA  # and pages of 4 KiB, little-endian


def header_problems(elf, rules):
    problems = []
    if elf.ident[:6] != b"\x7fELF\x02\x01":
        problems.append("not a 64-bit little-endian ELF file")
    if elf.type != elf_file.ET_EXEC:
        problems.append(f"ELF type {elf.type}, not EXEC")
    entries = [s.value for s in elf.symbols if s.name == rules.entry]
    if entries != [elf.entry]:
        problems.append(f"e_entry {elf.entry:#x} is not {rules.entry} {[hex(e) for e in entries]}")
    return problems


def segment_problems(elf):
    problems = []
    for segment in elf.segments:
        if segment.type in FORBIDDEN_SEGMENTS:
            problems.append(f"has {FORBIDDEN_SEGMENTS[segment.type]}")
        if segment.type == elf_file.PT_GNU_STACK and segment.flags & PF_X:
            problems.append("asks for an executable stack")
        if segment.flags & PF_W and segment.flags & PF_X:
            problems.append(f"segment at {segment.address:#x} is writable and executable")
    executable = [s for s in elf.segments if s.type == PT_LOAD and s.flags & PF_X]
    if [s.flags for s in executable] != [PF_R | PF_X]:
        problems.append(f"{len(executable)} executable segments, one that reads is wanted")
    return problems


def place_problems(elf, constants):
    """Every byte lies in the image's range, and as far from the load address as from the base."""
    base = constants["KNHK_IMAGE_BASE"]
    end = base + constants["KNHK_IMAGE_SIZE_MAX"]
    problems = []
    for segment in elf.segments:
        if segment.type != PT_LOAD:
            continue
        where = f"segment at {segment.address:#x}"
        if segment.address < base or segment.address + segment.memory_size > end:
            problems.append(f"{where} lies outside {base:#x}-{end:#x}")
        if segment.physical - constants["KNHK_LOAD_ADDRESS"] != segment.address - base:
            problems.append(f"{where} is loaded at {segment.physical:#x}")
        if segment.address % PAGE_BYTES != segment.offset % PAGE_BYTES:
            problems.append(f"{where} does not begin in its page as in the file")
        if segment.file_size > segment.memory_size:
            problems.append(f"{where} is longer in the file than in memory")
    if not any(s.type == PT_LOAD for s in elf.segments):
        problems.append("nothing is loaded")
    return problems


def page_problems(elf):
    """No page belongs to two segments: a loader gives each page one set of permissions."""
    owners = {}
    problems = []
    for index, segment in enumerate(elf.segments):
        if segment.type != PT_LOAD:
            continue
        first = segment.address // PAGE_BYTES
        for page in range(first, -(-(segment.address + segment.memory_size) // PAGE_BYTES)):
            if owners.setdefault(page, index) != index:
                problems.append(f"page {page * PAGE_BYTES:#x} belongs to two segments")
    return problems


def section_problems(elf):
    problems = []
    for section in elf.sections:
        if section.size > 0 and FORBIDDEN_SECTIONS.match(section.name):
            problems.append(f"section {section.name} has {section.size} bytes")
        if section.flags & 1 and section.flags & 4:
            problems.append(f"section {section.name} is writable and executable")
    return problems


def symbol_problems(elf):
    if not elf.symbols:
        return ["no symbols: nothing can be said about them"]
    problems = []
    for symbol in elf.symbols:
        if symbol.section == elf_file.SHN_UNDEF:
            problems.append(f"{symbol.name} is undefined")
        if FORBIDDEN_SYMBOLS.match(symbol.name):
            problems.append(f"{symbol.name} is not for freestanding code")
    return problems


def note_problems(elf, constants):
    problems = []
    notes = {(note.owner, note.type): note.payload for note in elf.notes()}
    # A second lock on the memory map: ABI version, zero, base and size of the regions.
    payload = notes.get(("KNHK", KNHK_NOTE_TYPE), b"")
    regions = (constants["KNHK_REGIONS_BASE"], constants["KNHK_REGIONS_SIZE"])
    if len(payload) != 24 or struct.unpack("<IIQQ", payload)[2:] != regions:
        problems.append("the KNHK note does not name the regions of the memory map")
    return problems


def pvh_problems(elf):
    notes = {(note.owner, note.type): note.payload for note in elf.notes()}
    entry = notes.get(("Xen", XEN_PHYS32_ENTRY), b"")
    if len(entry) not in (4, 8) or not is_executable_physical(elf, int.from_bytes(entry, "little")):
        return ["the PVH note does not name a physical address of code"]
    return []


def is_executable_physical(elf, address):
    return any(
        s.type == PT_LOAD and s.flags & PF_X and s.physical <= address < s.physical + s.file_size
        for s in elf.segments
    )


def multiboot2_problems(elf):
    for at in range(0, min(MULTIBOOT2_SEARCH_BYTES, len(elf.data)) - 15, 8):
        header = struct.unpack_from("<IIII", elf.data, at)
        if header[0] == MULTIBOOT2_MAGIC and sum(header) % (1 << 32) == 0:
            return []
    return ["no Multiboot2 header in the first 32 KiB"]


def x86_64_boot_problems(elf):
    return pvh_problems(elf) + multiboot2_problems(elf)


def memory_bytes(elf, address, size):
    """What the image has there when it is loaded."""
    for s in elf.segments:
        if s.type == PT_LOAD and s.address <= address <= s.address + s.file_size - size:
            return elf.data[s.offset + address - s.address:][:size]
    return b""


def is_code(elf, address):
    return any(s.type == PT_LOAD and s.flags & PF_X and
               s.address <= address < s.address + s.file_size for s in elf.segments)


def aarch64_boot_problems(elf):
    """The header of Linux's raw images begins the image, and its first word branches to code."""
    begin = min(s.address for s in elf.segments if s.type == PT_LOAD)
    end = max(s.address + s.memory_size for s in elf.segments if s.type == PT_LOAD)
    header = memory_bytes(elf, begin, LINUX_IMAGE_HEADER.size)
    if len(header) < LINUX_IMAGE_HEADER.size:
        return ["no boot header"]
    branch, _, offset, size, flags, _, _, _, magic, _ = LINUX_IMAGE_HEADER.unpack(header)
    problems = []
    if magic != b"ARM\x64" or offset != 0 or flags != LINUX_IMAGE_ANYWHERE:
        problems.append("no boot header that lets the image be loaded anywhere")
    if size != -(-(end - begin) // PAGE_BYTES) * PAGE_BYTES:
        problems.append(f"the boot header says {size} bytes, the image has {end - begin}")
    if branch >> 26 != 5 or not is_code(elf, begin + (branch & 0x3FFFFFF) * 4):
        problems.append("the boot header does not branch to code")
    return problems


def riscv64_boot_problems(elf):
    """The header of Linux's raw images begins the image, where firmware enters an ELF file too: its
    first two instructions go on to code, relative to where they are."""
    begin = min(s.address for s in elf.segments if s.type == PT_LOAD)
    end = max(s.address + s.memory_size for s in elf.segments if s.type == PT_LOAD)
    header = memory_bytes(elf, begin, RISCV_IMAGE_HEADER.size)
    if len(header) < RISCV_IMAGE_HEADER.size:
        return ["no boot header"]
    first, second, offset, size, _, version, _, _, old_magic, magic, _ = (
        RISCV_IMAGE_HEADER.unpack(header))
    problems = []
    if (old_magic, magic) != (b"RISCV\0\0\0", b"RSC\5") or version != RISCV_IMAGE_VERSION:
        problems.append("no boot header of a Linux image")
    if offset != RISCV_TEXT_OFFSET:
        problems.append(f"the boot header wants {offset:#x} bytes below the image")
    if size != -(-(end - begin) // PAGE_BYTES) * PAGE_BYTES:
        problems.append(f"the boot header says {size} bytes, the image has {end - begin}")
    low = (second >> 20) - (second >> 31 << 12)
    if (first & 0xFFF != AUIPC_T0 or second & 0xFFFFF != JALR_ZERO_T0 or
            not is_code(elf, begin + (first & 0xFFFFF000) + low)):
        problems.append("the boot header does not branch to code")
    return problems


# What is an architecture's own: its name here, e_entry, headers for boot loaders, the disassembler
# of its compiler, and how code reaches a process's thread.
Rules = namedtuple("Rules", "architecture entry boot_problems objdump thread_pointer")
RULES = {
    62: Rules("x86_64", "knhk_enter", x86_64_boot_problems, "x86_64-linux-gnu-objdump",
              re.compile(r"%[fg]s:")),
    183: Rules("aarch64", "image_entry", aarch64_boot_problems, "aarch64-linux-gnu-objdump",
               re.compile(r"\btpidr(?:ro)?_el0\b")),
    # Storage of threads, and what linkers reach by the global pointer.
    243: Rules("riscv64", "knhk_enter", riscv64_boot_problems, "riscv64-linux-gnu-objdump",
               re.compile(r"\([gt]p\)|,[gt]p$|,[gt]p,")),
}


def thread_pointer_problems(disassembly, rules):
    """On Linux these registers belong to the process: only bare-machine code may use them."""
    problems = []
    function = "?"
    instructions = 0
    for line in disassembly.splitlines():
        label = FUNCTION_LABEL.match(line)
        if label:
            function = label.group(1)
        instructions += "\t" in line
        if rules.thread_pointer.search(line) and not function.startswith(ARCH_SYMBOL):
            problems.append(f"{function} uses a thread pointer: {line.strip()}")
    return problems if instructions > 100 else ["objdump found no code"]


def disassemble(image, rules):
    return subprocess.run([rules.objdump, "-d", "--no-show-raw-insn", str(image)], check=True,
                          capture_output=True, text=True).stdout


def find_problems(root, image):
    elf = Elf(Path(image).read_bytes())
    rules = RULES.get(elf.machine)
    if rules is None:
        return [f"{image}: e_machine {elf.machine} is of no architecture"]
    constants = read_constants(root, rules.architecture)
    problems = (
        header_problems(elf, rules)
        + segment_problems(elf)
        + place_problems(elf, constants)
        + page_problems(elf)
        + section_problems(elf)
        + symbol_problems(elf)
        + note_problems(elf, constants)
        + rules.boot_problems(elf)
        + thread_pointer_problems(disassemble(image, rules), rules)
    )
    return [f"{image}: {problem}" for problem in problems]


if __name__ == "__main__":
    report([problem for image in sys.argv[2:] for problem in find_problems(sys.argv[1], image)],
           "image")
