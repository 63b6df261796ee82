"""Type members whose value depends on where a script runs: the session of the running thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from winsim.interpreter.command import NotBuilt

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

_RUNNING: ContextVar[Session] = ContextVar("running_session")


def running_session() -> Session:
    """The session whose script calls; static properties of .NET have no other way to their machine."""
    session = _RUNNING.get(None)
    if session is None:
        raise NotBuilt("members that depend on the machine outside a session")
    return session


def current_session() -> Session | None:
    """The session that runs in this thread, if any."""
    return _RUNNING.get(None)


def heed_stop() -> None:
    """For work that goes on for long between two statements: leaves when the running pipeline is to stop."""
    session = _RUNNING.get(None)
    if session is not None and session.stop_asked:
        session.check()


@contextmanager
def running(session: Session) -> Iterator[None]:
    """Makes a session the one that runs in this thread, for as long as its pipeline does."""
    token = _RUNNING.set(session)
    try:
        yield
    finally:
        _RUNNING.reset(token)
