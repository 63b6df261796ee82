"""Runs PowerShell text on a freshly installed machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Identity, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.interpreter.texts import to_text
from winsim.world.fresh import make_host
from winsim.world.lab import World


class Machine:
    """A session on a host of its own; ``run`` gives the output as text and keeps the error ids."""

    def __init__(self) -> None:
        self.world = World()
        self.host = self.world.add(make_host("lab", "host01", "HOST01", "Passw0rd!"))
        identity = Identity(r"HOST01\Administrator", frozenset({r"builtin\administrators"}), True)
        self.session = Session(self.world, self.host, identity)
        self.values: list[object] = []
        self.errors: list[str] = []

    def output(self, value: object) -> None:
        self.values.append(value)

    def error(self, record: object) -> None:
        assert isinstance(record, ErrorRecord)
        self.errors.append(record.full_id)

    def warning(self, record: object) -> None: ...

    def verbose(self, record: object) -> None: ...

    def debug(self, record: object) -> None: ...

    def progress(self, record: object) -> None: ...

    def run(self, text: str) -> list[str]:
        self.values, self.errors = [], []
        outcome = self.session.invoke(PipelineRequest([RemoteCommand(text, True)]), self)
        if isinstance(outcome.error, ErrorRecord):
            self.errors.append(outcome.error.full_id)
        return [to_text(value) for value in self.values]


Run = Callable[[str], list[str]]


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def run(machine: Machine) -> Run:
    return machine.run
