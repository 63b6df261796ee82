"""How a command of the simulated lab is declared, and what it is given when it runs.

A cmdlet's parameters (names, types, aliases, sets, positions) come from the signature tables of the real product
(``pslang.signatures``); the declaration names those that are built. Using another one is an error of the lab.

    @cmdlet("Get-AdfsRelyingPartyTrust", built=("Name", "Identifier"))
    def get_relying_party_trust(call: Call) -> None:
        for trust in ...:
            call.write(trust)

A plain function runs once for each pipeline record (once when there is no pipeline input). A generator-like command
that needs begin and end is a class with ``begin``, ``process`` and ``end`` taking the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host
    from winsim.world.lab import World


class CommandError(Exception):
    """An error that a cmdlet reports, as PowerShell shows it.

    ``id`` is the first part of the FullyQualifiedErrorId; ",<class of the cmdlet>" is added to it. Raised, it is
    statement-terminating; given to ``Call.write_error`` it is non-terminating.
    """

    def __init__(
        self,
        id: str,
        message: str,
        category: str = "NotSpecified",
        target: object = None,
        exception: str = "System.InvalidOperationException",
        inner: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.id = id
        self.message = message
        self.category = category
        self.target = target
        self.exception = exception
        self.inner = inner


class NotBuilt(Exception):
    """The simulated lab does not implement something. No try/catch and no -ErrorAction of a script can swallow it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the simulated lab does not implement {what}")
        self.what = what


class Call(Protocol):
    """One invocation of a cmdlet: the bound parameters, the streams, and where it runs."""

    name: str
    parameter_set: str
    bound: Mapping[str, object]  # canonical parameter name -> converted value, those that were given

    @property
    def session(self) -> Session:
        """The runspace: variables, current location, ``session.identity`` (who runs this, and whether delegated)."""

    @property
    def host(self) -> Host: ...

    @property
    def world(self) -> World: ...

    def has(self, name: str) -> bool: ...

    def get(self, name: str, default: object = None) -> object: ...

    def text(self, name: str, default: str = "") -> str:
        """The value of a parameter as PowerShell would make it a string."""

    def texts(self, name: str) -> list[str]: ...

    def switch(self, name: str) -> bool: ...

    def write(self, value: object) -> None:
        """Sends one object down the pipeline (it is not unrolled)."""

    def write_all(self, values: Iterable[object]) -> None: ...

    def write_error(self, error: CommandError) -> None:
        """Non-terminating; terminates under -ErrorAction Stop."""

    def warning(self, text: str) -> None: ...

    def verbose(self, text: str) -> None: ...

    def debug(self, text: str) -> None: ...

    def should_process(self, target: str, action: str | None = None) -> bool:
        """False under -WhatIf (the "What if:" line is written) or when the user said no to -Confirm."""

    def sleep(self, seconds: float) -> None:
        """Waits on the lab clock, without the lock of the world; a stop request ends it."""


CmdletBody = Callable[[Call], None]


@dataclass(frozen=True)
class CmdletDeclaration:
    name: str
    built: frozenset[str]
    body: Callable[..., object]  # a function of the call, or a class with begin/process/end
    net_class: str  # full .NET name of the cmdlet's class, the last part of its error ids
    module: str | None
    locks_world: bool
    # What the tables do not say: positions they miss, how pipeline input is taken, who takes the remaining arguments,
    # and which mandatory parameters accept $null and empty values.
    positions: Mapping[str, int | None] | None = None
    types: Mapping[str, str] | None = None
    by_value: frozenset[str] = frozenset()
    by_name: frozenset[str] = frozenset()
    remaining: frozenset[str] = frozenset()
    nullable: frozenset[str] = frozenset()
    empties: frozenset[str] = frozenset()
    validate: Mapping[str, Callable[..., None]] | None = None
    idle: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((self.name, self.body))


class NativeCall(Protocol):
    """One run of a program such as netsh.exe: its arguments and its three streams."""

    path: str  # as it was started, where that was by path
    args: list[str]
    stdin: list[str]

    @property
    def session(self) -> Session: ...

    @property
    def host(self) -> Host: ...

    @property
    def world(self) -> World: ...

    def out(self, line: str) -> None: ...

    def err(self, line: str) -> None: ...


@dataclass(frozen=True)
class NativeDeclaration:
    name: str  # with .exe
    path: str  # where the file is: C:\Windows\System32\netsh.exe; empty: wherever a copy of it lies
    body: Callable[[NativeCall], int]  # returns the exit code
    present: Callable[[Host], bool] | None  # None: on every host


CMDLET_MARK = "__winsim_cmdlet__"
NATIVE_MARK = "__winsim_native__"


def cmdlet(
    name: str,
    built: Iterable[str] = (),
    *,
    net_class: str | None = None,
    module: str | None = None,
    locks_world: bool = True,
    positions: Mapping[str, int | None] | None = None,
    types: Mapping[str, str] | None = None,
    by_value: Iterable[str] = (),
    by_name: Iterable[str] = (),
    remaining: Iterable[str] = (),
    nullable: Iterable[str] = (),
    empties: Iterable[str] = (),
    validate: Mapping[str, Callable[..., None]] | None = None,
    idle: Iterable[str] = (),
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Declares a cmdlet; common parameters and -WhatIf/-Confirm need not be named in ``built``.

    ``locks_world=False`` for commands that run script blocks, sleep or wait: they must not hold the lock. ``positions``
    corrects positions that the tables lack or have wrong (None: must be named), ``types`` full names of types;
    ``by_value``/``by_name`` say which parameters take pipeline objects themselves and which take properties of the same
    name (without both: position 0 and Identity by value, all that take pipeline input by name); ``remaining`` names the
    parameter that takes all further arguments; ``nullable`` those that accept $null, empty text and empty collections,
    ``empties`` those that accept the last two;
    ``idle`` names parameters that are taken without being read, because what they ask for is so in the lab anyway
    (a comment says why); ``validate`` gives checks (session, name, value) that raise
    ``binding_values.ValidationFailed``, also while positions are tried.
    """

    def mark(body: Callable[..., object]) -> Callable[..., object]:
        default = f"Microsoft.PowerShell.Commands.{name.replace('-', '')}Command"
        declaration = CmdletDeclaration(
            name,
            frozenset((*built, *idle)),
            body,
            net_class or default,
            module,
            locks_world,
            positions,
            types,
            frozenset(by_value),
            frozenset(by_name),
            frozenset(remaining),
            frozenset(nullable),
            frozenset(empties),
            validate,
            frozenset(idle),
        )
        setattr(body, CMDLET_MARK, (*getattr(body, CMDLET_MARK, ()), declaration))
        return body

    return mark


def native(
    name: str, path: str | None = None, *, present: Callable[[Host], bool] | None = None
) -> Callable[[Callable[[NativeCall], int]], Callable[[NativeCall], int]]:
    """Declares a program; ``name`` is with .exe, ``path`` defaults to System32.

    A program with an empty path (a set-up program) is where its file is: on a medium or in a folder.
    """

    def mark(body: Callable[[NativeCall], int]) -> Callable[[NativeCall], int]:
        declaration = NativeDeclaration(name, rf"C:\Windows\System32\{name}" if path is None else path, body, present)
        setattr(body, NATIVE_MARK, (*getattr(body, NATIVE_MARK, ()), declaration))
        return body

    return mark
