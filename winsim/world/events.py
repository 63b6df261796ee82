"""A host's event logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from winsim.world.clock import Clock


@dataclass
class Event:
    index: int
    log: str
    source: str
    id: int
    level: str  # Error, Warning, Information, FailureAudit, SuccessAudit
    message: str
    time: datetime
    category: int = 0


@dataclass
class EventLog:
    events: list[Event] = field(default_factory=list)
    logs: list[str] = field(default_factory=lambda: ["Application", "Security", "Setup", "System"])
    written: int = 0
    clock: Clock = field(default_factory=Clock, metadata={"transient": True})

    CAPACITY = 500  # kept per host; older ones are overwritten, as Windows does

    def write(self, log: str, source: str, id: int, level: str, message: str) -> Event:
        self.written += 1
        event = Event(self.written, log, source, id, level, message, self.clock.now())
        self.events.append(event)
        del self.events[: -self.CAPACITY]
        return event

    def of(self, log: str) -> list[Event]:
        return [event for event in self.events if event.log.lower() == log.lower()]
