"""The sessions of a run: one for each host and identity, opened when it is first needed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from passivelab.blueprint.model import Identity
from passivelab.engine.events import Event, HostAwaited
from passivelab.engine.script import Answer, Request, SecretValue, ask
from passivelab.errors import ConnectionGone, CredentialsRefused, TransportError, Unreachable
from passivelab.transport import Session

Connect = Callable[[str, Identity], Session]
READ_TIMEOUT = 300.0
ATTEMPTS = 6  # of a read whose connection went away; reading twice does no harm
REFUSALS = 4  # of a login at a host that may be restarting: a wrong password must not lock the account
LONGEST_PAUSE = 10.0  # seconds between two attempts


class Hosts:
    """Asks hosts. One thread at a time works with one host; different hosts have different threads.

    ``patience`` says for how many seconds a host may be away at first: an interrupted run has left it restarting.
    """

    def __init__(
        self,
        connect: Connect,
        patience: Mapping[str, float] | None = None,
        emit: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._connect = connect
        self._patience = patience or {}
        self._emit = emit
        self._sessions: dict[tuple[str, Identity], Session] = {}
        self._reached: set[str] = set()
        self._lock = threading.Lock()

    def session(self, host: str, identity: Identity = "local") -> Session:
        with self._lock:
            known = self._sessions.get((host, identity))
            if known is None:
                known = self._sessions[(host, identity)] = self._connect(host, identity)
            return known

    def read(self, host: str, identity: Identity, requests: Sequence[Request]) -> dict[str, Answer]:
        """Run requests that change nothing: again, when the connection went away in the middle.

        A host that was there before in this run is waited for a while, and one that was restarting when the last run
        was interrupted for longer.
        """
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._ask(host, identity, requests, READ_TIMEOUT, {})
            except (ConnectionGone, Unreachable, CredentialsRefused) as error:
                if not self._may_come_back(host, error, attempt, time.monotonic() - started):
                    raise
                if attempt == 1 and host in self._patience:
                    self._emit(HostAwaited(host, error.message(), self._patience[host]))
            time.sleep(min(0.2 * 2**attempt, LONGEST_PAUSE))

    def _may_come_back(self, host: str, error: TransportError, attempt: int, elapsed: float) -> bool:
        if isinstance(error, CredentialsRefused):
            # One that has just been promoted or joined refuses while its services come up.
            return host in self._patience and attempt < REFUSALS
        if elapsed < self._patience.get(host, 0.0):
            return True
        return attempt < ATTEMPTS and (isinstance(error, ConnectionGone) or host in self._reached)

    def change(
        self,
        host: str,
        identity: Identity,
        requests: Sequence[Request],
        timeout: float,
        secrets: Mapping[str, SecretValue],
    ) -> dict[str, Answer]:
        """Run requests of which one changes something: once. After a ConnectionGone only a read tells what happened."""
        return self._ask(host, identity, requests, timeout, secrets)

    def _ask(
        self,
        host: str,
        identity: Identity,
        requests: Sequence[Request],
        timeout: float,
        secrets: Mapping[str, SecretValue],
    ) -> dict[str, Answer]:
        answers = ask(self.session(host, identity), requests, timeout, secrets)
        self._reached.add(host)
        return answers

    def reset(self, host: str) -> None:
        """Forget the sessions of a host that is about to restart."""
        for session in self._sessions_of(host):
            session.reset()

    def renew(self, host: str, identity: Identity) -> None:
        """End a session whose logon is older than what it needs: the next request logs on anew."""
        self.session(host, identity).reset()

    def reconnect(self, host: str) -> None:
        """End the sessions of a host: the next request of each identity looks for the best way again."""
        for session in self._sessions_of(host):
            session.close()

    def _sessions_of(self, host: str) -> list[Session]:
        with self._lock:
            return [session for (name, _), session in self._sessions.items() if name == host]

    def close(self) -> None:
        with self._lock:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.close()

    def endpoints(self) -> dict[str, str]:
        """Where each host was reached, as long as its sessions are open."""
        with self._lock:
            # Local sessions last: one that may delegate need not have been opened.
            sessions = sorted(self._sessions.items(), key=lambda item: item[0][1])
            found = {host: session.connection.endpoint for (host, _), session in sessions}
        return {host: endpoint for host, endpoint in sorted(found.items()) if host in self._reached}

    def pipelines(self) -> Counter[str]:
        return Counter({host: 0 for host, _ in self._sessions}) + self._count("pipelines")

    def requests(self) -> Counter[str]:
        return self._count("requests")

    def _count(self, what: str) -> Counter[str]:
        total: Counter[str] = Counter()
        with self._lock:
            for (host, _), session in self._sessions.items():
                total[host] += int(getattr(session.statistics, what))
        return total
