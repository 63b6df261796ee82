"""Running programs such as netsh.exe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.binder import NO_VALUE, Argument
from winsim.interpreter.collect import items_of
from winsim.interpreter.command_line import joined, taken_apart
from winsim.interpreter.errors import ErrorRecord, ExceptionObject, InvocationInfo, Position
from winsim.interpreter.pipeline import Stage
from winsim.interpreter.scriptblocks import ApplicationInfo
from winsim.interpreter.streams import Streams
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host
    from winsim.world.lab import World


class ProgramCall:
    """See ``NativeCall`` in command.py."""

    def __init__(self, session: Session, args: list[str], stdin: list[str], path: str = "") -> None:
        self._session = session
        self.path = path
        self.args = args
        self.stdin = stdin
        self.lines: list[tuple[bool, str]] = []

    @property
    def session(self) -> Session:
        return self._session

    @property
    def host(self) -> Host:
        host: Host = self._session.host
        return host

    @property
    def world(self) -> World:
        return self._session.world

    def out(self, line: str) -> None:
        self.lines.append((True, line))

    def err(self, line: str) -> None:
        self.lines.append((False, line))


class NativeStage(Stage):
    def __init__(
        self,
        session: Session,
        streams: Streams,
        info: ApplicationInfo,
        arguments: Sequence[Argument],
        position: Position | None,
    ) -> None:
        super().__init__(session, streams)
        self.info = info
        self.args = taken_apart(joined(program_arguments(arguments)))
        self.position = position
        self.stdin: list[str] = []

    def process(self, value: object) -> None:
        self.stdin.extend(to_text(value).splitlines() or [""])

    def end(self) -> None:
        call = ProgramCall(self.session, self.args, self.stdin)
        with self.session.world.lock:
            code = self.info.declaration.body(call)
            self.session.world.touch()
        first = True
        for is_output, line in call.lines:
            if is_output:
                self.emit(line)
            else:
                self.streams.error(self.error_record(line, first))
                first = False
        self.session.set_exit_code(code)
        self.failed = code != 0

    def error_record(self, line: str, first: bool) -> ErrorRecord:
        exception = ExceptionObject("System.Management.Automation.RemoteException", line)
        id = "NativeCommandError" if first else "NativeCommandErrorMessage"
        invocation = InvocationInfo(self.info, self.info.name, self.position)
        return ErrorRecord(exception, id, "NotSpecified", line, invocation)


def program_arguments(arguments: Sequence[Argument]) -> list[str]:
    """The words that a program is given: parameters as they were written, collections element by element."""
    words: list[str] = []
    for argument in arguments:
        if argument.name is not None:
            written = argument.text or f"-{argument.name}"
            if argument.value is NO_VALUE:
                words.append(written)
            else:
                words.append(f"-{argument.name}:{to_text(argument.value)}")
            continue
        items = items_of(argument.value)
        words.extend(to_text(item) for item in (items if items is not None else [argument.value]) if item is not None)
    return words
