"""Several ways to one host: the first that lets us in is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passivelab.errors import CredentialsRefused, TransportError, Unreachable
from passivelab.transport.session import Connection, Output, Parameter, Session, Statistics


class FirstOf:
    """A Session that tries others in turn until one opens. After a reset it tries all of them again."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._sessions = tuple(sessions)
        self._chosen: Session | None = None

    @property
    def connection(self) -> Connection:
        return (self._chosen or self._sessions[0]).connection

    @property
    def statistics(self) -> Statistics:
        each = [session.statistics for session in self._sessions]
        return Statistics(
            pipelines=sum(item.pipelines for item in each),
            requests=sum(item.requests for item in each),
            sessions=sum(item.sessions for item in each),
        )

    @property
    def batches(self) -> bool:
        return self._sessions[0].batches

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        if self._chosen is not None:
            return self._chosen.run(script, parameters, timeout)
        first: TransportError | None = None
        for session in self._sessions:
            try:
                output = session.run(script, parameters, timeout)
            except (CredentialsRefused, Unreachable) as error:
                first = first or error
            else:
                self._chosen = session
                return output
        assert first is not None
        raise first

    def reset(self) -> None:
        self._chosen = None
        for session in self._sessions:
            session.reset()

    def close(self) -> None:
        for session in self._sessions:
            session.close()
