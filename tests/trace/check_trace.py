# SPDX-License-Identifier: MIT
"""Holds a trace against what its viewers demand: slices nest, times ascend strictly on each track,
every flow has both ends, in order. Prints how many of which name there are.
Usage: check_trace.py TRACE"""

import json
import sys
from collections import Counter, defaultdict

from trace_items import NotATrace, read_trace


def track_problems(track, items):
    """`items` of one track, in order of time. One begins or ends at a time, and the last that began
    ends first: a slice that reaches over its parent's end has the end of another one before it."""
    problems = []
    depth = 0
    previous = None
    for item in items:
        if previous is not None and item.time <= previous:
            problems.append(f"{track}: {item.what} {item.name} at {item.time} is not after "
                            f"{previous}")
        previous = item.time
        depth += {"begin": 1, "end": -1, "point": 0}[item.what]
        if depth < 0:
            problems.append(f"{track}: something ends at {item.time} that has not begun")
            depth = 0
    if depth != 0:
        problems.append(f"{track}: {depth} slices do not end")
    return problems


def nesting_problems(track, items):
    """With complete events a slice knows its own end: it has to lie within the slice around it."""
    problems = []
    ends = []
    for begin, end in zip(items[::2], items[1::2]):
        while ends and ends[-1] < begin.time:
            ends.pop()
        if ends and end.time >= ends[-1]:
            problems.append(f"{track}: {begin.name} at {begin.time} reaches over the end of what "
                            "it lies in")
        ends.append(end.time)
    return problems


def flow_problems(items):
    places = defaultdict(list)
    for item in items:
        for flow, end in item.flows:
            places[flow].append((item.time, end))
    problems = []
    for flow, ends in places.items():
        ends.sort()
        directions = [direction for _, direction in ends]
        if directions[-1] != "in" or directions.count("in") != 1 or len(ends) < 2:
            problems.append(f"flow {flow} has the ends {ends}")
    return problems


def problems_of(trace):
    tracks = defaultdict(list)
    for item in trace.items:
        tracks[item.track].append(item)
    problems = []
    for track, items in tracks.items():
        if hasattr(trace, "begins"):
            problems += nesting_problems(track, items)
        problems += track_problems(track, sorted(items, key=lambda item: item.time))
    return problems + flow_problems(trace.items)


def main(path):
    try:
        trace = read_trace(path)
    except NotATrace as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    problems = problems_of(trace)
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    names = Counter(item.name.split(" ")[0] for item in trace.items if item.what != "end")
    flows = {flow for item in trace.items for flow, _ in item.flows}
    print(json.dumps({"tracks": len({item.track for item in trace.items}), "flows": len(flows),
                      **dict(sorted(names.items()))}))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
