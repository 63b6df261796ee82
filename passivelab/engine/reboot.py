"""Restarts of a host, seen by its boot time: ports and answers alone say nothing about a fast restart."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from passivelab.blueprint.model import Key
from passivelab.engine.events import Event, HostRebooted, StepMoved
from passivelab.engine.hosts import Hosts
from passivelab.errors import CredentialsRefused, TimedOut, TransportError
from passivelab.state import Journal

LIMIT = 900.0  # seconds until the host must be back
SERVICE_LIMIT = 60.0  # seconds until WinRM must be back, when only that restarts
_SHORT = 60.0
_BOOT_TIME = "Get-BootTime"
_RESTART = "Restart-Computer -Force"


class Rebooter:
    """Restarts hosts and waits for them. The journal knows of a restart that is owed until it has happened."""

    def __init__(
        self, hosts: Hosts, journal: Journal, emit: Callable[[Event], None], owed: dict[str, str], limit: float = LIMIT
    ) -> None:
        self._hosts = hosts
        self._journal = journal
        self._emit = emit
        self._owed = owed
        self._limit = limit

    def owes(self, host: str) -> bool:
        return host in self._owed

    def owe(self, host: str) -> None:
        """Note, before a change that asks for it, that the host will have to restart."""
        if host not in self._owed:
            boot = self.boot_time(host)
            self._journal.append({"kind": "rebooting", "host": host, "boot": boot})
            self._owed[host] = boot

    def settle(self, host: str, key: Key, title: str) -> bool:
        """Restart the host if it still owes that, and wait until it is back; whether it owed that."""
        if host not in self._owed:
            return False
        started = time.monotonic()
        before = self._owed[host]
        if self.boot_time(host) == before:
            self._emit(StepMoved(key, title, "rebooting", 0.0, self._limit))
            with suppress(TransportError):  # the host may go away before it has answered
                self._hosts.session(host).run(_RESTART, {}, _SHORT)
            self._wait(host, before, key, title, started)
        self._journal.append({"kind": "rebooted", "host": host})
        del self._owed[host]
        self._emit(HostRebooted(host, time.monotonic() - started))
        return True

    def boot_time(self, host: str) -> str:
        output = self._hosts.session(host).run(_BOOT_TIME, {}, _SHORT)
        return output.values[-1] if output.values else ""

    def _wait(self, host: str, before: str, key: Key, title: str, started: float) -> None:
        pause = 0.05
        while True:
            self._hosts.reset(host)
            try:
                if self.boot_time(host) not in ("", before):
                    self._hosts.reset(host)
                    return
            except CredentialsRefused:
                # A host that has just been promoted or joined refuses while its services come up.
                if time.monotonic() - started > self._limit:
                    raise
            except TransportError:
                pass
            elapsed = time.monotonic() - started
            if elapsed > self._limit:
                reason = "the host is not back from its restart"
                raise TimedOut(host=host, limit=self._limit, elapsed=elapsed, reason=reason)
            self._emit(StepMoved(key, title, "rebooting", elapsed, self._limit))
            time.sleep(pause)
            pause = min(pause * 1.5, 5.0)
