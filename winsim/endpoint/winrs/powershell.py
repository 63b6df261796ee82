"""powershell.exe as a program: its command line, its standard streams, its exit code."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from winsim.endpoint.contracts import Runspace
from winsim.endpoint.winrs.streams import ProcessStreams
from winsim.interpreter.clixml_records import record_members
from winsim.interpreter.clixml_writer import HEAD, encode
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import HostUnavailable, PipelineRequest, RemoteCommand
from winsim.interpreter.members import get_property_of
from winsim.interpreter.net.secrets import SecureString
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, PSObject

_WITH_VALUE: Final = (
    "executionpolicy", "inputformat", "outputformat", "windowstyle", "version", "psconsolefile", "configurationname",
)  # fmt: skip
_SWITCHES: Final = ("nologo", "noexit", "sta", "mta", "noprofile", "noninteractive")
_WIDTH: Final = 80


BAD_PARAMETER: Final = 0xFFFD0000  # how powershell.exe leaves when it cannot use its arguments


class BadCommandLine(Exception):
    """powershell.exe refuses its arguments."""


class NoSuchFile(BadCommandLine):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"The argument '{path}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file "
            "as an argument to the -File parameter."
        )


@dataclass(frozen=True)
class Invocation:
    """What a command line asks for. ``from_input``: the script is on standard input."""

    script: str = ""
    parameters: tuple[tuple[str | None, object], ...] = ()
    from_input: bool = False
    file: str = ""
    encoded: bool = False
    interactive: bool = True


def parse(arguments: Sequence[str]) -> Invocation:
    """The parameters of powershell.exe may be shortened and start with - or /."""
    interactive, rest = True, list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "-":
            return Invocation(from_input=True, interactive=False)
        if word[:1] not in "-/":
            return Invocation(script=" ".join([word, *rest]), interactive=interactive)
        name = word[1:].lower()
        if name in ("ec", "e") or (name and "encodedcommand".startswith(name)):
            return _encoded(rest, interactive)
        if name and "command".startswith(name):
            if rest == ["-"]:
                return Invocation(from_input=True, interactive=False)
            return Invocation(script=" ".join(rest), interactive=interactive)
        if name and "file".startswith(name):
            return _file(rest, interactive)
        if name in ("ep", "ex") or any(option.startswith(name) for option in _WITH_VALUE):
            if not rest:
                raise BadCommandLine(f"The parameter {word} needs a value.")
            rest.pop(0)
        elif any(option.startswith(name) for option in _SWITCHES):
            interactive = interactive and not "noninteractive".startswith(name)
        else:
            raise BadCommandLine(f"The argument '{word}' is not recognized as a parameter of powershell.exe.")
    return Invocation(from_input=True, interactive=interactive)


def _encoded(rest: Sequence[str], interactive: bool) -> Invocation:
    try:
        script = base64.b64decode(rest[0], validate=True).decode("utf-16-le")
    except (IndexError, ValueError, binascii.Error):
        raise BadCommandLine(
            "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. "
            "The value must be Base64 encoded."
        ) from None
    return Invocation(script=script, encoded=True, interactive=interactive)


def _file(rest: Sequence[str], interactive: bool) -> Invocation:
    if not rest:
        raise BadCommandLine("The -File parameter requires a path.")
    if rest[0] == "-":
        return Invocation(from_input=True, interactive=False)
    parameters: list[tuple[str | None, object]] = []
    words = list(rest[1:])
    while words:
        word = words.pop(0)
        if word.startswith("-") and len(word) > 1 and not word[1].isdigit():
            name, colon, value = word[1:].partition(":")
            if colon:
                parameters.append((name, value))
            elif words and not words[0].startswith("-"):
                parameters.append((name, words.pop(0)))
            else:
                parameters.append((name, True))
        else:
            parameters.append((None, word))
    return Invocation(file=rest[0], parameters=tuple(parameters), interactive=interactive)


@dataclass
class ProcessUI:
    """The console host of a process without a screen."""

    console: ProcessStreams
    interactive: bool = False
    exit_code: int | None = None

    def write(self, text: str, foreground: int | None, background: int | None, newline: bool) -> None:
        # The console host ends its lines so when its output is redirected.
        self.console.write(text + ("\n" if newline else ""))

    def write_line(self, stream: Literal["output", "error", "warning", "verbose", "debug"], text: str) -> None:
        mark = {"warning": "WARNING: ", "verbose": "VERBOSE: ", "debug": "DEBUG: "}.get(stream, "")
        self.console.write(f"{mark}{text}\n", error=stream == "error")

    def call(self, method: str, arguments: Sequence[object]) -> object:
        if method == "ReadLine" and self.interactive:
            return self.console.read_line()
        if method == "Prompt" and self.interactive:
            return self._prompt(arguments)
        raise HostUnavailable(method)

    def _prompt(self, arguments: Sequence[object]) -> Hashtable:
        """Asks for each field on the console, as the console host does."""
        answers = Hashtable()
        fields = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], list) else []
        for field_ in fields:
            name = str(field_["name"])
            self.console.write(f"{name}: ")
            line = self.console.read_line() or ""
            secure = field_["parameterTypeName"] == "SecureString"
            answers[name] = SecureString(line) if secure else line
        return answers

    def set_should_exit(self, code: int) -> None:
        self.exit_code = code


@dataclass
class _TextSink:
    """Shows what a pipeline writes. Text is written at once; other objects wait for the formatter."""

    console: ProcessStreams
    encoded_errors: list[str] | None  # errors as CLIXML, written at the end
    waiting: list[object] = field(default_factory=list)
    failed: bool = False

    def output(self, value: object) -> None:
        if value is None or value is AUTOMATION_NULL:
            return
        if not self.waiting and isinstance(value, str):
            self.console.line(str(value))
        else:
            self.waiting.append(value)

    def error(self, record: object) -> None:
        for line in error_lines(record):
            if self.encoded_errors is None:
                self.console.line(line, error=True)
            else:
                self.encoded_errors.append(line)

    def warning(self, record: object) -> None:
        self._marked("WARNING", record)

    def verbose(self, record: object) -> None:
        self._marked("VERBOSE", record)

    def debug(self, record: object) -> None:
        self._marked("DEBUG", record)

    def progress(self, record: object) -> None: ...

    def _marked(self, mark: str, record: object) -> None:
        self.console.write(f"{mark}: {to_text(get_property_of(record, 'Message'))}\n")


def error_lines(value: object) -> list[str]:
    """An error as the console shows it."""
    record = value.base if isinstance(value, PSObject) else value
    if not isinstance(record, ErrorRecord):
        return [to_text(value)]
    info = record.invocation
    members = {member.name: to_text(member.read()) for member in record_members(record) if "Category" in member.name}
    command = _named(info, bool(members["ErrorCategory_Activity"])) if info is not None else ""
    head = f"{command} : {record.message}" if command else record.message
    lines = head.splitlines()
    position = to_text(get_property_of(info, "PositionMessage")) if info is not None else ""
    lines += position.splitlines()
    lines.append(f"    + CategoryInfo          : {members['ErrorCategory_Message']}")
    lines.append(f"    + FullyQualifiedErrorId : {record.full_id}")
    return [*lines, " "]


def _named(info: object, of_command: bool) -> str:
    """What stands before the message: how the command was called, or the text of the script that it stands in."""
    called = to_text(get_property_of(info, "InvocationName"))
    if called not in ("", "&", ".") or not of_command:
        return called
    command = get_property_of(info, "MyCommand")
    if command is None:
        return called
    script = to_text(get_property_of(command, "CommandType")) == "Script"
    return to_text(get_property_of(command, "Definition" if script else "Name"))


def _found(runspace: Runspace, path: str) -> bool:
    """Whether -File names a script."""
    if not path.lower().endswith(".ps1"):
        return False
    answers: list[object] = []

    class Take:
        def output(self, value: object) -> None:
            answers.append(value)

        def error(self, record: object) -> None: ...

        warning = verbose = debug = progress = error

    ask = RemoteCommand("Test-Path", False, (("LiteralPath", path), ("PathType", "Leaf")))
    runspace.invoke(PipelineRequest((ask,)), Take())
    return answers == [True]


def _lines(console: ProcessStreams) -> Iterator[object]:
    while (line := console.read_line()) is not None:
        yield line


def run(invocation: Invocation, runspace: Runspace, ui: ProcessUI) -> int:
    """Runs to the end; the exit code is that of ``exit``, else whether the last command succeeded."""
    script = ui.console.read_to_end() if invocation.from_input else invocation.script
    sink = _TextSink(ui.console, [] if invocation.encoded else None)
    if invocation.file:
        if not _found(runspace, invocation.file):
            raise NoSuchFile(invocation.file)
        command = RemoteCommand(invocation.file, False, invocation.parameters)
    else:
        command = RemoteCommand(script, True, local_scope=False)
    # A script that never asks for $input does not wait for the client to end the standard input.
    reads = not invocation.from_input and "$input" in script.lower()
    outcome = runspace.invoke(PipelineRequest((command,), _lines(ui.console) if reads else None), sink)
    succeeded = getattr(runspace, "last_ok", True)
    if outcome.error is not None and outcome.state == "failed":
        sink.error(outcome.error)
    _show(runspace, sink, ui.console)
    if sink.encoded_errors:
        lines = "".join(f'<S S="Error">{encode(line + chr(13) + chr(10))}</S>' for line in sink.encoded_errors)
        ui.console.write(f"#< CLIXML\r\n{HEAD}{lines}</Objs>", error=True)
    if ui.exit_code is not None:
        return ui.exit_code
    if outcome.state == "stopped":
        return 0xC000013A
    return 0 if outcome.state == "completed" and succeeded else 1


def _show(runspace: Runspace, sink: _TextSink, console: ProcessStreams) -> None:
    """Objects that are no text, formatted as Out-Default formats them."""
    if not sink.waiting:
        return
    values, sink.waiting = sink.waiting, []
    shown = _TextSink(console, sink.encoded_errors)
    formatter = RemoteCommand("Out-String", False, (("Stream", True), ("Width", _WIDTH)))
    outcome = runspace.invoke(PipelineRequest((formatter,), iter(values)), shown)
    if outcome.error is not None:
        shown.error(outcome.error)
