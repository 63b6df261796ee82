"""The ledger: what the lab owns, folded from the journal.

A thing is owned from the first intent to change it. The value that it had before that intent is kept through every
retry and later change, until the thing is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cattrs

Address = tuple[str, str]  # host, step


@dataclass(frozen=True)
class Entry:
    """What is needed to take one instance back when its role no longer tells: nothing in here is secret."""

    host: str
    step: str
    role: str
    title: str
    order: int  # its place in the blueprint that made it
    behind: Mapping[str, int]  # host -> the order of the last of its instances that this one comes after
    current: str  # scripts, as they were rendered
    remove: str | None
    identity: str = "local"
    pool: str | None = None
    timeout: float = 600.0
    needs: Mapping[str, Any] = field(default_factory=dict)  # the values they had
    secrets: tuple[Mapping[str, str], ...] = ()  # name, kind, reference
    comparison: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    properties: tuple[str, ...] = ()  # what desired named: what remove has to put back
    members: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # of lists that others may add to, ours
    reboot: str | None = None
    wait: tuple[float, float] | None = None  # limit and interval
    before: Mapping[str, Any] | None = None  # None: it was absent
    stays: str | None = None  # why it cannot be taken back
    going: bool = False  # its removal has begun, and not ended

    @property
    def address(self) -> Address:
        return (self.host, self.step)

    def depends_on(self, other: Entry) -> bool:
        """Whether this must be gone before the other may go: what a host got later stands on what it got before."""
        if self.host == other.host:
            return self.order > other.order
        return self.behind.get(other.host, -1) >= other.order


@dataclass(frozen=True)
class Ledger:
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    reboots: Mapping[str, str] = field(default_factory=dict)  # host -> boot time that a reboot was owed at
    runs: int = 0
    last_run: Mapping[str, Any] | None = None  # the last record of kind "end", if any
    cut_off: frozenset[str] = frozenset()  # hosts that were being changed by a run that has no end

    def find(self, host: str, step: str) -> Entry | None:
        return self.entries.get((host, step))


def unstructure(entry: Entry) -> dict[str, Any]:
    """An entry as it is written in an intent, without the value before (the record has it) and what comes later."""
    data: dict[str, Any] = cattrs.unstructure(entry)
    del data["before"], data["going"]
    return data


def fold(records: Iterable[Mapping[str, Any]]) -> Ledger:
    """The ledger that a journal amounts to. Unknown kinds of records are history only."""
    entries: dict[Address, Entry] = {}
    reboots: dict[str, str] = {}
    runs = 0
    last_run: Mapping[str, Any] | None = None
    cut_off: set[str] = set()
    for record in records:
        if record.get("kind") == "intent":
            cut_off.add(record["host"])
        match record.get("kind"):
            case "run":
                runs = int(record["run"])
            case "intent" if record["action"] != "remove":
                address = (record["host"], record["step"])
                earlier = entries.get(address)
                before = earlier.before if earlier else record["before"]
                entries[address] = cattrs.structure({**record["entry"], "before": before}, Entry)
            case "intent" if (address := (record["host"], record["step"])) in entries:
                entries[address] = replace(entries[address], going=True)
            case "done" if record["action"] == "remove":
                entries.pop((record["host"], record["step"]), None)
            case "rebooting":
                reboots[record["host"]] = record["boot"]
            case "rebooted":
                reboots.pop(record["host"], None)
            case "end":
                last_run = record
                cut_off.clear()
    return Ledger(entries, reboots, runs, last_run, frozenset(cut_off))
