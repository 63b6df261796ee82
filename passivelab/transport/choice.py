"""Several ways to one host: the first that lets us in is kept."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence

from passivelab.errors import CredentialsRefused, TransportError, Unreachable
from passivelab.transport.session import Connection, Output, Parameter, Session, Statistics

KNOCK_SECONDS = 3.0  # a firewall drops what it does not like, and a connection attempt may then take minutes


def answers(connection: Connection) -> bool:
    """Whether anything listens there."""
    try:
        with socket.create_connection((connection.address, connection.port), timeout=KNOCK_SECONDS):
            return True
    except OSError:
        return False


class FirstOf:
    """A Session that tries others in turn until one opens. After a reset it tries all of them again.

    A port that does not answer, or refuses the credentials, is a reason to try the next way. A certificate that is not
    trusted is none: whoever shows it may want exactly that.
    """

    def __init__(self, sessions: Sequence[Session], knock: Callable[[Connection], bool] = answers) -> None:
        self._sessions = tuple(sessions)
        self._knock = knock
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
            try:
                return self._chosen.run(script, parameters, timeout)
            except Unreachable:
                self._chosen = None  # it could not be opened again: the script has not run
        first: TransportError | None = None
        silent: dict[int, TransportError] = {}
        for session in self._sessions:
            try:
                self._check_door(session.connection, silent)
                output = session.run(script, parameters, timeout)
            except (CredentialsRefused, Unreachable) as error:
                first = first or error
            else:
                self._chosen = session
                return output
        assert first is not None
        raise first

    def _check_door(self, where: Connection, silent: dict[int, TransportError]) -> None:
        """Knock once at each port, when there are several."""
        if where.port in silent:
            raise silent[where.port]
        several = len({session.connection.port for session in self._sessions}) > 1
        if several and not self._knock(where):
            silent[where.port] = Unreachable(
                host=where.host,
                endpoint=where.endpoint,
                reason="nothing listens there",
                hint="check that the host is up and WinRM listens there: `invoke ping` asks every host",
            )
            raise silent[where.port]

    def reset(self) -> None:
        self._chosen = None
        for session in self._sessions:
            session.reset()

    def close(self) -> None:
        self._chosen = None
        for session in self._sessions:
            session.close()
