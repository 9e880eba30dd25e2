# SPDX-License-Identifier: MIT
"""The rows of docs/coverage.md as data: tests/campaign/coverage.toml, and what a row looks like in
the document. Shared by the check of the tree and the campaign that plants the faults."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DATA = "tests/campaign/coverage.toml"
DOCUMENT = "docs/coverage.md"
STATES = ("not yet", "host", "own faults", "no test")
HEAD = "| row | asked for | where | fails without it | |"
RULE = "|---|---|---|---|---|"


@dataclass
class Edit:
    file: str
    old: str
    new: str


@dataclass
class Plant:
    """A fault: what is taken away, and who must notice."""
    edits: list
    test: str  # NAME of meson's, or NAME: CASE; without `asserts`
    asserts: str  # a file whose static_assert speaks while `test` is built; empty: none

    @property
    def name(self):
        return self.test.split(": ", 1)[0]

    @property
    def case(self):
        return self.test.split(": ", 1)[1] if ": " in self.test else ""

    @property
    def shown(self):
        return f"static_assert in `{self.asserts}`" if self.asserts else f"`{self.test}`"


@dataclass
class Row:
    number: str
    asked: str
    where: list
    note: str
    state: str
    plants: list = field(default_factory=list)

    @property
    def line(self):
        shown = list(dict.fromkeys(plant.shown for plant in self.plants))
        cells = [self.number, self.asked, ", ".join(f"`{file}`" for file in self.where),
                 "; ".join(shown) or self.state, self.note]
        return "| " + " | ".join(cells) + " |"


@dataclass
class Section:
    title: str
    rows: list


def plant_of(data):
    edits = [Edit(data["file"], data["old"], data["new"])]
    edits += [Edit(**more) for more in data.get("also", [])]
    if ("test" in data) == ("asserts" in data):
        raise ValueError(f"{data['file']}: a plant has either 'test' or 'asserts'")
    return Plant(edits, data.get("test", data.get("program", "isa")), data.get("asserts", ""))


def row_of(data):
    row = Row(data["number"], data["asked"], data["where"], data.get("note", ""),
              data.get("state", ""), [plant_of(plant) for plant in data.get("plant", [])])
    if (row.state != "") == bool(row.plants) or row.state and row.state not in STATES:
        raise ValueError(f"{row.number}: has faults to be planted, or a state of {STATES}")
    if row.state not in ("", "not yet") and not row.note:
        raise ValueError(f"{row.number}: '{row.state}' without a note that says why")
    return row


def read_sections(root):
    data = tomllib.loads((Path(root) / DATA).read_text(encoding="utf-8"))
    return [Section(section["title"], [row_of(row) for row in section["row"]])
            for section in data["section"]]
