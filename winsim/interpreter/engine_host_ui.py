"""Methods of ``$Host.UI`` and properties of ``$Host.UI.RawUI``: all of them are the client's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from winsim.interpreter.hosting import HostUnavailable
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, NetObject

_HOST_EXCEPTION: Final = "System.Management.Automation.Host.HostException"
_REFUSED: Final = (
    "A command that prompts the user failed because the host program or the command type does not support user "
    "interaction. The host was attempting to request confirmation with the following message: "
)
Line = Literal["output", "error", "warning", "verbose", "debug"]


def call_host(this: object, method: str, arguments: Sequence[object] = ()) -> object:
    """A host method with an answer; what no client can answer is a HostException."""
    session = getattr(this, "session", None)
    ui = getattr(session, "ui", None)
    try:
        if ui is None:
            raise HostUnavailable(method)
        return ui.call(method, arguments)
    except HostUnavailable:
        raise NetError(_HOST_EXCEPTION, _REFUSED + (to_text(arguments[0]) if arguments else "")) from None


def _line(stream: Line) -> Callable[[object, str], object]:
    def write(this: object, text: str) -> object:
        ui = getattr(getattr(this, "session", None), "ui", None)
        if ui is not None:
            ui.write_line(stream, text)
        return AUTOMATION_NULL

    return write


def _asked(method: str) -> Callable[..., object]:
    def ask(this: object, *arguments: object) -> object:
        return call_host(this, method, arguments)

    return ask


def add_methods(ui: TypeDef, existing: frozenset[str]) -> None:
    """Gives the type of ``$Host.UI`` what it does not have yet."""
    lines: tuple[tuple[str, Line], ...] = (
        ("WriteErrorLine", "error"), ("WriteWarningLine", "warning"), ("WriteVerboseLine", "verbose"),
        ("WriteDebugLine", "debug"),
    )  # fmt: skip
    for name, stream in lines:
        if name.lower() not in existing:
            ui.method(name, "System.String")(_line(stream))
    for name in ("ReadLine", "ReadLineAsSecureString"):
        if name.lower() not in existing:
            ui.method(name)(_asked(name))
    if "writeline" in existing:
        ui.method("WriteLine")(_line_end)
        ui.method("WriteLine", "System.ConsoleColor", "System.ConsoleColor", "System.String")(_coloured_line)
        ui.method("Write", "System.ConsoleColor", "System.ConsoleColor", "System.String")(_coloured)


def _line_end(this: NetObject) -> object:
    ui = getattr(getattr(this, "session", None), "ui", None)
    if ui is not None and ui.interactive:
        ui.call("WriteLine1", ())
    return AUTOMATION_NULL


def _coloured_line(this: NetObject, foreground: int, background: int, text: str) -> object:
    ui = getattr(getattr(this, "session", None), "ui", None)
    if ui is not None:
        ui.write(text, int(foreground), int(background), True)
    return AUTOMATION_NULL


def _coloured(this: NetObject, foreground: int, background: int, text: str) -> object:
    ui = getattr(getattr(this, "session", None), "ui", None)
    if ui is not None:
        ui.write(text, int(foreground), int(background), False)
    return AUTOMATION_NULL
