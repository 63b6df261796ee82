"""A session: one warm, authenticated connection to one host under one identity, kept for a whole run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True)
class Connection:
    """Where a host listens and who we are there."""

    host: str  # the name that people know it by
    address: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool = False
    authentication: Literal["negotiate", "ntlm", "kerberos", "credssp", "basic"] = "negotiate"
    configuration: str = "Microsoft.PowerShell"  # the session configuration; one with RunAs has a second hop
    verify: bool | str = True  # TLS: the system's authorities, a file of them, or none
    server_name: str = ""  # TLS: the name in the host's certificate; whichever address leads there

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}:{self.port}/wsman"


@dataclass(frozen=True)
class Credential:
    """Becomes a PSCredential on the host."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SecureText:
    """Becomes a SecureString on the host."""

    text: str = field(repr=False)


Parameter = str | bool | int | None | Credential | SecureText


@dataclass(frozen=True)
class ErrorRecord:
    """An error of the pipeline itself, not of a step inside it."""

    id: str
    message: str


@dataclass(frozen=True)
class Output:
    """What a script gave: its output as text, and its other streams."""

    values: tuple[str, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    warnings: tuple[str, ...] = ()
    verbose: tuple[str, ...] = ()
    completed: bool = True


@dataclass
class Statistics:
    """What a session has cost so far; written by its own thread, read by others."""

    pipelines: int = 0
    requests: int = 0
    sessions: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, *, pipelines: int = 0, requests: int = 0, sessions: int = 0) -> None:
        with self._lock:
            self.pipelines += pipelines
            self.requests += requests
            self.sessions += sessions


class Session(Protocol):
    """Runs scripts on one host; used by one thread at a time."""

    @property
    def connection(self) -> Connection: ...

    @property
    def statistics(self) -> Statistics: ...

    @property
    def batches(self) -> bool:
        """Whether several steps may travel in one script."""

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        """Run a script that declares the parameters; raises TransportError when the host cannot be worked with.

        ConnectionGone and TimedOut leave open whether the script ran: whoever called reads again to know. The next
        ``run`` opens a new session.
        """

    def reset(self) -> None:
        """Forget the connection without a word to the host, as after its reboot; the next ``run`` opens a new one."""

    def close(self) -> None:
        """End the session; never raises a TransportError."""
