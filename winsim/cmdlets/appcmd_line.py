"""The command line of appcmd.exe: verb, object type, identifier, parameters; what it says and how it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.iis.edits import Edit, EditError, parse_edit
from winsim.world.iis.errors import ALREADY_EXISTS, LOCKED, ConfigurationError

INCORRECT, NOT_FOUND, DUPLICATE, ELEMENT_NOT_FOUND, NOT_STARTED = 87, 50, 183, 4312, 1062
OUTPUT = ("text", "xml", "config")
UNBUILT = ("in", "debug", "apphostconfig", "timeout", "wait", "delete", "clr", "processpool", "?")


class Refused(Exception):
    """appcmd ends with a message and an exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Line:
    """``parameters`` in their order, without their sign: (as written, name in lower case, value or None)."""

    verb: str
    kind: str  # site, app, vdir, apppool, config
    identifier: str = ""
    parameters: list[tuple[str, str, str | None]] = field(default_factory=list)

    def take(self, *names: str) -> str | None:
        """A parameter that is no property: it is taken out."""
        for entry in list(self.parameters):
            if entry[1] in names:
                self.parameters.remove(entry)
                return entry[2] or ""
        return None

    def edits(self) -> Iterator[Edit]:
        for written, _, _ in self.parameters:
            yield edit_of(written)


def edit_of(written: str) -> Edit:
    try:
        return parse_edit(written)
    except EditError:
        raise Refused(INCORRECT, f"Malformed collection indexer; expected '['.  Parameter: {written}") from None


KINDS = {
    "site": "site", "sites": "site", "app": "app", "apps": "app", "vdir": "vdir", "vdirs": "vdir",
    "apppool": "apppool", "apppools": "apppool", "config": "config",
}  # fmt: skip
UNBUILT_KINDS = ("wp", "wps", "request", "requests", "module", "modules", "backup", "backups", "trace", "traces",
                 "binding", "bindings")  # fmt: skip
VERBS = {
    "site": ("list", "add", "set", "delete", "start", "stop"),
    "app": ("list", "add", "set", "delete"),
    "vdir": ("list", "add", "set", "delete"),
    "apppool": ("list", "add", "set", "delete", "start", "stop", "recycle"),
    "config": ("list", "set", "clear", "reset", "lock", "unlock"),
}
UNBUILT_VERBS = {"site": ("configure", "inspect", "reset"), "config": ("search", "migrate", "add", "delete")}


def parse(words: Sequence[str]) -> Line:
    """``appcmd <verb> <object> [identifier] [/parameter:value ...]``; verb and object in either order."""
    if len(words) < 2 or words[0][:1] in "/-":
        raise NotBuilt(f"appcmd {' '.join(words)}".rstrip())
    first, second = words[0].lower(), words[1].lower()
    if first in KINDS and second not in KINDS:
        first, second = second, first
    if second in UNBUILT_KINDS:
        raise NotBuilt(f"appcmd {first} {second}")
    if second not in KINDS:
        raise Refused(INCORRECT, f'Object "{words[1]}" is not supported.  Run \'appcmd.exe /?\' to display supported '
                                 "objects.")  # fmt: skip
    line = Line(first, KINDS[second])
    if first in UNBUILT_VERBS.get(line.kind, ()):
        raise NotBuilt(f"appcmd {first} {second}")
    if first not in VERBS[line.kind]:
        raise Refused(INCORRECT, f'Command "{words[0]}" is not supported by object "{words[1].upper()}".  Run '
                                 f"'appcmd.exe {words[1]} /?' to display supported commands.")  # fmt: skip
    rest = list(words[2:])
    if rest and rest[0][:1] not in "/-":
        line.identifier = rest.pop(0)
    for word in rest:
        if word[:1] not in "/-" or len(word) < 2:
            raise Refused(
                INCORRECT,
                f"Failed to process input: The parameter '{word}' must begin with a / or - (HRESULT=80070057).",
            )
        written = word[1:]
        name, colon, value = written.partition(":")
        if name.lower() in UNBUILT:
            raise NotBuilt(f"appcmd {word}")
        line.parameters.append((written, name.lower(), value if colon else None))
    return line


def failed(call: NativeCall, error: Refused) -> int:
    text = error.message
    call.out(text if text.startswith("Failed to process input") else f"ERROR ( message:{text} )")
    return error.code


def refusal(error: ConfigurationError, doing: str = "") -> Refused:
    """What the configuration system refuses, in appcmd's words; the exit code is the Win32 part of its HRESULT."""
    text = error.message.partition("Error: ")[2] or error.message
    text = text.replace("\r\n", "\n").strip("\n")
    if error.code == ALREADY_EXISTS:
        return Refused(DUPLICATE, f"New add object missing required attributes. {text}\n.")
    prefix = f"{doing}.. Reason: " if doing else "Configuration error\nDescription: " if error.code == LOCKED else ""
    return Refused(error.code & 0xFFFF, f"{prefix}{text}\n.")
