"""What the endpoint (or run-script) and the interpreter need of each other.

``Session`` (session.py) is a runspace: ``Session(world, host, identity, ui=None)``; its ``invoke`` runs one pipeline
in the calling thread, ``stop`` may be called from another thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

SYSTEM_PROFILE: Final = r"C:\Windows\system32\config\systemprofile"


@dataclass(frozen=True)
class Identity:
    """Who a session runs as. ``groups`` are names as DOMAIN\\name or BUILTIN\\name, lower case."""

    user: str  # CORP\Administrator, ARR01\Administrator
    groups: frozenset[str] = frozenset()
    is_admin: bool = True
    delegated: bool = False  # has a second hop: CredSSP, or a session configuration with RunAs credentials
    sid: str = ""
    loads_profile: bool = True  # False: WINRS_NOPROFILE, the system's profile stands in

    @property
    def profile(self) -> str:
        """The folder of the user."""
        return rf"C:\Users\{self.user.rpartition(chr(92))[2]}" if self.loads_profile else SYSTEM_PROFILE


@dataclass(frozen=True)
class RemoteCommand:
    """One command of a remote pipeline: a script, or a command name with parameters."""

    text: str
    is_script: bool
    parameters: Sequence[tuple[str | None, object]] = ()  # name without dash, or None for a positional argument
    merge_errors: bool = False  # 2>&1
    merge_others: frozenset[str] = frozenset()  # "3", "4", "5" merged into output
    end_of_statement: bool = False
    local_scope: bool | None = None


class Sink(Protocol):
    """Where the streams of a pipeline go. Values are those of values.py; records are PSObject/NetObject records."""

    def output(self, value: object) -> None: ...

    def error(self, record: object) -> None: ...

    def warning(self, record: object) -> None: ...

    def verbose(self, record: object) -> None: ...

    def debug(self, record: object) -> None: ...

    def progress(self, record: object) -> None: ...


class Nobody:
    """A sink that throws everything away."""

    def output(self, value: object) -> None: ...

    error = warning = verbose = debug = progress = output


class HostUI(Protocol):
    """The client's host. Methods without an answer return None; prompts raise HostUnavailable without a client host.

    A host that runs powershell.exe as a program (WinRS) also has ``console: Console``, its standard streams.
    """

    @property
    def interactive(self) -> bool: ...

    def write(self, text: str, foreground: int | None, background: int | None, newline: bool) -> None: ...

    def write_line(self, stream: Literal["output", "error", "warning", "verbose", "debug"], text: str) -> None: ...

    def call(self, method: str, arguments: Sequence[object]) -> object:
        """Any other host method by its name in MS-PSRP: ReadLine, Prompt, PromptForChoice, SetWindowTitle ..."""

    def set_should_exit(self, code: int) -> None: ...


class Console(Protocol):
    """Standard streams of a process; reading gives None or "" at the end of the input."""

    def read_line(self) -> str | None: ...

    def read(self, count: int) -> str: ...

    def read_to_end(self) -> str: ...

    def write(self, text: str, *, error: bool = False) -> None: ...


class HostUnavailable(Exception):
    """A prompt was needed and the client has no host."""


@dataclass(frozen=True)
class Outcome:
    """How a pipeline ended; ``error`` is the ErrorRecord of a failed one."""

    state: Literal["completed", "failed", "stopped"]
    error: object = None
    exception: object = None  # of a failed one: what code of the same process that ran it sees


@dataclass(frozen=True)
class Limits:
    """What one pipeline may use before the lab cuts it off (an error that a script cannot catch)."""

    seconds: float | None = None
    statements: int | None = 50_000_000
    string_length: int = 64 * 1024 * 1024
    collection_length: int = 16 * 1024 * 1024
    call_depth: int = 1000  # script blocks within each other; deeper is an error that scripts can catch


@dataclass(frozen=True)
class PipelineRequest:
    commands: Sequence[RemoteCommand]
    input: Iterator[object] | None = None  # blocks until the next object; None when there is no input
    add_to_history: bool = False
    own_errors: bool = False  # a pipeline of commands goes on after an error of a statement inside, as scripts do
    limits: Limits = field(default_factory=Limits)
