"""WinRS shells: processes with standard streams behind WS-Management (MS-WSMV 3.1.4.5.3)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from winsim.endpoint import faults
from winsim.endpoint.contracts import Runspace, SessionConfiguration
from winsim.endpoint.output import Chunk, OutputQueue
from winsim.endpoint.shells import Shell, ShellContext, ShellRequest
from winsim.endpoint.soap import SHELL
from winsim.endpoint.winrs import powershell
from winsim.endpoint.winrs.cmd import CommandProcessor
from winsim.endpoint.winrs.command_line import split_words
from winsim.endpoint.winrs.powershell import BadCommandLine, ProcessUI
from winsim.endpoint.winrs.streams import ProcessStreams, encoding_of
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.members import get_property_of
from winsim.interpreter.texts import to_text

log = logging.getLogger(__name__)

INTERRUPTED: Final = 0xC000013A
_DEFAULT_CODE_PAGE: Final = 437
_CHUNK: Final = 32768
_STOP_AGAIN: Final = 0.1


@dataclass
class Process:
    """A command of a shell while it runs."""

    id: str
    line: str
    streams: ProcessStreams
    queue: OutputQueue
    direct: bool  # without cmd.exe around it
    runspace: Runspace | None = None
    interrupted: bool = False
    ended: bool = False


class CommandShell(Shell):
    plugin_streams = ("stdin", "stdout stderr")

    def __init__(self, request: ShellRequest, context: ShellContext) -> None:
        super().__init__(request, context)
        self._page = _page(request.options.get("WINRS_CODEPAGE"))
        self._folder = request.text("WorkingDirectory")
        self._variables = _variables(request.element)
        self._identity = request.identity
        self._processes: dict[str, Process] = {}

    # the Shell

    @property
    def busy(self) -> bool:
        return any(not process.ended for process in self._processes.values())

    @property
    def children(self) -> int:
        return sum(1 for process in self._processes.values() if not process.ended)

    def running_commands(self) -> list[tuple[str, str]]:
        return [(id, process.line) for id, process in self._processes.items() if not process.ended]

    def surroundings(self) -> str:
        folder = f"<rsp:WorkingDirectory>{escape(self._folder)}</rsp:WorkingDirectory>" if self._folder else ""
        if not self._variables:
            return folder
        pairs = self._variables.items()
        listed = "".join(
            f"<rsp:Variable Name={quoteattr(name)}>{escape(value)}</rsp:Variable>" for name, value in pairs
        )
        return f"{folder}<rsp:Environment>{listed}</rsp:Environment>"

    def queue(self, command_id: str | None) -> OutputQueue:
        if command_id is None:
            raise faults.invalid_parameter()
        return super().queue(command_id)

    def start(self, command_id: str, line: Element, options: Mapping[str, str]) -> None:
        limit = self.context.machine.settings.max_commands_per_shell
        if len(self._processes) >= limit:
            raise faults.too_many_commands(limit)
        if command_id in self._processes:
            raise faults.command_exists(command_id)
        words = [line.findtext(f"{{{SHELL}}}Command") or ""]
        words += [element.text or "" for element in line.findall(f"{{{SHELL}}}Arguments")]
        text = " ".join(word for word in words if word)
        direct = options.get("WINRS_SKIP_CMD_SHELL", "").upper() == "TRUE"
        if not text.strip():
            raise faults.invalid_parameter()
        queue = OutputQueue(self.context.loop)
        streams = ProcessStreams(self._page, lambda stream, data: _emit(queue, command_id, stream, data))
        process = Process(command_id, text, streams, queue, direct)
        self.queues[command_id] = queue
        self._processes[command_id] = process
        self.context.workers.submit(self._run, process)

    def send(self, stream: str, command_id: str | None, data: bytes, end: bool) -> None:
        if stream != "stdin" or command_id is None:
            raise faults.invalid_parameter()
        process = self._processes.get(command_id.upper())
        if process is None:
            raise faults.no_command(command_id)
        process.streams.input.put(data, end)

    def signal(self, command_id: str | None, code: str) -> None:
        if command_id is None:
            raise faults.invalid_parameter()
        process = self._processes.get(command_id.upper())
        if process is None:
            raise faults.no_command(command_id)
        self._interrupt(process)
        if not code.lower().endswith(("ctrl_c", "ctrl_break")):
            del self._processes[process.id]
            self.queues.pop(process.id).close()

    def close(self) -> None:
        for process in self._processes.values():
            self._interrupt(process)
            process.queue.close()
        self.output.close()

    def _interrupt(self, process: Process) -> None:
        process.interrupted = True
        process.streams.input.close()
        if process.ended:
            return
        if process.runspace is not None:
            process.runspace.stop()
        # A request that comes between two pipelines of a process would get lost.
        self.context.loop.call_later(_STOP_AGAIN, self._interrupt, process)

    # in a worker thread

    def _run(self, process: Process) -> None:
        code = 1
        try:
            delay = self.context.start_delay()
            if delay:
                time.sleep(delay)
            code = self._execute(process)
        except Exception as error:
            log.exception("a process ended with a defect of the lab")
            process.streams.line(f"the simulated lab failed: {type(error).__name__}: {error}", error=True)
        try:
            self.context.machine.settle()
        except Exception:
            log.exception("the state of the lab could not be saved")
            code = 1
        process.ended = True
        process.queue.finish(INTERRUPTED if process.interrupted else code, tuple(self.output_streams.split()))

    def _execute(self, process: Process) -> int:
        if process.direct:
            words = split_words(process.line)
            name = words[0].replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".exe")
            if name == "powershell":
                return self._powershell(process, words[1:], process.streams)
        runspace = self._open(process, ProcessUI(process.streams))
        environment = self._environment(runspace)
        folder = self._folder or environment.get("USERPROFILE", "C:\\")
        processor = CommandProcessor(
            runspace,
            process.streams,
            lambda words, streams: self._powershell(process, words, streams),
            environment,
            folder,
        )
        return processor.run(process.line)

    def _open(self, process: Process, ui: ProcessUI) -> Runspace:
        runspace = self.context.machine.open_runspace(self._identity, ui, SessionConfiguration("Microsoft.PowerShell"))
        process.runspace = runspace
        runspace.charge_imports(self.context.import_delay)
        if process.interrupted:
            runspace.stop()
        return runspace

    def _powershell(self, process: Process, words: Sequence[str], streams: ProcessStreams) -> int:
        outer = process.runspace
        try:
            invocation = powershell.parse(words)
            ui = ProcessUI(streams, interactive=invocation.interactive)
            runspace = self._open(process, ui)
            start = self._folder or "~"
            location = RemoteCommand("Set-Location", False, (("Path", start),))
            runspace.invoke(PipelineRequest((location,)), _Nowhere())
            return powershell.run(invocation, runspace, ui)
        except BadCommandLine as error:
            streams.line(str(error), error=True)
            return powershell.BAD_PARAMETER
        finally:
            process.runspace = outer

    def _environment(self, runspace: Runspace) -> dict[str, str]:
        """The variables of the user on this host, and those that the client set for the shell."""
        found: dict[str, str] = {}

        class Take:
            def output(self, value: object) -> None:
                found[to_text(get_property_of(value, "Name"))] = to_text(get_property_of(value, "Value"))

            def error(self, record: object) -> None: ...

            warning = verbose = debug = progress = error

        runspace.invoke(PipelineRequest((RemoteCommand("Get-ChildItem", False, (("Path", "Env:"),)),)), Take())
        for name, value in self._variables.items():
            found.pop(next((key for key in found if key.lower() == name.lower()), name), None)
            found[name] = value
        return found


class _Nowhere:
    """Takes what nobody is to see."""

    def output(self, value: object) -> None: ...

    error = warning = verbose = debug = progress = output


def _emit(queue: OutputQueue, command_id: str, stream: str, data: bytes) -> None:
    for offset in range(0, len(data), _CHUNK):
        queue.put(Chunk(stream, data[offset : offset + _CHUNK], command_id))


def _page(text: str | None) -> int:
    """The code page that a client asks for."""
    if text is None:
        return _DEFAULT_CODE_PAGE
    if not (text.isascii() and text.isdigit() and len(text) < 6) or encoding_of(int(text)) is None:
        raise faults.bad_code_page(text)
    return int(text)


def _variables(element: Element) -> dict[str, str]:
    path = f"{{{SHELL}}}Environment/{{{SHELL}}}Variable"
    return {item.get("Name", ""): item.text or "" for item in element.findall(path) if item.get("Name")}
