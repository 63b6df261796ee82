"""Shells of one host: their table, quotas and life times (MS-WSMV 3.1.4)."""

from __future__ import annotations

import asyncio
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from winsim.endpoint import faults
from winsim.endpoint.authentication import Caller
from winsim.endpoint.contracts import Machine, ServiceSettings
from winsim.endpoint.output import OutputQueue
from winsim.endpoint.soap import SHELL, format_duration, parse_duration
from winsim.interpreter.hosting import Identity

CTRL_C_PSRP: Final = "powershell/signal/ctrl_c"


@dataclass(frozen=True)
class ShellContext:
    """What every shell of a host is made with."""

    machine: Machine
    loop: asyncio.AbstractEventLoop
    workers: Executor
    start_delay: Callable[[], float]  # what starting a process costs on this host, for worker threads to sleep
    import_delay: Callable[[], float]  # ... and loading a module


@dataclass(frozen=True)
class Origin:
    """Where a request came from, and through which of the host's listeners."""

    address: str
    secure: bool = False
    port: int = 5985  # the listener's, as the host knows it

    def url(self, host: str) -> str:
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}/wsman"


@dataclass(frozen=True)
class ShellRequest:
    """A Create request as the shells need it."""

    id: str
    resource_uri: str
    caller: Caller
    origin: Origin
    session_id: str
    options: Mapping[str, str]
    element: Element = field(repr=False)

    @property
    def identity(self) -> Identity:
        """Who the shell's processes run as."""
        bare = self.options.get("WINRS_NOPROFILE", "").upper() == "TRUE"
        return replace(self.caller.account.identity(delegated=self.caller.delegated), loads_profile=not bare)

    def text(self, name: str) -> str:
        return (self.element.findtext(f"{{{SHELL}}}{name}") or "").strip()


class Shell(ABC):
    """A shell and its commands; all methods run in the event loop."""

    plugin_streams = ("stdin", "stdout")

    def __init__(self, request: ShellRequest, context: ShellContext) -> None:
        settings = context.machine.settings
        self.id = request.id
        self.resource_uri = request.resource_uri
        self.caller = request.caller
        self.origin = request.origin
        self.session_id = request.session_id
        self.loads_profile = request.identity.loads_profile
        self.name = request.text("Name") or f"Shell{request.id[:8]}"
        self.input_streams = request.text("InputStreams") or self.plugin_streams[0]
        self.output_streams = request.text("OutputStreams") or self.plugin_streams[1]
        self.idle_timeout = _idle_timeout(request.text("IdleTimeOut"), settings)
        self.state: Literal["Connected", "Disconnected"] = "Connected"
        self.created = self.last_used = time.monotonic()
        self.queues: dict[str, OutputQueue] = {}
        self.context = context
        self.output = OutputQueue(context.loop)
        self.receiving = 0  # Receive requests that wait right now

    def touch(self) -> None:
        self.last_used = time.monotonic()

    @property
    def idle_for(self) -> float:
        return 0.0 if self.receiving or self.busy else time.monotonic() - self.last_used

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether a command runs."""

    @property
    @abstractmethod
    def children(self) -> int:
        """Running processes, as the shell's description counts them."""

    @abstractmethod
    def start(self, command_id: str, line: Element, options: Mapping[str, str]) -> None: ...

    @abstractmethod
    def send(self, stream: str, command_id: str | None, data: bytes, end: bool) -> None: ...

    @abstractmethod
    def signal(self, command_id: str | None, code: str) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """Ends what runs and frees everything; waiting Receives fail."""

    @abstractmethod
    def running_commands(self) -> list[tuple[str, str]]:
        """Their ids and command lines; a pipeline has none."""

    def surroundings(self) -> str:
        """Members of the description that only some shells have: their folder and their variables."""
        return ""

    def connect(self, element: Element) -> str:
        """Body of the ConnectResponse for a client that takes a disconnected shell over."""
        raise faults.unknown_action("Connect")

    def queue(self, command_id: str | None) -> OutputQueue:
        if command_id is None:
            return self.output
        found = self.queues.get(command_id.upper())
        if found is None:
            raise faults.no_command(command_id)
        return found

    def describe(self) -> str:
        """The rsp:Shell element of Create, Get and Enumerate."""
        limits = self.context.machine.settings
        members = (
            ("ShellId", self.id),
            ("Name", self.name),
            ("ResourceUri", self.resource_uri),
            ("Owner", self.caller.account.name),
            ("ClientIP", self.origin.address),
            ("ProcessId", str(4000 + int(self.id[:3], 16) * 4)),
            ("IdleTimeOut", format_duration(self.idle_timeout)),
            ("InputStreams", self.input_streams),
            ("OutputStreams", self.output_streams),
            ("MaxIdleTimeOut", format_duration(limits.max_idle_timeout)),
            ("Locale", "en-US"),
            ("DataLocale", "en-US"),
            ("CompressionMode", "NoCompression"),
            ("ProfileLoaded", "Yes" if self.loads_profile else "No"),
            ("Encoding", "UTF8"),
            ("BufferMode", "Block"),
            ("State", self.state),
            ("ShellRunTime", _days(time.monotonic() - self.created)),
            ("ShellInactivity", _days(time.monotonic() - self.last_used)),
            ("MemoryUsed", "58MB"),
            ("ChildProcesses", str(self.children)),
        )
        inner = "".join(f"<rsp:{name}>{escape(value)}</rsp:{name}>" for name, value in members)
        inner = inner.replace("<rsp:IdleTimeOut>", f"{self.surroundings()}<rsp:IdleTimeOut>", 1)
        return f'<rsp:Shell xmlns:rsp="{SHELL}">{inner}</rsp:Shell>'


def _days(seconds: float) -> str:
    whole = int(seconds)
    return f"P{whole // 86400}DT{whole // 3600 % 24}H{whole // 60 % 60}M{whole % 60}S"


def _idle_timeout(text: str, settings: ServiceSettings) -> float:
    if not text:
        return settings.idle_timeout
    try:
        seconds = parse_duration(text)
    except ValueError:
        raise faults.malformed("The IdleTimeOut of the shell is no duration.") from None
    if not 60 <= seconds <= settings.max_idle_timeout:
        raise faults.invalid_idle_timeout()
    return seconds


def new_shell_id(element: Element) -> str:
    """The id that the client asks for (PSRP clients choose it), or a new one."""
    wanted = element.get("ShellId")
    if wanted is None:
        return str(uuid.uuid4()).upper()
    try:
        return str(uuid.UUID(wanted)).upper()
    except ValueError:
        raise faults.bad_shell_id(wanted) from None


class ShellTable:
    """All shells of one host."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._shells: dict[str, Shell] = {}

    def __len__(self) -> int:
        return len(self._shells)

    def check_free(self, shell_id: str) -> None:
        """A client may choose the id of a shell, but not that of another one, be it his own."""
        if shell_id in self._shells:
            raise faults.shell_exists(shell_id)

    def add(self, shell: Shell) -> None:
        self._shells[shell.id] = shell

    def all(self) -> list[Shell]:
        return list(self._shells.values())

    def check_quota(self, caller: Caller) -> None:
        limit = self._machine.settings.max_shells_per_user
        own = sum(1 for shell in self._shells.values() if shell.caller.account.name == caller.account.name)
        if own >= limit:
            raise faults.too_many_shells(limit)

    def find(self, shell_id: str, caller: Caller) -> Shell:
        """A shell that the caller may use: his own, or any for an administrator who asks in the same name."""
        shell = self._shells.get(shell_id.upper())
        if shell is None:
            raise faults.no_shell(shell_id)
        if shell.caller.account.name.lower() != caller.account.name.lower():
            raise faults.access_denied()
        return shell

    def visible_to(self, caller: Caller) -> list[Shell]:
        name = caller.account.name.lower()
        return [s for s in self._shells.values() if caller.account.is_admin or s.caller.account.name.lower() == name]

    def remove(self, shell: Shell) -> None:
        if self._shells.pop(shell.id, None) is not None:
            shell.close()

    def remove_all(self) -> None:
        for shell in list(self._shells.values()):
            self.remove(shell)

    def expire(self) -> None:
        """Removes shells that nobody has used for longer than they may idle."""
        for shell in list(self._shells.values()):
            if shell.idle_for > shell.idle_timeout:
                self.remove(shell)

    @property
    def busy(self) -> bool:
        return any(shell.busy for shell in self._shells.values())
