"""The lab clock: one scaled time for all hosts, and what is due on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from winsim.world.parts import reference


@dataclass
class DueEvent:
    """Something that happens later. ``action`` names a function ``f(world, **arguments)`` in winsim."""

    at: datetime
    action: str
    arguments: dict[str, object] = field(default_factory=dict)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Clock:
    """Lab time runs ``scale`` times as fast as wall time, from ``base`` on."""

    base: datetime = field(default_factory=_utc_now)
    scale: float = 1.0
    due: list[DueEvent] = field(default_factory=list)
    anchor: float = field(default_factory=time.monotonic, metadata={"transient": True})

    def now(self) -> datetime:
        """Lab time, UTC."""
        return self.base + timedelta(seconds=(time.monotonic() - self.anchor) * self.scale)

    def rebase(self) -> None:
        """Makes the current moment the base: before saving, and before the scale changes."""
        now = self.now()
        self.anchor = time.monotonic()
        self.base = now

    def resume(self) -> None:
        """After loading: time went on while the lab was not running, never backwards."""
        self.anchor = time.monotonic()
        self.base = max(self.base, _utc_now())

    def set_scale(self, scale: float) -> None:
        self.rebase()
        self.scale = scale

    def skip(self, seconds: float) -> None:
        """Moves lab time forward at once."""
        self.base += timedelta(seconds=seconds)

    def wall_seconds(self, lab_seconds: float) -> float:
        return lab_seconds / self.scale

    def at(self, seconds: float, action: Callable[..., object] | str, **arguments: object) -> DueEvent:
        """Registers an event ``seconds`` of lab time from now."""
        name = action if isinstance(action, str) else reference(action)
        event = DueEvent(self.now() + timedelta(seconds=seconds), name, arguments)
        self.due.append(event)
        return event

    def take_due(self) -> DueEvent | None:
        """The earliest event whose time has come; it is no longer waiting."""
        ready = min(self.due, key=lambda event: event.at, default=None)
        if ready is None or ready.at > self.now():
            return None
        self.due.remove(ready)
        return ready
