"""The plan: what would change, property by property. A value that can be printed and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from passivelab.blueprint.model import Key, Plain
from passivelab.compare import Difference

Action = Literal["create", "change", "remove", "unchanged", "wait", "unknown", "failed"]


@dataclass(frozen=True)
class Change:
    """What one instance needs. ``unknown``: it can be read only after another step; ``wait``: a gate is not open."""

    key: Key
    title: str
    action: Action
    differences: tuple[Difference, ...] = ()
    known_after: Key | None = None
    error: Exception | None = None
    reboot: bool = False
    owned: bool = False  # a removal of what is in the ledger and no longer wanted
    before: Mapping[str, Plain] | None = None  # a removal puts this back

    @property
    def pending(self) -> bool:
        return self.action != "unchanged"


@dataclass(frozen=True)
class Plan:
    lab: str
    changes: tuple[Change, ...]
    prune: bool = False  # whether what is no longer wanted will be removed

    def count(self, *actions: Action) -> int:
        return sum(change.action in actions for change in self.changes)

    @property
    def pending(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.pending)

    def find(self, key: Key) -> Change | None:
        return next((change for change in self.changes if change.key == key), None)
