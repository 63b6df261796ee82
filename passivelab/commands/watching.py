"""Sessions with simulated hosts: one that breaks because the simulated lab has ended says so, and where its log is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from passivelab.commands.paths import shown, spoken
from passivelab.commands.simulated import is_served, last_words, machines_log
from passivelab.errors import ConnectionGone, SimulatedLabGone, Unreachable
from passivelab.transport import Connection, Output, Parameter, Session, Statistics


def ended(folder: Path, host: str, endpoint: str = "") -> SimulatedLabGone:
    """That nobody simulates the lab's machines any more, with what to do about it."""
    log, lab = machines_log(folder), spoken(folder)
    return SimulatedLabGone(
        host=host,
        endpoint=endpoint,
        found=last_words(log),
        hint=f"`invoke build-lab --lab {lab}` starts it again and goes on; `invoke serve-lab --lab {lab}` keeps it",
        record=Path(shown(log)),
    )


class Watched:
    """A Session with a simulated host. Trying again is of no use once nobody simulates it any more."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._folder = folder  # of the lab

    @property
    def connection(self) -> Connection:
        return self._session.connection

    @property
    def statistics(self) -> Statistics:
        return self._session.statistics

    @property
    def batches(self) -> bool:
        return self._session.batches

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        try:
            return self._session.run(script, parameters, timeout)
        except (ConnectionGone, Unreachable) as error:
            if is_served(self._folder):
                raise
            raise ended(self._folder, error.host, error.endpoint) from error

    def reset(self) -> None:
        self._session.reset()

    def close(self) -> None:
        self._session.close()
