"""Runs PowerShell text in a session without a host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Identity, Limits, Outcome, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.world.host import Host
from winsim.world.lab import World


@dataclass
class Ran:
    """What a pipeline wrote."""

    output: list[object] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[object] = field(default_factory=list)
    outcome: Outcome = field(default_factory=lambda: Outcome("completed"))

    @property
    def ids(self) -> list[str]:
        return [record.full_id for record in self.errors]

    @property
    def ended_by(self) -> str | None:
        return self.outcome.error.full_id if isinstance(self.outcome.error, ErrorRecord) else None


class Sink:
    def __init__(self, ran: Ran) -> None:
        self.output = ran.output.append
        self.error: Any = ran.errors.append
        self.warning = ran.warnings.append
        self.verbose = self.debug = self.progress = lambda record: None


Run = Callable[..., Ran]


@pytest.fixture
def session() -> Session:
    world = World()
    return Session(world, world.add(Host("host01", "HOST01")), Identity(r"LAB\admin"))


@pytest.fixture
def run(session: Session) -> Run:
    def go(text: str, limits: Limits | None = None, values: list[object] | None = None) -> Ran:
        ran = Ran()
        source = iter(values) if values is not None else None
        request = PipelineRequest([RemoteCommand(text, True)], source, limits=limits or Limits(seconds=20))
        ran.outcome = session.invoke(request, Sink(ran))
        return ran

    return go
