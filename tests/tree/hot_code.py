# SPDX-License-Identifier: MIT
"""A function of an image, as it is followed from its first instruction: where it loops, whom it
calls, and what in it is atomic, waits, or calls somebody whom the code does not name."""

from collections import namedtuple
from itertools import takewhile

from machines import BRANCH, CALL, END, INDIRECT_CALL, INDIRECT_JUMP, JUMP, REPEAT

# `loops` are instructions that lead back to where a loop begins, by that address. Others that
# branch backwards are run once a turn of a loop, or, those on no cycle, once a call. `problems`
# are (address, what).
Function = namedtuple(
    "Function",
    "begin loops once_a_turn once_a_call atomics waits indirect calls problems")


class Walk:
    """Follows all ways through one function. A part that the compiler put elsewhere, because it is
    seldom run, belongs to it."""

    def __init__(self, code, begin, ends, words_at):
        self.code = code
        self.begin = begin
        self.ends = ends
        self.words_at = words_at
        self.edges = {}
        self.calls = set()
        self.indirect = []
        self.problems = []
        waiting = [begin]
        while waiting:
            address = waiting.pop()
            if address not in self.edges:
                self.edges[address] = self.successors(self.code.at[address])
                waiting += self.edges[address]

    def is_inside(self, address):
        begin = self.code.begin_of(address)
        return begin == self.begin or self.code.is_cold_part(begin)

    def behind(self, one):
        following = self.code.next.get(one.address)
        if following is None or not self.is_inside(following):
            self.problems.append((one.address, "runs out of its function: is an [ends] missing?"))
            return []
        return [following]

    def jump(self, one, target):
        """Within, or a tail call."""
        if target in self.code.at and self.is_inside(target):
            return [target]
        self.call(one, target)
        return []

    def call(self, one, target):
        if target in self.code.labels:
            self.calls.add(target)
        else:
            self.problems.append((one.address, "goes into the middle of something"))

    def switch(self, one):
        """The targets of a jump through a table; none if it is a call."""
        targets = set()
        for words in self.code.machine.switch(self.code, one, self.words_at):
            targets.update(takewhile(
                lambda word: word in self.code.at and self.is_inside(word), words))
        return sorted(targets)

    def successors(self, one):
        kind, target = self.code.machine.flow(one)
        if kind == END:
            return []
        if kind == JUMP:
            return self.jump(one, target)
        if kind == BRANCH:
            return self.jump(one, target) + self.behind(one)
        if kind == REPEAT:
            return [one.address, *self.behind(one)]
        if kind == CALL:
            self.call(one, target)
            return [] if target in self.ends else self.behind(one)
        if kind == INDIRECT_JUMP:
            targets = self.switch(one)
            self.indirect += [] if targets else [one.address]
            return targets
        self.indirect += [one.address] if kind == INDIRECT_CALL else []
        return self.behind(one)


def cycles_of(edges):
    """The sets of nodes that reach each other (Tarjan's components, without recursion); single
    nodes if they reach themselves."""
    index, low, done = {}, {}, set()
    stack, found = [], []
    for root in edges:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        path = [(root, iter(edges[root]))]
        while path:
            node, following = path[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    path.append((other, iter(edges[other])))
                    break
                if other not in done:
                    low[node] = min(low[node], index[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    done.update(stack[at:])
                    found.append(set(stack[at:]))
                    del stack[at:]
    return [nodes for nodes in found if len(nodes) > 1 or any(n in edges[n] for n in nodes)]


def loops_of(edges, begin):
    """By the address where a loop begins: who leads back to it. A cycle is entered somewhere: there
    the loop begins. Without the ways back, what still is a cycle is an inner loop; in the end none
    is left, so every backward branch of a cycle is run once for each turn of some loop here."""
    loops = {}
    regions = [edges]
    while regions:
        region = regions.pop()
        for nodes in cycles_of(region):
            entered = {to for node, targets in edges.items() if node not in nodes
                       for to in targets if to in nodes} | (nodes & {begin})
            # Of one that is entered in several places, any will do.
            head = min(entered)
            loops[head] = sorted(node for node in nodes if head in region[node])
            regions.append({node: [to for to in region[node] if to in nodes and to != head]
                            for node in nodes})
    return loops


def other_branches_of(edges, loops):
    """Backward branches that close no loop: (those on a cycle, those on none)."""
    closing = {address for back in loops.values() for address in back}
    cycle_of = {node: number for number, nodes in enumerate(cycles_of(edges)) for node in nodes}
    on_cycle, others = set(), set()
    for address, targets in edges.items():
        for to in targets:
            if to <= address and address not in closing:
                inside = address in cycle_of and cycle_of[address] == cycle_of.get(to)
                (on_cycle if inside else others).add(address)
    return sorted(on_cycle), sorted(others)


def function_at(code, begin, ends, words_at):
    """`ends` are functions that do not return; `words_at` reads words of so many bytes."""
    walk = Walk(code, begin, ends, words_at)
    machine = code.machine
    reached = [code.at[address] for address in sorted(walk.edges)]
    loops = loops_of(walk.edges, begin)
    return Function(
        begin, loops, *other_branches_of(walk.edges, loops),
        [one.address for one in reached if machine.is_atomic(one)],
        [one.address for one in reached if machine.WAITS.match(one.mnemonic)],
        sorted(walk.indirect), walk.calls - ends, walk.problems)
