# SPDX-License-Identifier: MIT
"""Reads a trace, in either format, into one list of plain items for the checks here. The protobuf
is taken apart by protoc, with the subset of Perfetto's schema that lies beside this file."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

SCHEMA = Path(__file__).with_name("perfetto_subset.proto")
FIELD = re.compile(r"^\s*(\w+)(?::\s*(.*?))?\s*(\{)?$")


@dataclass
class Item:
    """A slice's begin or end, or a point. Times are exact: nanoseconds."""

    track: str
    time: Decimal
    what: str  # "begin", "end" or "point"
    name: str = ""
    flows: list = field(default_factory=list)  # of (id, "out" or "in")


class NotATrace(Exception):
    pass


def decoded(path):
    """The text that protoc makes of a protobuf trace."""
    command = ["protoc", f"-I{SCHEMA.parent}", "--decode=knhk.perfetto.Trace", SCHEMA.name]
    with open(path, "rb") as trace:
        result = subprocess.run(command, stdin=trace, capture_output=True, check=False)
    if result.returncode != 0:
        raise NotATrace(result.stderr.decode(errors="replace").strip())
    return result.stdout.decode()


def messages_of(text):
    """Each message at the top, as {name: [values]}; a message inside is a value."""
    stack = [{}]
    for line in text.split("\n"):
        if line.strip() == "}":
            stack.pop()
        elif line.strip():
            match = FIELD.match(line)
            if not match or match.group(1).isdigit():
                raise NotATrace(f"the schema does not know: {line.strip()}")
            name, value, opens = match.groups()
            values = stack[-1].setdefault(name, [])
            values.append({} if opens else value)
            if opens:
                stack.append(values[-1])
    return stack[0].get("packet", [])


def one(message, name, default=None):
    return message.get(name, [default])[0]


class PerfettoTrace:
    TYPES = {"TYPE_SLICE_BEGIN": "begin", "TYPE_SLICE_END": "end", "TYPE_INSTANT": "point"}

    def __init__(self, path):
        self.tracks = {}
        self.names = {}
        self.items = []
        for packet in messages_of(decoded(path)):
            self.take(packet)

    def take(self, packet):
        if one(packet, "trusted_packet_sequence_id") != "1":
            raise NotATrace("a packet of no sequence")
        for entry in one(packet, "interned_data", {}).get("event_names", []):
            self.names[one(entry, "iid")] = one(entry, "name").strip('"')
        if "track_descriptor" in packet:
            track = one(packet, "track_descriptor")
            named = one(track, "thread", {}).get("thread_name", track.get("name", ['"process"']))
            self.tracks[one(track, "uuid")] = named[0].strip('"')
        if "track_event" in packet:
            self.take_event(one(packet, "track_event"), Decimal(one(packet, "timestamp")))

    def take_event(self, event, time):
        track = one(event, "track_uuid")
        what = self.TYPES.get(one(event, "type"))
        if track not in self.tracks or what is None:
            raise NotATrace(f"an event on track {track} of type {one(event, 'type')}")
        name = one(event, "name", "").strip('"') or self.names.get(one(event, "name_iid"), "")
        if what != "end" and not name:
            raise NotATrace(f"an event without a name at {time}")
        flows = [(int(flow), "out") for flow in event.get("flow_ids", [])]
        flows += [(int(flow), "in") for flow in event.get("terminating_flow_ids", [])]
        self.items.append(Item(self.tracks[track], time, what, name, flows))


class ChromeTrace:
    """A flow's end belongs to the slice that begins at its place."""

    FLOWS = {"s": "out", "t": "out", "f": "in"}

    def __init__(self, path):
        self.tracks = {}
        self.items = []
        self.begins = {}
        try:
            events = json.loads(Path(path).read_text(), parse_float=Decimal)["traceEvents"]
        except (ValueError, KeyError) as error:
            raise NotATrace(f"not the JSON of a trace: {error}") from error
        for event in events:
            self.take(event)

    def take(self, event):
        if event["ph"] == "M":
            if event["name"] == "thread_name":
                self.tracks[event["tid"]] = event["args"]["name"]
            return
        time = Decimal(event["ts"]) * 1000
        place = (event["tid"], time)
        if event["tid"] not in self.tracks:
            raise NotATrace(f"an event on the unknown thread {event['tid']}")
        if event["ph"] in self.FLOWS:
            if place not in self.begins:
                raise NotATrace(f"flow {event['id']} binds to no slice at {place}")
            if event["id"] >= 2**53:
                raise NotATrace(f"flow {event['id']} has an id that a double cannot hold")
            self.begins[place].flows.append((event["id"], self.FLOWS[event["ph"]]))
            return
        if event["ph"] != "X":
            raise NotATrace(f"an event of phase {event['ph']}")
        track = self.tracks[event["tid"]]
        self.begins[place] = Item(track, time, "begin", event["name"])
        end = Item(track, time + Decimal(event["dur"]) * 1000, "end")
        self.items += [self.begins[place], end]


def read_trace(path):
    with open(path, "rb") as trace:
        is_json = trace.read(1) == b"{"
    return ChromeTrace(path) if is_json else PerfettoTrace(path)
