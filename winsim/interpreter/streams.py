"""The streams of a running command, and the preferences that decide what becomes of a record."""

from __future__ import annotations

from collections.abc import Callable

from winsim.interpreter.errors import InvocationInfo
from winsim.interpreter.values import NetObject

Write = Callable[[object], None]


class Streams:
    """Where errors, warnings, verbose and debug records go."""

    __slots__ = ("debug", "error", "error_lists", "verbose", "warning", "warning_lists")

    def __init__(self, error: Write, warning: Write, verbose: Write, debug: Write) -> None:
        # what -ErrorVariable and -WarningVariable of the calls in progress collect, shown or not
        self.error_lists: tuple[list[object], ...] = ()
        self.warning_lists: tuple[list[object], ...] = ()
        self.error = error
        self.warning = warning
        self.verbose = verbose
        self.debug = debug

    def copy(self) -> Streams:
        made = Streams(self.error, self.warning, self.verbose, self.debug)
        made.error_lists, made.warning_lists = self.error_lists, self.warning_lists
        return made

    def collect_error(self, record: object) -> None:
        for target in self.error_lists:
            target.append(record)

    def collect_warning(self, record: object) -> None:
        for target in self.warning_lists:
            target.append(record)

    def replaced(self, stream: str, write: Write) -> None:
        """``stream`` is the digit of a redirection."""
        name = {"2": "error", "3": "warning", "4": "verbose", "5": "debug"}.get(stream)
        if name is not None:
            setattr(self, name, write)


class InformationalRecord(NetObject):
    """A warning, verbose or debug record."""

    def __init__(self, kind: str, message: str, invocation: InvocationInfo | None = None) -> None:
        self.type_names = (
            f"System.Management.Automation.{kind}Record",
            "System.Management.Automation.InformationalRecord",
            "System.Object",
        )
        self.message = message
        self.invocation = invocation

    def __str__(self) -> str:
        return self.message


def nowhere(record: object) -> None:
    """Throws a record away."""


def collector(target: list[object], further: Write) -> Write:
    def write(record: object) -> None:
        target.append(record)
        further(record)

    return write
