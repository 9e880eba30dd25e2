# SPDX-License-Identifier: MIT
"""Follows the code of linked images from where a beat begins, and holds what it finds against
hot_loops.toml: every loop, every atomic change and every call through a pointer is listed there,
nothing recurses, nothing waits, and nobody could allocate. docs/proofs.md says what that shows.
Usage: check_hot_loops.py ROOT IMAGE...     checks
       check_hot_loops.py --list IMAGE...   prints what there is, with all backward branches"""

import re
import sys
from collections import namedtuple
from pathlib import Path

import check_image
from elf_file import STT_OBJECT, Elf
from hot_code import cycles_of, function_at
from hot_list import names_of, read_list
from machine_code import Code, plain_names
from machines import MACHINES
from source_files import report

LIST = Path(__file__).with_name("hot_loops.toml")
ADDRESS_BYTES = 8
# A heap's functions; and on the hot path, whatever sounds like one.
HEAP = re.compile(r"^(?:malloc|calloc|realloc|reallocarray|free|\w*_?memalign|aligned_alloc|valloc"
                  r"|operator (?:new|delete)\b.*|_Zn[wa]\w+|_Zd[la]P\w+)$")
ALLOCATES = re.compile(r"alloc", re.IGNORECASE)
FOUND = {"loop": "loops", "atomic": "atomics", "indirect": "indirect"}
WHAT = {"loop": "leads back to where a loop begins", "atomic": "changes memory atomically",
        "indirect": "calls through a pointer"}
ADVICE = {"loop": "its bound", "atomic": "why it is no lock", "indirect": "whom it reaches"}

Image = namedtuple("Image", "path architecture elf code names functions")


def words_of(elf):
    def words_at(address, size):
        """All that the image has from there on."""
        while len(word := check_image.memory_bytes(elf, address, size)) == size:
            yield int.from_bytes(word, "little")
            address += size
    return words_at


def open_image(path, hot):
    elf = Elf(Path(path).read_bytes())
    rules = check_image.RULES[elf.machine]
    code = Code(check_image.disassemble(path, rules), MACHINES[rules.architecture])
    names = plain_names({symbol.name for symbol in elf.symbols} | set(code.labels.values()),
                        rules.objdump)
    image = Image(path, rules.architecture, elf, code, names, {})
    follow(image, hot)
    return image


def name_at(image, address):
    return image.names[image.code.labels[address]]


def addresses_of(image, names):
    return {address for address, label in image.code.labels.items()
            if image.names[label] in names and not image.code.is_cold_part(address)}


def follow(image, hot):
    """All functions that can be reached from the roots."""
    ends = addresses_of(image, set(hot.ends))
    waiting = list(addresses_of(image, {name for group in hot.roots.values() for name in group}))
    while waiting:
        begin = waiting.pop()
        if begin not in image.functions and begin not in ends:
            function = function_at(image.code, begin, ends, words_of(image.elf))
            image.functions[begin] = function
            waiting += function.calls


def places_of(image, kind):
    """By name of the function: the addresses of what is to be listed."""
    places = {}
    for begin, function in image.functions.items():
        found = getattr(function, FOUND[kind])
        if kind == "loop":
            found = sorted(address for back in found.values() for address in back)
        if found:
            places.setdefault(name_at(image, begin), []).extend(found)
    return places


def listed_of(hot, kind, architecture):
    listed = {}
    for entry in hot.entries[kind]:
        for name in entry.functions:
            listed[name] = listed.get(name, 0) + entry.counts.get(architecture, 0)
    return listed


def kind_problems(image, hot, kind):
    places = places_of(image, kind)
    listed = listed_of(hot, kind, image.architecture)
    problems = []
    for name in sorted(places.keys() | listed.keys()):
        found, wanted = places.get(name, []), listed.get(name, 0)
        where = f"{name} on {image.architecture}"
        if len(found) > wanted:
            at = ", ".join(hex(address) for address in sorted(found))
            problems.append(f"{where}, {at}: {WHAT[kind]} {len(found)} times, {wanted} are listed: "
                            f"add {ADVICE[kind]} to {LIST.name}, or keep it off the hot path")
        elif len(found) < wanted:
            problems.append(f"{where}: {LIST.name} lists {wanted} of [[{kind}]], there are "
                            f"{len(found)}: take off what is gone")
    return problems


def function_problems(image):
    """What no list excuses."""
    problems = []
    for begin, function in sorted(image.functions.items()):
        where = f"{name_at(image, begin)} on {image.architecture}"
        problems += [f"{where}, {address:#x}: waits" for address in function.waits]
        problems += [f"{where}, {address:#x}: {what}" for address, what in function.problems]
        if ALLOCATES.search(name_at(image, begin)):
            problems.append(f"{where}, {begin:#x}: allocates, by its name")
    return problems


def heap_problems(image):
    names = {image.names[symbol.name] for symbol in image.elf.symbols} | {
        symbol.name for symbol in image.elf.symbols}
    return [f"{name} on {image.architecture}: there is no heap" for name in sorted(names)
            if HEAP.match(name)]


def calls_of(image, hot):
    """Whom each hot function calls; through pointers, all that its entry says."""
    roots = {group: addresses_of(image, set(names)) for group, names in hot.roots.items()}
    reached = {}
    for entry in hot.entries["indirect"]:
        for name in entry.functions:
            for group in entry.reaches:
                reached.setdefault(name, set()).update(roots[group])
    return {begin: [callee for callee in function.calls | reached.get(name_at(image, begin), set())
                    if callee in image.functions]
            for begin, function in image.functions.items()}


def recursion_problems(image, hot, seen):
    problems = []
    for cycle in cycles_of(calls_of(image, hot)):
        names = {name_at(image, begin) for begin in cycle}
        seen += [names]
        if names not in hot.recursion:
            problems.append(f"{', '.join(sorted(names))} on {image.architecture}, "
                            f"{min(cycle):#x}: call themselves: add [[recursion]] and its depth to "
                            f"{LIST.name}, or keep it off the hot path")
    return problems


def functions_in(image, symbol):
    data = check_image.memory_bytes(image.elf, symbol.value, symbol.size)
    words = (int.from_bytes(data[at:at + ADDRESS_BYTES], "little")
             for at in range(0, len(data), ADDRESS_BYTES))
    return [word for word in words if word in image.code.labels]


def table_problems(image, hot, seen):
    """Every function that a table of functions names is a root: its calls reach nobody else."""
    problems = []
    for symbol in image.elf.symbols:
        name = image.names[symbol.name]
        for pattern, group in hot.tables.items():
            if symbol.type != STT_OBJECT or not re.fullmatch(pattern, name):
                continue
            seen.add(pattern)
            problems += [f"{name_at(image, function)} on {image.architecture}, {function:#x}: "
                         f"stands in {name}: add it to the roots '{group}' of {LIST.name}"
                         for function in functions_in(image, symbol)
                         if name_at(image, function) not in hot.roots[group]]
    return problems


def stale_problems(images, hot, tables, recursion):
    """What no image has."""
    there = {name for image in images for name in map(image.names.get, image.code.labels.values())}
    gone = [f"root {name}" for group in hot.roots.values() for name in group if name not in there]
    gone += [f"end {name}" for name in hot.ends if name not in there]
    gone += [f"table {name}" for name in hot.tables if name not in tables]
    gone += [f"recursion of {', '.join(sorted(names))}" for names in hot.recursion
             if names not in recursion]
    return [f"{LIST.name}: {what}: no image has it: take it off" for what in gone]


def find_problems(hot, paths):
    problems = [f"{LIST.name}: {problem}" for problem in hot.problems]
    if problems:
        return problems
    images = [open_image(path, hot) for path in paths]
    tables, recursion = set(), []
    for image in images:
        found = function_problems(image) + heap_problems(image)
        for kind in FOUND:
            found += kind_problems(image, hot, kind)
        found += recursion_problems(image, hot, recursion) + table_problems(image, hot, tables)
        problems += [f"{image.path}: {problem}" for problem in found]
    return problems + stale_problems(images, hot, tables, recursion)


def print_found(image):
    for begin, function in sorted(image.functions.items()):
        for head, back in sorted(function.loops.items()):
            print(f"{name_at(image, begin)}: loop at {head:#x}, back from "
                  f"{', '.join(map(hex, back))}")
        for kind in ("once_a_turn", "once_a_call", "atomics", "indirect"):
            found = getattr(function, kind)
            if found:
                print(f"{name_at(image, begin)}: {kind.replace('_', ' ')}: "
                      f"{', '.join(map(hex, found))}")
    loops = sum(len(function.loops) for function in image.functions.values())
    turn = sum(len(function.once_a_turn) for function in image.functions.values())
    call = sum(len(function.once_a_call) for function in image.functions.values())
    print(f"{image.architecture}: {len(image.functions)} hot functions, {loops} loops; other "
          f"backward branches: {turn} once a turn of a loop, {call} once a call")


if __name__ == "__main__":
    if sys.argv[1] == "--list":
        for argument in sys.argv[2:]:
            print_found(open_image(argument, read_list(LIST.read_text(), set())))
    else:
        report(find_problems(read_list(LIST.read_text(), names_of(sys.argv[1])), sys.argv[2:]),
               "hot loops")
